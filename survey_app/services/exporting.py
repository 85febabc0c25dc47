"""What is made of a campaign's figures and answers to take along, by jobs; and the log of who has taken answers out of the service."""

from survey_app.domain.jobs import Job, JobKind
from survey_app.domain.staff import StaffUser
from survey_app.services.audit import record_on_campaign
from survey_app.services.installation import Installation
from survey_app.services.jobs import ask
from survey_app.services.results import require_closed
from survey_app.storage.campaigns import find_campaign


def ask_for_export(at: Installation, user: StaffUser, campaign_id: str, ending: str) -> str:
    """Has the answers exported; the id of the job. Raises `UnknownCampaign`, `WrongState` until the campaign is closed."""
    with at.database.read() as connection:
        require_closed(connection, campaign_id, "export its answers")
    return _ask(at, user, JobKind.EXPORT, campaign_id, ending)


def ask_for_bulletin(at: Installation, user: StaffUser, campaign_id: str, ending: str) -> str:
    """Has the bulletin of the moment written; the id of the job. Raises `UnknownCampaign`."""
    return _ask(at, user, JobKind.BULLETIN, campaign_id, ending)


def record_export(at: Installation, user: StaffUser, job: Job) -> None:
    """Notes that somebody takes an export along."""
    with at.database.write() as connection:
        campaign = find_campaign(connection, job.arguments["campaign"])
        details = {"format": job.arguments["ending"]}
        record_on_campaign(connection, at.clock, user, "answers_exported", campaign, details)


def _ask(at: Installation, user: StaffUser, kind: JobKind, campaign_id: str, ending: str) -> str:
    with at.database.read() as connection:
        county = find_campaign(connection, campaign_id).county_code
    arguments = {"campaign": campaign_id, "ending": ending}
    return ask(at, user, kind, f"campaign/{campaign_id}", county, arguments)
