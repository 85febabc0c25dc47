"""Queries about second factors, recovery codes, and the roles that must have one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from survey_app.domain.staff import Role
from survey_app.storage.staff_tables import recovery_code, second_factor, second_factor_role


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The second factor of an account as the database keeps it."""

    sealed: bytes
    since: datetime
    last_step: int


def find_factor(connection: Connection, name: str) -> SecondFactor | None:
    """The account's second factor."""
    own = second_factor.c
    row = connection.execute(select(own.sealed, own.since, own.last_step).where(own.account == name)).one_or_none()
    return None if row is None else SecondFactor(*row)


def insert_factor(connection: Connection, name: str, factor: SecondFactor) -> None:
    """Stores a second factor of an account that has none."""
    row = {"account": name, "sealed": factor.sealed, "since": factor.since, "last_step": factor.last_step}
    connection.execute(insert(second_factor), row)


def take_step(connection: Connection, name: str, step: int) -> bool:
    """Notes that the code of a time step was taken; False if it, or a later one, had been before."""
    own = second_factor.c
    earlier = update(second_factor).where(own.account == name, own.last_step < step)
    return connection.execute(earlier.values(last_step=step)).rowcount == 1


def take_recovery_code(connection: Connection, name: str, hash_: bytes) -> bool:
    """Uses up a recovery code; False if the account has no such code (any more)."""
    own = recovery_code.c
    return connection.execute(delete(recovery_code).where(own.account == name, own.hash == hash_)).rowcount == 1


def replace_recovery_codes(connection: Connection, name: str, hashes: Collection[bytes]) -> None:
    """Stores new recovery codes; the old ones are no good any more."""
    connection.execute(delete(recovery_code).where(recovery_code.c.account == name))
    connection.execute(insert(recovery_code), [{"account": name, "hash": hash_} for hash_ in hashes])


def count_recovery_codes(connection: Connection, name: str) -> int:
    """How many recovery codes are left."""
    wanted = select(func.count()).select_from(recovery_code).where(recovery_code.c.account == name)
    return int(connection.execute(wanted).scalar_one())


def delete_factor(connection: Connection, name: str) -> bool:
    """Removes the second factor with its recovery codes; whether there was one."""
    connection.execute(delete(recovery_code).where(recovery_code.c.account == name))
    return connection.execute(delete(second_factor).where(second_factor.c.account == name)).rowcount == 1


def demanding_roles(connection: Connection) -> frozenset[Role]:
    """The roles whose accounts must have a second factor; a role of another version is none."""
    kept = set(connection.scalars(select(second_factor_role.c.role)))
    return frozenset(role for role in Role if str(role) in kept)


def replace_demanding_roles(connection: Connection, roles: Collection[Role]) -> None:
    """These roles must have a second factor from now on, and no others."""
    connection.execute(delete(second_factor_role))
    if roles:
        connection.execute(insert(second_factor_role), [{"role": str(role)} for role in sorted(roles)])
