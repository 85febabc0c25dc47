"""Issues codes, cancels unused ones and replaces them. In clear a code exists in the files that are handed out, and nowhere else."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.survey.groups import GROUPS, Group
from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.codes import Choice, hash_code, make_code, print_code, read_code
from survey_app.domain.errors import WrongCopy, WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.units import label_of, merge_neighbours, name_units
from survey_app.services import wording
from survey_app.services.campaign_shape import FORM_PATH
from survey_app.storage import issuing as storage
from survey_app.storage.campaigns import find_campaign
from survey_app.storage.issuing import Cell, KnownCode, NewCode
from survey_app.storage.ledger import append_entry
from survey_app.storage.session import Database

# groups whose answers keep a unit; a school has one principal, so theirs would name a person
UNIT_GROUPS = ("parent", "student", "teacher")
FIRST_BATCH = 1
_ISSUING_STATES = (State.DRAFT, State.OPEN)


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """One slip: the code as printed, and the address that its QR code opens. `school` is empty in a group without schools."""

    group: Group
    school: str
    school_name: str
    code: str
    url: str


HandOver = Callable[[Sequence[IssuedCode]], None]


def issue_codes(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    campaign_id: str,
    *,
    hand_over: HandOver | None = None,
    choose: Choice = secrets.randbelow,
) -> list[IssuedCode]:
    """Issues the codes that are missing to what the plan wants of each cell, before or after opening.

    `hand_over` writes them down before they are stored, so that no code counts as issued that nobody holds; if it fails, nothing is
    stored. In the order of groups and schools, shuffled within each. Raises `UnknownCampaign`, `WrongState`.
    """
    while True:
        with database.read() as connection:
            campaign = find_campaign(connection, campaign_id)
            _require_state(campaign, clock, "issue codes")
            cells = storage.list_cells(connection, campaign_id)
        issued, new = _make_codes(campaign, keys, _with_units(campaign, cells), choose)
        if hand_over:
            hand_over(issued)
        if _store_issued(database, keys, clock, campaign_id, cells, new):
            return issued


def revoke_codes(database: Database, keys: KeyDirectory, clock: Clock, campaign_id: str, codes: Sequence[str]) -> None:
    """Cancels unused codes. Raises `InvalidInput` with every code that can't be, and then cancels none."""
    with database.write() as connection:
        campaign = _hold_campaign(connection, clock, campaign_id, "revoke codes")
        cancelled = _find_unused(connection, keys, campaign_id, codes)
        storage.cancel_codes(connection, campaign_id, cancelled)
        _note_in_ledger(connection, campaign, cancelled=[one.h for one in cancelled], added=[])


def reissue_codes(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    campaign_id: str,
    codes: Sequence[str],
    *,
    hand_over: HandOver | None = None,
    choose: Choice = secrets.randbelow,
) -> list[IssuedCode]:
    """Cancels unused codes and gives a new one for each, of the same group, school and unit. Raises as `revoke_codes` does."""
    with database.read() as connection:
        campaign = find_campaign(connection, campaign_id)
        _require_state(campaign, clock, "reissue codes")
        old = _find_unused(connection, keys, campaign_id, codes)
        names = {(one.group, one.school): one.school_name for one in storage.list_cells(connection, campaign_id)}
    key = keys.campaign_key(campaign_id)
    made = [(one, make_code(choose)) for one in old]
    issued = [_issued(campaign, one.group, one.school, names[one.group, one.school], code) for one, code in made]
    if hand_over:
        hand_over(issued)
    new = [NewCode(hash_code(key, code), one.group, one.school, one.label) for one, code in made]
    with database.write() as connection:
        campaign = _hold_campaign(connection, clock, campaign_id, "reissue codes")
        cancelled = _find_unused(connection, keys, campaign_id, codes)
        storage.cancel_codes(connection, campaign_id, cancelled)
        storage.insert_codes(connection, campaign_id, new)
        hashes = {"cancelled": [one.h for one in cancelled], "added": [one.h for one in new]}
        _note_in_ledger(connection, campaign, **hashes)
    return issued


def _hold_campaign(connection: Connection, clock: Clock, campaign_id: str, action: str) -> Campaign:
    """The campaign, locked, in a state that allows the action."""
    campaign = find_campaign(connection, campaign_id, to_change=True)
    _require_state(campaign, clock, action)
    return campaign


def _require_state(campaign: Campaign, clock: Clock, action: str) -> None:
    """Codes change until the closing moment: afterwards nobody could use a new one."""
    if campaign.state not in _ISSUING_STATES:
        raise WrongState(campaign.id, campaign.state, action, _ISSUING_STATES)
    if campaign.admission_at(clock.now()) >= Admission.GRACE:
        raise WrongState(campaign.id, State.CLOSING, action, _ISSUING_STATES)


# --- making --------------------------------------------------------------------------------------------------------------------


