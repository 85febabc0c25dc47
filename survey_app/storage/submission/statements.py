"""The code of a form with all that decides about it, and what a submission writes (docs/anonymity.md, "A submission").

Rows are locked in the order code, pool, group, school, pace, within each by key. The group's row, which all its submissions share, comes
late and so is held for a moment only. Closing marks the groups' rows as ended before it opens anything, so no submission comes after it.
Nothing of it tells when in the day it was, or how long the form was out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import Integer, LargeBinary, and_, bindparam, cast, false, insert, or_, select, true, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from survey_app.domain.campaigns import Campaign
from survey_app.storage.campaigns.campaigns import campaign_from_row
from survey_app.storage.mixing.pools import Pool, StoredEnvelope
from survey_app.storage.prepared import Prepared, Step, Values, all_or_nothing, read_rows
from survey_app.storage.session import Database
from survey_app.storage.tables import (
    allocation,
    campaign,
    code,
    envelope,
    label,
    pace,
    pool,
    questionnaire,
    quota,
    school,
)

_TRIES: Final = 3

_text_pool = pool.alias("text_pool")

_FIND = (
    select(
        *campaign.c,
        code.c.code_hash,
        code.c.tag,
        code.c.group,
        code.c.school,
        school.c.name,
        code.c.label,
        code.c.used,
        code.c.retry,
        code.c.receipt,
        quota.c.cap,
        quota.c.taken,
        quota.c.least_crowd,
        quota.c.ended,
        quota.c.stopped,
        questionnaire.c.sha256,
        pool.c.batch,
        pool.c.pub_sha256,
        label.c.text_label,
        _text_pool.c.batch,
        _text_pool.c.pub_sha256,
    )
    .select_from(code)
    .join(campaign, campaign.c.id == code.c.campaign)
    .join(quota, and_(quota.c.campaign == code.c.campaign, quota.c.group == code.c.group))
    .join(questionnaire, and_(questionnaire.c.campaign == code.c.campaign, questionnaire.c.group == code.c.group))
    .outerjoin(school, and_(school.c.campaign == code.c.campaign, school.c.code == code.c.school))
    .outerjoin(label, label.c.label == code.c.label)
    .outerjoin(pool, pool.c.label == code.c.label)
    .outerjoin(_text_pool, _text_pool.c.label == label.c.text_label)
    .where(code.c.cancelled == false())
)
_CAMPAIGN_COLUMNS = len(campaign.c)


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code that was issued and not cancelled, as it stood when it was read."""

    campaign: Campaign
    code_hash: bytes
    tag: bytes
    group: str
    school: str
    school_name: str | None
    label: str
    used: bool
    retry: bytes | None
    receipt: str | None
    cap: int | None
    taken: int
    least_crowd: int
    has_ended: bool
    is_stopped: bool
    questionnaire_sha256: str
    pool: Pool | None
    """Where its answers wait; None before opening and after closing."""
    text_pool: Pool | None
    """Where what was written waits; None too where the questionnaire asks for no text."""

    @property
    def is_full(self) -> bool:
        """Whether all places of the group are taken."""
        return self.cap is not None and self.taken >= self.cap


@dataclass(frozen=True, slots=True)
class Submission:
    """What a submission leaves beside its code, and the envelopes that it leaves apart from it."""

    campaign: str
    group: str
    school: str
    label: str
    cap: int | None
    code_hash: bytes
    retry: bytes
    receipt: str
    used_on: date
    is_fast: bool
    envelopes: tuple[StoredEnvelope, ...]


def find_codes(database: Database, hashes: Sequence[bytes]) -> dict[bytes, FoundCode]:
    """The codes with one of `hashes` (a code's hash under each campaign's key), by their hash."""
    if not hashes:
        return {}
    places = 1 << (len(hashes) - 1).bit_length()  # few sizes, few statements to prepare
    values = {f"h{place}": hashes[min(place, len(hashes) - 1)] for place in range(places)}
    found = map(_found_code, read_rows(database, _find_among(places), values))
    return {one.code_hash: one for one in found}


@cache
def _find_among(number: int) -> Prepared:
    """The query for a number of hashes."""
    return Prepared(
        _FIND.where(code.c.code_hash.in_([bindparam(f"h{place}", type_=LargeBinary) for place in range(number)]))
    )


def _found_code(row: Sequence[Any]) -> FoundCode:
    of_campaign, rest = row[:_CAMPAIGN_COLUMNS], row[_CAMPAIGN_COLUMNS:]
    h, tag, group, school_code, name, label_, used, retry, *others, batch, pub, text, text_batch, text_pub = rest
    place = (bytes(h), bytes(tag), group, school_code, name, label_)
    pools = (
        None if batch is None else Pool(label_, batch, bytes(pub)),
        None if text_batch is None else Pool(text, text_batch, bytes(text_pub)),
    )
    rest_of_row = (used, retry and bytes(retry), *others)
    return FoundCode(campaign_from_row(of_campaign), *place, *rest_of_row, *pools)  # type: ignore[call-arg]


