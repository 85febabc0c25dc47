"""The own second factor: set up, new recovery codes, removed. What is there already changes only with a code."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evaluation.errors import InvalidInput
from survey_app.output.qr import qr_path
from survey_app.services.accounts.second_factor import (
    factor_state,
    new_recovery_codes,
    offer_factor,
    remove_own_factor,
    roles_with_factor,
    set_up_factor,
)
from survey_app.services.accounts.sessions import begin_session
from survey_app.services.accounts.sign_in import TooManyTries, WrongCode, require_code
from survey_app.services.accounts.users import find_user
from survey_app.services.wording import CODE_WRONG
from survey_app.web.access import current_user, signed_in
from survey_app.web.auth import minutes_to_wait, place_of_request, retry_after
from survey_app.web.installation import installation
from survey_app.web.sessions import hold_session
from survey_app.web.staff_words import FACTOR_REMOVED, TOO_MANY_CODES, notify, problems_by_field, words

blueprint = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")


@blueprint.get("")
@signed_in(county=None, keeps_form=False)
def own() -> ResponseReturnValue:
    """What the account has; or the QR code and the form to set it up."""
    return _page({})


@blueprint.post("")
@signed_in(county=None, keeps_form=False)
def set_up() -> ResponseReturnValue:
    """Keeps the secret that the page showed; the recovery codes are on the answer and nowhere else. All other sessions end."""
    at, user = installation(), current_user()
    try:
        codes = set_up_factor(at, user, request.form.get("offer", ""), request.form.get("code", ""))
    except InvalidInput as invalid:
        return _page(problems_by_field(invalid)), 422
    account = find_user(at.database, user.name)
    if account:
        hold_session(account, begin_session(at, account))
    return render_template("staff/recovery_codes.html", codes=codes)


@blueprint.post("/codes")
@signed_in(county=None, keeps_form=False)
def renew_codes() -> ResponseReturnValue:
    """New recovery codes, on the answer and nowhere else."""
    refusal = _refusal()
    return refusal or render_template(
        "staff/recovery_codes.html", codes=new_recovery_codes(installation(), current_user())
    )


@blueprint.post("/remove")
@signed_in(county=None, keeps_form=False)
def remove() -> ResponseReturnValue:
    """Removes it, to set up another or to do without."""
    refusal = _refusal()
    if refusal:
        return refusal
    remove_own_factor(installation(), current_user())
    notify(FACTOR_REMOVED)
    return redirect(url_for("second_factor.own"), 303)


def _refusal() -> ResponseReturnValue | None:
    """The page that asks for the code again; None where the code was right."""
    at, user = installation(), current_user()
    account = find_user(at.database, user.name)
    try:
        if account:
            require_code(at, account, request.form.get("code", ""), place_of_request())
    except WrongCode:
        return _page({"code": words(CODE_WRONG)}), 422
    except TooManyTries as refused:
        return _page({"code": words(TOO_MANY_CODES, minutes=minutes_to_wait(refused))}), 429, retry_after(refused)
    return None


def _page(problems: dict[str, str]) -> str:
    at, user = installation(), current_user()
    state = factor_state(at.database, user.name)
    offer = None if state else offer_factor(at, user.name, request.form.get("offer", ""))
    return render_template(
        "staff/second_factor.html",
        state=state,
        offer=offer,
        qr=qr_path(offer.address) if offer else None,
        is_demanded=user.role in roles_with_factor(at.database),
        problems=problems,
    )
