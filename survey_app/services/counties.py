"""Which county things belong to, for the question who may see them."""

from survey_app.storage.assessments.assessments import find_assessment
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.session import Database


def county_of_campaign(database: Database, campaign_id: str) -> str:
    """The county of a campaign. Raises `UnknownCampaign`."""
    with database.read() as connection:
        return find_campaign(connection, campaign_id).county_code


def county_of_assessment(database: Database, assessment_id: str) -> str:
    """The county of an assessment. Raises `UnknownAssessment`."""
    with database.read() as connection:
        return find_assessment(connection, assessment_id).county_code
