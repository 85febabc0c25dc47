"""Closing: no new forms, the grace for forms that are out, everything let out, the transparency log's last entry, closed for good.

Each step leaves a state from which the next call goes on, so a crash anywhere is made good by calling again. The office closes with
`close_campaign`; the server calls `advance_campaigns` from time to time, so that a campaign also closes by itself at its time.
"""

import logging
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput
from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.errors import SurveyError, WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import set_document
from survey_app.domain.staff import StaffUser
from survey_app.services import wording
from survey_app.services.audit import COMMAND_LINE, name_of, record_on_campaign
from survey_app.services.campaigns.file_shape import read_closing
from survey_app.services.codes.daily_audit import tell_code_acts
from survey_app.services.mixing.releasing import release_sheets
from survey_app.storage.campaigns.campaigns import find_campaign, list_campaigns, move_state, raise_admission
from survey_app.storage.campaigns.counters import end_groups
from survey_app.storage.heartbeats import TURNOVER, end_beating
from survey_app.storage.mixing.balance import read_balances
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import (
    append_entry,
    count_unused_codes,
    forget_codes,
    keep_label_counts,
    list_answer_leaves,
    list_comment_leaves,
    list_receipts,
)

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


def move_closing(
    database: Database, clock: Clock, campaign_id: str, closes: str, actor: StaffUser | str = COMMAND_LINE
) -> Campaign:
    """Moves the end of an open campaign; the log tells the old and the new one. Raises `UnknownCampaign`, `WrongState`, `InvalidInput`."""
    new = read_closing(closes)
    with database.write() as connection:
        campaign = find_campaign(connection, campaign_id, to_change=True)
        now = clock.now()
        if campaign.state != State.OPEN or campaign.admission_at(now) > Admission.OPEN:
            raise WrongState(campaign_id, campaign.state, "move its end", (State.OPEN,))
        if new is None or new <= max(now, campaign.opens):
            raise InvalidInput(
                [InputProblem("closes", wording.EXPECTED_LATER if new else wording.EXPECTED_TIME, {"got": closes})]
            )
        terms = {"old": _told(campaign.closes), "new": _told(new)}
        append_entry(connection, campaign_id, {"kind": "term", "by": name_of(actor), **terms})
        move_state(connection, campaign_id, State.OPEN, closes=new)
        record_on_campaign(connection, clock, actor, "closing_moved", campaign, terms)
        return find_campaign(connection, campaign_id)


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def advance_campaigns(database: Database, keys: KeyDirectory, clock: Clock) -> None:
    """Does what the clock says is due: remembers openings, begins to close at the closing time, closes after the grace."""
    with database.read() as connection:
        campaigns = list_campaigns(connection, (State.OPEN, State.CLOSING))
    for campaign in campaigns:
        try:
            _advance(database, keys, clock, campaign)
        except SurveyError as error:  # its keys are away, say: the others go on
            log.error("campaign %s can't go on: %s", campaign.id, error)
        except Exception:
            log.exception("campaign %s can't go on", campaign.id)


def _advance(database: Database, keys: KeyDirectory, clock: Clock, campaign: Campaign) -> None:
    reached = campaign.admission_at(clock.now())
    if reached >= Admission.GRACE:
        close_campaign(database, keys, clock, campaign.id, BY_TIME)
    elif reached > campaign.admission:
        with database.write() as connection:
            raise_admission(connection, campaign.id, reached)


def forget_campaign_codes(
    database: Database, keys: KeyDirectory, clock: Clock, campaign_id: str, actor: StaffUser | str = COMMAND_LINE
) -> int:
    """Deletes the codes and receipts of a closed campaign, and what they were hashed with; the number of codes.

    Who took part is forgotten then. The result stays provable: the answers, the log with their roots, and the numbers of each label
    stay. Nobody can look a receipt up any more. Raises `UnknownCampaign`, `WrongState`.
    """
    with database.write() as connection:
        campaign = find_campaign(connection, campaign_id, to_change=True)
        if campaign.state != State.CLOSED:
            raise WrongState(campaign_id, campaign.state, "forget its codes", (State.CLOSED,))
        number = forget_codes(connection, campaign_id)
        record_on_campaign(connection, clock, actor, "codes_forgotten", campaign, {"codes": number})
    keys.destroy_campaign(campaign_id)
    return number


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
            keep_label_counts(connection, campaign_id)
            end_beating(connection, f"{TURNOVER}{campaign_id}")
            append_entry(connection, campaign_id, last_entry)
            move_state(connection, campaign_id, State.CLOSED, closed_at=clock.now())
        campaign = find_campaign(connection, campaign_id)
    tell_code_acts(database, keys, clock, campaign_id)
    return campaign


def _close_entry(connection: Connection, campaign_id: str) -> dict[str, object]:
    """The transparency log's `close` entry: number and root of all receipts, answers and comments, the numbers of each group, and the codes nobody used."""
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
