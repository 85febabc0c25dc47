"""What an attacker reads in an SQLite file and its write-ahead log: pages, who owns them, commits, and rows in the order they lie.

Formats: sqlite.org/fileformat2.html, sections 1.6 (b-tree pages) and 4 (write-ahead log).
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LEAF_INDEX, _INTERIOR_INDEX, _LEAF_TABLE, _INTERIOR_TABLE = 0x0A, 0x02, 0x0D, 0x05
_WAL_HEADER, _FRAME_HEADER, _FILE_HEADER = 32, 24, 100


@dataclass(frozen=True)
class Commit:
    """One transaction in the log: the numbers of the pages it wrote, and the whole database after it."""

    pages: frozenset[int]
    image: "Image"


class Image:
    """A database as pages by number, from 1."""

    def __init__(self, pages: dict[int, bytes]) -> None:
        self._pages = pages
        self._size = len(pages[1])
        self._usable = self._size - pages[1][20]

    @classmethod
    def of_file(cls, file: Path) -> "Image":
        """The main file, without what is in the log."""
        content = file.read_bytes()
        size = int.from_bytes(content[16:18], "big")
        size = 65_536 if size == 1 else size
        return cls({1 + start // size: content[start : start + size] for start in range(0, len(content), size)})

    def with_pages(self, pages: dict[int, bytes]) -> "Image":
        """The database after a commit."""
        return Image(self._pages | pages)

    def owners(self, roots: dict[int, str]) -> dict[int, str]:
        """Page number → the table it belongs to (its indexes' and overflow pages too); `roots`: root page → table."""
        return {page: table for root, table in roots.items() for page in self._tree(root)}

    def first_columns(self, root: int) -> list[bytes]:
        """The first column (a BLOB) of every row of a tree without row ids, in the order of arrival as the pages show it.

        A page is filled from its end: the cell with the greatest offset came first.
        """
        found = []
        for page in sorted(self._pages_of_tree(root)):
            cells = sorted(self._cells(page), reverse=True)
            found += [self._first_column(page, offset) for offset in cells]
        return found

    def _tree(self, root: int) -> Iterator[int]:
        for page in self._pages_of_tree(root):
            yield page
            for offset in self._cells(page):
                yield from self._overflow(page, offset)

    def _pages_of_tree(self, root: int) -> list[int]:
        waiting, found = [root], []
        while waiting:
            page = waiting.pop()
            found.append(page)
            waiting += self._children(page)
        return found

    def _header(self, page: int) -> int:
        return _FILE_HEADER if page == 1 else 0

    def _type(self, page: int) -> int:
        return self._pages[page][self._header(page)]

    def _number(self, page: int, offset: int, length: int) -> int:
        return int.from_bytes(self._pages[page][offset : offset + length], "big")

    def _children(self, page: int) -> list[int]:
        if self._type(page) not in (_INTERIOR_INDEX, _INTERIOR_TABLE):
            return []
        rightmost = self._number(page, self._header(page) + 8, 4)
        return [self._number(page, offset, 4) for offset in self._cells(page)] + [rightmost]

    def _cells(self, page: int) -> list[int]:
        start = self._header(page) + (12 if self._type(page) in (_INTERIOR_INDEX, _INTERIOR_TABLE) else 8)
        count = self._number(page, self._header(page) + 3, 2)
        return [self._number(page, start + 2 * cell, 2) for cell in range(count)]

    def _payload(self, page: int, offset: int) -> tuple[int, int]:
        """Length and place of a cell's payload in an index page."""
        start = offset + (4 if self._type(page) == _INTERIOR_INDEX else 0)
        return self._varint(page, start)

    def _overflow(self, page: int, offset: int) -> Iterator[int]:
        if self._type(page) not in (_LEAF_INDEX, _INTERIOR_INDEX):
            return
        length, start = self._payload(page, offset)
        most = (self._usable - 12) * 64 // 255 - 23
        if length <= most:
            return
        least = (self._usable - 12) * 32 // 255 - 23
        kept = least + (length - least) % (self._usable - 4)
        following = self._number(page, start + (kept if kept <= most else least), 4)
        while following:
            yield following
            following = self._number(following, 0, 4)

    def _varint(self, page: int, offset: int) -> tuple[int, int]:
        value = 0
        for place in range(offset, offset + 9):
            byte = self._pages[page][place]
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value, place + 1
        raise ValueError("a row id of nine bytes has no place here")

    def _first_column(self, page: int, offset: int) -> bytes:
        _, start = self._payload(page, offset)
        header_length, after = self._varint(page, start)
        kind, _ = self._varint(page, after)
        length = (kind - 12) // 2
        return self._pages[page][start + header_length : start + header_length + length]


def table_roots(file: Path) -> dict[int, str]:
    """Root page → table, for tables and their indexes."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    rows = connection.execute("SELECT rootpage, tbl_name FROM sqlite_master WHERE rootpage > 0").fetchall()
    connection.close()
    return dict(rows)


def read_commits(file: Path) -> list[Commit]:
    """The transactions in the log of a database, the oldest first."""
    log = file.with_name(f"{file.name}-wal").read_bytes()
    size = int.from_bytes(log[8:12], "big")
    salts = log[16:24]
    image, pages, commits = Image.of_file(file), {}, []
    for start in range(_WAL_HEADER, len(log) - size, _FRAME_HEADER + size):
        header = log[start : start + _FRAME_HEADER]
        if header[8:16] != salts:
            break
        pages[int.from_bytes(header[:4], "big")] = log[start + _FRAME_HEADER : start + _FRAME_HEADER + size]
        if int.from_bytes(header[4:8], "big"):
            image = image.with_pages(pages)
            commits.append(Commit(frozenset(pages), image))
            pages = {}
    return commits
