"""A code's state, and its one submission (docs/anonymity.md, "A submission").

What needs no lock is done before the transaction: reading the code, checking the answers, sealing them. The transaction itself, which
several submissions may share, is in storage/submissions.py.
"""

import hmac
import json
import logging
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from evaluation.survey.questionnaire import Questionnaire, questionnaire_from_document
from survey_app.domain.answers import CheckedAnswers, check_answers
from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.clock import LOCAL_ZONE, Clock
from survey_app.domain.codes import hash_code, place_tag, read_code
from survey_app.domain.envelope import Destination, seal_envelope
from survey_app.domain.errors import (
    CampaignClosed,
    CampaignNotOpen,
    CodeUsed,
    DatabaseMismatch,
    GroupFull,
    GroupStopped,
    HastySheet,
    KeysMissing,
    UnknownCode,
)
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.quotas import hash_text
from survey_app.domain.receipts import hash_nonce, make_receipt
from survey_app.domain.sheet import Sheet, answers_length, text_length
from survey_app.domain.start_token import make_start_token, read_start_token, seconds_open
from survey_app.services.campaigns.terms import GroupTerms, fast_seconds_of, is_text_pool_of, terms_of
from survey_app.storage.campaigns import find_questionnaire, list_campaigns, raise_admission
from survey_app.storage.pools import Pool, StoredEnvelope
from survey_app.storage.session import Database
from survey_app.storage.submissions import FoundCode, Submission, find_code, store_submission

CodeStateName = Literal["usable", "used", "full", "stopped", "not_open", "closed"]

_ID_LENGTH: Final = 16
_TRIES: Final = 10
"""A pool is turned over every few minutes, and a group fills up once: whoever finds something else so often finds it for ever."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CodeState:
    """What a code can do now, and what its form shows; `least_crowd`: its answers come out among as many, or not at all."""

    state: CodeStateName
    campaign: Campaign
    group: str
    school: str
    school_name: str
    least_crowd: int
    questionnaire: Questionnaire
    questionnaire_sha256: str

    @property
    def is_small_group(self) -> bool:
        """Whether its answers may come out in a crowd smaller than that of others."""
        return self.least_crowd < self.campaign.anonymity_k


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a submission was accepted, never of what it said. `is_repeat`: the sheet had been accepted before."""

    text: str
    is_repeat: bool = field(
        default=False, compare=False
    )  # the sheet had come before: nothing of what came now is taken


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A form as it came back, at one moment."""

    database: Database
    keys: KeyDirectory
    code: str
    nonce: str
    started: datetime | None  # None: without a start time of ours
    now: datetime
    is_keyed_in: bool

    @property
    def seconds_open(self) -> float:
        """How long the form was out."""
        return 0.0 if self.started is None else seconds_open(self.started, self.now)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire, the lengths of its envelopes (0: it asks for no text), and below how many seconds a sheet counts as fast."""

    questionnaire: Questionnaire
    answers_length: int
    text_length: int
    fast_seconds: float


def start_token(keys: KeyDirectory, clock: Clock, code_text: str) -> str:
    """The signed start time of the form of a code that is handed out now. Raises `WrongCopy`."""
    now = clock.now()
    return make_start_token(keys.start_secrets.newest(now), now, read_code(code_text))


def look_up(database: Database, keys: KeyDirectory, clock: Clock, code_text: str) -> CodeState:
    """What the code can do now; changes nothing. Raises `WrongCopy`, `UnknownCode`."""
    found = _find(database, keys, read_code(code_text))
    return CodeState(
        _state(found, found.campaign.admission_at(clock.now())),
        found.campaign,
        found.group,
        found.school,
        found.school_name or "",
        found.least_crowd,
        _instrument(database, found).questionnaire,
        found.questionnaire_sha256,
    )


def submit(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    code_text: str,
    fields: Mapping[str, Sequence[str]],
    nonce: str,
    started_token: str,
    *,
    is_keyed_in: bool = False,
) -> Receipt:
    """Accepts an answer once; the same form sent again gets the same receipt and changes nothing.

    A sheet of paper that the desk has keyed in (services/codes/keying.py) takes the same way; how fast a clerk types says nothing about the
    respondent. Raises `WrongCopy`, `UnknownCode`, `CodeUsed`, `CampaignNotOpen`, `CampaignClosed`, `GroupFull`, `GroupStopped`,
    `InvalidAnswers`, `HastySheet`; the code stays as it was. Raises `DatabaseMismatch` where nothing can be accepted.
    """
    code, now = read_code(code_text), clock.now()
    started = _read_started(keys, started_token, code, now)
    arrival = _Arrival(database, keys, code, nonce, started, now, is_keyed_in)
    found = _find(database, keys, code)
    if found.used:
        return _repeat(found, hash_nonce(nonce))
    _remember_admission(database, found.campaign, now)
    _refuse_unless_open(found, arrival)
    terms, form = _terms(keys, found), _instrument(database, found)
    checked = check_answers(form.questionnaire, fields)
    _refuse_haste(found, terms, arrival)
    return _store(arrival, found, terms, form, checked)


