"""Signing in and out, the own password, and the language of the staff's pages."""

import math
from typing import Final

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from evaluation.errors import InvalidInput
from survey_app.domain.staff import Account
from survey_app.services.accounts.sessions import OpenSession, begin_session, sign_out
from survey_app.services.accounts.sign_in import (
    PLACES_KEPT,
    SignedIn,
    SignInPlace,
    TooManyTries,
    WrongCode,
    WrongCredentials,
    enter_code,
    sign_in,
)
from survey_app.services.accounts.users import change_own_password, find_user
from survey_app.web.access import (
    Access,
    access_of_request,
    current_user,
    current_user_or_none,
    entrance,
    signed_in,
)
from survey_app.web.addresses import below
from survey_app.web.client import client_address, is_from_own_page, is_own_path
from survey_app.web.installation import installation
from survey_app.web.kept_forms import KeptForm, form_of_request, read_form, sign_form
from survey_app.web.sessions import forget_session, hold_session, is_polling
from survey_app.web.staff_words import PASSWORD_CHANGED, PASSWORDS_DIFFER, SIGNED_OUT, notify, problems_by_field, words

DEVICES_COOKIE: Final = "junheng_devices"
DEVICES_KEPT: Final = 5
_SEPARATOR: Final = "~"
# a form of the largest size, written as text in a hidden field, with the sign-in form round it
LARGEST_KEPT_BYTES: Final = 3 * 1024 * 1024

blueprint = Blueprint("auth", __name__)


@blueprint.get("/sign-in")
@entrance()
def sign_in_page() -> ResponseReturnValue:
    """The form to sign in with."""
    if current_user_or_none():
        return redirect(_target(request.args.get("next")), 303)
    return _sign_in_form(next=_target(request.args.get("next")), has_expired="expired" in request.args)


@blueprint.post("/sign-in")
@entrance(body_limit_bytes=LARGEST_KEPT_BYTES)
def enter() -> ResponseReturnValue:
    """Signs in, and goes on to where somebody was going, or to the form that came too late; before that, to the one-time code."""
    at = installation()
    try:
        entered = sign_in(at, request.form.get("name", ""), request.form.get("password", ""), place_of_request())
    except WrongCredentials:
        return _sign_in_again("wrong"), 401
    except TooManyTries as refused:
        return _sign_in_again("wait", minutes=minutes_to_wait(refused)), 429, retry_after(refused)
    if entered.awaits_code:
        hold_session(entered.account, entered.session_id)
        return _code_form()
    return _let_in(entered)


@blueprint.get("/sign-in/code")
@entrance()
def code_page() -> ResponseReturnValue:
    """The form for the one-time code, for whoever has given the password."""
    return _code_form() if _waiting() else redirect(url_for("auth.sign_in_page"), 303)


@blueprint.post("/sign-in/code", endpoint="enter_code")
@entrance(body_limit_bytes=LARGEST_KEPT_BYTES)
def give_code() -> ResponseReturnValue:
    """The second step."""
    waiting = _waiting()
    if waiting is None:
        return _sign_in_again("again"), 400
    try:
        entered = enter_code(installation(), waiting, request.form.get("code", ""), place_of_request())
    except WrongCode:
        return _code_form("wrong"), 401
    except TooManyTries as refused:
        return _code_form("wait", minutes_to_wait(refused)), 429, retry_after(refused)
    return _let_in(entered)


@blueprint.post("/sign-out")
@entrance()
def leave() -> ResponseReturnValue:
    """Ends the session."""
    if g.session:
        sign_out(installation(), g.session)
    forget_session()
    notify(SIGNED_OUT)
    return redirect(url_for("auth.sign_in_page"), 303)


@blueprint.post("/language")
@entrance()
def choose_language() -> ResponseReturnValue:
    """Chinese or English, for as long as the browser is open."""
    session["language"] = "en" if request.form.get("language") == "en" else "zh"
    return redirect(_target(request.form.get("next")), 303)


@blueprint.get("/account/password")
@signed_in(county=None, keeps_form=False)
def password() -> ResponseReturnValue:
    """The form for a new password."""
    return _password_form({})


@blueprint.post("/account/password")
@signed_in(county=None, keeps_form=False)
def change_password() -> ResponseReturnValue:
    """Changes the own password; all other sessions end."""
    at, user, new = installation(), current_user(), request.form.get("password", "")
    if new != request.form.get("again", ""):
        return _password_form({"again": words(PASSWORDS_DIFFER)}), 422
    try:
        change_own_password(at.database, at.clock, user, request.form.get("present", ""), new)
    except InvalidInput as invalid:
        return _password_form(problems_by_field(invalid)), 422
    account = find_user(at.database, user.name)
    if account:
        hold_session(account, begin_session(at, account))
    notify(PASSWORD_CHANGED)
    return redirect(url_for("staff.home"), 303)


