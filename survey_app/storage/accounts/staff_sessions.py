"""Queries about who is signed in, and about the places that an account has signed in from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.domain.staff import Account
from survey_app.storage.accounts.users import account_from_row
from survey_app.storage.staff_tables import account, known_place, second_factor, second_factor_role, staff_session

_INSERTS: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A session as the database keeps it, with its account as it is now. The moment is a whole minute."""

    account: Account
    version: int
    since: datetime
    awaits_code: bool
    lacks_factor: bool  # the account's role must have a second factor, and it has none


def insert_session(connection: Connection, hash_: bytes, of: Account, now: datetime, *, awaits_code: bool) -> None:
    """Stores a new session of the account."""
    row = {"hash": hash_, "account": of.name, "version": of.session_version, "since": now}
    connection.execute(insert(staff_session), row | {"awaits_code": awaits_code})


def find_session(connection: Connection, hash_: bytes) -> StaffSession | None:
    """The session whose id has this hash, whether it is still good or not."""
    is_demanded = select(second_factor_role.c.role).where(second_factor_role.c.role == account.c.role).exists()
    has_factor = select(second_factor.c.account).where(second_factor.c.account == account.c.name).exists()
    own = staff_session.c
    wanted = (
        select(account, own.version, own.since, own.awaits_code, (is_demanded & ~has_factor).label("lacks"))
        .join_from(staff_session, account)
        .where(own.hash == hash_)
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    return StaffSession(account_from_row(row), row.version, row.since, row.awaits_code, bool(row.lacks))


def delete_session(connection: Connection, hash_: bytes) -> None:
    """Ends a session."""
    connection.execute(delete(staff_session).where(staff_session.c.hash == hash_))


def delete_old_sessions(connection: Connection, since_before: datetime) -> None:
    """Forgets the sessions that have run out."""
    connection.execute(delete(staff_session).where(staff_session.c.since < since_before))


def known_places(connection: Connection, name: str, hashes: Collection[bytes]) -> set[bytes]:
    """Those of the places that the account has signed in from."""
    own = known_place.c
    return set(connection.scalars(select(own.hash).where(own.account == name, own.hash.in_(hashes))))


def keep_places(connection: Connection, name: str, hashes: Collection[bytes], day: datetime) -> None:
    """The account has signed in from these places on this day."""
    for hash_ in hashes:
        first = _INSERTS[connection.dialect.name](known_place).values(account=name, hash=hash_, seen=day)
        key = [known_place.c.account, known_place.c.hash]
        connection.execute(first.on_conflict_do_update(index_elements=key, set_={"seen": day}))


def delete_old_places(connection: Connection, seen_before: datetime) -> None:
    """Forgets the places that nobody has signed in from for long."""
    connection.execute(delete(known_place).where(known_place.c.seen < seen_before))
