"""Storing a batch that comes out of the mix: answers, comments sealed apart from them, and the ledger's entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import Connection

from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import SealedAnswer, canonical_json, mix_entry
from survey_app.domain.sheet import Sheet
from survey_app.services.comments import Comment, put_by
from survey_app.services.opening_envelopes import ID_LENGTH, Contents
from survey_app.storage.counters import settle_answers
from survey_app.storage.labels import raise_valid
from survey_app.storage.ledger import append_entry
from survey_app.storage.pools import Waiting
from survey_app.storage.responses import StoredResponse, insert_responses


@dataclass(frozen=True, slots=True)
class Batch:
    """What the answers of one mix have in common."""

    campaign: str
    group: str
    unit: str
    label: str
    number: int

    @classmethod
    def of(cls, waiting: Waiting) -> "Batch":
        """The open batch of a pool."""
        return cls(waiting.campaign, waiting.group, waiting.unit, waiting.label, waiting.batch)


def store_batch(
    connection: Connection, keys: KeyDirectory, batch: Batch, contents: Sequence[Contents], randomness: Random
) -> None:
    """Stores the sheets under new random ids, counts them, and seals them in the ledger; of none, nothing."""
    if not contents:
        return
    sheets = [one.sheet for one in contents]
    answers = [_sealed_answer(batch, sheet, randomness) for sheet in sheets]
    insert_responses(connection, (_response(batch, *pair) for pair in zip(answers, sheets, strict=True)))
    put_by(connection, keys, batch.campaign, _comments(batch.group, contents), randomness)
    _count(connection, batch, sheets)
    append_entry(connection, batch.campaign, mix_entry(answers))


def _count(connection: Connection, batch: Batch, sheets: Sequence[Sheet]) -> None:
    valid = sum(sheet.valid for sheet in sheets)
    settle_answers(connection, batch.campaign, batch.group, valid, len(sheets) - valid)
    raise_valid(connection, batch.label, valid)


def _sealed_answer(batch: Batch, sheet: Sheet, randomness: Random) -> SealedAnswer:
    new_id = randomness.randbytes(ID_LENGTH)
    return SealedAnswer(new_id, batch.group, batch.unit, sheet.questionnaire, sheet.duration_bucket_s, sheet.answers)


def _response(batch: Batch, answer: SealedAnswer, sheet: Sheet) -> StoredResponse:
    answers = canonical_json(dict(sheet.answers)).decode()
    bucket = sheet.duration_bucket_s
    return StoredResponse(answer.id, batch.label, batch.number, sheet.questionnaire, bucket, sheet.valid, answers)


def _comments(group: str, contents: Sequence[Contents]) -> list[Comment]:
    pairs = [(one.sheet.comment, one.length) for one in contents]
    return [Comment(group, text, length) for text, length in pairs if text]