def _read_started(keys: KeyDirectory, token: str, code: str, now: datetime) -> datetime | None:
    """When the form was handed out; the folder of secrets is read anew only where none that are known has signed the token."""
    started = read_start_token(keys.start_secrets.all(now), token, code)
    if started is None and token:
        keys.start_secrets.reread()
        started = read_start_token(keys.start_secrets.all(now), token, code)
    return started


def _find(database: Database, keys: KeyDirectory, code: str) -> FoundCode:
    """The code; the folder of keys is looked into only where none of the keys that the process knows finds it."""
    known = keys.known_campaign_keys()
    found = _find_under(database, known, code)
    if found is None:
        found = _find_under(database, {id_: key for id_, key in keys.campaign_keys().items() if id_ not in known}, code)
    if found is None:
        _refuse_without_keys(database, keys)
        raise UnknownCode
    return found


def _refuse_without_keys(database: Database, keys: KeyDirectory) -> None:
    """Raises `KeysMissing` where the key directory is not there at all: genuine codes must not pass for unknown ones."""
    if keys.campaign_keys():
        return
    with database.read() as connection:
        for campaign in list_campaigns(connection, (State.OPEN, State.CLOSING)):
            raise KeysMissing(campaign.id, str(keys.path))


def _find_under(database: Database, keys: Mapping[str, bytes], code: str) -> FoundCode | None:
    found = find_code(database, [hash_code(key, code) for key in keys.values()])
    if found is None:
        return None
    key = keys.get(found.campaign.id)
    if key is None or not hmac.compare_digest(
        found.tag, place_tag(key, found.code_hash, found.group, found.school, found.label)
    ):
        log.error("a code of campaign %s is not where it was issued to: the database was changed", found.campaign.id)
        raise UnknownCode
    return found


def _state(found: FoundCode, admission: Admission) -> CodeStateName:
    if found.used:
        return "used"
    if admission in (Admission.GRACE, Admission.OVER):  # a form handed out now would not be taken
        return "closed"
    if admission == Admission.NOT_YET:
        return "not_open"
    if found.is_stopped:
        return "stopped"
    return "full" if found.is_full else "usable"


def _repeat(found: FoundCode, retry: bytes) -> Receipt:
    """The receipt of a used code for the form that used it; the first answers count."""
    if found.retry is None or found.receipt is None or not hmac.compare_digest(found.retry, retry):
        raise CodeUsed(found.campaign.name, found.group)
    return Receipt(found.receipt, is_repeat=True)


def _remember_admission(database: Database, campaign: Campaign, now: datetime) -> None:
    """Notes that the clock has brought the campaign further (three times in its life): set back, it undoes nothing."""
    reached = campaign.admission_at(now)
    if reached > campaign.admission:
        with database.write() as connection:
            raise_admission(connection, campaign.id, reached)


def _refuse_unless_open(found: FoundCode, arrival: _Arrival) -> None:
    """In the grace a form must show that it was handed out before the closing moment; one without a start time can't."""
    campaign = found.campaign
    if campaign.admission_at(arrival.now) == Admission.NOT_YET:
        raise CampaignNotOpen(campaign.name, campaign.opens)
    if found.has_ended or not campaign.takes_form(arrival.now, arrival.started or campaign.closing_moment):
        raise CampaignClosed(campaign.name, campaign.closing_moment)
    if found.is_stopped:
        raise GroupStopped(campaign.name, found.group)
    if found.is_full:
        raise GroupFull(campaign.name, found.group)


def _refuse_haste(found: FoundCode, terms: GroupTerms, arrival: _Arrival) -> None:
    """Hands back what was sent sooner than it can be read; whoever leaves the start time out must not get past that."""
    if arrival.is_keyed_in or (missing := terms.min_seconds - arrival.seconds_open) <= 0:
        return
    newest = arrival.keys.start_secrets.newest(arrival.now)
    started = make_start_token(newest, arrival.now, arrival.code) if arrival.started is None else None
    raise HastySheet(found.campaign.name, found.group, math.ceil(missing), started)


