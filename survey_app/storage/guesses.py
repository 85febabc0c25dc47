"""Counters of unknown codes, one row a source and window of time."""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.storage.tables import guess

_COUNT = select(guess.c.n).where(guess.c.source == bindparam("source"), guess.c.window == bindparam("window"))


def _increment(insert: Any) -> Any:
    """One statement that counts and tells the count; written once for both dialects."""
    first = insert(guess).values(source=bindparam("source"), window=bindparam("window"), n=1)
    key = [guess.c.source, guess.c.window]
    return first.on_conflict_do_update(index_elements=key, set_={"n": guess.c.n + 1}).returning(guess.c.n)


_INCREMENT = {"sqlite": _increment(sqlite.insert), "postgresql": _increment(postgresql.insert)}


def count_guesses(connection: Connection, source: str, window: int) -> int:
    """How many guesses a source has made in a window."""
    return connection.execute(_COUNT, {"source": source, "window": window}).scalar_one_or_none() or 0


def add_guess(connection: Connection, source: str, window: int) -> int:
    """Counts one more guess and returns the new count."""
    counted = connection.execute(_INCREMENT[connection.dialect.name], {"source": source, "window": window})
    return int(counted.scalar_one())


def forget_guesses(connection: Connection, before_window: int) -> int:
    """Deletes the counters of windows that are past; their number."""
    return connection.execute(delete(guess).where(guess.c.window < before_window)).rowcount


def has_guesses(connection: Connection, before_window: int) -> bool:
    """Whether there are counters of windows that are past."""
    return connection.execute(select(guess.c.n).where(guess.c.window < before_window).limit(1)).first() is not None
