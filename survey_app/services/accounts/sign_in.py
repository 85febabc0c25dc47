"""Signing in: the password, then a one-time code where the account has a second factor.

Guessing is slowed down for the one who guesses and for nobody else. Failures count for an account *from one place*, where the place is
a browser that has signed in to the account before, or else the network. Somebody who fails on purpose for another's account stops at
most the own network, and not even there a browser that the owner has used before. Failures from places that the account has never
signed in from count together besides, so that many addresses are no more than one; and a network has a budget over all accounts.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection

from survey_app.domain.clock import LOCAL_ZONE
from survey_app.domain.network import network_of
from survey_app.domain.staff import Account, fold_name
from survey_app.services.accounts.passwords import is_password
from survey_app.services.accounts.second_factor import take_code
from survey_app.services.accounts.sessions import OpenSession, add_session
from survey_app.services.audit import record
from survey_app.services.installation import Installation
from survey_app.storage.accounts.rate_limits import (
    count_request,
    forget_failures,
    forget_failures_before,
    lock_failures,
    note_failure,
    requests_of,
    take_back_failure,
)
from survey_app.storage.accounts.second_factors import find_factor
from survey_app.storage.accounts.staff_sessions import delete_old_places, delete_session, keep_places, known_places
from survey_app.storage.accounts.users import find_account, update_account

FREE_TRIES: Final = 5
FREE_TRIES_FROM_UNKNOWN_PLACES: Final = 20
FIRST_WAIT: Final = timedelta(seconds=30)  # after the last free try; doubles with each further one
LONGEST_WAIT: Final = timedelta(hours=1)
FORGOTTEN_AFTER: Final = timedelta(days=1)

ADDRESS_LIMIT: Final = 100
ADDRESS_WINDOW_S: Final = 600

PLACES_KEPT: Final = timedelta(days=180)

_LONGEST_NAME: Final = 200
_LONGEST_CODE: Final = 40
_ID_BYTES: Final = 24

SignInStep = Literal["password", "code"]


class WrongCredentials(Exception):
    """Name and password do not belong together, or the account is disabled: which of these is not said."""


class WrongCode(Exception):
    """The one-time code is not of now, was used before, or is no recovery code that is left."""


@dataclass(eq=False)
class TooManyTries(Exception):
    """Nothing is tried before `free_at`."""

    free_at: datetime


@dataclass(frozen=True, slots=True)
class SignInPlace:
    """Where somebody signs in from: the network address, and what the browser brought along from earlier sign-ins."""

    address: str
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session was begun. `device`: what the browser should keep from now on, if it was not known for the account."""

    account: Account
    session_id: str
    awaits_code: bool = False
    device: str | None = None


@dataclass(frozen=True, slots=True)
class _Limit:
    """Failures of one source, and how many of them cost no wait."""

    source: bytes
    free_tries: int


@dataclass(frozen=True, slots=True)
class _Try:
    """One try of one step. `address_source` None: a known browser, which the address's budget does not concern."""

    name: str
    own: _Limit
    from_unknown: _Limit | None
    address_source: bytes | None
    device: bytes | None  # the known browser
    now: datetime

    @property
    def limits(self) -> tuple[_Limit, ...]:
        """The limits on this try, the narrower first."""
        return (self.own, self.from_unknown) if self.from_unknown else (self.own,)

    @property
    def window(self) -> int:
        """When the address's present window began, in minutes."""
        return int(self.now.timestamp()) // ADDRESS_WINDOW_S * ADDRESS_WINDOW_S // 60


def sign_in(at: Installation, typed_name: str, password: str, place: SignInPlace) -> SignedIn:
    """A session, if name and password are right; with a second factor it still waits for the code.

    Raises `WrongCredentials`, `TooManyTries`.
    """
    name = fold_name(typed_name[:_LONGEST_NAME])
    one_try = _claim(at, "password", name, place)
    with at.database.read() as connection:
        account = find_account(connection, name)
        has_factor = find_factor(connection, name) is not None
    is_right = is_password(password, account.password if account else None)
    if account is None or not is_right or account.is_disabled:
        _note_wrong(at, account, one_try, "sign_in_failed")
        raise WrongCredentials
    if not has_factor:
        return _enter(at, account, one_try, place)
    with at.database.write() as connection:
        _note_right(connection, one_try)
        session_id = add_session(connection, account, one_try.now, awaits_code=True)
    return SignedIn(account, session_id, awaits_code=True)


def enter_code(at: Installation, session: OpenSession, typed: str, place: SignInPlace) -> SignedIn:
    """The second step: a session of its own in place of the one that waits. Raises `WrongCode`, `TooManyTries`."""
    account = session.account
    one_try = _claim(at, "code", account.name, place)
    with at.database.write() as connection:
        is_right = take_code(at, connection, account, typed[:_LONGEST_CODE])
        if is_right:
            delete_session(connection, session.hash)
    if not is_right:
        _note_wrong(at, account, one_try, "code_failed")
        raise WrongCode
    return _enter(at, account, one_try, place)


