"""A code's state, and its one submission (integrity.md A.5).

What needs no lock is done before the transaction: reading the code, checking the answers, sealing them. Within it, rows are locked in
the order code, pool, run, group, school, label; the mixer and the office keep to the same order. The group's row, which all its
submissions share, comes late and so is held for a moment only.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from evaluation.survey.questionnaire import Questionnaire
from survey_app.domain.answers import check_answers
from survey_app.domain.campaigns import Admission, Campaign
from survey_app.domain.chain import Link
from survey_app.domain.clock import LOCAL_ZONE, Clock
from survey_app.domain.codes import hash_code, read_code
from survey_app.domain.envelope import Destination, seal_envelope
from survey_app.domain.errors import CampaignClosed, CampaignNotOpen, CodeUsed, GroupFull, UnknownCode
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.receipts import hash_nonce, make_receipt
from survey_app.domain.sheet import Sheet
from survey_app.domain.start_token import TimeTaken, make_start_token, read_time_taken
from survey_app.services.instruments import Instrument, instrument
from survey_app.storage.campaigns import find_campaign, find_questionnaire, raise_admission
from survey_app.storage.claiming import FoundCode, claim_code, find_code
from survey_app.storage.counters import claim_place
from survey_app.storage.pools import Pool, StoredEnvelope, insert_envelope, share_pool
from survey_app.storage.runs import extend_run
from survey_app.storage.session import Database

State = Literal["usable", "used", "full", "not_open", "closed"]

_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class CodeState:
    """What a code can do now, and what its form shows; `is_small_group`: the crowd of its answers is smaller than promised."""

    state: State
    campaign: Campaign
    group: str
    school: str
    school_name: str
    is_small_group: bool
    questionnaire: Questionnaire


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a submission was accepted, never of what it said."""

    text: str


@dataclass(frozen=True, slots=True)
class _Submission:
    """A checked sheet on its way in."""

    found: FoundCode
    sheet: Sheet
    envelope_length: int
    time_taken: TimeTaken
    retry: bytes
    receipt: Receipt


def start_token(session_secret: bytes, clock: Clock) -> str:
    """The signed start time of a form that is handed out now."""
    return make_start_token(session_secret, clock)


def look_up(database: Database, keys: KeyDirectory, clock: Clock, code_text: str) -> CodeState:
    """What the code can do now; changes nothing. Raises `WrongCopy`, `UnknownCode`."""
    found = _find(database, keys, code_text)
    return CodeState(
        _state(found, found.campaign.admission_at(clock.now())),
        found.campaign,
        found.group,
        found.school,
        found.school_name or "",
        found.is_small_group,
        _instrument(database, found).questionnaire,
    )


def submit(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    code_text: str,
    fields: Mapping[str, Sequence[str]],
    nonce: str,
    started_token: str,
) -> Receipt:
    """Accepts an answer once; the same form sent again gets the same receipt and changes nothing.

    Raises `WrongCopy`, `UnknownCode`, `CodeUsed`, `CampaignNotOpen`, `CampaignClosed`, `GroupFull`, `InvalidAnswers`; the code stays
    as it was.
    """
    found = _find(database, keys, code_text)
    if found.used:
        return _repeat(found, hash_nonce(nonce))
    time_taken = read_time_taken(keys.session_secret(), started_token, clock.now())
    _remember_admission(database, found.campaign, time_taken)
    _refuse_unless_taken(found.campaign, time_taken)
    if found.is_full:
        raise GroupFull(found.campaign.name, found.group)
    form = _instrument(database, found)
    sheet = _checked_sheet(form, found.campaign, fields, time_taken)
    new = _Submission(found, sheet, form.envelope_length, time_taken, hash_nonce(nonce), Receipt(make_receipt()))
    return _store(database, new)


def _find(database: Database, keys: KeyDirectory, code_text: str) -> FoundCode:
    code = read_code(code_text)
    hashes = [hash_code(key, code) for key in keys.campaign_keys().values()]
    with database.read() as connection:
        found = find_code(connection, hashes)
    if found is None:
        raise UnknownCode
    return found


def _state(found: FoundCode, admission: Admission) -> State:
    if found.used:
        return "used"
    if admission in (Admission.GRACE, Admission.OVER):  # a form handed out now would not be taken
        return "closed"
    if admission == Admission.NOT_YET:
        return "not_open"
    return "full" if found.is_full else "usable"


