"""What is made of a campaign to take along, by jobs: sheets of codes, bulletins, exports; and the log of who has taken answers out of the service."""

from typing import Final

from survey_app.domain.jobs import Job, JobKind
from survey_app.domain.staff import StaffUser
from survey_app.services.audit import record_on_campaign
from survey_app.services.codes.changes import require_state
from survey_app.services.installation import Installation
from survey_app.services.jobs import ask, job_of, latest_same
from survey_app.services.parcels import ParcelAddress
from survey_app.services.results import require_closed
from survey_app.storage.campaigns.campaigns import find_campaign

CODES_FILE: Final = "codes.csv"
SHEETS_FILE: Final = "sheets.pdf"


def ask_for_codes(at: Installation, user: StaffUser, campaign_id: str, address: ParcelAddress) -> Job:
    """Has the codes issued that are missing, their sheets sealed to `address`; where somebody's are being issued already, that job.

    Raises `UnknownCampaign`, `WrongState`.
    """
    with at.database.read() as connection:
        require_state(find_campaign(connection, campaign_id), at.clock, "issue codes")
    once = _once(user, campaign_id)
    return job_of(at, user, _ask(at, user, JobKind.CODES, campaign_id, once=once, parcel=address.text))


def codes_under_way(at: Installation, user: StaffUser, campaign_id: str) -> Job | None:
    """The job that issues codes for somebody, while it has not ended."""
    found = latest_same(at, _once(user, campaign_id))
    return found if found and found.is_under_way else None


def ask_for_export(at: Installation, user: StaffUser, campaign_id: str, ending: str) -> str:
    """Has the answers exported; the id of the job. Raises `UnknownCampaign`, `WrongState` until the campaign is closed."""
    with at.database.read() as connection:
        require_closed(connection, campaign_id, "export its answers")
    return _ask(at, user, JobKind.EXPORT, campaign_id, ending=ending)


def ask_for_bulletin(at: Installation, user: StaffUser, campaign_id: str, ending: str) -> str:
    """Has the bulletin of the moment written; the id of the job. Raises `UnknownCampaign`."""
    return _ask(at, user, JobKind.BULLETIN, campaign_id, ending=ending)


def record_export(at: Installation, user: StaffUser, job: Job) -> None:
    """Notes that somebody takes an export along."""
    with at.database.write() as connection:
        campaign = find_campaign(connection, job.arguments["campaign"])
        details = {"format": job.arguments["ending"]}
        record_on_campaign(connection, at.clock, user, "answers_exported", campaign, details)


def _once(user: StaffUser, campaign_id: str) -> str:
    return f"codes/{campaign_id}/{user.name}"


def _ask(
    at: Installation, user: StaffUser, kind: JobKind, campaign_id: str, once: str | None = None, **arguments: str
) -> str:
    with at.database.read() as connection:
        county = find_campaign(connection, campaign_id).county_code
    return ask(at, user, kind, f"campaign/{campaign_id}", county, {"campaign": campaign_id, **arguments}, once=once)
