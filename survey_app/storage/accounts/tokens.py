"""Queries about the tokens of programs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from survey_app.domain.staff import Account, Role
from survey_app.storage.staff_tables import account, token


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as it is kept: its hash, never the token."""

    id: str
    account: str
    hash: bytes
    label: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


def insert_token(connection: Connection, new: TokenRow) -> None:
    """Stores a new token."""
    connection.execute(insert(token), {name: getattr(new, name) for name in token.c.keys()})  # noqa: SIM118


def find_account_of_token(connection: Connection, hash_: bytes) -> Account | None:
    """The account whose token has this hash, unless it was revoked."""
    wanted = select(account).join(token, token.c.account == account.c.name)
    row = connection.execute(wanted.where(token.c.hash == hash_, token.c.revoked_at.is_(None))).one_or_none()
    return None if row is None else _account_from_row(row)


def find_token(connection: Connection, token_id: str) -> TokenRow | None:
    """The token of this id."""
    row = connection.execute(select(token).where(token.c.id == token_id)).one_or_none()
    return None if row is None else TokenRow(*row)


def list_tokens(connection: Connection, account_name: str) -> list[TokenRow]:
    """The tokens of an account, latest first."""
    wanted = select(token).where(token.c.account == account_name).order_by(token.c.created_at.desc(), token.c.id)
    return [TokenRow(*row) for row in connection.execute(wanted)]


def revoke_token(connection: Connection, token_id: str, now: datetime) -> bool:
    """Revokes a token; False if it was revoked before."""
    wanted = update(token).where(token.c.id == token_id, token.c.revoked_at.is_(None)).values(revoked_at=now)
    return connection.execute(wanted).rowcount == 1


def _account_from_row(row: Row[Any]) -> Account:
    return Account(**dict(row._mapping) | {"role": Role(row.role)})
