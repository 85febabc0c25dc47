"""The daily bulletin to download."""

from flask.typing import ResponseReturnValue

from survey_app.services.campaigns.jobs import ask_for_bulletin
from survey_app.web.access import current_user, signed_in
from survey_app.web.campaigns.blueprint import WATCHING, blueprint
from survey_app.web.counties import campaign_county
from survey_app.web.installation import installation
from survey_app.web.jobs import lead_to_file


@blueprint.get("/<campaign_id>/bulletin.<any(pdf,docx):bulletin_ending>")
@signed_in(*WATCHING, county=campaign_county)
def bulletin(campaign_id: str, bulletin_ending: str) -> ResponseReturnValue:
    """One A4 page with today's numbers, written by a job."""
    return lead_to_file(ask_for_bulletin(installation(), current_user(), campaign_id, bulletin_ending))
