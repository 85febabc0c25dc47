"""One mixer at a time: an advisory lock on PostgreSQL, a file lock beside an SQLite database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from survey_app.storage.file_lock import locked
from survey_app.storage.session import Database

_ADVISORY_KEY = int.from_bytes(b"jh/mixer")  # any fixed number of 64 bits; nobody else's


@contextmanager
def only_mixer(database: Database) -> Iterator[None]:
    """Waits until no other process mixes, and keeps the others waiting until the end. A process that dies lets go."""
    with locked(_lock_file(database.file)) if database.file else _advisory_lock(database):
        yield


@contextmanager
def _advisory_lock(database: Database) -> Iterator[None]:
    # a session's lock, outside any transaction: held over several, without keeping old row versions alive
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(select(func.pg_advisory_lock(_ADVISORY_KEY)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(_ADVISORY_KEY)))


def _lock_file(database: Path) -> Path:
    return database.with_name(f"{database.name}.mixer.lock")
