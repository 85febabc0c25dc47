"""What to do where sheets and used codes do not agree (docs/anonymity.md, "The count"): say what differs, write it off, and go on.

A code that the book knows as used and the table does not becomes used again, so that nobody votes twice. Envelopes that can't be opened,
since they were moved or put there by somebody else, are taken away. What is missing then is written off as lost, in the log, with who did
it; sheets for which there is no used code are noted as a negative number.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.errors import WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import lost_entry
from survey_app.domain.staff import StaffUser
from survey_app.domain.units import group_of, label_of
from survey_app.services.audit import COMMAND_LINE, name_of, record_on_campaign
from survey_app.services.mixing.envelopes import Opener
from survey_app.services.mixing.turnover import count_sheets, replace_lost_keys, require_keys, share_out
from survey_app.services.transparency_log import find_given_up, goes_on, keep_log, note_restored
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.campaigns.counters import (
    add_to_allocations,
    add_to_group,
    add_to_label,
    answered_by_school,
    lock_groups,
    stop_group,
)
from survey_app.storage.mixing.balance import Balance, count_anew, groups_of, list_used_hashes, mark_used, read_balances
from survey_app.storage.mixing.mixer_lock import only_mixer
from survey_app.storage.mixing.pools import delete_some, list_envelopes, list_labels
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import append_entry, list_entries


@dataclass(frozen=True, slots=True)
class WriteOff:
    """What did not agree in a group, and was written off."""

    group: str
    balance: Balance
    forgotten: int
    """Codes that were used and were not any more."""
    without_key: int
    """Sheets whose key is gone; they stand as lost in the balance already."""
    repeated: int = 0
    """Codes that were used more than once: as many of the sheets are not of those whose codes they bear."""


def settle(
    database: Database, keys: KeyDirectory, clock: Clock, campaign_id: str, actor: StaffUser | str = COMMAND_LINE
) -> list[WriteOff]:
    """Writes off what does not agree in a campaign, and lets its groups go on. Raises `UnknownCampaign`, `WrongState`, `KeysMissing`."""
    with database.read() as connection:
        campaign = find_campaign(connection, campaign_id)
    if campaign.state not in (State.OPEN, State.CLOSING):
        raise WrongState(campaign_id, campaign.state, "settle it", (State.OPEN, State.CLOSING))
    require_keys(keys, campaign)
    with only_mixer(database):
        without_key = replace_lost_keys(database, keys, campaign, name_of(actor))
        count_sheets(database, keys, campaign, is_thorough=True)
        found = _write_off(database, keys, clock, campaign, actor, without_key)
        count_sheets(database, keys, campaign)
    return found


def _write_off(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    campaign: Campaign,
    actor: StaffUser | str,
    without_key: Mapping[str, int],
) -> list[WriteOff]:
    unreadable = _find_unreadable(database, keys, campaign)
    noted = Counter(keys.take_uses(campaign.id))
    with database.write() as connection:
        forgotten = (keys.book(campaign.id) | noted.keys()) - list_used_hashes(connection, campaign.id)
        places = groups_of(connection, campaign.id, {h for h, times in noted.items() if times > 1})
        repeated = Counter(group for group, _, _ in places.values())
        again = use_again(connection, campaign.id, forgotten)  # codes are locked before groups
        lock_groups(connection, campaign.id)
        delete_some(connection, unreadable)
        count_anew(connection, campaign.id)
        by_group = Counter[str]()
        for label, number in again.items():
            by_group[group_of(label)] += number
        entries = list_entries(connection, campaign.id)
        if again or not goes_on(keys, campaign.id, entries):
            given_up = find_given_up(keys, campaign.id, entries)
            note_restored(connection, keys, clock, campaign.id, given_up, sum(again.values()), name_of(actor))
        found = []
        for balance in read_balances(connection, campaign.id):
            if balance.missing:
                _note_lost(connection, campaign, balance, actor)
            of_group = by_group[balance.group], without_key.get(balance.group, 0), repeated[balance.group]
            if balance.missing or any(of_group):
                found.append(WriteOff(balance.group, balance, *of_group))
            stop_group(connection, campaign.id, balance.group, stopped=False)
        if found:
            numbers = {one.group: one.balance.missing + one.without_key for one in found}
            numbers |= {f"{one.group} repeated": one.repeated for one in found if one.repeated}
            record_on_campaign(connection, clock, actor, "settled", campaign, numbers)
    with database.read() as connection:
        used = list_used_hashes(connection, campaign.id)
    if len(forgotten) > sum(again.values()):  # some were removed: they can't be held against the table any more
        keys.write_book(campaign.id, used)
    keys.write_uses(campaign.id, sorted(used & noted.keys()))
    keep_log(database, keys, campaign.id)
    return found


def _find_unreadable(database: Database, keys: KeyDirectory, campaign: Campaign) -> list[bytes]:
    """Envelopes with answers that nobody can open: what was in them is lost, if they ever were somebody's."""
    found = []
    with database.read() as connection:
        for one in list_labels(connection, campaign.id):
            waiting = list_envelopes(connection, one.label)
            found += Opener(keys, campaign.id, one.label).open(waiting).unreadable
    return found


def use_again(connection: Connection, campaign_id: str, hashes: set[bytes]) -> dict[str, int]:
    """Makes codes used that the table has forgotten, and counts them; how many of each label are in the table. Their sheets are gone."""
    places = groups_of(connection, campaign_id, hashes)
    if not places:
        return {}
    mark_used(connection, set(places))
    lock_groups(connection, campaign_id)  # after the codes, as submissions do
    for group, number in Counter(group for group, _, _ in places.values()).items():
        add_to_group(connection, campaign_id, group, answered=number, taken=number)
        schools = Counter(school for of, school, _ in places.values() if of == group)
        add_to_allocations(connection, campaign_id, group, "answered", schools)
    return dict(Counter(label for _, _, label in places.values()))


def _note_lost(connection: Connection, campaign: Campaign, balance: Balance, actor: StaffUser | str) -> None:
    number = balance.missing
    add_to_group(connection, campaign.id, balance.group, lost=number, taken=-number)
    shares = share_out(number, answered_by_school(connection, campaign.id, balance.group, "")) if number > 0 else {}
    add_to_group(connection, campaign.id, balance.group, to_issue=sum(shares.values()))
    add_to_allocations(connection, campaign.id, balance.group, "planned", shares)
    label = label_of(campaign.id, balance.group, "")
    add_to_label(connection, label, lost=number)
    append_entry(connection, campaign.id, lost_entry(label, number, name_of(actor)))