def _repeat(found: FoundCode, retry: bytes) -> Receipt:
    """The receipt of a used code for the form that used it; the first answers count."""
    if found.retry is None or found.receipt is None or not hmac.compare_digest(found.retry, retry):
        raise CodeUsed(found.campaign.name, found.group)
    return Receipt(found.receipt)


def _remember_admission(database: Database, campaign: Campaign, time_taken: TimeTaken) -> None:
    """Notes that the clock has brought the campaign further (three times in its life): set back, it undoes nothing."""
    reached = campaign.admission_at(time_taken.submitted)
    if reached > campaign.admission:
        with database.write() as connection:
            raise_admission(connection, campaign.id, reached)


def _refuse_unless_taken(campaign: Campaign, time_taken: TimeTaken) -> None:
    """In the grace a form must show that it was handed out before the closing moment; one without a start time can't."""
    started = time_taken.started or campaign.closing_moment
    if campaign.takes_form(time_taken.submitted, started):
        return
    if campaign.admission_at(time_taken.submitted) == Admission.NOT_YET:
        raise CampaignNotOpen(campaign.name, campaign.opens)
    raise CampaignClosed(campaign.name, campaign.closing_moment)


def _checked_sheet(
    form: Instrument, campaign: Campaign, fields: Mapping[str, Sequence[str]], time_taken: TimeTaken
) -> Sheet:
    checked = check_answers(form.questionnaire, fields)
    min_seconds = form.min_seconds if campaign.min_seconds is None else campaign.min_seconds
    return Sheet(
        form.questionnaire.key,
        checked.answers,
        time_taken.bucket_s,
        time_taken.is_at_least(min_seconds),
        checked.comment,
    )


def _store(database: Database, new: _Submission) -> Receipt:
    sealed = _seal(new, new.found.pool) if new.found.pool else None
    with database.write() as connection:
        if not _claim(connection, new):
            return _repeat_by_other(connection, new)
        _insert_sealed(connection, new, sealed)
        _count(connection, new)
        # read after the group's row is locked: closing waits for that lock before it ends admission
        _refuse_unless_taken(find_campaign(connection, new.found.campaign.id), new.time_taken)
    return new.receipt


def _claim(connection: Connection, new: _Submission) -> bool:
    day = new.time_taken.submitted.astimezone(LOCAL_ZONE).date()
    return claim_code(connection, new.found.h, retry=new.retry, receipt=new.receipt.text, used_on=day)


def _repeat_by_other(connection: Connection, new: _Submission) -> Receipt:
    """Another request used the code a moment ago, or the office cancelled it."""
    found = find_code(connection, [new.found.h])
    if found is None:
        raise UnknownCode
    return _repeat(found, new.retry)


def _insert_sealed(connection: Connection, new: _Submission, sealed: StoredEnvelope | None) -> None:
    """Stores the envelope; if the pool was mixed since it was sealed, another one for the batch that is open now."""
    pool = share_pool(connection, new.found.label)
    if pool is None:  # pools go when the closing campaign is mixed for the last time
        raise CampaignClosed(new.found.campaign.name, new.found.campaign.closing_moment)
    if sealed is None or sealed.batch != pool.batch:
        sealed = _seal(new, pool)
    insert_envelope(connection, sealed)


def _seal(new: _Submission, pool: Pool) -> StoredEnvelope:
    destination = Destination(new.found.campaign.id, pool.label, pool.batch, pool.public_key)
    ct = seal_envelope(new.sheet.to_bytes(), destination, new.envelope_length)
    return StoredEnvelope(secrets.token_bytes(_ID_LENGTH), pool.label, pool.batch, ct)


def _count(connection: Connection, new: _Submission) -> None:
    found = new.found
    if found.school:
        extend_run(connection, found.campaign.id, found.school, Link(new.time_taken.opened, new.time_taken.submitted))
    is_valid = new.sheet.valid
    if not claim_place(
        connection, found.campaign.id, found.group, school=found.school, label=found.label, is_valid=is_valid
    ):
        raise GroupFull(found.campaign.name, found.group)


def _instrument(database: Database, found: FoundCode) -> Instrument:
    def read_text() -> str:
        with database.read() as connection:
            return find_questionnaire(connection, found.campaign.id, found.group)[2]

    return instrument(found.questionnaire_sha256, read_text)
