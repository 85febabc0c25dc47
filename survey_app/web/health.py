"""What is missing, and counts, for whoever watches the service."""

from flask import Blueprint, Response, abort, jsonify

from survey_app.services.health import DATABASE, missing_parts
from survey_app.web.access import measuring, public
from survey_app.web.installation import installation
from survey_app.web.metrics import CONTENT_TYPE, metrics_text

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> tuple[Response, int]:
    """`status` ok, degraded (answers are taken; `missing` says what is not done) or unavailable (503), for want of the database."""
    missing = missing_parts(installation())
    if DATABASE in missing:
        return jsonify(status="unavailable", missing=missing), 503
    return jsonify(status="degraded" if missing else "ok", missing=missing), 200


@blueprint.get("/metrics")
@measuring
def metrics() -> Response:
    """Counts and times of requests that are not respondents', in Prometheus' text format; 503 where they can't be had."""
    text = metrics_text()
    if text is None:
        abort(503)
    return Response(text, content_type=CONTENT_TYPE)
