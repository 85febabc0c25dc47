"""Queries about accounts and the sessions that were ended."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from survey_app.domain.staff import Account, Role
from survey_app.storage.staff_tables import account, ended_session


class NameTaken(Exception):
    """There is an account of this name already."""


def insert_account(connection: Connection, new: Account) -> None:
    """Stores a new account. Raises `NameTaken`."""
    try:
        with connection.begin_nested():
            connection.execute(insert(account), {name: getattr(new, name) for name in account.c.keys()})  # noqa: SIM118
    except IntegrityError as error:
        raise NameTaken(new.name) from error


def find_account(connection: Connection, name: str, *, to_change: bool = False) -> Account | None:
    """The account of a folded name; `to_change` locks its row until the transaction ends."""
    wanted = select(account).where(account.c.name == name)
    row = connection.execute(wanted.with_for_update() if to_change else wanted).one_or_none()
    return None if row is None else _account_from_row(row)


def find_account_of_session(connection: Connection, name: str, session_id: str) -> Account | None:
    """The account, unless the session was ended."""
    ended = select(ended_session.c.id).where(ended_session.c.id == session_id).exists()
    row = connection.execute(select(account).where(account.c.name == name, ~ended)).one_or_none()
    return None if row is None else _account_from_row(row)


def list_accounts(connection: Connection, county: str | None) -> list[Account]:
    """All accounts by name, or those bound to `county`."""
    wanted = select(account).order_by(account.c.name)
    if county is not None:
        wanted = wanted.where(account.c.county == county)
    return [_account_from_row(row) for row in connection.execute(wanted)]


def lock_admins(connection: Connection) -> list[Account]:
    """All administrators, held until the transaction ends; taken in order of name, so that nobody waits in a circle."""
    wanted = select(account).where(account.c.role == str(Role.ADMIN)).order_by(account.c.name)
    return [_account_from_row(row) for row in connection.execute(wanted.with_for_update())]


def update_account(connection: Connection, name: str, **columns: object) -> None:
    """Writes into an account's row."""
    connection.execute(update(account).where(account.c.name == name).values(columns))


def end_sessions(connection: Connection, name: str) -> None:
    """No session that was begun before is good any more."""
    moved = account.c.session_version + 1
    connection.execute(update(account).where(account.c.name == name).values(session_version=moved))


def end_session(connection: Connection, session_id: str, ends_at: datetime, now: datetime) -> None:
    """Ends one session; forgets those that would have run out by now."""
    connection.execute(delete(ended_session).where(ended_session.c.ends_at < now))
    if not connection.execute(select(ended_session).where(ended_session.c.id == session_id)).first():
        connection.execute(insert(ended_session).values(id=session_id, ends_at=ends_at))


def _account_from_row(row: Row[Any]) -> Account:
    return Account(**dict(row._mapping) | {"role": Role(row.role)})
