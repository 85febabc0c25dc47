"""Counters against guessing: failed sign-ins by source, and requests by source and window of time."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.storage.staff_tables import failed_sign_in, request_count
from survey_app.storage.tables import Instant

_KEPT_MINUTES: Final = 60

_COUNT = select(request_count.c.n).where(
    request_count.c.source == bindparam("source"), request_count.c.window == bindparam("window")
)


def _first_failure(insert: Any) -> Any:
    first = insert(failed_sign_in).values(source=bindparam("source"), n=0, free_at=bindparam("now", type_=Instant))
    return first.on_conflict_do_nothing()


def _increment(insert: Any) -> Any:
    """One statement that counts and tells the count; written once for both dialects."""
    first = insert(request_count).values(source=bindparam("source"), window=bindparam("window"), n=1)
    key = [request_count.c.source, request_count.c.window]
    counted = first.on_conflict_do_update(index_elements=key, set_={"n": request_count.c.n + 1})
    return counted.returning(request_count.c.n)


_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_FIRST_FAILURE = {name: _first_failure(insert) for name, insert in _INSERTS.items()}
_INCREMENT = {name: _increment(insert) for name, insert in _INSERTS.items()}


def lock_failures(connection: Connection, source: bytes, now: datetime) -> tuple[int, datetime]:
    """How often sign-in failed from `source`, and when the next try is free; its row is locked until the transaction ends."""
    connection.execute(_FIRST_FAILURE[connection.dialect.name], {"source": source, "now": now})
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


def requests_of(connection: Connection, source: bytes, window: int) -> int:
    """How many requests of a source were counted in a window."""
    return connection.execute(_COUNT, {"source": source, "window": window}).scalar_one_or_none() or 0


def count_request(connection: Connection, source: bytes, window: int) -> int:
    """Counts a request and returns how many there were in its window, which is named by the minute it began in.

    The first of a source and window takes the counts of long past windows away.
    """
    counted = connection.execute(_INCREMENT[connection.dialect.name], {"source": source, "window": window})
    n = int(counted.scalar_one())
    if n == 1:
        connection.execute(delete(request_count).where(request_count.c.window < window - _KEPT_MINUTES))
    return n
