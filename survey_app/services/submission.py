"""A code's state, and its one submission (integrity.md A.5).

What needs no lock is done before the transaction: reading the code, checking the answers, sealing them and what goes beside them.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from evaluation.survey.questionnaire import Questionnaire
from survey_app.domain.answers import check_answers
from survey_app.domain.campaigns import Admission, Campaign
from survey_app.domain.chain import Link, Run, lengthen
from survey_app.domain.clock import LOCAL_ZONE, Clock
from survey_app.domain.codes import hash_code, read_code
from survey_app.domain.concealment import open_run, seal_mark, seal_run
from survey_app.domain.envelope import Destination, seal_envelope
from survey_app.domain.errors import CampaignClosed, CampaignNotOpen, CodeUsed, GroupFull, UnknownCode
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.receipts import hash_nonce, make_receipt
from survey_app.domain.sheet import Sheet
from survey_app.domain.start_token import TimeTaken, bucket_of, make_start_token, read_time_taken
from survey_app.services.instruments import Instrument, instrument
from survey_app.storage.acceptance import Acceptance, RunStep
from survey_app.storage.accepting import store_acceptance
from survey_app.storage.campaigns import find_questionnaire, raise_admission
from survey_app.storage.claiming import FoundCode, find_code
from survey_app.storage.pools import StoredEnvelope
from survey_app.storage.session import Database

State = Literal["usable", "used", "full", "not_open", "closed"]

_ID_LENGTH = 16
_ALONE_IN_SCHOOL = "principal"


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
    questionnaire_sha256: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a submission was accepted, never of what it said."""

    text: str
    is_repeat: bool = field(
        default=False, compare=False
    )  # the sheet had come before: nothing of what came now is taken


@dataclass(frozen=True, slots=True)
class _Submission:
    """A checked sheet on its way in."""

    found: FoundCode
    sheet: Sheet
    envelope_length: int
    time_taken: TimeTaken
    link: Link
    retry: bytes
    receipt: Receipt


def start_token(session_secret: bytes, clock: Clock, code_text: str) -> str:
    """The signed start time of the form of a code that is handed out now. Raises `WrongCopy`."""
    return make_start_token(session_secret, clock, read_code(code_text))