def store_submissions(database: Database, news: Sequence[Submission]) -> Sequence[bool | Exception]:
    """Whether each was stored, all with one commit. Where they can't be stored together, each is tried alone.

    False, and nothing of it stored, unless the code was unused, the envelopes are sealed for the open batches, and the group takes answers
    and has room. What was read is then to be read again. Where the lock, the disk or the server fails, it is not tried alone: each would
    wait for it again. All are told then.
    """
    if len(news) > 1:
        try:
            if all_or_nothing(database, list(_steps(news))):
                return [True] * len(news)
        except Exception as error:
            if not _is_of_one_sheet(error):
                raise
    outcomes: list[bool | Exception] = []
    for new in news:
        outcome = _store_alone(database, new)
        outcomes.append(outcome)
        if isinstance(outcome, Exception) and not _is_of_one_sheet(outcome):
            break
    return [*outcomes, *outcomes[-1:] * (len(news) - len(outcomes))]


def _store_alone(database: Database, new: Submission) -> bool | Exception:
    """Whether it was stored; begun again where the server has ended it for a deadlock."""
    tries = 1
    while True:
        try:
            return all_or_nothing(database, list(_steps([new])))
        except Exception as error:
            if tries == _TRIES or not _is_deadlock(error):
                return error
            tries += 1


def _is_of_one_sheet(error: Exception) -> bool:
    """Whether an error may be about one of several sheets: a value that is refused, a deadlock."""
    import sqlite3

    if isinstance(error, sqlite3.OperationalError | OSError | SQLAlchemyError | DBAPIError):
        return False
    return _is_deadlock(error) or not _kinds(error) & {"OperationalError", "InterfaceError"}


def _is_deadlock(error: Exception) -> bool:
    """Whether PostgreSQL has ended the transaction because another stood in its way."""
    return bool(_kinds(error) & {"DeadlockDetected", "SerializationFailure"})


def _kinds(error: Exception) -> set[str]:
    """The names of an error's classes: psycopg's can't be imported where only SQLite is installed."""
    return {one.__name__ for one in type(error).__mro__}


def _steps(news: Sequence[Submission]) -> Iterator[Step]:
    """The parts of some submissions in the order of locks; each must find or change a row for each of its values."""
    codes = sorted(news, key=lambda one: one.code_hash)
    yield Step(_USE_CODE, [_code_values(one) for one in codes])
    envelopes = sorted((one for new in news for one in new.envelopes), key=lambda one: (one.label, one.id))
    yield Step(_PUT_ENVELOPE, [_envelope_values(one) for one in envelopes])
    yield Step(_CLAIM_PLACES, _counted((one.campaign, one.group, one.cap) for one in news))
    yield Step(_COUNT_IN_SCHOOL, _counted((one.campaign, one.group, one.school) for one in news))
    if fast := _counted((one.label,) for one in news if one.is_fast):
        yield Step(_COUNT_FAST, fast)


def _counted(keys: Any) -> list[Values]:
    """How many there are of each key, in the order in which rows are locked."""
    counts = sorted(Counter(keys).items(), key=lambda one: tuple(map(str, one[0])))
    return [{"number": number, **{f"key{place}": part for place, part in enumerate(key)}} for key, number in counts]


def _code_values(new: Submission) -> Mapping[str, Any]:
    return {
        "of_hash": new.code_hash,
        "of_label": new.label,
        "by_retry": new.retry,
        "with_receipt": new.receipt,
        "on_day": new.used_on,
    }


def _envelope_values(one: StoredEnvelope) -> Mapping[str, Any]:
    return {"envelope_id": one.id, "of_label": one.label, "of_batch": one.batch, "envelope_ciphertext": one.ciphertext}


def _put_envelope() -> Any:
    """Only into the open batch, which can't be turned over until the transaction ends."""
    new = (
        bindparam("envelope_id", type_=LargeBinary),
        pool.c.label,
        pool.c.batch,
        bindparam("envelope_ciphertext", type_=LargeBinary),
    )
    of_pool = select(*new).where(pool.c.label == bindparam("of_label"), pool.c.batch == bindparam("of_batch"))
    return insert(envelope).from_select(["id", "label", "batch", "ciphertext"], of_pool.with_for_update(read=True))


_NUMBER = bindparam("number", type_=Integer)


def _claim_places() -> Any:
    """Takes places in a group that is neither ended nor stopped, where it has as many; the cap is that of the terms."""
    cap = cast(bindparam("key2", type_=Integer), Integer)
    has_room = or_(cap.is_(None), quota.c.taken + _NUMBER <= cap)
    of_group = (quota.c.campaign == bindparam("key0"), quota.c.group == bindparam("key1"))
    is_taking = (quota.c.ended == false(), quota.c.stopped == false())
    return (
        update(quota)
        .where(*of_group, *is_taking, has_room)
        .values(answered=quota.c.answered + _NUMBER, taken=quota.c.taken + _NUMBER)
    )


_USE_CODE = Prepared(
    update(code)
    .where(
        code.c.code_hash == bindparam("of_hash"),
        code.c.label == bindparam("of_label"),
        code.c.used == false(),
        code.c.cancelled == false(),
    )
    .values(used=true(), retry=bindparam("by_retry"), receipt=bindparam("with_receipt"), used_on=bindparam("on_day"))
)
_PUT_ENVELOPE = Prepared(_put_envelope())
_CLAIM_PLACES = Prepared(_claim_places())
_COUNT_IN_SCHOOL = Prepared(
    update(allocation)
    .where(
        allocation.c.campaign == bindparam("key0"),
        allocation.c.group == bindparam("key1"),
        allocation.c.school == bindparam("key2"),
    )
    .values(answered=allocation.c.answered + _NUMBER)
)
_COUNT_FAST = Prepared(update(pace).where(pace.c.label == bindparam("key0")).values(fast=pace.c.fast + _NUMBER))
