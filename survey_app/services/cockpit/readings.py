"""Reads the counters of running campaigns at every whole hour: what the monitor's timeline and forecast are made from.

The worker does it, from the totals. A row that a submission wrote would bear its transaction, and so put an hour to the code that was used
in it; a reading bears that of the worker (docs/decisions/0014-readings-of-the-counters.md).
"""

from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.timeline import hour_of
from survey_app.storage.campaigns.campaigns import list_campaigns
from survey_app.storage.cockpit.readings import latest_reading, read_counters
from survey_app.storage.session import Database


def take_readings(database: Database, clock: Clock) -> None:
    """Takes the reading of this hour for every campaign that takes forms, unless it is there; called from time to time."""
    with database.read() as connection:
        campaigns = list_campaigns(connection, (State.OPEN, State.CLOSING))
        due = [one for one in campaigns if _is_due(one, clock, latest_reading(connection, one.id))]
    for campaign in due:
        with database.write() as connection:
            read_counters(connection, campaign.id, hour_of(clock.now()))


def _is_due(campaign: Campaign, clock: Clock, latest: object) -> bool:
    now = clock.now()
    return campaign.admission_at(now) >= Admission.OPEN and latest != hour_of(now)
