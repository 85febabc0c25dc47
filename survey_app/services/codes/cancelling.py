"""Cancels unused codes, and replaces them in their cell. A used code can't be cancelled: nobody knows which answers are its."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput, Message
from survey_app.domain.clock import Clock
from survey_app.domain.codes import Choice, hash_code, make_code, place_tag, read_code
from survey_app.domain.errors import MalformedCode
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import Place
from survey_app.domain.staff import StaffUser
from survey_app.services import wording
from survey_app.services.audit import COMMAND_LINE
from survey_app.services.codes.changes import (
    HandOver,
    IssuedCode,
    issued_code,
    key_of,
    note_change,
    require_state,
)
from survey_app.services.codes.daily_audit import record_code_act
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.codes import issuing as storage
from survey_app.storage.codes.issuing import KnownCode, NewCode
from survey_app.storage.mixing.mixer_lock import only_mixer
from survey_app.storage.session import Database


@dataclass(frozen=True, slots=True)
class AllUnused:
    """All unused codes of a group, of a school or of both; with neither, of the campaign."""

    group: str = ""
    school: str = ""


def revoke_codes(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    campaign_id: str,
    codes: Sequence[str] | AllUnused,
    actor: StaffUser | str = COMMAND_LINE,
) -> int:
    """Cancels unused codes; their number. Raises `InvalidInput` with every code that can't be, and then cancels none."""
    with database.write() as connection:
        require_state(find_campaign(connection, campaign_id), clock, "revoke codes")
        cancelled = _find_unused(connection, keys, campaign_id, codes, to_change=True)
        storage.cancel_codes(connection, campaign_id, cancelled)
        places = [one.place for one in cancelled]
        campaign = note_change(connection, clock, campaign_id, "revoke codes", places, [])
    record_code_act(keys, clock, actor, "codes_cancelled", campaign, len(cancelled))
    return len(cancelled)


def reissue_codes(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    campaign_id: str,
    codes: Sequence[str] | AllUnused,
    *,
    hand_over: HandOver | None = None,
    choose: Choice = secrets.randbelow,
    actor: StaffUser | str = COMMAND_LINE,
) -> list[IssuedCode]:
    """Cancels unused codes and gives a new one for each, of the same group, school and unit. Raises as `revoke_codes` does."""
    with database.read() as connection:
        campaign = find_campaign(connection, campaign_id)
        require_state(campaign, clock, "reissue codes")
        old = _find_unused(connection, keys, campaign_id, codes)
        names = {(one.group, one.school): one.school_name for one in storage.list_allocations(connection, campaign_id)}
    made = [(one.place, make_code(choose)) for one in old]
    issued = [issued_code(campaign, one.group, one.school, names[one.group, one.school], code) for one, code in made]
    if hand_over:
        hand_over(issued)
    key = key_of(keys, campaign_id)
    new = [_new_code(key, hash_code(key, code), one) for one, code in made]
    with only_mixer(database), database.write() as connection:  # a unit that is declared void has no new codes then
        cancelled = _find_unused(connection, keys, campaign_id, codes, to_change=True)
        _require_same(codes, old, cancelled)
        storage.cancel_codes(connection, campaign_id, cancelled)
        storage.insert_codes(connection, campaign_id, new)
        places, added = [one.place for one in cancelled], [one.place for one in new]
        campaign = note_change(connection, clock, campaign_id, "reissue codes", places, added)
    record_code_act(keys, clock, actor, "codes_replaced", campaign, len(new))
    return issued


def _require_same(codes: Sequence[str] | AllUnused, before: Sequence[KnownCode], now: Sequence[KnownCode]) -> None:
    """Raises `InvalidInput` if a code was used since its successor was printed: typed codes have raised by then, and by name."""
    if gone := {one.place.code_hash for one in before} ^ {one.place.code_hash for one in now}:
        values = {"number": len(gone)}
        raise InvalidInput([InputProblem(_named(codes), wording.CODES_USED_MEANWHILE, values)])


def _named(codes: Sequence[str] | AllUnused) -> str:
    """What a person chose, as an error repeats it."""
    parts = (codes.group, codes.school) if isinstance(codes, AllUnused) else codes
    return " ".join(filter(None, parts))


def _new_code(key: bytes, code_hash: bytes, old: Place) -> NewCode:
    """A code in the place of another."""
    place = Place(code_hash, old.group, old.school, old.label)
    return NewCode(place, place_tag(key, code_hash, old.group, old.school, old.label))


def _find_unused(
    connection: Connection,
    keys: KeyDirectory,
    campaign_id: str,
    codes: Sequence[str] | AllUnused,
    *,
    to_change: bool = False,
) -> list[KnownCode]:
    """The codes meant; `to_change` locks them. Raises `InvalidInput` if there is none."""
    if not isinstance(codes, AllUnused):
        return _find_typed(connection, keys, campaign_id, codes, to_change)
    found = storage.list_unused_of(connection, campaign_id, codes.group, codes.school, to_change=to_change)
    if not found:
        raise InvalidInput([InputProblem(_named(codes) or campaign_id, wording.CODES_NONE_UNUSED)])
    return sorted(found, key=lambda one: (one.place.group, one.place.school))  # as slips are handed out


def _find_typed(
    connection: Connection, keys: KeyDirectory, campaign_id: str, texts: Sequence[str], to_change: bool
) -> list[KnownCode]:
    """The codes typed, in their order. Raises `InvalidInput` naming each that is no unused code."""
    hashes, problems = _hashes(key_of(keys, campaign_id), texts)
    known = {
        one.place.code_hash: one for one in storage.find_codes(connection, campaign_id, hashes, to_change=to_change)
    }
    for h, text in hashes.items():
        if message := _why_not_unused(known.get(h)):
            problems.append(InputProblem(text, message))
    if problems:
        raise InvalidInput(problems)
    return [known[h] for h in hashes]


def _hashes(key: bytes, texts: Sequence[str]) -> tuple[dict[bytes, str], list[InputProblem]]:
    """The hash of each code that was typed, and what is wrong with what is none or was typed before."""
    hashes: dict[bytes, str] = {}
    problems: list[InputProblem] = []
    for text in texts:
        try:
            h = hash_code(key, read_code(text))
        except MalformedCode:
            problems.append(InputProblem(text, wording.CODE_WRONG_COPY))
            continue
        if hashes.setdefault(h, text) is not text:
            problems.append(InputProblem(text, wording.CODE_TWICE))
    return hashes, problems


def _why_not_unused(code: KnownCode | None) -> Message | None:
    if code is None:
        return wording.CODE_UNKNOWN
    if code.cancelled:
        return wording.CODE_CANCELLED
    return wording.CODE_USED if code.used else None
