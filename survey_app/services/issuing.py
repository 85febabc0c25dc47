"""Issues codes. In clear a code exists in the files that are handed out, and nowhere else."""

import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from evaluation.survey.groups import GROUPS
from survey_app.domain.campaigns import Campaign
from survey_app.domain.clock import Clock
from survey_app.domain.codes import Choice, hash_code, make_code
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.units import label_of, merge_neighbours, name_units
from survey_app.services.cancelling import reissue_codes as reissue_codes
from survey_app.services.cancelling import revoke_codes as revoke_codes
from survey_app.services.code_changes import HandOver, hold_campaign, issued_code, key_of, note_in_ledger, require_state
from survey_app.services.code_changes import IssuedCode as IssuedCode
from survey_app.storage import issuing as storage
from survey_app.storage.campaigns import find_campaign
from survey_app.storage.issuing import Cell, NewCode
from survey_app.storage.session import Database

# groups whose answers keep a unit; a school has one principal, so theirs would name a person
UNIT_GROUPS = ("parent", "student", "teacher")
FIRST_BATCH = 1


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

    In the order of groups and schools; within each, codes drawn at random have no order. Raises `UnknownCampaign`, `WrongState`.
    """
    while True:
        with database.read() as connection:
            campaign = find_campaign(connection, campaign_id)
            require_state(campaign, clock, "issue codes")
            cells = storage.list_cells(connection, campaign_id)
        issued, new = _make_codes(campaign, keys, _with_units(campaign, cells), choose)
        if hand_over:
            hand_over(issued)
        if _store_issued(database, keys, clock, campaign_id, cells, new):
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
        campaign = hold_campaign(connection, clock, campaign_id, "issue codes")
        if storage.list_cells(connection, campaign_id) != list(expected):
            return False
        storage.fix_units(connection, campaign_id, {(one.group, one.school): unit for one, unit in new})
        _open_labels(connection, keys, campaign_id, {(one.group, unit) for one, unit in new})
        storage.insert_codes(connection, campaign_id, [one for one, _ in new])
        note_in_ledger(connection, campaign, [], [one.h for one, _ in new])
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
