"""The staff's sessions: a signed cookie that names the account, and what the server must agree with at each request.

A session ends when nobody has used it for half an hour, after twelve hours, by signing out (which the server remembers, so that a
copy of the cookie is no good either), and when the account is disabled or given another password (its version moves on). What is
left in the cookie of a session that has run out is the account's name and the CSRF token: by these a form that comes too late is known
for the person's own.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from survey_app.domain.staff import Account
from survey_app.services.sign_in import account_of_session
from survey_app.web.installation import installation

COOKIE: Final = "junheng_session"
IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
_SEEN_STEP_S: Final = 60
_ID_BYTES: Final = 24
_CSRF: Final = "csrf_token"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is good: whose, and until when it could be used at most."""

    account: Account
    id: str
    ends_at: datetime


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


def begin_session(account: Account) -> None:
    """Signs the account in, in a new session; the old one's CSRF token stays good if it was the same person's."""
    kept = {name: session[name] for name in ("language",) if name in session}
    if session.get("name") == account.name and _CSRF in session:
        kept[_CSRF] = session[_CSRF]
    now = int(installation().clock.now().timestamp())
    session.clear()
    g.pop(_CSRF, None)
    session.update(
        kept,
        name=account.name,
        version=account.session_version,
        id=secrets.token_urlsafe(_ID_BYTES),
        since=now,
        seen=now,
    )


def forget_session() -> None:
    """Signs out in this browser; the language stays."""
    language = session.get("language")
    session.clear()
    g.pop(_CSRF, None)
    if language:
        session["language"] = language


def open_session_of_request() -> OpenSession | None:
    """The session that the request brings, if it is good; it counts as used now, unless a page polled by itself."""
    now = installation().clock.now()
    if not _is_within_times(session, now):
        return None
    account = account_of_session(installation().database, session["name"], session["version"], session["id"])
    if account is None:
        return None
    if not is_polling() and now.timestamp() - session["seen"] >= _SEEN_STEP_S:
        session["seen"] = int(now.timestamp())
    return OpenSession(account, session["id"], datetime.fromtimestamp(session["since"], UTC) + LONGEST)


def name_of_old_session() -> str | None:
    """Whose session it was that the request brings, good or run out; the name is signed."""
    name = session.get("name")
    return name if isinstance(name, str) else None


def is_polling() -> bool:
    """Whether a script of ours asks, and not somebody who presses a button."""
    return request.method == "GET" and "HX-Request" in request.headers


def _is_within_times(kept: SessionMixin, now: datetime) -> bool:
    if any(kept.get(name) is None for name in ("name", "version", "id", "since", "seen")):
        return False
    unused_s, open_s = (now.timestamp() - float(kept[name]) for name in ("seen", "since"))
    return unused_s <= IDLE.total_seconds() and open_s <= LONGEST.total_seconds()
