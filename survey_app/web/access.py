"""Who may use a route. Each view says so, and an application with a view that does not is refused at the start.

What a view declares is enforced in one place, `web.guard`, before the view is called.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar, cast

from flask import Flask, abort, current_app, g, request

from survey_app.domain.staff import Role, StaffUser

View = TypeVar("View", bound=Callable[..., Any])

CountyOf = Callable[[Mapping[str, Any]], str | None]
"""From the parts of the address to the county of the thing it names; raises `NotFound` or `UnknownCampaign` where there is none."""

_DECLARED: Final = "junheng_access"


class Gate(StrEnum):
    """How somebody comes in."""

    PUBLIC = "public"  # everybody; no cookie is read or set
    ENTRANCE = "entrance"  # everybody; pages that know who is signed in, if anybody is
    STAFF = "staff"  # who is signed in
    PROGRAM = "program"  # who brings a token
    MEASURING = "measuring"  # who brings an administrator's token


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a view. `county_of`: of what the address names, which must be one that the account may see (else 404)."""

    gate: Gate
    roles: frozenset[Role] = frozenset()
    county_of: CountyOf | None = None
    body_limit_bytes: int | None = None  # None: the application's
    keeps_form: bool = True
    holds_code: bool = False  # its forms may hold a respondent's code and answers


PUBLIC: Final = Access(Gate.PUBLIC)


class UndeclaredAccess(Exception):
    """Some routes do not say who may use them."""

    def __init__(self, routes: list[str]) -> None:
        self.routes = routes
        super().__init__(f"routes without a declared access: {', '.join(routes)}")


def public(view: View) -> View:
    """Everybody may use the view, without signing in."""
    return declare(view, PUBLIC)


def entrance(*, body_limit_bytes: int | None = None) -> Callable[[View], View]:
    """Everybody may use the view; it knows who is signed in, and its forms carry a CSRF token."""
    access = Access(Gate.ENTRANCE, body_limit_bytes=body_limit_bytes, keeps_form=False)
    return lambda view: declare(view, access)


def signed_in(
    *roles: Role,
    county: CountyOf | None,
    body_limit_bytes: int | None = None,
    keeps_form: bool = True,
    holds_code: bool = False,
) -> Callable[[View], View]:
    """Whoever is signed in with one of `roles` (none named: any role).

    `county` finds the county of what the address names; `None` says that the page is of no county: it lists, and must show only what
    `current_user().may_see(…)` allows. A form that was posted when the session had run out is kept until after the sign-in, unless
    `keeps_form` is False (passwords); one that may hold a respondent's code (`holds_code`) only where it is known whose it is.
    """
    access = Access(Gate.STAFF, frozenset(roles or Role), county, body_limit_bytes, keeps_form, holds_code)
    return lambda view: declare(view, access)


def with_token(*roles: Role, county: CountyOf | None) -> Callable[[View], View]:
    """A program that brings the token of an account with one of `roles`; answers, errors too, are JSON."""
    access = Access(Gate.PROGRAM, frozenset(roles or Role), county)
    return lambda view: declare(view, access)


def measuring(view: View) -> View:
    """Who watches the machine: with the token of an administrator of all counties."""
    return declare(view, Access(Gate.MEASURING, frozenset({Role.ADMIN})))


def declare(view: View, access: Access) -> View:
    """Marks the view."""
    setattr(view, _DECLARED, access)
    return view


def declared_access(view: Callable[..., Any]) -> Access | None:
    """What the view declares, or `None`."""
    return cast(Access | None, getattr(view, _DECLARED, None))


def access_of_request() -> Access | None:
    """What the view of this request declares; `None` where the address has no view."""
    view = current_app.view_functions.get(request.endpoint or "")
    return declared_access(view) if view else None


def gate_of_request() -> Gate | None:
    """How one comes in to the view of this request."""
    access = access_of_request()
    return access.gate if access else None


def may_hold_answers() -> bool:
    """Whether the request at hand may be a respondent's, or hold a respondent's code: nothing of it is counted or quoted in the log."""
    access = access_of_request()
    return access is None or access.gate == Gate.PUBLIC or access.holds_code


def current_user() -> StaffUser:
    """Who is signed in, or whose token it is. For views of signed-in people and of programs."""
    return cast(StaffUser, g.user)


def current_user_or_none() -> StaffUser | None:
    """Who is signed in, for pages that everybody may see."""
    return cast(StaffUser | None, g.get("user"))


def require_county(county: str | None) -> None:
    """For what a form or a query names: 404 unless the account may see the county."""
    if not current_user().may_see(county):
        abort(404)


def require_declared_access(app: Flask) -> None:
    """Raises `UndeclaredAccess` naming every route whose view declares nothing."""
    undeclared = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if declared_access(app.view_functions[rule.endpoint]) is None
    ]
    if undeclared:
        raise UndeclaredAccess(undeclared)
