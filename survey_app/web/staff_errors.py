"""Pages for what goes wrong on the staff's side, and the errors of the programs' side in JSON."""

from collections.abc import Mapping
from typing import Final

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Conflict, HTTPException, NotFound

from survey_app.domain.clock import written_end
from survey_app.domain.errors import OtherPathOpen, PastItsEnd, UnknownAssessment, UnknownCampaign, WrongState
from survey_app.services.jobs import UnknownJob
from survey_app.services.wording import ENDS_IN_PAST, OTHER_PATH_OPEN
from survey_app.web.access import Gate, gate_of_request
from survey_app.web.auth import page_without_token
from survey_app.web.staff_words import words

API_PREFIX: Final = "/api/"
KINDS: Final[Mapping[int, str]] = {
    403: "forbidden",
    404: "not_found",
    405: "wrong_method",
    409: "conflict",
    413: "too_large",
}
JSON_ERRORS: Final[Mapping[int, tuple[str, str]]] = {
    401: ("unauthorized", "send a valid token: Authorization: Bearer TOKEN"),
    403: ("forbidden", "the token's account may not read this"),
    404: ("not_found", "there is nothing at this address that the token's account may see"),
    405: ("method_not_allowed", "this address can only be read"),
    503: ("not_yet", "what was asked for is still being computed; ask again in a while"),
    429: ("too_many_requests", "too many calls; wait as long as Retry-After says"),
}


def answer_staff_errors(app: Flask) -> None:
    """Registers what the errors of other pages do not cover."""
    app.register_error_handler(CSRFError, page_without_token)
    app.register_error_handler(UnknownCampaign, _nothing_there)
    app.register_error_handler(UnknownAssessment, _nothing_there)
    app.register_error_handler(UnknownJob, _nothing_there)
    app.register_error_handler(WrongState, _wrong_state)


def staff_error(error: HTTPException) -> Response | None:
    """The answer to an error on the staff's or the programs' side; None where the page is a respondent's."""
    gate = gate_of_request()
    if gate in (Gate.PROGRAM, Gate.MEASURING) or request.path.startswith(API_PREFIX):
        return _json_error(error)
    if gate in (Gate.STAFF, Gate.ENTRANCE):
        return _page(error)
    return None


def _nothing_there(_error: UnknownCampaign | UnknownAssessment | UnknownJob) -> Response:
    return staff_error(NotFound()) or Response(status=404)


def _wrong_state(error: WrongState) -> Response:
    if isinstance(error, PastItsEnd):
        return _refusal(words(ENDS_IN_PAST, closes=written_end(error.closes)))
    if isinstance(error, OtherPathOpen):
        paths = {"path": error.path or "/", "other_path": error.other_path or "/"}
        return _refusal(words(OTHER_PATH_OPEN, other=error.other, **paths))
    return staff_error(Conflict(str(error))) or Response(status=409)


def _refusal(said: str) -> Response:
    """Why not, and what to do instead; only pages of the staff's side are refused so."""
    return make_response(render_template("staff/problem.html", kind="conflict", status=409, words=said), 409)


def _json_error(error: HTTPException) -> Response:
    status = error.code or 500
    kind, message = JSON_ERRORS.get(status, ("error", "the service could not answer"))
    response = error.get_response()
    body = jsonify(error={"code": kind, "message": message})
    response.set_data(body.get_data())
    response.content_type = "application/json"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="junheng"'
    return response  # type: ignore[return-value]


def _page(error: HTTPException) -> Response:
    status = error.code or 500
    kind = KINDS.get(status, "our_mistake" if status >= 500 else "bad_request")
    response = error.get_response()
    response.set_data(render_template("staff/problem.html", kind=kind, status=status))
    response.content_type = "text/html; charset=utf-8"
    return response  # type: ignore[return-value]
