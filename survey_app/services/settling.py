"""What to do where sheets and used codes do not agree (integrity.md A.6): say what differs, write it off, and go on.

A code that the book knows as used and the table does not becomes used again, so that nobody votes twice. Envelopes that can't be opened,
since they were moved or put there by somebody else, are taken away. What is missing then is written off as lost, in the log, with who did
it; sheets for which there is no used code are noted as a negative number.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.errors import WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import lost_entry
from survey_app.domain.staff import StaffUser
from survey_app.domain.units import label_of
from survey_app.services.audit import COMMAND_LINE, name_of, record_on_campaign
from survey_app.services.mixing import count_sheets, delete_unreadable, replace_lost_keys, require_keys, share_out
from survey_app.storage.balance import Balance, groups_of, list_used_hashes, mark_used, read_balances
from survey_app.storage.campaigns import find_campaign
from survey_app.storage.counters import (
    add_to_cells,
    add_to_group,
    add_to_label,
    answered_by_school,
    lock_groups,
    stop_group,
)
from survey_app.storage.ledger import append_entry
from survey_app.storage.mixer_lock import only_mixer
from survey_app.storage.session import Database


@dataclass(frozen=True, slots=True)
class Difference:
    """What did not agree in a group, and was written off."""

    group: str
    balance: Balance
    forgotten: int
    """Codes that were used and were not any more."""


def settle(
    database: Database, keys: KeyDirectory, clock: Clock, campaign_id: str, actor: StaffUser | str = COMMAND_LINE
) -> list[Difference]:
    """Writes off what does not agree in a campaign, and lets its groups go on. Raises `UnknownCampaign`, `WrongState`, `KeysMissing`."""
    with database.read() as connection:
        campaign = find_campaign(connection, campaign_id)
    if campaign.state not in (State.OPEN, State.CLOSING):
        raise WrongState(campaign_id, campaign.state, "settle it", (State.OPEN, State.CLOSING))
    require_keys(keys, campaign)
    with only_mixer(database):
        replace_lost_keys(database, keys, campaign)
        count_sheets(database, keys, campaign, is_thorough=True)
        found = _write_off(database, keys, clock, campaign, actor)
        count_sheets(database, keys, campaign)
    return found


def _write_off(
    database: Database, keys: KeyDirectory, clock: Clock, campaign: Campaign, actor: StaffUser | str
) -> list[Difference]:
    book = keys.book(campaign.id)
    with database.write() as connection:
        delete_unreadable(connection, keys, campaign)
        lock_groups(connection, campaign.id)
        forgotten = book - list_used_hashes(connection, campaign.id)
        places = groups_of(connection, campaign.id, forgotten)
        if places:
            mark_used(connection, set(places))
        found = []
        for balance in read_balances(connection, campaign.id):
            again = [school for group, school, _ in places.values() if group == balance.group]
            add_to_cells(connection, campaign.id, balance.group, "answered", {one: again.count(one) for one in again})
            add_to_group(connection, campaign.id, balance.group, answered=len(again), taken=len(again))
            if balance.missing:
                _note_lost(connection, campaign, balance, actor)
            if balance.missing or again:
                found.append(Difference(balance.group, balance, len(again)))
            stop_group(connection, campaign.id, balance.group, stopped=False)
        if found:
            numbers = {one.group: one.balance.missing for one in found}
            record_on_campaign(connection, clock, actor, "settled", campaign, numbers)
    if forgotten - set(places):  # codes that were removed altogether: the book can't be held against the table any more
        keys.write_book(campaign.id, book & set(places) | _used(database, campaign))
    return found


def _note_lost(connection: Connection, campaign: Campaign, balance: Balance, actor: StaffUser | str) -> None:
    number = balance.missing
    add_to_group(connection, campaign.id, balance.group, lost=number, taken=-number)
    shares = share_out(number, answered_by_school(connection, campaign.id, balance.group, "")) if number > 0 else {}
    add_to_group(connection, campaign.id, balance.group, to_issue=sum(shares.values()))
    add_to_cells(connection, campaign.id, balance.group, "planned", shares)
    label = label_of(campaign.id, balance.group, "")
    add_to_label(connection, label, lost=number)
    append_entry(connection, campaign.id, lost_entry(label, number, name_of(actor)))


def _used(database: Database, campaign: Campaign) -> set[bytes]:
    with database.read() as connection:
        return list_used_hashes(connection, campaign.id)
