"""What an attacker reads in PostgreSQL's write-ahead log: which tables each transaction wrote.

Formats: src/include/access/xlog_internal.h (pages), xlogrecord.h (records), xact.h (commits); the same from version 14 to 18.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

_PAGE, _SHORT_HEADER, _LONG_HEADER, _RECORD_HEADER = 8_192, 24, 40, 24
_XACT, _HEAP2, _HEAP = 1, 9, 10
_INSERT, _DELETE, _UPDATE, _HOT_UPDATE, _MULTI_INSERT, _OPERATION = 0x00, 0x10, 0x20, 0x40, 0x50, 0x70
_COMMIT, _COMMIT_HAS_INFO, _HAS_DATABASE, _HAS_SUBTRANSACTIONS = 0x00, 0x80, 1, 2
_LONG_DATA, _SHORT_DATA, _ORIGIN, _TOP_TRANSACTION = 254, 255, 253, 252
_SAME_RELATION, _HAS_IMAGE, _IMAGE_HAS_HOLE, _IMAGE_COMPRESSED = 0x80, 0x10, 0x01, 0x1C


@dataclass(frozen=True)
class _Record:
    transaction: int
    manager: int
    operation: int
    body: bytes


def log_position(connection: Connection) -> int:
    """Where the log ends now, in bytes from its beginning."""
    return int(connection.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")).scalar_one())


def tables_by_commit(connection: Connection, start: int, end: int) -> list[set[str]] | None:
    """The tables that each committed transaction inserted into, updated or deleted from between two positions; None if the log is out of reach."""
    folder = Path(str(connection.execute(text("SHOW data_directory")).scalar_one())) / "pg_wal"
    if not folder.is_dir():
        return None
    names = _names(connection)
    written: dict[int, set[str]] = defaultdict(set)
    commits: list[set[str]] = []
    for record in _records(_Log(folder, _segment_size(connection)), start, end):
        if _writes_rows(record):
            written[record.transaction] |= {
                names[relation] for relation in _relations(record.body) if relation in names
            }
        elif record.manager == _XACT and record.operation & _OPERATION == _COMMIT:
            members = [record.transaction, *_subtransactions(record)]
            commits.append(set().union(*(written[member] for member in members)))
    return commits


def _segment_size(connection: Connection) -> int:
    return int(
        connection.execute(text("SELECT setting::int FROM pg_settings WHERE name = 'wal_segment_size'")).scalar_one()
    )


def _names(connection: Connection) -> dict[tuple[int, int], str]:
    """Database and file number → table."""
    rows = connection.execute(
        text(
            "SELECT d.oid::bigint, pg_relation_filenode(c.oid)::bigint, c.relname FROM pg_class c, pg_database d"
            " WHERE c.relkind = 'r' AND d.datname = current_database() AND pg_relation_filenode(c.oid) IS NOT NULL"
        )
    )
    return {(row[0], row[1]): row[2] for row in rows}


class _Log:
    """The log as bytes by position, without the headers of its pages."""

    def __init__(self, folder: Path, segment_size: int) -> None:
        self._folder, self._size = folder, segment_size
        self._segments: dict[int, bytes] = {}

    def skip_header(self, position: int) -> int:
        """The position, or at the beginning of a page the one behind its header."""
        if position % _PAGE:
            return position
        return position + (_LONG_HEADER if position % self._size == 0 else _SHORT_HEADER)

    def read(self, position: int, length: int) -> tuple[bytes, int]:
        """`length` bytes, and the position behind them."""
        parts = []
        while length:
            position = self.skip_header(position)
            taken = min(length, _PAGE - position % _PAGE)
            start = position % self._size
            parts.append(self._segment(position // self._size)[start : start + taken])
            position, length = position + taken, length - taken
        return b"".join(parts), position

    def _segment(self, number: int) -> bytes:
        if number not in self._segments:
            a_file = 2**32 // self._size
            (file,) = self._folder.glob(f"????????{number // a_file:08X}{number % a_file:08X}")
            self._segments[number] = file.read_bytes()
        return self._segments[number]


def _records(log: _Log, start: int, end: int) -> Iterator[_Record]:
    position = start
    while (position := log.skip_header(position + -position % 8)) < end:
        length = _number(log.read(position, 4)[0], 0, 4)
        if length < _RECORD_HEADER:
            return
        content, position = log.read(position, length)
        yield _Record(_number(content, 4, 4), content[17], content[16], content[_RECORD_HEADER:])


def _writes_rows(record: _Record) -> bool:
    operation = record.operation & _OPERATION
    if record.manager == _HEAP:
        return operation in (_INSERT, _DELETE, _UPDATE, _HOT_UPDATE)
    return record.manager == _HEAP2 and operation == _MULTI_INSERT


def _relations(body: bytes) -> Iterator[tuple[int, int]]:
    """Database and file number of each block that the record is about."""
    place, headers_end = 0, len(body)
    while place < headers_end and body[place] not in (_LONG_DATA, _SHORT_DATA):
        if body[place] in (_ORIGIN, _TOP_TRANSACTION):
            place += 3 if body[place] == _ORIGIN else 5
            continue
        flags, data_length = body[place + 1], _number(body, place + 2, 2)
        place += 4
        headers_end -= data_length
        if flags & _HAS_IMAGE:
            headers_end -= _number(body, place, 2)
            with_hole_length = body[place + 4] & _IMAGE_HAS_HOLE and body[place + 4] & _IMAGE_COMPRESSED
            place += 7 if with_hole_length else 5
        if not flags & _SAME_RELATION:
            yield _number(body, place + 4, 4), _number(body, place + 8, 4)
            place += 12
        place += 4


def _subtransactions(record: _Record) -> list[int]:
    """The ids of a commit's savepoints."""
    data = record.body[5:] if record.body[0] == _LONG_DATA else record.body[2:]
    if not record.operation & _COMMIT_HAS_INFO:
        return []
    info, place = _number(data, 8, 4), 12
    if info & _HAS_DATABASE:
        place += 8
    if not info & _HAS_SUBTRANSACTIONS:
        return []
    count = _number(data, place, 4)
    return [_number(data, place + 4 * one, 4) for one in range(1, count + 1)]


def _number(content: bytes, place: int, length: int) -> int:
    return int.from_bytes(content[place : place + length], "little")
