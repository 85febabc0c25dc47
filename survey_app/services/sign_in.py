"""Signing in, and the sessions that come of it.

Guessing is slowed down for the one who guesses and for nobody else: failures count for an account *from one place*, where the place
is a browser that has signed in to the account before, or else the network address. Somebody who fails on purpose for another's
account stops at most the own address, and not even there a browser that the owner has used before. Beyond that an address has a
budget of failures over all accounts, from which known browsers are exempt.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from survey_app.domain.clock import Clock
from survey_app.domain.network import network_of
from survey_app.domain.staff import Account, StaffUser, fold_name
from survey_app.services.audit import record
from survey_app.services.installation import Installation
from survey_app.services.passwords import is_password
from survey_app.storage.attempts import (
    count_request,
    forget_failures,
    forget_failures_before,
    lock_failures,
    note_failure,
    requests_of,
)
from survey_app.storage.session import Database
from survey_app.storage.users import end_session, find_account, find_account_of_session, update_account

FREE_TRIES: Final = 5
FIRST_WAIT: Final = timedelta(seconds=30)  # after the fifth failure; doubles with each further one
LONGEST_WAIT: Final = timedelta(hours=1)
FORGOTTEN_AFTER: Final = timedelta(days=1)

ADDRESS_LIMIT: Final = 100
ADDRESS_WINDOW_S: Final = 600

_LONGEST_NAME: Final = 200
_ID_BYTES: Final = 16


class WrongCredentials(Exception):
    """Name and password do not belong together, or the account is disabled: which of these is not said."""


@dataclass(eq=False)
class TooManyTries(Exception):
    """Nothing is tried before `free_at`."""

    free_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody signs in from: the network address, and what the browser brought along from an earlier sign-in."""

    address: str
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Try:
    name: str
    source: bytes
    address_source: bytes | None  # None: a known browser, which the address's budget does not concern
    now: datetime

    @property
    def window(self) -> int:
        """When the address's present window began, in minutes."""
        return int(self.now.timestamp()) // ADDRESS_WINDOW_S * ADDRESS_WINDOW_S // 60


def sign_in(at: Installation, typed_name: str, password: str, place: Place) -> Account:
    """The account, if name and password are right. Raises `WrongCredentials`, `TooManyTries`."""
    name = fold_name(typed_name[:_LONGEST_NAME])
    now = at.clock.now()
    one_try = _Try(name, *_sources(at.session_secret, name, place), now)
    _claim_try(at.database, one_try)
    with at.database.read() as connection:
        account = find_account(connection, name)
    is_right = is_password(password, account.password if account else None)
    if account is None or not is_right or account.is_disabled:
        _note_wrong(at, account, one_try)
        raise WrongCredentials
    _note_right(at, account, one_try)
    return account


def make_device(session_secret: bytes, name: str) -> str:
    """What a browser keeps to be known as one that has signed in to this account."""
    device_id = secrets.token_urlsafe(_ID_BYTES)
    return f"{device_id}.{_hmac(session_secret, 'device', name, device_id).hex()}"


def known_device(session_secret: bytes, name: str, devices: tuple[str, ...]) -> str | None:
    """The one of `devices` that was made for this account."""
    return next((device for device in devices if _is_known(session_secret, name, device)), None)


def account_of_session(database: Database, name: str, version: int, session_id: str) -> Account | None:
    """The account of a session, unless it was ended, or the account was disabled or given another password since."""
    with database.read() as connection:
        account = find_account_of_session(connection, name, session_id)
    if account is None or account.is_disabled or account.session_version != version:
        return None
    return account


def sign_out(database: Database, clock: Clock, user: StaffUser, session_id: str, ends_at: datetime) -> None:
    """Ends the session, also for whoever has a copy of its cookie."""
    with database.write() as connection:
        end_session(connection, session_id, ends_at, clock.now())
        record(connection, clock, user, "signed_out", f"user/{user.name}", county=user.county)


def _claim_try(database: Database, one_try: _Try) -> None:
    """Counts the try as failed before it is made, so that many at once are no more than many in a row."""
    with database.write() as connection:
        _refuse_beyond_budget(requests_of(connection, one_try.address_source or b"", one_try.window), one_try)
        n, free_at = lock_failures(connection, one_try.source, one_try.now)
        if free_at > one_try.now:
            raise TooManyTries(free_at)
        if free_at + FORGOTTEN_AFTER < one_try.now:
            n = 0
        note_failure(connection, one_try.source, n + 1, one_try.now + _wait_after(n + 1))


def _refuse_beyond_budget(failures: int, one_try: _Try) -> None:
    if one_try.address_source and failures >= ADDRESS_LIMIT:
        end_of_window = one_try.window * 60 + ADDRESS_WINDOW_S - one_try.now.timestamp()
        raise TooManyTries(one_try.now + timedelta(seconds=end_of_window))


def _wait_after(failures: int) -> timedelta:
    if failures < FREE_TRIES:
        return timedelta(0)
    doublings = min(failures - FREE_TRIES, 10)
    wait: timedelta = FIRST_WAIT * 2**doublings
    return min(wait, LONGEST_WAIT)


def _note_wrong(at: Installation, account: Account | None, one_try: _Try) -> None:
    with at.database.write() as connection:
        forget_failures_before(connection, one_try.now - FORGOTTEN_AFTER)
        if one_try.address_source:
            count_request(connection, one_try.address_source, one_try.window)
        if account:  # a name that is none may be a password in the wrong field
            record(connection, at.clock, account.name, "sign_in_failed", f"user/{account.name}", county=account.county)


def _note_right(at: Installation, account: Account, one_try: _Try) -> None:
    with at.database.write() as connection:
        forget_failures(connection, one_try.source)
        update_account(connection, account.name, last_sign_in=one_try.now)
        record(connection, at.clock, account.user, "signed_in", f"user/{account.name}", county=account.county)


def _sources(secret: bytes, name: str, place: Place) -> tuple[bytes, bytes | None]:
    """Of the account from its place, and of the address: keyed hashes, so that the tables tell no address."""
    known = known_device(secret, name, place.devices)
    if known:
        return _hmac(secret, "known", name, known), None
    network = network_of(place.address)
    return _hmac(secret, "unknown", name, network), _hmac(secret, "address", network)


def _is_known(secret: bytes, name: str, device: str) -> bool:
    device_id, _, tag = device.partition(".")
    return hmac.compare_digest(tag.encode(), _hmac(secret, "device", name, device_id).hex().encode())


def _hmac(secret: bytes, *parts: str) -> bytes:
    message = "\0".join(("junheng/sign-in/1", *parts)).encode("utf-8", "surrogatepass")
    return hmac.digest(secret, message, hashlib.sha256)
