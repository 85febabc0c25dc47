"""The log of who has taken the answers of a campaign out of the service."""

from survey_app.domain.staff import StaffUser
from survey_app.services.audit import record_on_campaign
from survey_app.services.installation import Installation
from survey_app.storage.campaigns import find_campaign


def record_export(at: Installation, user: StaffUser, campaign_id: str, ending: str) -> None:
    """Notes an export. Raises `UnknownCampaign`."""
    with at.database.write() as connection:
        campaign = find_campaign(connection, campaign_id)
        record_on_campaign(connection, at.clock, user, "answers_exported", campaign, {"format": ending})
