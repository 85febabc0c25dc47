"""What programs read (docs/interfaces.md, "HTTP for programs"): campaigns and assessments as JSON, to whoever brings a token."""

from typing import Final

from flask import Blueprint, Response, abort, jsonify

from survey_app.domain.staff import Role
from survey_app.services.cockpit.monitoring import show_campaign
from survey_app.services.jobs import job_of, wait_for
from survey_app.web.access import current_user, public, with_token
from survey_app.web.counties import assessment_county, campaign_county
from survey_app.web.installation import installation
from survey_app.web.openapi import DOCUMENT

JUDGED_IN_S: Final = 20.0
"""So long a program waits for a verdict that is not known yet; then it is told to come again."""

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/campaigns/<campaign_id>")
@with_token(county=campaign_county)
def campaign(campaign_id: str) -> Response:
    """State and quotas of a campaign: the document of `junheng campaign show --json`."""
    return jsonify(show_campaign(installation().database, campaign_id))


@blueprint.get("/assessments/<assessment_id>")
@with_token(Role.ADMIN, Role.MONITOR, Role.EVALUATOR, county=assessment_county)
def assessment(assessment_id: str) -> Response:
    """An assessment: the document `assessment.json`."""
    from survey_app.services.assessments.files import assessment_document_for
    from survey_app.services.assessments.jobs import ask_for_verdict
    from survey_app.services.assessments.judging import NotJudged

    at, user = installation(), current_user()
    try:
        return jsonify(assessment_document_for(at.database, assessment_id, user))
    except NotJudged as missing:
        asked = ask_for_verdict(at, user, missing)
        wait_for(at, job_of(at, user, asked), JUDGED_IN_S)
    try:
        return jsonify(assessment_document_for(at.database, assessment_id, user))
    except NotJudged:
        abort(503)


@blueprint.get("/openapi.json")
@public
def document() -> Response:
    """What programs may ask, in OpenAPI."""
    return jsonify(DOCUMENT)
