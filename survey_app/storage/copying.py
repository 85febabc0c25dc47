"""All rows of the database as lines of text, in the order of their keys, and back (docs/operations.md, "Backup and restore").

A copy consists of rows, not of pages: a page, or the order of rows in it, tells in which order they came (A.1), a row in the order of random
keys does not. A line is a JSON list of a row's values; bytes are written in base 64, moments and days as ISO 8601 has them.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, delete, insert, select, text

from survey_app.storage.schema import metadata
from survey_app.storage.tables import Instant

NOT_COPIED: Final = frozenset(
    {"failed_sign_in", "guess", "heartbeat", "job", "job_file", "parcel", "request_count", "staff_session"}
)
"""What is only there for a while: limits and signs of life, parcels with codes, jobs, who is signed in (a copy would sign them in again)."""
_OF_MEGABYTES: Final = frozenset({"stored_part"})
_ROWS_AT_ONCE: Final = 500
_DECODERS: Final[Mapping[type, Callable[[Any], Any]]] = {
    bytes: base64.b64decode,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
}


def copied_tables() -> list[Table]:
    """The tables whose rows a copy has, those that others refer to first."""
    return [table for table in metadata.sorted_tables if table.name not in NOT_COPIED]


def read_lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """The rows of a table in the order of its key, a line each."""
    wanted = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(wanted.execution_options(yield_per=_rows_at_once(table))):
        yield json.dumps([_encoded(value) for value in row], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def row_of_line(table: Table, line: bytes) -> dict[str, Any]:
    """The row that a line of a table holds. Raises `ValueError` for one that holds none."""
    values = json.loads(line)
    columns = list(table.columns)
    if not isinstance(values, list) or len(values) != len(columns):
        raise ValueError(f"a line of {table.name} has other columns than the table")
    return {column.name: _decoded(column, value) for column, value in zip(columns, values, strict=True)}


def insert_rows(connection: Connection, table: Table, lines: Iterable[bytes]) -> None:
    """Stores the rows of a copy."""
    remaining = iter(lines)
    while some := list(islice(remaining, _rows_at_once(table))):
        connection.execute(insert(table), [row_of_line(table, line) for line in some])


def tables_with_rows(connection: Connection) -> list[str]:
    """The tables that hold anything, of those that a copy has."""
    return [
        table.name
        for table in copied_tables()
        if connection.execute(select(*table.primary_key.columns).limit(1)).first() is not None
    ]


def make_ready(connection: Connection) -> None:
    """Keeps all tables to this transaction, and empties those that a copy does not have."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(
            connection.dialect.identifier_preparer.format_table(table) for table in metadata.sorted_tables
        )
        connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
    for table in reversed(metadata.sorted_tables):
        if table.name in NOT_COPIED:
            connection.execute(delete(table))


def _rows_at_once(table: Table) -> int:
    return 4 if table.name in _OF_MEGABYTES else _ROWS_AT_ONCE


def _encoded(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def _decoded(column: Column[Any], value: Any) -> Any:
    kind = datetime if isinstance(column.type, Instant) else column.type.python_type
    decode = _DECODERS.get(kind)
    return value if value is None or decode is None else decode(value)
