"""Who may use a route. Each view says so, and an application with a view that does not is refused at the start."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC: Final = "public"
_DECLARED: Final = "junheng_access"


class UndeclaredAccess(Exception):
    """Some routes do not say who may use them."""

    def __init__(self, routes: list[str]) -> None:
        self.routes = routes
        super().__init__(f"routes without a declared access: {', '.join(routes)}")


def public(view: View) -> View:
    """Everybody may use the view, without signing in."""
    return declare(view, PUBLIC)


def declare(view: View, access: object) -> View:
    """Marks the view; what enforces the access is the decorator that calls this."""
    setattr(view, _DECLARED, access)
    return view


def declared_access(view: Callable[..., Any]) -> object | None:
    """What the view declares, or `None`."""
    return getattr(view, _DECLARED, None)


def require_declared_access(app: Flask) -> None:
    """Raises `UndeclaredAccess` naming every route whose view declares nothing."""
    undeclared = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if declared_access(app.view_functions[rule.endpoint]) is None
    ]
    if undeclared:
        raise UndeclaredAccess(undeclared)