def look_up(database: Database, keys: KeyDirectory, clock: Clock, code_text: str) -> CodeState:
    """What the code can do now; changes nothing. Raises `WrongCopy`, `UnknownCode`."""
    code = read_code(code_text)
    found = _find(database, keys, code)
    return CodeState(
        _state(found, found.campaign.admission_at(clock.now())),
        found.campaign,
        found.group,
        found.school,
        found.terms.school_name or "",
        found.is_small_group,
        _instrument(database, found).questionnaire,
        found.terms.questionnaire_sha256,
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
    return _accept(database, keys, clock, code_text, fields, nonce, started_token, is_keyed_in=False)


def submit_keyed_in(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    code_text: str,
    fields: Mapping[str, Sequence[str]],
    nonce: str,
    started_token: str,
) -> Receipt:
    """The same for a sheet of paper that the desk has keyed in (services/keying.py): it takes the same path to the same tables.

    How fast a clerk types says nothing about the respondent: the sheet counts, in no lower class of time than the slowest that does not,
    and carries on no run of its school.
    """
    return _accept(database, keys, clock, code_text, fields, nonce, started_token, is_keyed_in=True)


def _accept(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    code_text: str,
    fields: Mapping[str, Sequence[str]],
    nonce: str,
    started_token: str,
    *,
    is_keyed_in: bool,
) -> Receipt:
    code = read_code(code_text)
    found = _find(database, keys, code)
    if found.used:
        return _repeat(found, hash_nonce(nonce))
    time_taken = read_time_taken(keys.session_secret(), started_token, code, clock.now())
    _remember_admission(database, found.campaign, time_taken)
    _refuse_unless_open(found, time_taken)
    form = _instrument(database, found)
    sheet = _checked_sheet(form, found.campaign, fields, time_taken, is_keyed_in=is_keyed_in)
    link = Link(None if is_keyed_in else time_taken.opened, time_taken.submitted)
    retry, receipt = hash_nonce(nonce), Receipt(make_receipt())
    return _store(database, keys, _Submission(found, sheet, form.envelope_length, time_taken, link, retry, receipt))


def _find(database: Database, keys: KeyDirectory, code: str) -> FoundCode:
    """The code; the folder of keys is looked into only where none of the keys that the process knows finds it."""
    known = keys.known_campaign_keys()
    found = _find_under(database, known, code)
    if found is None:
        found = _find_under(database, {id_: key for id_, key in keys.campaign_keys().items() if id_ not in known}, code)
    if found is None:
        raise UnknownCode
    return found


def _find_under(database: Database, keys: Mapping[str, bytes], code: str) -> FoundCode | None:
    return find_code(database, [hash_code(key, code) for key in keys.values()])


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
    return Receipt(found.receipt, is_repeat=True)


def _remember_admission(database: Database, campaign: Campaign, time_taken: TimeTaken) -> None:
    """Notes that the clock has brought the campaign further (three times in its life): set back, it undoes nothing."""
    reached = campaign.admission_at(time_taken.submitted)
    if reached > campaign.admission:
        with database.write() as connection:
            raise_admission(connection, campaign.id, reached)


def _refuse_unless_open(found: FoundCode, time_taken: TimeTaken) -> None:
    """In the grace a form must show that it was handed out before the closing moment; one without a start time can't."""
    campaign = found.campaign
    started = time_taken.started or campaign.closing_moment
    if campaign.admission_at(time_taken.submitted) == Admission.NOT_YET:
        raise CampaignNotOpen(campaign.name, campaign.opens)
    if found.has_ended or not campaign.takes_form(time_taken.submitted, started):
        raise CampaignClosed(campaign.name, campaign.closing_moment)
    if found.is_full:
        raise GroupFull(campaign.name, found.group)


def _checked_sheet(
    form: Instrument,
    campaign: Campaign,
    fields: Mapping[str, Sequence[str]],
    time_taken: TimeTaken,
    *,
    is_keyed_in: bool,
) -> Sheet:
    checked = check_answers(form.questionnaire, fields)
    min_seconds = form.min_seconds if campaign.min_seconds is None else campaign.min_seconds
    return Sheet(
        form.questionnaire.key,
        checked.answers,
        max(time_taken.bucket_s, bucket_of(min_seconds)) if is_keyed_in else time_taken.bucket_s,
        is_keyed_in or time_taken.is_at_least(min_seconds),
        checked.comment,
    )


def _store(database: Database, keys: KeyDirectory, new: _Submission) -> Receipt:
    """Stores the submission; what was in its way is read anew.

    Worth another try: the pool was mixed meanwhile, or another sheet of the school came first.
    """
    envelope = _seal(keys, new)
    while not store_acceptance(database, _acceptance(keys, new, envelope)):
        found = find_code(database, [new.found.h])
        if found is None:  # cancelled by the office
            raise UnknownCode
        if found.used:
            return _repeat(found, new.retry)
        _refuse_unless_open(found, new.time_taken)
        is_sealed_for_it = found.pool == new.found.pool
        new = replace(new, found=found)
        envelope = envelope if is_sealed_for_it else _seal(keys, new)
    return new.receipt


def _acceptance(keys: KeyDirectory, new: _Submission, envelope: StoredEnvelope) -> Acceptance:
    """What is to be written; the envelope is sealed before anything is locked."""
    found, time_taken = new.found, new.time_taken
    return Acceptance(
        campaign=found.campaign.id,
        group=found.group,
        school=found.school,
        h=found.h,
        retry=new.retry,
        receipt=new.receipt.text,
        used_on=time_taken.submitted.astimezone(LOCAL_ZONE).date(),
        envelope=envelope,
        run=_run_step(keys, found, new.link) if _has_run(found) else None,
    )


def _has_run(found: FoundCode) -> bool:
    """Each school has one principal: a run would tell when that one answered, and no group without schools has any."""
    return bool(found.school) and found.group != _ALONE_IN_SCHOOL


def _run_step(keys: KeyDirectory, found: FoundCode, link: Link) -> RunStep:
    """A run that can't be opened (its key was lost) begins anew."""
    campaign, school = found.campaign.id, found.school
    key = keys.run_key(campaign)

    def lengthen_sealed(sealed: bytes | None) -> bytes:
        before: Run | None = open_run(key, sealed, campaign, school) if sealed else None
        return seal_run(key, campaign, school, lengthen(before, link))

    return RunStep(found.run, lengthen_sealed)


def _seal(keys: KeyDirectory, new: _Submission) -> StoredEnvelope:
    campaign, pool = new.found.campaign, new.found.pool
    if pool is None:  # pools go when a closing campaign is mixed for the last time
        raise CampaignClosed(campaign.name, campaign.closing_moment)
    destination = Destination(campaign.id, pool.label, pool.batch, pool.public_key)
    ct = seal_envelope(new.sheet.to_bytes(), destination, new.envelope_length)
    new_id = secrets.token_bytes(_ID_LENGTH)
    mark_key = keys.mark_key(pool.label, pool.batch)
    mark = seal_mark(mark_key, pool.label, pool.batch, new_id, is_valid=new.sheet.valid)
    return StoredEnvelope(new_id, pool.label, pool.batch, ct, mark)


def _instrument(database: Database, found: FoundCode) -> Instrument:
    def read_text() -> str:
        with database.read() as connection:
            return find_questionnaire(connection, found.campaign.id, found.group)[2]

    return instrument(found.terms.questionnaire_sha256, read_text)
