"""Liveness and counts, for whoever watches the service."""

from flask import Blueprint, Response, jsonify

from survey_app.services.health import is_database_reachable
from survey_app.web.access import measuring, public
from survey_app.web.installation import installation
from survey_app.web.metrics import metrics_page

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> tuple[Response, int]:
    """200 while the service reaches its database, else 503."""
    is_up = is_database_reachable(installation().database)
    return jsonify(status="ok" if is_up else "no_database"), 200 if is_up else 503


@blueprint.get("/metrics")
@measuring
def metrics() -> Response:
    """Counts and times of requests, in Prometheus' text format; on the machine itself, or with an administrator's token."""
    return metrics_page()
