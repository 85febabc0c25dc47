"""Counters against guessing and haste: requests by source and window of time, and failed sign-ins by source.

Unknown codes (`guess`) and calls of programs (`request_count`) are counted alike, in tables of their own: what respondents leave is not
beside what staff do.
"""

from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.storage.staff_tables import failed_sign_in, request_count
from survey_app.storage.tables import Instant, guess

Source = str | bytes

_INSERTS: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_KEPT_MINUTES: Final = 60


# --- requests by source and window ---------------------------------------------------------------------------------------------


def count_guess(connection: Connection, source: str, window: int) -> int:
    """Counts an unknown code of a source in a window; how many there were with it."""
    return _count(connection, guess, source, window)


def guesses_of(connection: Connection, source: str, window: int) -> int:
    """How many unknown codes of a source were counted in a window."""
    return _counted(connection, guess, source, window)


def has_guesses(connection: Connection, before_window: int) -> bool:
    """Whether there are counters of windows that are past."""
    return connection.execute(select(guess.c.n).where(guess.c.window < before_window).limit(1)).first() is not None


def forget_guesses(connection: Connection, before_window: int) -> int:
    """Deletes the counters of windows that are past; their number."""
    return connection.execute(delete(guess).where(guess.c.window < before_window)).rowcount


def count_request(connection: Connection, source: bytes, window: int) -> int:
    """Counts a request and returns how many there were in its window, which is named by the minute it began in.

    The first of a source and window takes the counts of long past windows away.
    """
    n = _count(connection, request_count, source, window)
    if n == 1:
        connection.execute(delete(request_count).where(request_count.c.window < window - _KEPT_MINUTES))
    return n


def requests_of(connection: Connection, source: bytes, window: int) -> int:
    """How many requests of a source were counted in a window."""
    return _counted(connection, request_count, source, window)


def _count(connection: Connection, table: Table, source: Source, window: int) -> int:
    counted = connection.execute(_increment(table, connection.dialect.name), {"source": source, "window": window})
    return int(counted.scalar_one())


def _counted(connection: Connection, table: Table, source: Source, window: int) -> int:
    of_window = (table.c.source == source, table.c.window == window)
    return connection.execute(select(table.c.n).where(*of_window)).scalar_one_or_none() or 0


@cache
def _increment(table: Table, dialect: str) -> Any:
    """One statement that counts and tells the count; written once for both dialects."""
    first = _INSERTS[dialect](table).values(source=bindparam("source"), window=bindparam("window"), n=1)
    counted = first.on_conflict_do_update(index_elements=[table.c.source, table.c.window], set_={"n": table.c.n + 1})
    return counted.returning(table.c.n)


# --- failed sign-ins -------------------------------------------------------------------------------------------------------------


def lock_failures(connection: Connection, source: bytes, now: datetime) -> tuple[int, datetime]:
    """How often sign-in failed from `source`, and when the next try is free; its row is locked until the transaction ends."""
    first = _INSERTS[connection.dialect.name](failed_sign_in)
    new = first.values(source=bindparam("source"), n=0, free_at=bindparam("now", type_=Instant))
    connection.execute(new.on_conflict_do_nothing(), {"source": source, "now": now})
    wanted = select(failed_sign_in.c.n, failed_sign_in.c.free_at).where(failed_sign_in.c.source == source)
    row = connection.execute(wanted.with_for_update()).one()
    return row.n, row.free_at


def note_failure(connection: Connection, source: bytes, n: int, free_at: datetime) -> None:
    """Writes the count of failures and when the next try is free."""
    connection.execute(update(failed_sign_in).where(failed_sign_in.c.source == source).values(n=n, free_at=free_at))


def take_back_failure(connection: Connection, source: bytes, now: datetime) -> None:
    """What had been counted as failed beforehand was right."""
    own = failed_sign_in.c
    connection.execute(update(failed_sign_in).where(own.source == source, own.n > 0).values(n=own.n - 1, free_at=now))


def forget_failures(connection: Connection, source: bytes) -> None:
    """The right password was given."""
    connection.execute(delete(failed_sign_in).where(failed_sign_in.c.source == source))


def forget_failures_before(connection: Connection, moment: datetime) -> None:
    """Failures whose waiting ended long ago."""
    connection.execute(delete(failed_sign_in).where(failed_sign_in.c.free_at < moment))
