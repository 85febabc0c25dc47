"""Accounts and their tokens, and the log of what staff did. An administrator bound to a county has that county's."""

from datetime import datetime, timedelta
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evaluation.errors import InvalidInput
from survey_app.domain.audit import AuditFilter
from survey_app.domain.clock import LOCAL_ZONE
from survey_app.domain.staff import Account, Role, fold_name
from survey_app.services.accounts.second_factor import demand_factor, factor_state, reset_factor, roles_with_factor
from survey_app.services.accounts.tokens import end_token, make_token, tokens_of
from survey_app.services.accounts.users import (
    NewUser,
    all_users,
    change_user,
    find_user,
    invite_user,
    reset_password,
    set_disabled,
)
from survey_app.services.audit import read_audit
from survey_app.web.access import current_user, require_county, signed_in
from survey_app.web.counties import account_county
from survey_app.web.installation import installation
from survey_app.web.staff_words import (
    FACTOR_DEMANDED,
    FACTOR_RESET,
    TOKEN_REVOKED,
    USER_CHANGED,
    USER_DISABLED,
    USER_ENABLED,
    notify,
    problems_by_field,
)

LONGEST_FILTER: Final = 100

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("")
@signed_in(Role.ADMIN, county=None)
def users() -> ResponseReturnValue:
    """The accounts, and the form for a new one."""
    return _users_page({})


@blueprint.post("/users")
@signed_in(Role.ADMIN, county=None)
def add_user() -> ResponseReturnValue:
    """Makes an account; its initial password is on the answer and nowhere else."""
    at, county = installation(), _county_typed()
    new = NewUser(request.form.get("name", ""), _role_typed(), county)
    require_county(county)
    try:
        password = invite_user(at.database, at.clock, current_user(), new)
    except InvalidInput as invalid:
        return _users_page(problems_by_field(invalid)), 422
    return _secret_page("invited", fold_name(new.name), password)


@blueprint.get("/users/<name>")
@signed_in(Role.ADMIN, county=account_county)
def user(name: str) -> ResponseReturnValue:
    """One account: role, county, password, tokens."""
    return _user_page(name, {})


@blueprint.post("/users/<name>")
@signed_in(Role.ADMIN, county=account_county)
def change(name: str) -> ResponseReturnValue:
    """Another role or county."""
    at, county = installation(), _county_typed()
    require_county(county)
    try:
        change_user(at.database, at.clock, current_user(), name, _role_typed(), county)
    except InvalidInput as invalid:
        return _user_page(name, problems_by_field(invalid)), 422
    notify(USER_CHANGED, name=fold_name(name))
    return redirect(url_for("admin.users"), 303)


@blueprint.post("/users/<name>/disable")
@signed_in(Role.ADMIN, county=account_county)
def disable(name: str) -> ResponseReturnValue:
    """Nobody signs in with it any more."""
    return _set_disabled(name, disabled=True)


@blueprint.post("/users/<name>/enable")
@signed_in(Role.ADMIN, county=account_county)
def enable(name: str) -> ResponseReturnValue:
    """It can be used again."""
    return _set_disabled(name, disabled=False)


@blueprint.post("/users/<name>/password")
@signed_in(Role.ADMIN, county=account_county)
def new_password(name: str) -> ResponseReturnValue:
    """A new initial password, on the answer and nowhere else."""
    at = installation()
    password = reset_password(at.database, at.clock, current_user(), name)
    return _secret_page("reset", fold_name(name), password)


@blueprint.post("/users/<name>/tokens")
@signed_in(Role.ADMIN, county=account_county)
def add_token(name: str) -> ResponseReturnValue:
    """A token, on the answer and nowhere else."""
    at = installation()
    try:
        token = make_token(at.database, at.clock, current_user(), name, request.form.get("label", ""))
    except InvalidInput as invalid:
        return _user_page(name, problems_by_field(invalid)), 422
    return _secret_page("token", fold_name(name), token)


@blueprint.post("/users/<name>/tokens/<token_id>/revoke")
@signed_in(Role.ADMIN, county=account_county)
def revoke(name: str, token_id: str) -> ResponseReturnValue:
    """A token stops to work."""
    at = installation()
    if not end_token(at.database, at.clock, current_user(), name, token_id):
        abort(404)
    notify(TOKEN_REVOKED)
    return redirect(url_for("admin.user", name=fold_name(name)), 303)


