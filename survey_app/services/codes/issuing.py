"""Issues codes. In clear a code exists in the files that are handed out, and nowhere else."""

import json
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from evaluation.survey.groups import GROUPS
from evaluation.survey.questionnaire import questionnaire_from_document
from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.codes import Choice, hash_code, make_code, place_tag
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import Place
from survey_app.domain.sheet import text_length
from survey_app.domain.staff import StaffUser
from survey_app.domain.units import POOL_SIZE, form_units, label_of, name_units, split_label, text_label
from survey_app.services.audit import COMMAND_LINE, record_on_campaign
from survey_app.services.codes.cancelling import AllUnused as AllUnused
from survey_app.services.codes.cancelling import reissue_codes as reissue_codes
from survey_app.services.codes.cancelling import revoke_codes as revoke_codes
from survey_app.services.codes.changes import HandOver, issued_code, key_of, note_change, require_state
from survey_app.services.codes.changes import IssuedCode as IssuedCode
from survey_app.services.codes.daily_audit import record_code_act
from survey_app.storage.campaigns.campaigns import find_campaign, list_questionnaires
from survey_app.storage.campaigns.counters import lock_groups
from survey_app.storage.codes import issuing as storage
from survey_app.storage.codes.issuing import Allocation, NewCode, NewLabel
from survey_app.storage.mixing.mixer_lock import only_mixer
from survey_app.storage.mixing.pools import Pool, insert_pool, list_labels, list_pools
from survey_app.storage.session import Database

# groups whose answers keep a unit; a school has one principal, so theirs would name a person
UNIT_GROUPS = ("parent", "student", "teacher")
FIRST_BATCH = 1


@dataclass
class _Batch:
    """Codes to be issued at once, with the labels that they need."""

    issued: list[IssuedCode] = field(default_factory=list)
    new: list[NewCode] = field(default_factory=list)
    labels: dict[str, NewLabel] = field(default_factory=dict)


def issue_codes(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    campaign_id: str,
    *,
    hand_over: HandOver | None = None,
    choose: Choice = secrets.randbelow,
    actor: StaffUser | str = COMMAND_LINE,
    end: Callable[[Connection, int], object] = lambda _connection, _number: None,
) -> list[IssuedCode]:
    """Issues the codes that are missing to what the plan wants of each allocation, before or after opening.

    `end` is called with their number in the transaction that stores them. In the order of groups and schools; within each, codes drawn at
    random have no order. Raises `UnknownCampaign`, `WrongState`.
    """
    while True:
        with database.read() as connection:
            campaign = find_campaign(connection, campaign_id)
            require_state(campaign, clock, "issue codes")
            allocations = storage.list_allocations(connection, campaign_id)
            writes = _writing_groups(connection, campaign_id)
            known = {
                one.label: NewLabel(one.label, one.group, one.unit, one.base_unit, one.text_label, has_codes=True)
                for one in list_labels(connection, campaign_id)
            }
        units = _units(campaign, allocations)
        batch = _make_codes(campaign, keys, allocations, units, known, writes, choose)
        if hand_over:
            hand_over(batch.issued)
        if _store(database, keys, clock, campaign_id, allocations, units, batch, actor, end):
            return batch.issued


def _writing_groups(connection: Connection, campaign_id: str) -> set[str]:
    """The groups whose questionnaires ask for text."""
    rows = list_questionnaires(connection, campaign_id)
    return {row.group for row in rows if text_length(questionnaire_from_document(json.loads(row.text)))}


def _units(campaign: Campaign, allocations: Sequence[Allocation]) -> dict[tuple[str, str], str]:
    """The unit of each group and school: as fixed at the first issuing, which forms them once over all schools."""
    if all(one.unit is not None for one in allocations):
        return {(one.group, one.school): one.unit or "" for one in allocations}
    codes: dict[str, dict[str, int]] = defaultdict(dict)
    for one in allocations:
        if one.group in UNIT_GROUPS:
            codes[one.group][one.school] = one.planned
    in_order = {group: codes[group] for group in GROUPS if group in codes}
    names = name_units(form_units(list(in_order.values()), campaign.anonymity_k, campaign.expected_return))
    hidden = {group for group, of_school in in_order.items() if sum(of_school.values()) >= campaign.anonymity_k}
    formed = {(one.group, one.school): names.get(one.school, "") if one.group in hidden else "" for one in allocations}
    return formed | {(one.group, one.school): one.unit for one in allocations if one.unit is not None}