def require_code(at: Installation, account: Account, typed: str, place: SignInPlace) -> None:
    """For acts on the own second factor, which need a code once more. Raises `WrongCode`, `TooManyTries`."""
    one_try = _claim(at, "code", account.name, place)
    with at.database.write() as connection:
        is_right = take_code(at, connection, account, typed[:_LONGEST_CODE])
        if is_right:
            _note_right(connection, one_try)
    if not is_right:
        _note_wrong(at, account, one_try, "code_failed")
        raise WrongCode


def _enter(at: Installation, account: Account, one_try: _Try, place: SignInPlace) -> SignedIn:
    """The session; its place is known for the account from now on."""
    device = None if one_try.device else secrets.token_urlsafe(_ID_BYTES)
    places = {_network_hash(at, account.name, place), one_try.device or _device_hash(device or "")}
    day = one_try.now.astimezone(LOCAL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    with at.database.write() as connection:
        _note_right(connection, one_try)
        session_id = add_session(connection, account, one_try.now)
        keep_places(connection, account.name, places, day)
        delete_old_places(connection, day - PLACES_KEPT)
        update_account(connection, account.name, last_sign_in=one_try.now)
        record(connection, at.clock, account.user, "signed_in", f"user/{account.name}", county=account.county)
    return SignedIn(account, session_id, device=device)


def _claim(at: Installation, step: SignInStep, name: str, place: SignInPlace) -> _Try:
    """Counts the try as failed before it is made, so that many at once are no more than many in a row. Raises `TooManyTries`."""
    now = at.clock.now()
    with at.database.write() as connection:
        one_try = _try_from(at, connection, step, name, place, now)
        if one_try.address_source:
            _refuse_beyond_budget(requests_of(connection, one_try.address_source, one_try.window), one_try)
        for limit in one_try.limits:
            _count_failure(connection, limit, now)
    return one_try


def _try_from(
    at: Installation, connection: Connection, step: SignInStep, name: str, place: SignInPlace, now: datetime
) -> _Try:
    """Which limits concern a try from this place: keyed hashes, so that the tables tell no address."""
    secret, network = at.account_secret, network_of(place.address)
    of_network, of_devices = _network_hash(at, name, place), {_device_hash(device) for device in place.devices}
    known = known_places(connection, name, {of_network, *of_devices})
    device = next(iter(sorted(known & of_devices)), None)
    if device:
        own = _Limit(_hmac(secret, step, "device", name, device.hex()), FREE_TRIES)
        return _Try(name, own, None, None, device, now)
    own = _Limit(_hmac(secret, step, "network", name, network), FREE_TRIES)
    from_unknown = _Limit(_hmac(secret, step, "unknown", name), FREE_TRIES_FROM_UNKNOWN_PLACES)
    address = _hmac(secret, "address", network)
    return _Try(name, own, None if of_network in known else from_unknown, address, None, now)


def _refuse_beyond_budget(failures: int, one_try: _Try) -> None:
    if failures >= ADDRESS_LIMIT:
        end_of_window = one_try.window * 60 + ADDRESS_WINDOW_S - one_try.now.timestamp()
        raise TooManyTries(one_try.now + timedelta(seconds=end_of_window))


def _count_failure(connection: Connection, limit: _Limit, now: datetime) -> None:
    n, free_at = lock_failures(connection, limit.source, now)
    if free_at > now:
        raise TooManyTries(free_at)
    if free_at + FORGOTTEN_AFTER < now:
        n = 0
    note_failure(connection, limit.source, n + 1, now + _wait_after(n + 1, limit.free_tries))


def _wait_after(failures: int, free_tries: int) -> timedelta:
    if failures < free_tries:
        return timedelta(0)
    doublings = min(failures - free_tries, 10)
    wait: timedelta = FIRST_WAIT * 2**doublings
    return min(wait, LONGEST_WAIT)


def _note_wrong(at: Installation, account: Account | None, one_try: _Try, action: str) -> None:
    with at.database.write() as connection:
        forget_failures_before(connection, one_try.now - FORGOTTEN_AFTER)
        if one_try.address_source:
            count_request(connection, one_try.address_source, one_try.window)
        if account:  # a name that is none may be a password in the wrong field
            record(connection, at.clock, account.name, action, f"user/{account.name}", county=account.county)


def _note_right(connection: Connection, one_try: _Try) -> None:
    """Clears what this place had counted; what strangers elsewhere did stays, or they could wait for the owner to clear it."""
    forget_failures(connection, one_try.own.source)
    if one_try.from_unknown:
        take_back_failure(connection, one_try.from_unknown.source, one_try.now)


def _network_hash(at: Installation, name: str, place: SignInPlace) -> bytes:
    return _hmac(at.account_secret, "known", name, network_of(place.address))


def _device_hash(device: str) -> bytes:
    return hashlib.sha256(f"junheng/device/1\0{device}".encode("utf-8", "surrogatepass")).digest()


def _hmac(secret: bytes, *parts: str) -> bytes:
    message = "\0".join(("junheng/sign-in/1", *parts)).encode("utf-8", "surrogatepass")
    return hmac.digest(secret, message, hashlib.sha256)