@blueprint.post("/users/<name>/second-factor")
@signed_in(Role.ADMIN, county=account_county)
def remove_factor(name: str) -> ResponseReturnValue:
    """Resets the second factor of somebody whose phone and recovery codes are gone."""
    at = installation()
    try:
        reset_factor(at.database, at.clock, current_user(), name)
    except InvalidInput as invalid:
        return _user_page(name, problems_by_field(invalid)), 409
    notify(FACTOR_RESET, name=fold_name(name))
    return redirect(url_for("admin.user", name=fold_name(name)), 303)


@blueprint.get("/second-factor")
@signed_in(Role.ADMIN, county=None)
def factor_roles() -> ResponseReturnValue:
    """The roles that must have a second factor. It concerns all counties, and so administrators of all counties."""
    _require_all_counties()
    demanding = roles_with_factor(installation().database)
    return render_template("staff/factor_roles.html", roles=list(Role), demanding=demanding)


@blueprint.post("/second-factor")
@signed_in(Role.ADMIN, county=None)
def demand() -> ResponseReturnValue:
    """Other roles must have one from now on."""
    _require_all_counties()
    at, sent = installation(), set(request.form.getlist("role"))
    demand_factor(at.database, at.clock, current_user(), [role for role in Role if str(role) in sent])
    notify(FACTOR_DEMANDED)
    return redirect(url_for("admin.factor_roles"), 303)


@blueprint.get("/audit")
@signed_in(Role.ADMIN, county=None)
def audit() -> ResponseReturnValue:
    """The log, latest first, by person, act, object and day."""
    asked = {name: request.args.get(name, "").strip()[:LONGEST_FILTER] for name in ("staff", "action", "object")}
    since, until = _day(request.args.get("since")), _day(request.args.get("until"))
    wanted = AuditFilter(
        fold_name(asked["staff"]),
        asked["action"],
        asked["object"],
        current_user().county,
        since,
        until + timedelta(days=1) if until else None,
    )
    page = read_audit(installation().database, wanted, request.args.get("before", "")[:LONGEST_FILTER])
    days = {"since": f"{since:%Y-%m-%d}" if since else "", "until": f"{until:%Y-%m-%d}" if until else ""}
    return render_template("staff/audit.html", page=page, asked=asked | days)


def _set_disabled(name: str, *, disabled: bool) -> ResponseReturnValue:
    at = installation()
    try:
        set_disabled(at.database, at.clock, current_user(), name, disabled=disabled)
    except InvalidInput as invalid:
        return _user_page(name, problems_by_field(invalid)), 409
    notify(USER_DISABLED if disabled else USER_ENABLED, name=fold_name(name))
    return redirect(url_for("admin.user", name=fold_name(name)), 303)


def _require_all_counties() -> None:
    if current_user().county is not None:
        abort(404)


def _users_page(problems: dict[str, str]) -> str:
    accounts = all_users(installation().database, current_user().county)
    return render_template("staff/users.html", accounts=accounts, problems=problems, roles=list(Role), **_typed())


def _user_page(name: str, problems: dict[str, str]) -> str:
    account, tokens = _account(name), tokens_of(installation().database, name)
    return render_template(
        "staff/user.html",
        account=account,
        tokens=tokens,
        factor=factor_state(installation().database, account.name),
        problems=problems,
        roles=list(Role),
        **_typed(account),
    )


def _secret_page(kind: str, name: str, secret: str) -> str:
    return render_template("staff/secret.html", kind=kind, name=name, secret=secret)


def _account(name: str) -> Account:
    account = find_user(installation().database, name)
    if account is None:
        abort(404)
    return account


def _typed(account: Account | None = None) -> dict[str, str]:
    """What the form for role and county shows: what was typed, or what is."""
    kept = {"role": str(account.role), "county": account.county or ""} if account else {"county": _own_county()}
    return {f"typed_{name}": request.form.get(name, kept.get(name, "")) for name in ("name", "role", "county")}


def _own_county() -> str:
    return current_user().county or ""


def _county_typed() -> str | None:
    return request.form.get("county", "").strip() or None


def _role_typed() -> Role:
    """The role of the form. A page of ours sends no other."""
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        abort(400)


def _day(text: str | None) -> datetime | None:
    """The beginning of a day in the county; None for what is no day."""
    try:
        return datetime.strptime(text or "", "%Y-%m-%d").replace(tzinfo=LOCAL_ZONE)
    except ValueError:
        return None
