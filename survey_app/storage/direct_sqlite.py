"""Direct statements on SQLite."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from survey_app.storage.direct import DirectConnection, Outcome, Prepared
from survey_app.storage.session import Database, DialectName, Line


class SqliteConnection(DirectConnection):
    """A connection of `sqlite3`, which keeps the statements prepared by their text."""

    dialect: DialectName = "sqlite"

    def __init__(self, line: Line, database: Database) -> None:
        self._line = line
        self._driver = line.driver
        self._database = database

    def run(self, statement: Prepared, values: Mapping[str, Any]) -> Outcome:
        compiled = statement.on("sqlite")
        cursor = self._driver.execute(compiled.sql, compiled.parameters(values))
        if not compiled.gives_rows:
            return Outcome((), cursor.rowcount)
        return Outcome(compiled.rows(cursor.fetchall(), lambda: [None] * len(cursor.description)), 0)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """A transaction in the line of writers, undone where an exception passes."""
        with self._database.in_line():
            self._driver.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._driver.execute("COMMIT")
            except BaseException:
                self._give_up()
                raise

    def attempt(self, work: Callable[[], bool]) -> bool:
        """Does a part of `all_or_nothing`, and undoes this part where it says False."""
        self._driver.execute("SAVEPOINT attempt")
        is_done = work()
        if not is_done:
            self._driver.execute("ROLLBACK TO attempt")
        self._driver.execute("RELEASE attempt")
        return is_done

    def is_failure(self, error: Exception) -> bool:
        return isinstance(error, sqlite3.OperationalError | OSError)

    def is_alive(self) -> bool:
        return not self._line.is_closed

    def _give_up(self) -> None:
        """A transaction that failed is not to be read by the next request, even where it could not be rolled back."""
        try:
            self._driver.rollback()
        finally:
            self._line.close()
