"""Direct statements on PostgreSQL: prepared once in each connection, and executed through psycopg's wrapper of libpq.

psycopg's cursors cost a submission's process more time than the server takes for its statements. What they do beyond this (adapting any
Python type, transactions, server-side cursors) these statements do not need; values that come back are loaded by psycopg.

What several requests ask at once is sent in one go (libpq's pipeline mode), each question as a transaction of its own.
"""

import select
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection, DatabaseError, Error, InterfaceError, OperationalError, errors
from psycopg.adapt import Transformer
from psycopg.pq import DiagnosticField, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

from survey_app.storage import session
from survey_app.storage.direct import Compiled, DirectConnection, DivisionByZero, Outcome, Prepared, direct
from survey_app.storage.session import Database, DialectName, Line
from survey_app.storage.together import ask

_DIVISION_BY_ZERO: Final = "22012"  # SQLSTATE
_WRONG_VALUE: Final = "22"  # class of SQLSTATE: data exceptions
_DONE: Final = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})


@dataclass(frozen=True, slots=True)
class _Question:
    """A statement to be executed, with its values as libpq takes them."""

    compiled: Compiled
    values: list[Any]  # bytes; psycopg's types leave None out
    formats: list[Format]


class PostgresqlConnection(DirectConnection):
    """A connection of psycopg that commits each statement, and what is prepared in it."""

    dialect: DialectName = "postgresql"

    def __init__(self, line: Line, database: Database) -> None:
        self._line = line
        self._database = database
        self._driver: Connection[Any] = line.driver
        self._prepared: set[bytes] = set()
        self._used_at = time.monotonic()

    def run(self, statement: Prepared, values: Mapping[str, Any]) -> Outcome:
        return ask(_run_together, self._database, _question(statement.on("postgresql"), values))

    def is_failure(self, error: Exception) -> bool:
        """Not where the server has only ended a quarrel about rows, of which a smaller statement takes fewer."""
        is_quarrel = isinstance(error, errors.DeadlockDetected | errors.SerializationFailure)
        return isinstance(error, OperationalError | InterfaceError) and not is_quarrel

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

    def run_all(self, questions: Sequence[_Question]) -> list[Outcome | Exception]:
        """The outcome of each, or what went wrong with it. After an error that was not meant the connection is not used again."""
        try:
            for question in questions:
                self._prepare(question.compiled)
            results = self._results(questions)
            outcomes = [self._outcome(*answered) for answered in zip(questions, results, strict=True)]
        except BaseException:
            self._line.close()
            raise
        if any(isinstance(one, Exception) and not isinstance(one, DivisionByZero) for one in outcomes):
            self._line.close()
        return outcomes

    def _results(self, questions: Sequence[_Question]) -> list[PGresult]:
        server = self._driver.pgconn
        if len(questions) == 1:
            return [server.exec_prepared(one.compiled.name, one.values, one.formats) for one in questions]
        server.enter_pipeline_mode()
        for one in questions:
            server.send_query_prepared(one.compiled.name, one.values, one.formats)
            server.pipeline_sync()  # ends its transaction
        results = [self._next_result() for _ in questions]
        server.exit_pipeline_mode()
        return results

    def _next_result(self) -> PGresult:
        """The result of the next question, read to its end. Raises `OperationalError` where the server has gone."""
        result, _, end = self._awaited(), self._awaited(), self._awaited()
        if result is None or end is None or end.status != ExecStatus.PIPELINE_SYNC:
            raise OperationalError("the server closed the connection while it was asked")
        return result

    def _awaited(self) -> PGresult | None:
        """What comes next; other threads run meanwhile, which they could not while libpq waits in `get_result`."""
        server = self._driver.pgconn
        while server.is_busy():
            select.select([server.socket], [], [])
            server.consume_input()
        return server.get_result()

    def _prepare(self, compiled: Compiled) -> None:
        if compiled.name not in self._prepared:
            result = self._driver.pgconn.prepare(compiled.name, compiled.sql.encode())
            if result.status not in _DONE:
                raise _error(result)
            self._prepared.add(compiled.name)

    def _outcome(self, question: _Question, result: PGresult) -> Outcome | Exception:
        if result.status not in _DONE:
            return _error(result)
        return Outcome(self._rows(question.compiled, result), result.command_tuples or 0)

    def _rows(self, compiled: Compiled, result: PGresult) -> list[tuple[Any, ...]]:
        if not compiled.gives_rows:
            return []
        loading = Transformer(self._driver)
        loading.set_pgresult(result)
        rows = loading.load_rows(0, result.ntuples, tuple)
        return compiled.rows(rows, lambda: [result.ftype(place) for place in range(result.nfields)])


def _run_together(database: Database, questions: Sequence[_Question]) -> Sequence[Outcome | Exception]:
    """Over the thread's connection as it is now: what was done since the questions were asked may have cost the one before."""
    connection = direct(database)
    assert isinstance(connection, PostgresqlConnection)  # noqa: S101
    return connection.run_all(questions)


def _question(compiled: Compiled, values: Mapping[str, Any]) -> _Question:
    parameters = compiled.parameters(values)
    formats = [Format.BINARY if isinstance(value, bytes) else Format.TEXT for value in parameters]
    return _Question(compiled, [_encoded(value) for value in parameters], formats)


def _error(result: PGresult) -> Exception:
    """psycopg's error for what the server says (nothing: it has gone); without words that may quote a value."""
    state = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
    if state == _DIVISION_BY_ZERO:
        return DivisionByZero()
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
