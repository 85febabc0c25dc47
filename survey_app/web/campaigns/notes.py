"""What may be a mistake about a campaign, in the words of its pages."""

from datetime import datetime

from survey_app.domain.campaigns import Campaign, State
from survey_app.services.campaigns.warnings import campaign_warnings
from survey_app.web.installation import installation
from survey_app.web.languages import current_language


def notes_before_creation(base_url: str, closes: datetime) -> list[str]:
    """Of a campaign that is not stored yet."""
    return _sentences(base_url, closes, "")


def campaign_notes(campaign: Campaign) -> list[str]:
    """Of a campaign as long as something can be done about it."""
    if campaign.state not in (State.DRAFT, State.OPEN):
        return []
    return _sentences(campaign.base_url, campaign.closes, campaign.id)


def _sentences(base_url: str, closes: datetime, campaign_id: str) -> list[str]:
    at, language = installation(), current_language()
    found = campaign_warnings(at.database, at.clock, base_url, closes, campaign_id)
    return [problem.message.text(language, problem.values) for problem in found]
