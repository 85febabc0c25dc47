"""Direct statements on PostgreSQL: prepared once in each connection, and executed through psycopg's wrapper of libpq.

psycopg's cursors cost a submission's process more time than the server takes for its statements. What they do beyond this (adapting any
Python type, transactions, server-side cursors) these statements do not need; values that come back are loaded by psycopg.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from psycopg import Connection, DatabaseError, Error, OperationalError, errors
from psycopg.adapt import Transformer
from psycopg.pq import DiagnosticField, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

from survey_app.storage import session
from survey_app.storage.direct import Compiled, DirectConnection, DivisionByZero, Outcome, Prepared
from survey_app.storage.session import DialectName, Line

_DIVISION_BY_ZERO: Final = "22012"  # SQLSTATE
_WRONG_VALUE: Final = "22"  # class of SQLSTATE: data exceptions
_DONE: Final = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})


class PostgresqlConnection(DirectConnection):
    """A connection of psycopg that commits each statement, and what is prepared in it."""

    dialect: DialectName = "postgresql"

    def __init__(self, line: Line) -> None:
        self._line = line
        self._driver: Connection[Any] = line.driver
        self._prepared: set[bytes] = set()
        self._used_at = time.monotonic()

    def run(self, statement: Prepared, values: Mapping[str, Any]) -> Outcome:
        compiled = statement.on("postgresql")
        self._prepare(compiled)
        parameters = compiled.parameters(values)
        formats = [Format.BINARY if isinstance(value, bytes) else Format.TEXT for value in parameters]
        encoded: Any = [_encoded(value) for value in parameters]  # psycopg's types leave None out
        result = self._checked(self._driver.pgconn.exec_prepared(compiled.name, encoded, formats))
        return Outcome(self._rows(compiled, result), result.command_tuples or 0)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        yield

    def undo(self) -> None:
        """A statement that divides by zero has undone itself."""

    def is_alive(self) -> bool:
        """A connection that was idle for long is tried: its server may have gone."""
        before, self._used_at = self._used_at, time.monotonic()
        if self._line.is_closed or self._driver.pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        return self._used_at - before <= session.IDLE_S or self._answers()

    def _answers(self) -> bool:
        try:
            return self._driver.pgconn.exec_(b"").status == ExecStatus.EMPTY_QUERY
        except Error:
            return False

    def _prepare(self, compiled: Compiled) -> None:
        if compiled.name not in self._prepared:
            self._checked(self._driver.pgconn.prepare(compiled.name, compiled.sql.encode()))
            self._prepared.add(compiled.name)

    def _rows(self, compiled: Compiled, result: PGresult) -> list[tuple[Any, ...]]:
        if not compiled.gives_rows:
            return []
        loading = Transformer(self._driver)
        loading.set_pgresult(result)
        rows = loading.load_rows(0, result.ntuples, tuple)
        return compiled.rows(rows, lambda: [result.ftype(place) for place in range(result.nfields)])

    def _checked(self, result: PGresult) -> PGresult:
        """The result, unless it is an error. After one that was not meant the connection is not used again."""
        if result.status in _DONE:
            return result
        state = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
        if state == _DIVISION_BY_ZERO:
            raise DivisionByZero
        error = _error(state, result)
        self._line.close()
        raise error


def _error(state: str, result: PGresult) -> Error:
    """psycopg's error for an SQLSTATE (none: the server has gone); without words that may quote a value."""
    message = (result.error_field(DiagnosticField.MESSAGE_PRIMARY) or result.error_message or b"").decode(
        errors="replace"
    )
    if state.startswith(_WRONG_VALUE):
        message = f"a value was refused ({state})"
    try:
        return errors.lookup(state)(message) if state else OperationalError(message)
    except KeyError:
        return DatabaseError(f"{state}: {message}")


def _encoded(value: Any) -> bytes | None:
    """A value as the server reads it; bytes go as they are. Raises `ValueError` for text that PostgreSQL can't hold."""
    if value is None or isinstance(value, bytes):
        return value
    text = value.isoformat() if isinstance(value, date) else str(value)
    if "\0" in text:
        raise ValueError("PostgreSQL has no text with the character 0")
    return text.encode()
