"""Issues codes. In clear a code exists in the files that are handed out, and nowhere else."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from evaluation.survey.groups import GROUPS
from survey_app.domain.campaigns import Campaign
from survey_app.domain.clock import Clock
from survey_app.domain.codes import Choice, hash_code, make_code
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import StaffUser
from survey_app.domain.units import label_of, merge_neighbours, name_units
from survey_app.services.audit import COMMAND_LINE, record_on_campaign
from survey_app.services.cancelling import reissue_codes as reissue_codes
from survey_app.services.cancelling import revoke_codes as revoke_codes
from survey_app.services.code_changes import HandOver, issued_code, key_of, note_change, require_state
from survey_app.services.code_changes import IssuedCode as IssuedCode
from survey_app.storage import issuing as storage
from survey_app.storage.campaigns import find_campaign
from survey_app.storage.counters import lock_groups
from survey_app.storage.issuing import Cell, NewCode
from survey_app.storage.session import Database

# groups whose answers keep a unit; a school has one principal, so theirs would name a person
UNIT_GROUPS = ("parent", "student", "teacher")
FIRST_BATCH = 1


@dataclass(frozen=True, slots=True)
class _Label:
    name: str
    group: str
    unit: str
    has_pool: bool


def issue_codes(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    campaign_id: str,
    *,
    hand_over: HandOver | None = None,
    choose: Choice = secrets.randbelow,
    actor: StaffUser | str = COMMAND_LINE,
) -> list[IssuedCode]:
    """Issues the codes that are missing to what the plan wants of each cell, before or after opening.

    In the order of groups and schools; within each, codes drawn at random have no order. Raises `UnknownCampaign`, `WrongState`.
    """
    while True:
        with database.read() as connection:
            campaign = find_campaign(connection, campaign_id)
            require_state(campaign, clock, "issue codes")
            cells = storage.list_cells(connection, campaign_id)
            known = storage.list_labels(connection, campaign_id)
        issued, new = _make_codes(campaign, keys, _with_units(campaign, cells), choose)
        labels = [label for label in _labels(campaign_id, new) if label.name not in known]
        public_keys = {label.name: keys.make_pool_key(label.name, FIRST_BATCH) for label in labels if label.has_pool}
        if hand_over:
            hand_over(issued)
        with database.write() as connection:
            lock_groups(connection, campaign_id)
            if storage.list_cells(connection, campaign_id) == cells:  # nobody else has issued meanwhile
                _store(connection, campaign_id, new, labels, public_keys)
                added = [one.h for one, _ in new]
                campaign = note_change(connection, clock, campaign_id, "issue codes", [], added)
                if new:
                    record_on_campaign(connection, clock, actor, "codes_issued", campaign, {"codes": len(new)})
                return issued


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
    key = key_of(keys, campaign.id)
    issued, new = [], []
    for cell, unit in cells:
        for _ in range(cell.missing):
            code = make_code(choose)
            issued.append(issued_code(campaign, cell.group, cell.school, cell.school_name, code))
            label = label_of(campaign.id, cell.group, unit)
            new.append((NewCode(hash_code(key, code), cell.group, cell.school, label), unit))
    return issued, new


def _labels(campaign_id: str, new: Sequence[tuple[NewCode, str]]) -> list[_Label]:
    """The labels of new codes, each with a pool, and the label of each group without unit, for what is joined at closing."""
    units = {(one.group, unit) for one, unit in new}
    return [
        _Label(label_of(campaign_id, group, unit), group, unit, has_pool=(group, unit) in units)
        for group, unit in sorted({*units, *((group, "") for group, _ in units)})
    ]


def _store(
    connection: Connection,
    campaign_id: str,
    new: Sequence[tuple[NewCode, str]],
    labels: Sequence[_Label],
    public_keys: Mapping[str, bytes],
) -> None:
    storage.fix_units(connection, campaign_id, {(one.group, one.school): unit for one, unit in new})
    for label in labels:
        storage.insert_label(connection, campaign_id, label.group, label.unit, label.name)
        if label.has_pool:
            storage.insert_pool(connection, label.name, FIRST_BATCH, public_keys[label.name])
    storage.insert_codes(connection, campaign_id, [one for one, _ in new])
