"""Statements for the driver: written with SQLAlchemy Core, compiled by it once for each engine, and executed on the driver's cursor.

For the few that every respondent waits for: the work around each execution costs SQLAlchemy more than the statement
(docs/decisions/0022). Everything else uses `Database.read` and `Database.write`.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Executable, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

from survey_app.storage.session import Database, DialectName

Processor = Callable[[Any], Any]
Values = Mapping[str, Any]

_DIALECTS: Mapping[DialectName, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": psycopg.dialect(),  # type: ignore[no-untyped-call]
}


class Prepared:
    """A Core statement, compiled at its first use with each engine."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[DialectName, _Compiled] = {}

    def on(self, dialect: DialectName) -> "_Compiled":
        """The statement as the engine takes it."""
        if dialect not in self._compiled:
            self._compiled[dialect] = _Compiled(self._statement, _DIALECTS[dialect])
        return self._compiled[dialect]


class _Compiled:
    """A statement's text, and how values go into it and come out of it."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        binds = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
        self._into: list[tuple[str, Processor]] = [(name, process) for name, process in binds.items() if process]
        self._fixed: Values = {name: value for name, value in compiled.params.items() if value is not None}
        self._columns = tuple(statement.selected_columns) if isinstance(statement, Select) else ()
        self._out_of: list[tuple[int, Processor]] | None = None
        self._dialect = dialect

    def parameters(self, values: Values) -> dict[str, Any]:
        """The values by name, as the driver wants them."""
        parameters = {**self._fixed, **values}
        for name, process in self._into:
            parameters[name] = process(parameters[name])
        return parameters

    def rows(self, cursor: Any) -> list[list[Any]]:
        """The rows of an executed cursor as Python values."""
        if self._out_of is None:
            described = zip(self._columns, cursor.description, strict=True)
            found = [
                column.type.dialect_impl(self._dialect).result_processor(self._dialect, type_[1])
                for column, type_ in described
            ]
            self._out_of = [(place, process) for place, process in enumerate(found) if process]
        rows = [list(row) for row in cursor.fetchall()]
        for row in rows:
            for place, process in self._out_of:
                row[place] = process(row[place])
        return rows


@dataclass(frozen=True, slots=True)
class Step:
    """A statement for each of some values, and how many rows it must find or change for the steps as a whole to be done."""

    statement: Prepared
    values: Sequence[Values]

    @property
    def expected(self) -> int:
        """One row for each."""
        return len(self.values)


def read_rows(database: Database, statement: Prepared, values: Values) -> list[list[Any]]:
    """What a query gives now."""
    compiled = statement.on(database.dialect)
    with database.quick() as connection:
        return compiled.rows(connection.execute(compiled.sql, compiled.parameters(values)))


def all_or_nothing(database: Database, steps: Sequence[Step]) -> bool:
    """Does the steps in one transaction; False, and nothing done, where one of them finds or changes fewer rows than it must."""
    with database.quick() as connection:
        run = _on_postgresql if database.dialect == "postgresql" else _on_sqlite
        return run(database, connection, steps)


def _on_sqlite(database: Database, connection: Any, steps: Sequence[Step]) -> bool:
    with database.in_line():
        connection.execute("BEGIN IMMEDIATE")
        try:
            is_done = all(_run(connection, step) for step in steps)
            connection.execute("COMMIT" if is_done else "ROLLBACK")
        except BaseException:
            # here, in line: a connection that is closed goes on holding the lock as long as somebody keeps the error
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
    return is_done


def _run(connection: sqlite3.Connection, step: Step) -> bool:
    compiled = step.statement.on("sqlite")
    done = connection.executemany(compiled.sql, [compiled.parameters(one) for one in step.values])
    return done.rowcount == step.expected


def _on_postgresql(_database: Database, connection: Any, steps: Sequence[Step]) -> bool:
    """All statements are sent at once (libpq's pipeline mode); what they have done is looked at before the commit."""
    from psycopg import Rollback

    is_done = False
    with connection.pipeline() as pipeline, connection.transaction():
        cursors = [_sent(connection, step) for step in steps]
        pipeline.sync()
        is_done = all(cursor.rowcount == step.expected for cursor, step in zip(cursors, steps, strict=True))
        if not is_done:
            raise Rollback
    return is_done


def _sent(connection: Any, step: Step) -> Any:
    compiled, cursor = step.statement.on("postgresql"), connection.cursor()
    if len(step.values) == 1:
        cursor.execute(compiled.sql, compiled.parameters(step.values[0]), prepare=True)
    else:
        cursor.executemany(compiled.sql, [compiled.parameters(one) for one in step.values])
    return cursor