def _make_codes(
    campaign: Campaign,
    keys: KeyDirectory,
    allocations: Sequence[Allocation],
    units: Mapping[tuple[str, str], str],
    known: Mapping[str, NewLabel],
    writes: set[str],
    choose: Choice,
) -> _Batch:
    """The missing codes in clear and as they are stored, and the labels that are not known yet."""
    key, batch = key_of(keys, campaign.id), _Batch()
    labels = _Labels(campaign.id, allocations, units, known, writes)
    in_order = {group: place for place, group in enumerate(GROUPS)}
    for one in sorted(allocations, key=lambda one: (in_order[one.group], one.school)):  # type: ignore[index]
        for _ in range(one.missing):
            code, label = make_code(choose), labels.next_of(one.group, units[one.group, one.school])
            batch.issued.append(issued_code(campaign, one.group, one.school, one.school_name, code))
            place = Place(hash_code(key, code), one.group, one.school, label)
            batch.new.append(NewCode(place, place_tag(key, place.code_hash, one.group, one.school, label)))
    batch.labels = labels.new
    return batch


class _Labels:
    """Hands out labels, several for a unit with more codes than a pool shall hold, and pools for what is written."""

    def __init__(
        self,
        campaign: str,
        allocations: Sequence[Allocation],
        units: Mapping[tuple[str, str], str],
        known: Mapping[str, NewLabel],
        writes: set[str],
    ) -> None:
        self.new: dict[str, NewLabel] = {}
        self._campaign, self._known, self._writes = campaign, known, writes
        self._planned = Counter[tuple[str, str]]()
        for one in allocations:
            self._planned[one.group, units[one.group, one.school]] += one.planned
        self._issued, self._written = Counter[tuple[str, str]](), Counter[str]()

    def next_of(self, group: str, unit: str) -> str:
        """The label of the next code of a unit."""
        parts = -(-self._planned[group, unit] // POOL_SIZE)
        name = split_label(label_of(self._campaign, group, unit), self._issued[group, unit] % max(1, parts))
        self._issued[group, unit] += 1
        self._need(name, group, unit, has_codes=True)
        if unit:
            self._need(label_of(self._campaign, group, ""), group, "", has_codes=False)
        return name

    def _need(self, name: str, group: str, unit: str, *, has_codes: bool) -> None:
        if name in self._known or name in self.new:
            return
        text = self._text_label(group, unit) if has_codes and group in self._writes else None
        self.new[name] = NewLabel(name, group, unit, _base_unit(unit, self._known, group), text, has_codes)

    def _text_label(self, group: str, unit: str) -> str:
        """The pool that still has room for what the codes of a unit write."""
        part = self._written[group] // POOL_SIZE
        self._written[group] += min(self._planned[group, unit], POOL_SIZE)
        return text_label(self._campaign, group, part)


def _base_unit(unit: str, known: Mapping[str, NewLabel], group: str) -> str:
    """What codes that are issued anew for a void unit `U01.2` are exported as: `U01`."""
    base, _, number = unit.rpartition(".")
    is_anew = number.isdecimal() and any(one.group == group and one.unit == base for one in known.values())
    return base if is_anew else unit


def _store(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    campaign_id: str,
    allocations: Sequence[Allocation],
    units: Mapping[tuple[str, str], str],
    batch: _Batch,
    actor: StaffUser | str,
    end: Callable[[Connection, int], object],
) -> bool:
    """False where somebody else has issued meanwhile. Keys are on disk before anything refers to them."""
    with only_mixer(database):
        with database.read() as connection:
            pools = {pool.label for pool, _ in list_pools(connection, campaign_id)}
        names = {one.name for one in batch.labels.values() if one.has_codes}
        names |= {one.text_label for one in batch.labels.values() if one.text_label}
        made = [Pool.of_key(name, FIRST_BATCH, keys.make_pool_key(name, FIRST_BATCH)) for name in sorted(names - pools)]
        with database.write() as connection:
            lock_groups(connection, campaign_id)
            if storage.list_allocations(connection, campaign_id) != allocations:
                return False
            storage.fix_units(connection, campaign_id, units)
            for label in batch.labels.values():
                storage.insert_label(connection, campaign_id, label)
            for pool in made:
                insert_pool(connection, pool)
            storage.insert_codes(connection, campaign_id, batch.new)
            campaign = note_change(connection, clock, campaign_id, "issue codes", [], [one.place for one in batch.new])
            if batch.new and campaign.state == State.DRAFT:
                record_on_campaign(connection, clock, actor, "codes_issued", campaign, {"codes": len(batch.new)})
            end(connection, len(batch.new))
    if batch.new and campaign.state != State.DRAFT:
        record_code_act(keys, clock, actor, "codes_issued", campaign, len(batch.new))
    return True
