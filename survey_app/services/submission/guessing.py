"""The limit on guessing codes, shared by all server processes.

Only unknown codes are counted, and only those who send them are refused: a whole school behind one address, all with codes of their
own, never meets the limit, not even while somebody behind the same address is guessing. Nothing is lost by that: of 29^10 codes a
guesser at any speed finds none (with 10,000 codes out, the chance of a million guesses to hit one is 1 in 40,000).

Addresses are kept as keyed hashes that change every day, of the network only where it is one household's (/64 of IPv6).
"""

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import Connection

from survey_app.domain.clock import LOCAL_ZONE, Clock
from survey_app.domain.errors import TooManyGuesses
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.network import network_of
from survey_app.storage.accounts.rate_limits import count_guess, forget_guesses, guesses_of, has_guesses
from survey_app.storage.cockpit.readings import count_guesses_since, forget_guess_hours, keep_guesses_by_hour
from survey_app.storage.session import Database

WINDOW_S = 60
LIMIT = 400
"""Unknown codes from one address in a window; three hundred phones that all hold cancelled codes still hear so."""

HOURS_KEPT = 24 * 14
"""How long the number of unknown codes in an hour is kept."""

_WINDOWS_AN_HOUR = 3_600 // WINDOW_S
_DOMAIN = b"junheng/guess/1\0"


def count_unknown_code(database: Database, keys: KeyDirectory, clock: Clock, address: str) -> None:
    """To be called when a code turned out to be unknown. Raises `TooManyGuesses` where the address has sent too many.

    Beyond the limit nothing is written: guessing must not keep respondents from the database.
    """
    now = clock.now()
    source = _source(keys.session_secret(), address, now)
    window = _window(now)
    with database.read() as connection:
        count = guesses_of(connection, source, window)
    if count < LIMIT:
        with database.write() as connection:
            count = count_guess(connection, source, window)
            if count <= LIMIT:
                return
    raise TooManyGuesses


def forget_old_guesses(database: Database, clock: Clock) -> int:
    """Deletes the counters of windows that are past; their number. Where there are none, nobody waits for a writer.

    How many there were in each hour, from all sources together, is kept for the monitor for some days.
    """
    window = _window(clock.now())
    with database.read() as connection:
        if not has_guesses(connection, before_window=window):
            return 0
    with database.write() as connection:
        keep_guesses_by_hour(connection, window, _WINDOWS_AN_HOUR)
        forget_guess_hours(connection, (window // _WINDOWS_AN_HOUR) - HOURS_KEPT)
        return forget_guesses(connection, window)


def unknown_codes_since(connection: Connection, since: datetime) -> tuple[int, int]:
    """How many unknown codes were tried since the hour of a moment, and the most from one source in a minute."""
    return count_guesses_since(connection, _window(since) // _WINDOWS_AN_HOUR)


def _window(now: datetime) -> int:
    return int(now.timestamp()) // WINDOW_S


def _source(secret: bytes, address: str, now: datetime) -> str:
    day = now.astimezone(LOCAL_ZONE).date().isoformat()
    message = _DOMAIN + f"{day}|{network_of(address)}".encode("utf-8", "surrogatepass")
    return hmac.digest(secret, message, hashlib.sha256).hex()
