"""What the pages of assessments share: their blueprint, and who may use them."""

import io
from typing import Final

from flask import Blueprint, Response, render_template, send_file
from flask.typing import ResponseReturnValue

from survey_app.domain.assessments import CountyAssessment
from survey_app.domain.errors import AssessmentSigned
from survey_app.domain.staff import Role
from survey_app.services.assessments.starting import show_assessment
from survey_app.web.installation import installation

WORKERS: Final = (Role.ADMIN, Role.EVALUATOR)
"""Who works on assessments; only evaluators score."""

blueprint = Blueprint("assessments", __name__, url_prefix="/assessments")


@blueprint.errorhandler(AssessmentSigned)
def signed(error: AssessmentSigned) -> ResponseReturnValue:
    """Somebody has signed while somebody else was still typing."""
    return render_template("assessments/signed.html", assessment=find(error.assessment)), 409


def find(assessment_id: str) -> CountyAssessment:
    """The assessment of an address. Raises `UnknownAssessment`."""
    return show_assessment(installation().database, assessment_id)


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file that browsers keep instead of showing it."""
    return send_file(
        io.BytesIO(content), media_type, as_attachment=True, download_name=name, conditional=False, etag=False
    )
