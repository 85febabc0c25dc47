"""Liveness, for whoever watches the service."""

from flask import Blueprint, Response, jsonify

from survey_app.services.health import is_database_reachable
from survey_app.web.access import public
from survey_app.web.installation import installation

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> tuple[Response, int]:
    """200 while the service reaches its database, else 503."""
    is_up = is_database_reachable(installation().database)
    return jsonify(status="ok" if is_up else "no_database"), 200 if is_up else 503
