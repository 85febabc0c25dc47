"""What the pages of assessments share: their blueprint, and who may use them."""

import io
from typing import Final

from flask import Blueprint, Response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from survey_app.domain.assessments import CountyAssessment
from survey_app.domain.errors import AssessmentSigned
from survey_app.domain.staff import Role
from survey_app.services.assessments.jobs import ask_for_verdict
from survey_app.services.assessments.judging import NotJudged
from survey_app.services.assessments.starting import show_assessment
from survey_app.web.access import current_user
from survey_app.web.addresses import below
from survey_app.web.installation import installation
from survey_app.web.jobs import lead_to_job

WORKERS: Final = (Role.ADMIN, Role.EVALUATOR)
"""Who works on assessments; only evaluators score."""

blueprint = Blueprint("assessments", __name__, url_prefix="/assessments")


@blueprint.errorhandler(AssessmentSigned)
def signed(error: AssessmentSigned) -> ResponseReturnValue:
    """Somebody has signed while somebody else was still typing."""
    return render_template("assessments/signed.html", assessment=find(error.assessment)), 409


@blueprint.errorhandler(NotJudged)
def judge_first(missing: NotJudged) -> ResponseReturnValue:
    """What stands has not been judged yet: a job does so, and its page leads back."""
    assessment = missing.content.assessment.id
    # what a form would have done is not done; its page shows what stands
    back = (
        below(request.full_path.rstrip("?")) if request.method == "GET" else url_for(".show", assessment_id=assessment)
    )
    return lead_to_job(ask_for_verdict(installation(), current_user(), missing, back))


def find(assessment_id: str) -> CountyAssessment:
    """The assessment of an address. Raises `UnknownAssessment`."""
    return show_assessment(installation().database, assessment_id)


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file that browsers keep instead of showing it."""
    return send_file(
        io.BytesIO(content), media_type, as_attachment=True, download_name=name, conditional=False, etag=False
    )
