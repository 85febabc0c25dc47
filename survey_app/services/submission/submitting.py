"""A code's state, and its one submission (docs/anonymity.md, "A submission").

Forms that come in together are taken together (storage/submission/committing.py): their codes are read with one query, and what they leave is
stored with one transaction (storage/submission/statements.py). What needs no lock is done before it: checking the answers, sealing them. Each form
has its own fate.
"""

import hmac
import json
import logging
import math
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final, Literal
from weakref import WeakKeyDictionary

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
from survey_app.domain.receipts import hash_nonce, make_receipt
from survey_app.domain.sheet import AnswerSheet, answers_length, text_length
from survey_app.domain.stable_json import hash_text
from survey_app.domain.start_token import make_start_token, read_start_token, seconds_open
from survey_app.services.campaigns.terms import GroupTerms, Terms, fast_seconds_of, is_text_pool_of, terms_of
from survey_app.storage.campaigns.campaigns import find_questionnaire, list_campaigns, raise_admission
from survey_app.storage.mixing.pools import Pool, StoredEnvelope
from survey_app.storage.session import Database
from survey_app.storage.submission.committing import Committer
from survey_app.storage.submission.statements import FoundCode, Submission, find_codes, store_submissions

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


@dataclass(slots=True, eq=False)
class _Arrival:
    """A form as it came back, at one moment, and what became of it."""

    keys: KeyDirectory
    code: str
    fields: Mapping[str, Sequence[str]]
    retry: bytes
    started: datetime | None  # None: without a start time of ours
    now: datetime
    is_keyed_in: bool
    receipt: Receipt
    outcome: Receipt | Exception | None = None

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
    """The signed start time of the form of a code that is handed out now. Raises `MalformedCode`."""
    now = clock.now()
    return make_start_token(keys.start_secrets.newest(now), now, read_code(code_text))