def ask_to_sign_in(access: Access) -> ResponseReturnValue:
    """For whoever is not signed in, or not any more: the sign-in page, which brings back the page or the form afterwards."""
    if is_polling():
        return render_template("staff/signed_out.html"), 401
    here = below(request.full_path.rstrip("?"))
    if request.method in ("GET", "HEAD") and _waiting():
        return redirect(url_for("auth.code_page", next=here), 303)
    if request.method in ("GET", "HEAD"):
        expired = "1" if session.get("name") else None
        return redirect(url_for("auth.sign_in_page", next=here, expired=expired), 303)
    kept = form_of_request() if access.keeps_form and is_from_own_page() else None
    if kept and (kept.author or not access.holds_code):  # whoever signs in on this page sees it
        return _sign_in_form(kept=sign_form(kept), kept_form=kept), 401
    return _sign_in_form(has_expired=True, is_form_lost=True), 401


def page_without_token(_error: CSRFError) -> ResponseReturnValue:
    """A form whose CSRF token is missing or another session's: shown once more to be sent again, if a page of ours sent it."""
    access = access_of_request()
    if request.endpoint in ("auth.enter", "auth.enter_code"):
        return _sign_in_again("again"), 400
    if access and access.keeps_form and current_user_or_none() and is_from_own_page():
        return _resume(form_of_request()), 400
    return render_template("staff/problem.html", kind="old_page", status=400), 400


def place_of_request() -> SignInPlace:
    """Where the person sits, and what the browser kept from earlier sign-ins."""
    return SignInPlace(client_address(), _devices())


def minutes_to_wait(refused: TooManyTries) -> int:
    """Until the next try, as it is said."""
    return math.ceil(_seconds_to_wait(refused) / 60)


def retry_after(refused: TooManyTries) -> dict[str, str]:
    """The same for programs."""
    return {"Retry-After": str(_seconds_to_wait(refused))}


def _seconds_to_wait(refused: TooManyTries) -> int:
    return max(1, math.ceil((refused.free_at - installation().clock.now()).total_seconds()))


def _waiting() -> OpenSession | None:
    """The session whose password was given and whose code is still to come."""
    return g.session if g.session and g.session.awaits_code else None


def _let_in(entered: SignedIn) -> Response:
    hold_session(entered.account, entered.session_id)
    g.user = entered.account.user
    return _remember_device(make_response(_go_on(entered.account)), entered.device)


def _go_on(account: Account) -> ResponseReturnValue:
    if account.must_change:
        return redirect(url_for("auth.password"), 303)
    kept = read_form(request.form.get("kept", ""))
    if kept:
        return _resume(kept)
    return redirect(_target(request.form.get("next")), 303)


def _resume(kept: KeptForm) -> str:
    return render_template("staff/resume.html", kept=kept, is_own=kept.is_of(current_user().name))


def _sign_in_again(problem: str, minutes: int = 0) -> str:
    kept_text = request.form.get("kept", "")
    return _sign_in_form(
        problem=problem,
        minutes=minutes,
        name=request.form.get("name", "")[:200],
        next=_target(request.form.get("next")),
        kept=kept_text,
        kept_form=read_form(kept_text),
    )


def _code_form(problem: str = "", minutes: int = 0) -> str:
    """The second page of the sign-in; where somebody was going, and a form that came too late, go along."""
    return render_template(
        "staff/code.html",
        problem=problem,
        minutes=minutes,
        next=_target(request.values.get("next")),
        kept=request.form.get("kept", ""),
    )


def _sign_in_form(**facts: object) -> str:
    return render_template("staff/sign_in.html", **facts)


def _password_form(problems: dict[str, str]) -> str:
    account = find_user(installation().database, current_user().name)
    return render_template("staff/password.html", problems=problems, must_change=bool(account and account.must_change))


def _target(asked: str | None) -> str:
    """Where to go on: a path of ours, or home."""
    return asked if asked and is_own_path(asked) else url_for("staff.home")


def _devices() -> tuple[str, ...]:
    kept = request.cookies.get(DEVICES_COOKIE, "")
    return tuple(kept.split(_SEPARATOR)[:DEVICES_KEPT]) if kept else ()


def _remember_device(response: Response, device: str | None) -> Response:
    """Lets the browser be known for this account from now on, and stay so for the last few others."""
    if device is None:
        return response
    response.set_cookie(
        DEVICES_COOKIE,
        _SEPARATOR.join((device, *_devices()[: DEVICES_KEPT - 1])),
        max_age=PLACES_KEPT.days * 86_400,
        path=url_for("auth.sign_in_page"),
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )
    return response