def _terms(keys: KeyDirectory, found: FoundCode) -> GroupTerms:
    """What the group was opened with. Raises `DatabaseMismatch` where the database says something else."""
    terms = terms_of(keys, found.campaign).groups[found.group]
    if (found.cap, found.least_crowd, found.questionnaire_sha256) != (
        terms.cap,
        terms.least_crowd,
        terms.questionnaire,
    ):
        raise DatabaseMismatch(f"group {found.group} of campaign {found.campaign.id} is not what it was opened as")
    return terms


def _store(
    arrival: _Arrival, found: FoundCode, terms: GroupTerms, form: Instrument, checked: CheckedAnswers
) -> Receipt:
    """Stores the submission; where a pool was turned over meanwhile, it is sealed for the next batch."""
    retry, receipt = hash_nonce(arrival.nonce), Receipt(make_receipt())
    for _ in range(_TRIES):
        envelopes = _seal(arrival.keys, found, form, checked)
        if envelopes and store_submission(
            arrival.database, _submission(arrival, found, terms, form, retry, receipt, envelopes)
        ):
            arrival.keys.note_use(found.campaign.id, found.code_hash)
            return receipt
        again = find_code(arrival.database, [found.code_hash])
        if again is None:  # cancelled by the office
            raise UnknownCode
        if again.used:
            return _repeat(again, retry)
        _refuse_unless_open(again, arrival)
        found = replace(found, pool=again.pool, text_pool=again.text_pool)
    raise DatabaseMismatch(
        f"nothing can be stored under {found.label}: a key or a row that it needs is gone or another"
    )


def _submission(
    arrival: _Arrival,
    found: FoundCode,
    terms: GroupTerms,
    form: Instrument,
    retry: bytes,
    receipt: Receipt,
    envelopes: tuple[StoredEnvelope, ...],
) -> Submission:
    return Submission(
        campaign=found.campaign.id,
        group=found.group,
        school=found.school,
        label=found.label,
        cap=terms.cap,
        code_hash=found.code_hash,
        retry=retry,
        receipt=receipt.text,
        used_on=arrival.now.astimezone(LOCAL_ZONE).date(),
        is_fast=not arrival.is_keyed_in and arrival.seconds_open < form.fast_seconds,
        envelopes=envelopes,
    )


def _seal(
    keys: KeyDirectory, found: FoundCode, form: Instrument, checked: CheckedAnswers
) -> tuple[StoredEnvelope, ...] | None:
    """The envelope with the answers and, where the questionnaire asks for text, one with what was written, if anything.

    None where a pool's key is not there: it was turned over since it was read, or the database names another.
    """
    answers = Sheet(form.questionnaire.key, checked.answers).to_bytes()
    sealed = [_seal_one(keys, found, found.pool, answers, form.answers_length)]
    if form.text_length:
        sealed.append(_seal_one(keys, found, found.text_pool, (checked.comment or "").encode(), form.text_length))
    complete = tuple(one for one in sealed if one is not None)
    return complete if len(complete) == len(sealed) else None


def _seal_one(
    keys: KeyDirectory, found: FoundCode, pool: Pool | None, contents: bytes, length: int
) -> StoredEnvelope | None:
    campaign = found.campaign
    if pool is not None and pool.label != found.label and not is_text_pool_of(pool.label, campaign.id, found.group):
        raise DatabaseMismatch(f"what is written in {found.label} is to go to {pool.label}: the database was changed")
    if pool is None:  # pools go when a campaign is closed
        if campaign.state == State.OPEN:
            return None
        raise CampaignClosed(campaign.name, campaign.closing_moment)
    public_key = keys.public_key(pool.label, pool.batch)
    if public_key is None or not pool.is_key(public_key):
        return None
    new_id = secrets.token_bytes(_ID_LENGTH)
    destination = Destination(campaign.id, pool.label, pool.batch)
    ciphertext = seal_envelope(contents, public_key, destination, new_id, length)
    return StoredEnvelope(new_id, pool.label, pool.batch, ciphertext)


# --- questionnaires, read once a process: they are frozen, and known again by their hash ------------------------------------------

_MOST_KNOWN: Final = 256  # a county has seven


_known: dict[str, Instrument] = {}


def _instrument(database: Database, found: FoundCode) -> Instrument:
    """The instrument of a code's group. Raises `DatabaseMismatch` where the text is not the one with this hash."""
    sha256 = found.questionnaire_sha256
    if sha256 not in _known:
        with database.read() as connection:
            text = find_questionnaire(connection, found.campaign.id, found.group)[2]
        if hash_text(text) != sha256:
            raise DatabaseMismatch("a questionnaire is not the one that its campaign was opened with")
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        of = questionnaire_from_document(json.loads(text))
        _known[sha256] = Instrument(of, answers_length(of), text_length(of), fast_seconds_of(of))
    return _known[sha256]
