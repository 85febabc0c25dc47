"""Queries about accounts."""

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from survey_app.domain.staff import Account, Role
from survey_app.storage.staff_tables import (
    account,
    known_place,
    recovery_code,
    second_factor,
    staff_session,
    token,
)


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
    return None if row is None else account_from_row(row)


def list_accounts(connection: Connection, county: str | None) -> list[Account]:
    """All accounts by name, or those bound to `county`."""
    wanted = select(account).order_by(account.c.name)
    if county is not None:
        wanted = wanted.where(account.c.county == county)
    return [account_from_row(row) for row in connection.execute(wanted)]


def lock_admins(connection: Connection) -> list[Account]:
    """All administrators, held until the transaction ends; taken in order of name, so that nobody waits in a circle."""
    wanted = select(account).where(account.c.role == str(Role.ADMIN)).order_by(account.c.name)
    return [account_from_row(row) for row in connection.execute(wanted.with_for_update())]


def update_account(connection: Connection, name: str, **columns: object) -> None:
    """Writes into an account's row."""
    connection.execute(update(account).where(account.c.name == name).values(columns))


def delete_account(connection: Connection, name: str) -> None:
    """Removes an account with its sessions, tokens, known places and second factor."""
    for table in (staff_session, known_place, recovery_code, second_factor, token):
        connection.execute(delete(table).where(table.c.account == name))
    connection.execute(delete(account).where(account.c.name == name))


def end_sessions(connection: Connection, name: str) -> None:
    """No session that was begun before is good any more."""
    moved = account.c.session_version + 1
    connection.execute(update(account).where(account.c.name == name).values(session_version=moved))


def account_from_row(row: Row[Any]) -> Account:
    """The account whose columns the row holds, beside others perhaps."""
    return Account(**{name: row._mapping[name] for name in account.c.keys()} | {"role": Role(row.role)})  # noqa: SIM118
