"""Direct statements on SQLite."""

from collections.abc import Iterator, Mapping
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
        self._is_undone = False

    def run(self, statement: Prepared, values: Mapping[str, Any]) -> Outcome:
        compiled = statement.on("sqlite")
        cursor = self._driver.execute(compiled.sql, compiled.parameters(values))
        if not compiled.gives_rows:
            return Outcome((), cursor.rowcount)
        return Outcome(compiled.rows(cursor.fetchall(), lambda: [None] * len(cursor.description)), 0)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        with self._database.in_line():
            self._driver.execute("BEGIN IMMEDIATE")
            self._is_undone = False
            try:
                yield
                self._driver.execute("ROLLBACK" if self._is_undone else "COMMIT")
            except BaseException:
                self._give_up()
                raise

    def undo(self) -> None:
        self._is_undone = True

    def is_alive(self) -> bool:
        return not self._line.is_closed

    def _give_up(self) -> None:
        """A transaction that failed is not to be read by the next request, even where it could not be rolled back."""
        try:
            self._driver.rollback()
        finally:
            self._line.close()
