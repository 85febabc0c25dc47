"""One mixer at a time: an advisory lock on PostgreSQL, a file lock beside an SQLite database."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from survey_app.storage.session import Database

_ADVISORY_KEY = int.from_bytes(b"jh/mixer")  # any fixed number of 64 bits; nobody else's


@contextmanager
def only_mixer(database: Database) -> Iterator[None]:
    """Waits until no other process mixes, and keeps the others waiting until the end. A process that dies lets go."""
    with _file_lock(database) if database.dialect == "sqlite" else _advisory_lock(database):
        yield


@contextmanager
def _file_lock(database: Database) -> Iterator[None]:
    file = Path(f"{database.engine.url.database}.mixer.lock")
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _advisory_lock(database: Database) -> Iterator[None]:
    # a session's lock, outside any transaction: held over several, without keeping old row versions alive
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(select(func.pg_advisory_lock(_ADVISORY_KEY)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(_ADVISORY_KEY)))