def look_up(database: Database, keys: KeyDirectory, clock: Clock, code_text: str) -> CodeState:
    """What the code can do now; changes nothing. Raises `MalformedCode`, `UnknownCode`."""
    (found,) = _find_all(database, [(keys, read_code(code_text))])
    if isinstance(found, Exception):
        raise found
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
    respondent. Raises `MalformedCode`, `UnknownCode`, `CodeUsed`, `CampaignNotOpen`, `CampaignClosed`, `GroupFull`, `GroupStopped`,
    `InvalidAnswers`, `HastySheet`; the code stays as it was. Raises `DatabaseMismatch` where nothing can be accepted.
    """
    code, now = read_code(code_text), clock.now()
    started = _read_started(keys, started_token, code, now)
    receipt = Receipt(make_receipt())
    return committer_of(database).commit(
        _Arrival(keys, code, fields, hash_nonce(nonce), started, now, is_keyed_in, receipt)
    )


_committers: WeakKeyDictionary[Database, Committer[_Arrival, Receipt]] = WeakKeyDictionary()


def committer_of(database: Database) -> Committer[_Arrival, Receipt]:
    """Who takes what comes in together in this process."""
    committer = _committers.get(database)
    if committer is None:
        committer = _committers.setdefault(database, Committer(lambda arrivals: _take(database, arrivals)))
    return committer


def _take(database: Database, arrivals: Sequence[_Arrival]) -> list[Receipt | Exception]:
    """The receipt of each form, or what refuses it; where a pool was turned over meanwhile, it is sealed for the next batch."""
    for _ in range(_TRIES):
        waiting = [one for one in arrivals if one.outcome is None]
        if not waiting:
            break
        try:
            _try_to_store(database, waiting)
        except Exception as error:  # what could be stored before stays so
            for one in waiting:
                one.outcome = one.outcome or error
    return [one.outcome or _never_stored() for one in arrivals]


def _never_stored() -> Exception:
    return DatabaseMismatch("nothing can be stored: a key or a row that it needs is gone or another")


@dataclass(frozen=True, slots=True)
class _LookUps:
    """What is looked up in the key directory once for all forms that are taken together."""

    terms_of: Callable[[KeyDirectory, Campaign], Terms] = field(default_factory=lambda: cache(terms_of))
    public_key: Callable[[KeyDirectory, str, int], bytes | None] = field(
        default_factory=lambda: cache(KeyDirectory.public_key)
    )


def _try_to_store(database: Database, arrivals: Sequence[_Arrival]) -> None:
    """Stores what can be; a form that found its pool turned over, or its place just taken, has no outcome yet."""
    look_ups = _LookUps()
    ready: list[tuple[_Arrival, Submission]] = []
    for one, found in zip(arrivals, _find_all(database, [(one.keys, one.code) for one in arrivals]), strict=True):
        try:
            made = _repeat_or_submission(database, look_ups, one, found)
        except Exception as error:
            one.outcome = error
            continue
        if isinstance(made, Submission):
            ready.append((one, made))
        else:
            one.outcome = made
    stored = store_submissions(database, [new for _, new in ready])
    for (one, _), outcome in zip(ready, stored, strict=True):
        one.outcome = outcome if isinstance(outcome, Exception) else one.receipt if outcome else None
    _note_uses((one.keys, new) for one, new in ready if one.outcome is one.receipt)


def _note_uses(stored: Iterable[tuple[KeyDirectory, Submission]]) -> None:
    uses: dict[tuple[KeyDirectory, str], list[bytes]] = {}
    for keys, new in stored:
        uses.setdefault((keys, new.campaign), []).append(new.code_hash)
    for (keys, campaign), hashes in uses.items():
        keys.note_uses(campaign, hashes)


def _repeat_or_submission(
    database: Database, look_ups: _LookUps, arrival: _Arrival, found: FoundCode | Exception
) -> Receipt | Submission | None:
    """The receipt of a form that was stored before, or what is to be stored; None where it must be looked for again. Raises as `submit`."""
    if isinstance(found, Exception):
        raise found
    if found.used:
        return _repeat(found, arrival.retry)
    _remember_admission(database, found.campaign, arrival.now)
    _refuse_unless_open(found, arrival)
    terms, form = _terms(look_ups, arrival.keys, found), _instrument(database, found)
    checked = check_answers(form.questionnaire, arrival.fields)
    _refuse_haste(found, terms, arrival)
    envelopes = _seal(look_ups, arrival.keys, found, form, checked)
    return _submission(arrival, found, terms, form, envelopes) if envelopes else None


def _read_started(keys: KeyDirectory, token: str, code: str, now: datetime) -> datetime | None:
    """When the form was handed out; the folder of secrets is read anew only where none that are known has signed the token."""
    started = read_start_token(keys.start_secrets.all(now), token, code)
    if started is None and token:
        keys.start_secrets.reread()
        started = read_start_token(keys.start_secrets.all(now), token, code)
    return started


def _find_all(database: Database, wanted: Sequence[tuple[KeyDirectory, str]]) -> list[FoundCode | Exception]:
    """The codes, or why each is unknown; a folder of keys is looked into only where none of the keys that the process knows finds it."""
    known = [keys.known_campaign_keys() for keys, _ in wanted]
    found = _find_under(database, known, [code for _, code in wanted])
    missing = [place for place, one in enumerate(found) if one is None]
    if missing:
        others = [_unknown_keys(wanted[place][0], known[place]) for place in missing]
        again = _find_under(database, others, [wanted[place][1] for place in missing])
        for place, one in zip(missing, again, strict=True):
            found[place] = one
    return [one or _why_unknown(database, keys) for one, (keys, _) in zip(found, wanted, strict=True)]


def _unknown_keys(keys: KeyDirectory, known: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return {id_: key for id_, key in keys.campaign_keys().items() if id_ not in known}


def _why_unknown(database: Database, keys: KeyDirectory) -> Exception:
    """`KeysMissing` where the key directory is not there at all: genuine codes must not pass for unknown ones."""
    if not keys.campaign_keys():
        with database.read() as connection:
            for campaign in list_campaigns(connection, (State.OPEN, State.CLOSING)):
                return KeysMissing(campaign.id, str(keys.path))
    return UnknownCode()


def _find_under(
    database: Database, keys: Sequence[Mapping[str, bytes]], codes: Sequence[str]
) -> list[FoundCode | None]:
    """Each code, if it was issued under one of its keys."""
    hashes = [[hash_code(key, code) for key in of.values()] for of, code in zip(keys, codes, strict=True)]
    found = find_codes(database, [one for of_code in hashes for one in of_code])
    return [
        next((found[one] for one in of_code if one in found and _is_in_place(found[one], of)), None)
        for of_code, of in zip(hashes, keys, strict=True)
    ]


def _is_in_place(found: FoundCode, keys: Mapping[str, bytes]) -> bool:
    key = keys.get(found.campaign.id)
    if key is not None and hmac.compare_digest(
        found.tag, place_tag(key, found.code_hash, found.group, found.school, found.label)
    ):
        return True
    log.error("a code of campaign %s is not where it was issued to: the database was changed", found.campaign.id)
    return False


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


def _terms(look_ups: _LookUps, keys: KeyDirectory, found: FoundCode) -> GroupTerms:
    """What the group was opened with. Raises `DatabaseMismatch` where the database says something else."""
    terms = look_ups.terms_of(keys, found.campaign).groups[found.group]
    if (found.cap, found.least_crowd, found.questionnaire_sha256) != (
        terms.cap,
        terms.least_crowd,
        terms.questionnaire,
    ):
        raise DatabaseMismatch(f"group {found.group} of campaign {found.campaign.id} is not what it was opened as")
    return terms


def _submission(
    arrival: _Arrival,
    found: FoundCode,
    terms: GroupTerms,
    form: Instrument,
    envelopes: tuple[StoredEnvelope, ...],
) -> Submission:
    return Submission(
        campaign=found.campaign.id,
        group=found.group,
        school=found.school,
        label=found.label,
        cap=terms.cap,
        code_hash=found.code_hash,
        retry=arrival.retry,
        receipt=arrival.receipt.text,
        used_on=arrival.now.astimezone(LOCAL_ZONE).date(),
        is_fast=not arrival.is_keyed_in and arrival.seconds_open < form.fast_seconds,
        envelopes=envelopes,
    )


def _seal(
    look_ups: _LookUps, keys: KeyDirectory, found: FoundCode, form: Instrument, checked: CheckedAnswers
) -> tuple[StoredEnvelope, ...] | None:
    """The envelope with the answers and, where the questionnaire asks for text, one with what was written, if anything.

    None where a pool's key is not there: it was turned over since it was read, or the database names another.
    """
    answers = AnswerSheet(form.questionnaire.key, checked.answers).to_bytes()
    sealed = [_seal_one(look_ups, keys, found, found.pool, answers, form.answers_length)]
    if form.text_length:
        sealed.append(
            _seal_one(look_ups, keys, found, found.text_pool, (checked.comment or "").encode(), form.text_length)
        )
    complete = tuple(one for one in sealed if one is not None)
    return complete if len(complete) == len(sealed) else None


def _seal_one(
    look_ups: _LookUps, keys: KeyDirectory, found: FoundCode, pool: Pool | None, contents: bytes, length: int
) -> StoredEnvelope | None:
    campaign = found.campaign
    if pool is not None and pool.label != found.label and not is_text_pool_of(pool.label, campaign.id, found.group):
        raise DatabaseMismatch(f"what is written in {found.label} is to go to {pool.label}: the database was changed")
    if pool is None:  # pools go when a campaign is closed
        if campaign.state == State.OPEN:
            return None
        raise CampaignClosed(campaign.name, campaign.closing_moment)
    public_key = look_ups.public_key(keys, pool.label, pool.batch)
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
