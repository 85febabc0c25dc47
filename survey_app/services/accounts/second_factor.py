"""Second factors of accounts: set up by the person, demanded by role, removed by the person or an administrator. Each act is logged.

The secret is kept sealed under a key of the key directory; a recovery code is kept as a keyed hash. A copy of the database tells neither.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput
from survey_app.domain.clock import Clock
from survey_app.domain.second_factor import (
    UnreadableFactor,
    app_address,
    make_recovery_codes,
    make_secret,
    matching_step,
    open_secret,
    recovery_hash,
    seal_secret,
    secret_text,
)
from survey_app.domain.staff import Account, Role, StaffUser, fold_name
from survey_app.services import wording
from survey_app.services.audit import record
from survey_app.services.installation import Installation
from survey_app.storage.accounts.second_factors import (
    SecondFactor,
    count_recovery_codes,
    delete_factor,
    demanding_roles,
    find_factor,
    insert_factor,
    replace_demanding_roles,
    replace_recovery_codes,
    take_recovery_code,
    take_step,
)
from survey_app.storage.accounts.users import end_sessions, find_account
from survey_app.storage.session import Database

_KEPT: Final = "kept"
_OFFERED: Final = "offered"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FactorState:
    """What an account has: since when, and how many recovery codes are left."""

    since: datetime
    recovery_codes: int


@dataclass(frozen=True, slots=True)
class FactorOffer:
    """A secret that is not kept yet: for the app (`address` as a QR code, or `text` typed in), and sealed for the form that confirms it."""

    address: str
    text: str
    sealed: str


def factor_state(database: Database, name: str) -> FactorState | None:
    """The second factor of an account."""
    with database.read() as connection:
        factor = find_factor(connection, name)
        return FactorState(factor.since, count_recovery_codes(connection, name)) if factor else None


def offer_factor(at: Installation, name: str, sealed: str = "") -> FactorOffer:
    """A new secret for the account, or the one that was offered before."""
    secret = _offered(at, name, sealed) or make_secret()
    kept = seal_secret(at.account_secret, name, _OFFERED, secret).hex()
    return FactorOffer(app_address(secret, name, wording.APP_ISSUER), secret_text(secret), kept)


def set_up_factor(at: Installation, user: StaffUser, sealed: str, typed: str) -> list[str]:
    """Keeps the offered secret, if the typed code is its own; the recovery codes, which are shown this once. Sessions end.

    Raises `InvalidInput`.
    """
    secret, now = _offered(at, user.name, sealed), at.clock.now()
    step = matching_step(secret, typed, now, after=0) if secret else None
    if secret is None or step is None:
        raise InvalidInput([InputProblem("code", wording.CODE_WRONG)])
    with at.database.write() as connection:
        account = find_account(connection, user.name, to_change=True)
        if account is None or find_factor(connection, user.name):
            raise InvalidInput([InputProblem("code", wording.FACTOR_THERE)])
        kept = seal_secret(at.account_secret, user.name, _KEPT, secret)
        insert_factor(connection, user.name, SecondFactor(kept, now, step))
        end_sessions(connection, user.name)
        record(connection, at.clock, user, "factor_set_up", f"user/{user.name}", county=user.county)
        return _renew_recovery_codes(at, connection, user.name)


def take_code(at: Installation, connection: Connection, account: Account, typed: str) -> bool:
    """Whether the typed code is the app's of now, or a recovery code; it is used up by that, in the caller's transaction."""
    factor = find_factor(connection, account.name)
    if factor is None:
        return False
    step = _step_of(at, account.name, factor, typed)
    if step is not None:
        return take_step(connection, account.name, step)
    if not take_recovery_code(connection, account.name, recovery_hash(at.account_secret, account.name, typed)):
        return False
    left = {"left": count_recovery_codes(connection, account.name)}
    record(
        connection, at.clock, account.user, "recovery_code_used", f"user/{account.name}", left, county=account.county
    )
    return True


def new_recovery_codes(at: Installation, user: StaffUser) -> list[str]:
    """New recovery codes, shown this once; the old ones are no good any more."""
    with at.database.write() as connection:
        record(connection, at.clock, user, "recovery_codes_renewed", f"user/{user.name}", county=user.county)
        return _renew_recovery_codes(at, connection, user.name)


def remove_own_factor(at: Installation, user: StaffUser) -> None:
    """Removes the own second factor; whoever must have one is led to set up another."""
    with at.database.write() as connection:
        if delete_factor(connection, user.name):
            record(connection, at.clock, user, "factor_removed", f"user/{user.name}", county=user.county)


def reset_factor(database: Database, clock: Clock, actor: StaffUser | str, name: str) -> None:
    """Removes somebody's second factor, when the phone is lost; the sessions end. Raises `InvalidInput`."""
    with database.write() as connection:
        account = find_account(connection, fold_name(name), to_change=True)
        if account is None:
            raise InvalidInput([InputProblem("name", wording.USER_UNKNOWN)])
        if isinstance(actor, StaffUser) and actor.name == account.name:
            raise InvalidInput([InputProblem("name", wording.OWN_FACTOR)])
        if not delete_factor(connection, account.name):
            raise InvalidInput([InputProblem("name", wording.NO_FACTOR)])
        end_sessions(connection, account.name)
        record(connection, clock, actor, "factor_reset", f"user/{account.name}", county=account.county)


def roles_with_factor(database: Database) -> frozenset[Role]:
    """The roles that must have a second factor."""
    with database.read() as connection:
        return demanding_roles(connection)


def demand_factor(database: Database, clock: Clock, user: StaffUser, roles: Collection[Role]) -> None:
    """These roles must have a second factor from now on, and no others."""
    with database.write() as connection:
        before = demanding_roles(connection)
        if before == frozenset(roles):
            return
        replace_demanding_roles(connection, roles)
        change = {"roles": [sorted(map(str, before)), sorted(map(str, roles))]}
        record(connection, clock, user, "factor_demanded", "users", change)


def _renew_recovery_codes(at: Installation, connection: Connection, name: str) -> list[str]:
    codes = make_recovery_codes()
    replace_recovery_codes(connection, name, {recovery_hash(at.account_secret, name, code) for code in codes})
    return codes


def _step_of(at: Installation, name: str, factor: SecondFactor, typed: str) -> int | None:
    try:
        secret = open_secret(at.account_secret, name, _KEPT, factor.sealed)
    except UnreadableFactor:
        log.error(
            "the second factor of an account can't be opened with this key directory; `junheng user reset-factor`"
        )
        return None
    return matching_step(secret, typed, at.clock.now(), factor.last_step)


def _offered(at: Installation, name: str, sealed: str) -> bytes | None:
    """The secret of an offer; None where the text is none of ours for this account."""
    try:
        return open_secret(at.account_secret, name, _OFFERED, bytes.fromhex(sealed))
    except (UnreadableFactor, ValueError):
        return None
