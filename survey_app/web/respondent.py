"""The respondents' pages (docs/interfaces.md, "Respondents' pages"): typing a code, the form, its one submission, and looking for a receipt.

No cookies and no session: whatever a form needs stands in the form. GET and HEAD change nothing (unknown codes are counted, to stop
guessing).
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter

from survey_app.domain.codes import copied_part, read_code
from survey_app.domain.errors import (
    CampaignClosed,
    CampaignNotOpen,
    CodeUsed,
    GroupFull,
    GroupStopped,
    HastySheet,
    InvalidAnswers,
    MalformedCode,
    UnknownCode,
)
from survey_app.services.installation import Installation
from survey_app.services.submission.guessing import count_unknown_code
from survey_app.services.submission.receipts import find_receipt
from survey_app.services.submission.submitting import CodeState, look_up, start_token, submit
from survey_app.web.access import public
from survey_app.web.addresses import link
from survey_app.web.blank_form import blank_form
from survey_app.web.client import client_address
from survey_app.web.contexts import Fields, Filled, form_page
from survey_app.web.errors import DOMAIN_PAGES, code_in_address, problem_page
from survey_app.web.installation import installation
from survey_app.web.languages import current_language
from survey_app.web.receipt_page import receipt_page

NONCE_BYTES: Final = 16


class AnythingGlued(BaseConverter):
    """The part of an address that holds a code, whatever chats have glued to it, slashes and line ends too."""

    regex = "(?s:.+)"
    part_isolating = False


blueprint = Blueprint("respondent", __name__)
# of several addresses of a view, the one next to it is what links to it say; the others are as people and chats write them


@blueprint.get("/S/")
@blueprint.get("/s/")
@blueprint.get("/S")
@blueprint.get("/s")
@public
def entry() -> ResponseReturnValue:
    """The page to type a code in; `?code=` goes on to its form."""
    typed = request.args.get("code", "")
    return _go_to_form(typed) if typed.strip() else render_template("respondent/entry.html", typed=None)


@blueprint.post("/S/")
@blueprint.post("/s/")
@blueprint.post("/S")
@blueprint.post("/s")
@public
def type_code() -> ResponseReturnValue:
    """A typed code, or an address pasted in its place, goes on to its form."""
    return _go_to_form(request.form.get("code", ""))


@blueprint.get("/S/<anything:code>")
@blueprint.get("/s/<anything:code>")
@public
def form(code: str) -> ResponseReturnValue:
    """The form of a code, or the page that says why there is none."""
    site = installation()
    with _unknown_codes_counted(site):
        state = look_up(site.database, site.keys, site.clock, code)
    if state.state == "used":
        return problem_page(DOMAIN_PAGES[CodeUsed], campaign_name=state.campaign.name)  # not an error to look
    _refuse_unless_usable(state)
    nonce, started = secrets.token_hex(NONCE_BYTES), start_token(site.keys, site.clock, code)
    return blank_form(state, read_code(code), nonce, started)


@blueprint.post("/S/<anything:code>")
@blueprint.post("/s/<anything:code>")
@public
def send(code: str) -> ResponseReturnValue:
    """Takes a form once: the receipt, or the form again with what is wrong in it."""
    site = installation()
    fields = request.form.to_dict(flat=False)
    nonce, started = request.form.get("nonce", ""), request.form.get("started", "")
    try:
        with _unknown_codes_counted(site):
            receipt = submit(site.database, site.keys, site.clock, code, fields, nonce, started)
    except (InvalidAnswers, HastySheet) as refused:
        state = look_up(site.database, site.keys, site.clock, code)
        return _form_again(state, _filled_again(refused, nonce, started, fields)), 422
    return receipt_page(receipt.text, code_in_address(), is_repeat=receipt.is_repeat)


@blueprint.get("/r")
@public
def receipt() -> ResponseReturnValue:
    """Whether a receipt is in the published list."""
    typed = request.args.get("receipt", "").strip()
    if not typed:
        return render_template("respondent/lookup.html", outcome=None, typed="")
    answer = find_receipt(installation().database, typed)
    return render_template(
        "respondent/lookup.html",
        outcome=answer.outcome,
        typed=answer.receipt,
        campaign_name=answer.campaign_name,
        closes=answer.closes,
    )


def _go_to_form(typed: str) -> ResponseReturnValue:
    try:
        code = read_code(typed)
    except MalformedCode:
        return render_template("respondent/entry.html", typed=copied_part(typed)), 422
    return redirect(link("respondent.form", code=code), 303)


@contextmanager
def _unknown_codes_counted(site: Installation) -> Iterator[None]:
    """Whoever sends many unknown codes is refused; nobody else is, from whatever address."""
    try:
        yield
    except UnknownCode:
        count_unknown_code(site.database, site.keys, site.clock, client_address())
        raise


def _refuse_unless_usable(state: CodeState) -> None:
    campaign = state.campaign
    if state.state == "full":
        raise GroupFull(campaign.name, state.group)
    if state.state == "stopped":
        raise GroupStopped(campaign.name, state.group)
    if state.state == "not_open":
        raise CampaignNotOpen(campaign.name, campaign.opens)
    if state.state == "closed":
        raise CampaignClosed(campaign.name, campaign.closing_moment)


def _filled_again(refused: InvalidAnswers | HastySheet, nonce: str, started: str, fields: Fields) -> Filled:
    if isinstance(refused, InvalidAnswers):
        return Filled(nonce, started, fields, refused.problems)
    return Filled(nonce, refused.started or started, fields, wait_s=refused.wait_s)


def _form_again(state: CodeState, filled: Filled) -> str:
    page = form_page(state, code_in_address() or "", filled, current_language())
    return render_template("respondent/form.html", page=page, code_id=page.code)
