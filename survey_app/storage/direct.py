"""Statements handed straight to the driver: for the few that every respondent waits for.

They are written with SQLAlchemy Core and compiled by it once for each engine; types are converted by its own processors. What is left
out is the work around each execution, which costs more than the statement (docs/decisions/0010). Everything that is not on a
respondent's way uses `Database.read` and `Database.write`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import Dialect, Executable, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

from survey_app.storage.session import Database, DialectName

Processor = Callable[[Any], Any]
Processors = Sequence[tuple[int, Processor]]

_DIALECTS: Mapping[DialectName, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": psycopg.dialect(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]
}
_NAMES = count()


class DivisionByZero(Exception):
    """A statement divided by zero, and so has done nothing (PostgreSQL)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a statement gave: its rows, and how many rows it changed."""

    rows: Sequence[tuple[Any, ...]]
    count: int


class Compiled:
    """A statement as one engine takes it: its text, with places for values in order."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        self.name = f"junheng_{next(_NAMES)}".encode()
        self._binds = [
            (name, _into(compiled.binds[name].type, dialect), compiled.params[name]) for name in compiled.positiontup
        ]
        self._columns = tuple(statement.selected_columns) if isinstance(statement, Select) else ()
        self._out_of: Processors | None = None
        self._dialect = dialect

    @property
    def gives_rows(self) -> bool:
        """Whether it reads."""
        return bool(self._columns)

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of their places, as the driver wants them."""
        return [
            values.get(name, default) if process is None else process(values.get(name, default))
            for name, process, default in self._binds
        ]

    def rows(self, raw: Sequence[Sequence[Any]], column_types: Callable[[], Sequence[Any]]) -> list[tuple[Any, ...]]:
        """The driver's rows as Python values; `column_types`: the driver's names of the columns' types, asked for once."""
        if self._out_of is None:
            described = zip(self._columns, column_types(), strict=True)
            found = [_out_of(column.type, type_, self._dialect) for column, type_ in described]
            self._out_of = [(place, process) for place, process in enumerate(found) if process]
        out_of = self._out_of
        return [_row(one, out_of) for one in raw]


def _into(type_: Any, dialect: Dialect) -> Processor | None:
    """How a value of a parameter's type becomes the driver's."""
    process: Processor | None = type_.dialect_impl(dialect).bind_processor(dialect)
    return process


def _out_of(type_: Any, drivers_type: Any, dialect: Dialect) -> Processor | None:
    """How the driver's value becomes one of a column's type."""
    process: Processor | None = type_.dialect_impl(dialect).result_processor(dialect, drivers_type)
    return process


def _row(raw: Sequence[Any], out_of: Processors) -> tuple[Any, ...]:
    row = list(raw)
    for place, process in out_of:
        row[place] = process(row[place])
    return tuple(row)


class Prepared:
    """A Core statement, compiled at its first use with each engine."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[DialectName, Compiled] = {}

    def on(self, dialect: DialectName) -> Compiled:
        """The statement as the engine takes it."""
        if dialect not in self._compiled:
            self._compiled[dialect] = Compiled(self._statement, _DIALECTS[dialect])
        return self._compiled[dialect]


class DirectConnection(ABC):
    """A driver's connection; each statement is a transaction of its own, unless it is run within one (SQLite)."""

    dialect: DialectName

    @abstractmethod
    def run(self, statement: Prepared, values: Mapping[str, Any]) -> Outcome:
        """Executes one statement. Raises `DivisionByZero`, which a statement may use to undo itself on PostgreSQL."""

    @abstractmethod
    def is_failure(self, error: Exception) -> bool:
        """Whether an error says nothing about a statement or its values: a lock that can't be had, a disk or a server that fails."""

    @abstractmethod
    def is_alive(self) -> bool:
        """Whether it can still be used."""


def direct(database: Database) -> DirectConnection:
    """The connection of this thread, opened at the first call; it stays for the next requests."""
    found: DirectConnection | None = getattr(database.of_thread, "direct", None)
    if found is None or not found.is_alive():
        found = database.of_thread.direct = _connect(database)
    return found


def _connect(database: Database) -> DirectConnection:
    from survey_app.storage.direct_postgresql import PostgresqlConnection
    from survey_app.storage.direct_sqlite import SqliteConnection

    line = database.own_line()
    kind = PostgresqlConnection if database.dialect == "postgresql" else SqliteConnection
    return kind(line, database)
