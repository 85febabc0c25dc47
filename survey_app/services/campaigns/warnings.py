"""What of a campaign is allowed and may yet be a mistake that paper makes dear: its address, its end, another one's path.

Said when it is created and before its codes are issued, and never in the way of anything.
"""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from evaluation.errors import InputProblem
from survey_app.domain.campaigns import State
from survey_app.domain.clock import Clock, written_end
from survey_app.domain.network import Reach, reach_of
from survey_app.services import wording
from survey_app.services.campaigns.served_paths import other_path, path_of
from survey_app.storage.campaigns.campaigns import find_campaign, list_campaigns
from survey_app.storage.session import Database

_REACHES = {Reach.NOWHERE: wording.ADDRESS_OWN, Reach.INSIDE: wording.ADDRESS_OF_OFFICE}


def campaign_warnings(
    database: Database, clock: Clock, base_url: str, closes: datetime, campaign_id: str = ""
) -> list[InputProblem]:
    """The warnings, each with the key of the campaign file that it is about; `campaign_id` once there is one."""
    found = [*_of_address(base_url)]
    if closes <= clock.now():
        found.append(InputProblem("closes", wording.ENDS_IN_PAST, {"closes": written_end(closes)}))
    with database.read() as connection:
        running = list_campaigns(connection, (State.OPEN, State.CLOSING))
    other = other_path([one for one in running if one.id != campaign_id], base_url)
    if other:
        values = {"other": other.id, "other_path": path_of(other.base_url) or "/", "path": path_of(base_url) or "/"}
        found.append(InputProblem("base_url", wording.OTHER_PATH_OPEN, values))
    return found


def warnings_of(database: Database, clock: Clock, campaign_id: str) -> list[InputProblem]:
    """The warnings of a stored campaign. Raises `UnknownCampaign`."""
    with database.read() as connection:
        stored = find_campaign(connection, campaign_id)
    return campaign_warnings(database, clock, stored.base_url, stored.closes, campaign_id)


def usual_address(database: Database, county: str | None) -> str:
    """The address that the newest campaign (of a county) has; empty where there is none. What a request calls us says nothing."""
    with database.read() as connection:
        known = [one for one in list_campaigns(connection) if county in (None, one.county_code)]
    return max(known, key=lambda one: one.created_at).base_url if known else ""


def _of_address(base_url: str) -> Iterator[InputProblem]:
    parts = urlsplit(base_url)
    reach = reach_of(parts.hostname or "")
    if reach in _REACHES:
        yield InputProblem("base_url", _REACHES[reach], {"host": parts.hostname})
    if parts.scheme == "http" and reach != Reach.NOWHERE:
        yield InputProblem("base_url", wording.ADDRESS_WITHOUT_HTTPS)
