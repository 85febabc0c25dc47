"""Engines and transactions.

SQLite: write-ahead log, synchronous FULL, and writers that queue at a file lock before BEGIN IMMEDIATE, because SQLite's own busy
handler polls and starves (p99 of a second at 16 writers). PostgreSQL: plain transactions with psycopg 3. Errors hide the parameters
of a statement: an answer must not get into a log by way of a traceback.
"""

import math
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Literal, cast

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DisconnectionError, OperationalError
from sqlalchemy.exc import DatabaseError as DatabaseError

from survey_app.domain.errors import SurveyError
from survey_app.storage.file_lock import locked
from survey_app.storage.greenlets import wait_with_greenlets

DialectName = Literal["sqlite", "postgresql"]

BUSY_TIMEOUT_MS = 30_000
IDLE_S = 2.0  # a connection that was idle for longer is tried before it is used: its server may have gone
_WAITED_FOR_S = 3.0  # connections of processes that have just ended
_IS_WRITING = "junheng_is_writing"
_RETURNED = "junheng_returned"
_POSTGRESQL_WRITING = (
    "READ COMMITTED"  # writers wait for each other and go on from what they find, whatever the server's default
)
_OF_ANY_THREAD = {"check_same_thread": False}
_OVERFLOW = 5  # connections of one process beyond the usual five, each held for the time of a statement or a commit
_POSTGRESQL_READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """One database; `read()` and `write()` give a connection within a transaction."""

    def __init__(self, engine: Engine, file: Path | None, quick_engine: Engine) -> None:
        self.engine = engine
        self.quick_engine = quick_engine
        self.dialect = cast(DialectName, engine.dialect.name)
        self.file = file  # None on PostgreSQL
        self._lock_file = file and file.with_name(f"{file.name}.lock")
        self._writing = engine.execution_options(**{_IS_WRITING: True})
        self._reading = engine if file else engine.execution_options(**_POSTGRESQL_READING)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one state of the database, whatever is written meanwhile."""
        with self._reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write: committed at the end, rolled back if an exception passes."""
        with _queued(self._lock_file), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A transaction that may write, while nobody else is connected: who comes meanwhile waits. Raises `DatabaseInUse`."""
        self.close()  # what this process has left open itself
        with _alone_in_file(self.file) if self.file else _alone_on_server(self._writing) as connection:
            yield connection

    def in_line(self) -> AbstractContextManager[None]:
        """The place in the line of writers, to be held while writing by other ways than `write`."""
        return _queued(self._lock_file)

    @contextmanager
    def quick(self) -> Iterator[Any]:
        """A driver's connection for `storage.prepared`, in no transaction; not used again where an exception passes.

        A transaction that failed is not to be read by the next request, even where it could not be rolled back.
        """
        pooled = self.quick_engine.raw_connection()
        try:
            yield pooled.driver_connection
        except BaseException:
            if getattr(
                pooled.driver_connection, "broken", False
            ):  # the server has gone, and so have the others' connections
                self.quick_engine.dispose()
            pooled.invalidate()
            raise
        finally:
            pooled.close()

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()
        self.quick_engine.dispose()


class DatabaseInUse(SurveyError):
    """Others are connected to the database."""

    def __str__(self) -> str:
        return "the database is in use: stop the service (junheng serve, junheng work) and whatever else is connected to it"


def open_database(url: str) -> Database:
    """The database at `url`: `sqlite:///FILE` or `postgresql+psycopg://…`. Nothing is connected yet. Raises `ValueError`."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError(str(error)) from error
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed)
    raise ValueError(f"the database must be SQLite or PostgreSQL, not {parsed.get_backend_name()}")


def _open_postgresql(url: URL) -> Database:
    wait_with_greenlets()
    url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url, hide_parameters=True, isolation_level=_POSTGRESQL_WRITING)
    quick_engine = create_engine(
        url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, max_overflow=_OVERFLOW, hide_parameters=True
    )

    def note_return(_connection: object, record: Any) -> None:
        record.info[_RETURNED] = time.monotonic()

    def try_if_idle(connection: Any, record: Any, _proxy: object) -> None:
        if time.monotonic() - record.info.get(_RETURNED, math.inf) > IDLE_S:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error  # the pool then connects anew

    for one in (engine, quick_engine):
        event.listen(one, "checkin", note_return)
        event.listen(one, "checkout", try_if_idle)
    event.listen(quick_engine, "connect", _set_up_quick)
    return Database(engine, None, quick_engine)


def _set_up_quick(connection: Any, _record: object) -> None:
    """Plans are made once for each statement, not anew for each code, and find rows by their keys: they outlast the growth of tables."""
    connection.execute(f"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {_POSTGRESQL_WRITING}")
    connection.execute("SET client_encoding TO 'UTF8'")
    connection.execute("SET plan_cache_mode = force_generic_plan")
    for way in ("seqscan", "hashjoin", "mergejoin", "memoize"):
        connection.execute(f"SET enable_{way} = off")


def _open_sqlite(url: URL) -> Database:
    if not url.database or url.database == ":memory:":
        raise ValueError("SQLite needs a file: workers share it")
    file = Path(url.database).absolute()
    url = url.set(database=str(file))
    waiting = {"timeout": BUSY_TIMEOUT_MS / 1000}
    engine = create_engine(url, pool_size=20, connect_args=waiting, hide_parameters=True)
    quick_engine = create_engine(
        url, pool_reset_on_return=None, max_overflow=_OVERFLOW, connect_args=_OF_ANY_THREAD | waiting
    )
    for one in (engine, quick_engine):
        event.listen(one, "do_connect", lambda *_: _make_private(file))
        event.listen(one, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)
    return Database(engine, file, quick_engine)


@contextmanager
def _alone_in_file(file: Path) -> Iterator[Connection]:
    """A connection that keeps the file to itself; in exclusive mode SQLite refuses where another has it open, idle or not."""
    engine = create_engine(URL.create("sqlite", database=str(file)), poolclass=NullPool, hide_parameters=True)

    def set_up(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA busy_timeout = {int(1000 * _WAITED_FOR_S)}")
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        _set_up_connection(connection, _record)

    event.listen(engine, "do_connect", lambda *_: _make_private(file))
    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN EXCLUSIVE") and None)
    try:
        connection = engine.connect()
    except OperationalError as error:
        raise DatabaseInUse from error
    with connection, connection.begin():
        yield connection


@contextmanager
def _alone_on_server(engine: Engine) -> Iterator[Connection]:
    """A transaction that nobody else is connected beside; connections that were just closed get a moment to go."""
    with engine.begin() as connection:
        deadline = time.monotonic() + _WAITED_FOR_S
        while _others(connection):
            if time.monotonic() > deadline:
                raise DatabaseInUse
            time.sleep(0.05)
        yield connection


def _others(connection: Connection) -> int:
    connection.execute(text("SELECT pg_stat_clear_snapshot()"))
    return int(
        connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        ).scalar_one()
    )


def _make_private(file: Path) -> None:
    """A new file is its owner's only; SQLite gives the files beside it (`-wal`, `-shm`) the same mode."""
    with suppress(OSError):  # there already, or SQLite will say what is wrong
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _set_up_connection(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, not by the driver's guess
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise sqlite3.OperationalError(f"no write-ahead log is possible here (journal mode: {mode}); use a local disk")
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get(_IS_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _queued(lock_file: Path | None) -> AbstractContextManager[None]:
    """The place in the line of writers; without a file there is no line."""
    return locked(lock_file) if lock_file else nullcontext()
