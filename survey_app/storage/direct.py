"""Statements handed straight to the driver: for the few that every respondent waits for.

They are written with SQLAlchemy Core and compiled by it once for each dialect; types are converted by its own processors. What is left
out is the work around each execution, about 0.1 ms a statement, and on PostgreSQL the waiting: several statements go out together in a
pipeline and come back together. Everything that is not on a respondent's way uses `Database.read` and `Database.write`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Executable, Select

from survey_app.storage.session import Database

Processor = Callable[[Any], Any]

_DIVISION_BY_ZERO = "22012"  # SQLSTATE


class DivisionByZero(Exception):
    """A statement divided by zero, and so has done nothing (PostgreSQL)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a statement gave: its rows, and how many rows it changed."""

    rows: Sequence[tuple[Any, ...]]
    count: int


class _Compiled:
    """A statement as one dialect's driver takes it."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        names: Sequence[str] = compiled.positiontup or tuple(compiled.params)
        self._is_positional = compiled.positiontup is not None
        self._binds = [(name, _into(compiled.binds[name], dialect), compiled.params[name]) for name in names]
        self._columns = tuple(statement.selected_columns) if isinstance(statement, Select) else ()
        self._out_of: list[Processor | None] | None = None
        self._dialect = dialect

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver wants them: SQLite in the order of the question marks, PostgreSQL by name."""
        if self._is_positional:
            return [
                values.get(name, default) if process is None else process(values.get(name, default))
                for name, process, default in self._binds
            ]
        return {
            name: values.get(name, default) if process is None else process(values.get(name, default))
            for name, process, default in self._binds
        }

    def outcome(self, cursor: Any) -> Outcome:
        """What the driver gave, as Python values."""
        if not self._columns:
            return Outcome((), cursor.rowcount)
        if self._out_of is None:
            self._out_of = [self._processor(*pair) for pair in zip(self._columns, cursor.description, strict=True)]
        return Outcome([self._row(raw, self._out_of) for raw in cursor.fetchall()], cursor.rowcount)

    def _processor(self, column: Any, description: Sequence[Any]) -> Processor | None:
        process: Processor | None = column.type.dialect_impl(self._dialect).result_processor(
            self._dialect, description[1]
        )
        return process

    @staticmethod
    def _row(raw: Sequence[Any], out_of: Sequence[Processor | None]) -> tuple[Any, ...]:
        return tuple(value if process is None else process(value) for value, process in zip(raw, out_of, strict=True))


def _into(bind: Any, dialect: Dialect) -> Processor | None:
    """How a value of a parameter's type becomes the driver's."""
    process: Processor | None = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return process


class Prepared:
    """A Core statement, compiled at its first use with each dialect."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def compiled(self, dialect: Dialect) -> _Compiled:
        """The statement as the dialect's driver takes it."""
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _Compiled(self._statement, dialect)
        return self._compiled[dialect.name]


class DirectConnection:
    """A driver's connection."""

    def __init__(self, driver: Any, dialect: Dialect) -> None:
        self._driver = driver
        self.dialect = dialect
        self.is_undone = False

    def undo(self) -> None:
        """Makes a transaction of several statements roll back at its end."""
        self.is_undone = True

    def run(self, statement: Prepared, values: Mapping[str, Any]) -> Outcome:
        """Executes one statement. Raises `DivisionByZero`, which a statement may use to undo itself."""
        compiled = statement.compiled(self.dialect)
        try:
            cursor = self._driver.execute(compiled.sql, compiled.parameters(values))
        except Exception as error:
            if getattr(error, "sqlstate", None) == _DIVISION_BY_ZERO:
                raise DivisionByZero from error
            raise
        return compiled.outcome(cursor)


@contextmanager
def glance(database: Database) -> Iterator[DirectConnection]:
    """A connection without a transaction: each statement is one of its own."""
    with _raw(database) as driver:
        if database.dialect == "postgresql":
            driver.autocommit = True
        try:
            yield DirectConnection(driver, database.engine.dialect)
        finally:
            if database.dialect == "postgresql" and not driver.closed:
                driver.autocommit = False


@contextmanager
def write_at_once(database: Database) -> Iterator[DirectConnection]:
    """For one write that is all or nothing: on PostgreSQL one statement, committed as it ends, which saves the talk to and fro while
    locks are held; on SQLite, where talking costs nothing, a transaction of several.
    """
    if database.dialect == "postgresql":
        with glance(database) as connection:
            yield connection
        return
    with database.in_line(), _raw(database) as driver:
        driver.execute("BEGIN IMMEDIATE")
        connection = DirectConnection(driver, database.engine.dialect)
        try:
            yield connection
        except BaseException:
            driver.rollback()
            raise
        if connection.is_undone:
            driver.rollback()
        else:
            driver.commit()


@contextmanager
def _raw(database: Database) -> Iterator[Any]:
    pooled = database.engine.raw_connection()
    try:
        yield pooled.driver_connection
    finally:
        pooled.close()