def _with_units(campaign: Campaign, cells: Sequence[Cell]) -> list[tuple[Cell, str]]:
    """Each cell with its unit: the one it has, or the one it gets now. Groups are taken in order, so that names are stable."""
    names = _names_given(cells)
    placed: list[tuple[Cell, str]] = []
    for group in GROUPS:
        of_group = [one for one in cells if one.group == group]
        fresh = {one.school: one.planned for one in of_group if one.unit is None and group in UNIT_GROUPS}
        named = name_units(merge_neighbours(fresh, campaign.anonymity_k), names)
        names |= named
        units = {school: unit for schools, unit in named.items() for school in schools}
        placed += [(one, one.unit if one.unit is not None else units.get(one.school, "")) for one in of_group]
    return placed


def _names_given(cells: Sequence[Cell]) -> dict[tuple[str, ...], str]:
    """Names that units bear already, by their schools."""
    schools: dict[tuple[str, str], list[str]] = {}
    for one in cells:
        if one.unit:
            schools.setdefault((one.group, one.unit), []).append(one.school)
    return {tuple(sorted(of_unit)): unit for (_, unit), of_unit in schools.items()}


def _make_codes(
    campaign: Campaign, keys: KeyDirectory, cells: Sequence[tuple[Cell, str]], choose: Choice
) -> tuple[list[IssuedCode], list[tuple[NewCode, str]]]:
    """The missing codes in clear, and as they are stored, with their unit."""
    key = keys.campaign_key(campaign.id)
    issued, new = [], []
    for cell, unit in cells:
        for _ in range(cell.missing):
            code = make_code(choose)
            issued.append(_issued(campaign, cell.group, cell.school, cell.school_name, code))
            label = label_of(campaign.id, cell.group, unit)
            new.append((NewCode(hash_code(key, code), cell.group, cell.school, label), unit))
    return issued, new


def _issued(campaign: Campaign, group: str, school: str, school_name: str, code: str) -> IssuedCode:
    return IssuedCode(cast(Group, group), school, school_name, print_code(code), f"{campaign.base_url}{FORM_PATH}{code}")


# --- storing -------------------------------------------------------------------------------------------------------------------


def _store_issued(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    campaign_id: str,
    expected: Sequence[Cell],
    new: Sequence[tuple[NewCode, str]],
) -> bool:
    """Stores the codes with their units, labels and pools; False, and nothing stored, if the cells are not as expected any more."""
    with database.write() as connection:
        campaign = _hold_campaign(connection, clock, campaign_id, "issue codes")
        if storage.list_cells(connection, campaign_id) != list(expected):
            return False
        storage.fix_units(connection, campaign_id, {(one.group, one.school): unit for one, unit in new})
        _open_labels(connection, keys, campaign_id, {(one.group, unit) for one, unit in new})
        storage.insert_codes(connection, campaign_id, [one for one, _ in new])
        _note_in_ledger(connection, campaign, cancelled=[], added=[one.h for one, _ in new])
        return True


def _open_labels(
    connection: Connection, keys: KeyDirectory, campaign_id: str, units: Collection[tuple[str, str]]
) -> None:
    """Makes the labels that are not there, each with its pool; also the label of each group without unit, for remainders."""
    known = storage.list_labels(connection, campaign_id)
    for group, unit in sorted({*units, *((group, "") for group, _ in units)}):
        label = label_of(campaign_id, group, unit)
        if label in known:
            continue
        storage.insert_label(connection, campaign_id, group, unit, label)
        if (group, unit) in units:
            storage.insert_pool(connection, label, FIRST_BATCH, keys.make_pool_key(label, FIRST_BATCH))


def _note_in_ledger(
    connection: Connection, campaign: Campaign, *, cancelled: Sequence[bytes], added: Sequence[bytes]
) -> None:
    """From the opening on, a change of the codes is an entry; before it, the `open` entry will hold them all."""
    if campaign.state == State.OPEN and (cancelled or added):
        hashes = {"cancelled": sorted(h.hex() for h in cancelled), "added": sorted(h.hex() for h in added)}
        append_entry(connection, campaign.id, {"kind": "codes", **hashes})


# --- reading typed codes -------------------------------------------------------------------------------------------------------


def _find_unused(connection: Connection, keys: KeyDirectory, campaign_id: str, texts: Sequence[str]) -> list[KnownCode]:
    """The codes typed, in their order. Raises `InvalidInput` naming each that is no unused code of this campaign."""
    hashes: dict[str, bytes] = {}
    problems: list[InputProblem] = []
    for text in texts:
        try:
            h = hash_code(keys.campaign_key(campaign_id), read_code(text))
        except WrongCopy:
            problems.append(InputProblem(text, wording.CODE_WRONG_COPY))
            continue
        if h in hashes.values():
            problems.append(InputProblem(text, wording.CODE_TWICE))
        hashes[text] = h
    known = {one.h: one for one in storage.find_codes(connection, campaign_id, hashes.values(), to_change=True)}
    for text, h in hashes.items():
        if message := _why_not_unused(known.get(h)):
            problems.append(InputProblem(text, message))
    if problems:
        raise InvalidInput(problems)
    return [known[h] for h in hashes.values()]


def _why_not_unused(code: KnownCode | None) -> Message | None:
    if code is None:
        return wording.CODE_UNKNOWN
    if code.cancelled:
        return wording.CODE_CANCELLED
    return wording.CODE_USED if code.used else None
