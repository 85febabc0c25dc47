"""The staff's sessions: a random id in a cookie, and a row that its hash leads to. Nothing else opens a session.

A session ends when nobody has used it for half an hour, after twelve hours, by signing out, and when the account is disabled or
given another password or second factor (its version moves on). Times are kept to the minute.

When it was used last stands in its signed cookie and not in its row: a row written at each request of the desk would stand, by its
transaction, next to the code of the sheet that is handed in by it, and tell paper from phones (docs/anonymity.md, "What staff do with codes").
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from survey_app.domain.staff import Account
from survey_app.services.audit import record
from survey_app.services.installation import Installation
from survey_app.storage.accounts.staff_sessions import (
    StaffSession,
    delete_old_sessions,
    delete_session,
    find_session,
    insert_session,
)

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
CODE_WITHIN: Final = timedelta(minutes=10)
"""How long after the password the one-time code may come."""

_ID_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is good. `awaits_code`: only the password was given so far; nothing may be seen with it."""

    account: Account
    hash: bytes
    awaits_code: bool
    lacks_factor: bool


def begin_session(at: Installation, account: Account) -> str:
    """A new session of the account; what its cookie holds."""
    with at.database.write() as connection:
        return add_session(connection, account, at.clock.now())


def add_session(connection: Connection, account: Account, now: datetime, *, awaits_code: bool = False) -> str:
    """The same, in the caller's transaction. Sessions that have run out are forgotten."""
    id_ = secrets.token_urlsafe(_ID_BYTES)
    minute = _minute(now)
    delete_old_sessions(connection, minute - LONGEST)
    insert_session(connection, _hash(id_), account, minute, awaits_code=awaits_code)
    return id_


def open_session(at: Installation, id_: str, seen: datetime) -> OpenSession | None:
    """The session, if it is good; `seen`: when somebody did something with it last."""
    hash_, minute = _hash(id_), _minute(at.clock.now())
    with at.database.read() as connection:
        kept = find_session(connection, hash_)
    if kept is None or minute - seen > IDLE or not _is_good(kept, minute):
        return None
    return OpenSession(kept.account, hash_, kept.awaits_code, kept.lacks_factor)


def sign_out(at: Installation, session: OpenSession) -> None:
    """Ends the session, also for whoever has a copy of its cookie."""
    user = session.account.user
    with at.database.write() as connection:
        delete_session(connection, session.hash)
        if not session.awaits_code:
            record(connection, at.clock, user, "signed_out", f"user/{user.name}", county=user.county)


def _is_good(kept: StaffSession, minute: datetime) -> bool:
    account = kept.account
    if account.is_disabled or account.session_version != kept.version:
        return False
    longest = CODE_WITHIN if kept.awaits_code else LONGEST
    return minute - kept.since <= longest


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _hash(id_: str) -> bytes:
    return hashlib.sha256(id_.encode("utf-8", "surrogatepass")).digest()
