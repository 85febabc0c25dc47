"""Errors to pages, in this one place: what stands in the way of a respondent, what HTTP refuses, and our own mistakes."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from survey_app.domain.codes import copied_part, read_code
from survey_app.domain.errors import (
    CampaignClosed,
    CampaignNotOpen,
    CodeUsed,
    DatabaseMismatch,
    GroupFull,
    GroupStopped,
    KeysMissing,
    MalformedCode,
    SurveyError,
    TooManyGuesses,
    UnknownCode,
)
from survey_app.services.submission.guessing import WINDOW_S
from survey_app.web.staff_errors import staff_error

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """Status and template of a page that says what is in the way."""

    status: int
    template: str


DOMAIN_PAGES: Final[Mapping[type[SurveyError], ProblemPage]] = {
    MalformedCode: ProblemPage(422, "wrong_copy"),
    UnknownCode: ProblemPage(404, "unknown_code"),
    CodeUsed: ProblemPage(409, "used"),
    GroupFull: ProblemPage(409, "group_full"),
    GroupStopped: ProblemPage(503, "stopped"),
    DatabaseMismatch: ProblemPage(503, "stopped"),
    KeysMissing: ProblemPage(503, "stopped"),
    CampaignNotOpen: ProblemPage(403, "not_open"),
    CampaignClosed: ProblemPage(403, "closed"),
    TooManyGuesses: ProblemPage(429, "too_many_guesses"),
}
HTTP_PAGES: Final[Mapping[int, ProblemPage]] = {
    400: ProblemPage(400, "bad_request"),
    404: ProblemPage(404, "not_found"),
    405: ProblemPage(405, "wrong_method"),
    413: ProblemPage(413, "too_large"),
}
OUR_MISTAKE: Final = ProblemPage(500, "our_mistake")


def answer_errors(app: Flask) -> None:
    """Registers a page for each error a request can end with."""
    for error in DOMAIN_PAGES:
        app.register_error_handler(error, _domain_page)
    app.register_error_handler(HTTPException, _http_page)  # a bug comes as InternalServerError


def problem_page(page: ProblemPage, **facts: Any) -> str:
    """The page's text; `facts` are what its words name (campaign, times)."""
    return render_template(f"problem/{page.template}.html", code_id=code_in_address(), is_final=_is_post(), **facts)


def code_in_address() -> str | None:
    """The code that the address holds, as drafts on the phone are named by it; None where it is no code."""
    try:
        return read_code(_typed_code())
    except MalformedCode:
        return None


def _domain_page(error: SurveyError) -> ResponseReturnValue:
    page = DOMAIN_PAGES[type(error)]
    if isinstance(error, DatabaseMismatch | KeysMissing):
        log.error("%s", error)  # nobody's code or answers: what the database and the key directory say
    facts = {"typed": copied_part(_typed_code())} if isinstance(error, MalformedCode) else vars(error)
    response = make_response(problem_page(page, **facts), page.status)
    if isinstance(error, TooManyGuesses):
        response.headers["Retry-After"] = str(WINDOW_S)
    return response


def _http_page(error: HTTPException) -> ResponseReturnValue:
    """Our words for what HTTP refuses, and for a bug; the headers of the error (such as Allow) stay."""
    if error.code is None or error.code < 400:
        return error.get_response()
    of_staff = staff_error(error)
    if of_staff:
        return of_staff
    page = HTTP_PAGES.get(error.code) or (HTTP_PAGES[400] if error.code < 500 else OUR_MISTAKE)
    response = error.get_response()
    response.set_data(problem_page(page))
    response.content_type = "text/html; charset=utf-8"
    return response


def _typed_code() -> str:
    """What stands in the address where a code should be."""
    return str((request.view_args or {}).get("code", ""))


def _is_post() -> bool:
    return request.method == "POST"
