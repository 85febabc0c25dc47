"""Enforces what views declare (`web.access`), before any of them is called."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import Flask, abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect

from survey_app.domain.staff import StaffUser
from survey_app.services.accounts.tokens import user_of_token
from survey_app.web.access import Access, Gate, access_of_request
from survey_app.web.installation import installation
from survey_app.web.sessions import keep_sessions, open_session_of_request
from survey_app.web.throttle import count_program, count_stranger

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
ENTRANCES: Final = frozenset(
    {"auth.sign_in_page", "auth.enter", "auth.code_page", "auth.enter_code", "auth.leave", "auth.choose_language"}
)
NEW_PASSWORD: Final = ("auth.password", "auth.change_password")
NEW_FACTOR: Final = ("second_factor.own", "second_factor.set_up")
"""Where somebody can still go who must change the password, or set up a second factor, before all else; the first is where he is led."""

csrf = CSRFProtect()


def guard_requests(app: Flask) -> None:
    """Puts the guard before every view."""
    keep_sessions(app)
    # a slow form must not be refused; the token is as good as the session. A referrer may be held back on the way
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_SSL_STRICT=False)
    csrf.init_app(app)
    app.before_request(_admit)


def _admit() -> ResponseReturnValue | None:
    access = access_of_request()
    if access is None:
        return None
    if access.body_limit_bytes is not None:
        request.max_content_length = access.body_limit_bytes
    return _ADMISSIONS[access.gate](access)


def _admit_everybody(access: Access) -> None:
    """Nothing is asked, and no cookie is looked at."""


def _admit_visitor(access: Access) -> ResponseReturnValue | None:
    if access.body_limit_bytes is not None:
        request.max_form_memory_size = access.body_limit_bytes
    _recognise()
    if g.user and _detour():
        return redirect(url_for(_detour()), 303)
    _check_csrf()
    return None


def _admit_staff(access: Access) -> ResponseReturnValue | None:
    from survey_app.web.auth import ask_to_sign_in

    if not _recognise():
        return ask_to_sign_in(access)
    if _detour():
        return redirect(url_for(_detour()), 303)
    _check_csrf()
    _check_role_and_county(access, g.user)
    return None


def _admit_program(access: Access) -> None:
    g.user = _user_of_bearer()
    count_program(g.user)
    _check_role_and_county(access, g.user)


def _admit_measuring(access: Access) -> None:
    g.user = _user_of_bearer()
    _check_role_and_county(access, g.user)
    if g.user.county is not None:
        abort(403)


def _recognise() -> bool:
    """Who is signed in, and in which language the pages are for them. A session that waits for its code lets nobody see anything."""
    g.language = session.get("language")
    g.session = open_session_of_request()
    g.user = g.session.account.user if g.session and not g.session.awaits_code else None
    return g.user is not None


def _detour() -> str:
    """Where the person signed in must go before anything else; "" where the way is free."""
    ways = ((g.session.account.must_change, NEW_PASSWORD), (g.session.lacks_factor, NEW_FACTOR))
    first = next((endpoints for is_due, endpoints in ways if is_due), ())
    return "" if not first or request.endpoint in ENTRANCES.union(first) else first[0]


def _check_csrf() -> None:
    if request.method not in SAFE_METHODS:
        csrf.protect()


def _check_role_and_county(access: Access, user: StaffUser) -> None:
    if user.role not in access.roles:
        abort(403)
    # what belongs to another county is not there: an account can't find out what others have
    if access.county_of and not user.may_see(access.county_of(request.view_args or {})):
        abort(404)


def _user_of_bearer() -> StaffUser:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    user = user_of_token(installation().database, token.strip()) if kind.lower() == "bearer" else None
    if user is None:
        count_stranger()
        abort(401)
    return user


_ADMISSIONS: Final[Mapping[Gate, Callable[[Access], ResponseReturnValue | None]]] = {
    Gate.PUBLIC: _admit_everybody,
    Gate.ENTRANCE: _admit_visitor,
    Gate.STAFF: _admit_staff,
    Gate.PROGRAM: _admit_program,
    Gate.MEASURING: _admit_measuring,
}
