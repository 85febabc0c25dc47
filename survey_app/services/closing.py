"""Closing: no new forms, the grace for forms that are out, everything let out, the ledger's last entry, closed for good.

Each step leaves a state from which the next call goes on, so a crash anywhere is made good by calling again. The office closes with
`close_campaign`; the server calls `advance_campaigns` from time to time, so that a campaign also closes by itself at its time.
"""

import logging
from typing import Final

from sqlalchemy import Connection

from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.errors import SurveyError, WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import set_document
from survey_app.domain.staff import StaffUser
from survey_app.services.audit import COMMAND_LINE, record_on_campaign
from survey_app.services.releasing import release_sheets
from survey_app.storage.balance import read_balances
from survey_app.storage.campaigns import find_campaign, list_campaigns, move_state, raise_admission
from survey_app.storage.counters import end_groups
from survey_app.storage.ledger import append_entry
from survey_app.storage.sealing import (
    count_unused_codes,
    list_answer_leaves,
    list_comment_leaves,
    list_receipts,
)
from survey_app.storage.session import Database

BY_TIME: Final = "(time)"
"""Who closes a campaign whose time has come."""

log = logging.getLogger(__name__)


def close_campaign(
    database: Database, keys: KeyDirectory, clock: Clock, campaign_id: str, actor: StaffUser | str = COMMAND_LINE
) -> Campaign:
    """Begins to close a campaign now, or goes on with it; once its grace is over, everything is let out and it is closed.

    Returns the campaign as it is then: `closing`, to be called again at its `grace_end`, or `closed`. Raises `UnknownCampaign`, and
    `WrongState` for a draft.
    """
    campaign = _begin(database, clock, campaign_id, actor)
    if campaign.state == State.CLOSING and campaign.admission_at(clock.now()) == Admission.OVER:
        return _finish(database, keys, clock, campaign_id)
    return campaign


def advance_campaigns(database: Database, keys: KeyDirectory, clock: Clock) -> None:
    """Does what the clock says is due: remembers openings, begins to close at the closing time, closes after the grace."""
    with database.read() as connection:
        campaigns = list_campaigns(connection, (State.OPEN, State.CLOSING))
    for campaign in campaigns:
        try:
            _advance(database, keys, clock, campaign)
        except SurveyError as error:  # its keys are away, say: the others go on
            log.error("campaign %s can't go on: %s", campaign.id, error)


def _advance(database: Database, keys: KeyDirectory, clock: Clock, campaign: Campaign) -> None:
    reached = campaign.admission_at(clock.now())
    if reached >= Admission.GRACE:
        close_campaign(database, keys, clock, campaign.id, BY_TIME)
    elif reached > campaign.admission:
        with database.write() as connection:
            raise_admission(connection, campaign.id, reached)


def _begin(database: Database, clock: Clock, campaign_id: str, actor: StaffUser | str) -> Campaign:
    """Fixes the closing moment: now, or the planned time if that is past."""
    with database.write() as connection:
        campaign = find_campaign(connection, campaign_id, to_change=True)
        if campaign.state == State.DRAFT:
            raise WrongState(campaign_id, campaign.state, "close it", (State.OPEN, State.CLOSING))
        if campaign.state == State.OPEN:
            move_state(connection, campaign_id, State.CLOSING, closing_at=min(clock.now(), campaign.closes))
            raise_admission(connection, campaign_id, Admission.GRACE)
            record_on_campaign(connection, clock, actor, "campaign_closed", campaign)
        return find_campaign(connection, campaign_id)


def _finish(database: Database, keys: KeyDirectory, clock: Clock, campaign_id: str) -> Campaign:
    with database.write() as connection:
        end_groups(connection, campaign_id)
        campaign = find_campaign(connection, campaign_id, to_change=True)
        raise_admission(connection, campaign_id, Admission.OVER)
    release_sheets(database, keys, campaign)
    with database.read() as connection:  # nothing is added any more
        last_entry = _close_entry(connection, campaign_id)
    with database.write() as connection:
        campaign = find_campaign(connection, campaign_id, to_change=True)
        if campaign.state == State.CLOSING:
            append_entry(connection, campaign_id, last_entry)
            move_state(connection, campaign_id, State.CLOSED, closed_at=clock.now())
        return find_campaign(connection, campaign_id)


def _close_entry(connection: Connection, campaign_id: str) -> dict[str, object]:
    """The ledger's `close` entry: number and root of all receipts, answers and comments, the numbers of each group, and the codes nobody used."""
    sets = {
        "answers": list_answer_leaves(connection, campaign_id),
        "comments": list_comment_leaves(connection, campaign_id),
        "receipts": list_receipts(connection, campaign_id),
    }
    groups = {
        one.group: {"lost": one.lost, "used": one.used, "withheld": one.withheld}
        for one in read_balances(connection, campaign_id)
    }
    roots = {name: set_document(items) for name, items in sets.items()}
    return {"kind": "close", "groups": groups, "unused": count_unused_codes(connection, campaign_id), **roots}
