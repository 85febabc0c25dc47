"""The cookie of the staff's sessions: signed, so that it can hold the language and the CSRF token, but the signature opens nothing.

What opens a session is the random id in the cookie, which leads to a row (services/accounts/sessions.py); beside it stands when it was used
last. What is left in the cookie of a
session that has run out is the account's name and the CSRF token: by these a form that comes too late is known for the person's own.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from survey_app.domain.staff import Account
from survey_app.services.accounts.sessions import OpenSession, open_session
from survey_app.web.installation import installation

COOKIE: Final = "junheng_session"
_CSRF: Final = "csrf_token"
_SEEN_STEP_S: Final = 60


class StaffSessions(SecureCookieSessionInterface):
    """Flask's signed cookie; Secure whenever the page came over https. Without a cookie no key is asked for."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if COOKIE not in request.headers.get("Cookie", ""):
            return self.session_class()
        return super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def keep_sessions(app: Flask) -> None:
    """Sets up the cookie; HttpOnly is Flask's default."""
    app.session_interface = StaffSessions()
    app.config.update(SESSION_COOKIE_NAME=COOKIE, SESSION_COOKIE_SAMESITE="Lax")


def signing_key(session_secret: bytes) -> bytes:
    """What cookies and tokens of pages are signed with: a key of its own, derived from the installation's."""
    return hmac.digest(session_secret, b"junheng/staff-session/1", hashlib.sha256)


def hold_session(account: Account, session_id: str) -> None:
    """Puts a session that was begun into the cookie; the old one's CSRF token stays good if it was the same person's."""
    kept = {name: session[name] for name in ("language",) if name in session}
    if session.get("name") == account.name and _CSRF in session:
        kept[_CSRF] = session[_CSRF]
    session.clear()
    g.pop(_CSRF, None)
    session.update(kept, name=account.name, id=session_id, seen=_now())


def forget_session() -> None:
    """Signs out in this browser; the language stays."""
    language = session.get("language")
    session.clear()
    g.pop(_CSRF, None)
    if language:
        session["language"] = language


def open_session_of_request() -> OpenSession | None:
    """The session that the request brings, if it is good; it counts as used now, unless a page polled by itself."""
    id_, seen = session.get("id"), session.get("seen")
    if not isinstance(id_, str) or not isinstance(seen, int):
        return None
    opened = open_session(installation(), id_, datetime.fromtimestamp(seen, UTC))
    if opened and not is_polling() and _now() - seen >= _SEEN_STEP_S:
        session["seen"] = _now()
    return opened


def _now() -> int:
    return int(installation().clock.now().timestamp())


def name_of_old_session() -> str | None:
    """Whose session it was that the request brings, good or run out; the name is signed."""
    name = session.get("name")
    return name if isinstance(name, str) else None


def is_polling() -> bool:
    """Whether a script of ours asks, and not somebody who presses a button."""
    return request.method == "GET" and "HX-Request" in request.headers
