"""Raw cells with their addresses, from an .xlsx file or a folder of .csv files. What a cell means is decided elsewhere."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.reading import wording

MEGABYTE = 1_000_000
MAX_FILE_MB = 50
MAX_CELLS = 3_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that has no value: an error such as `#DIV/0!` (`text`), or a formula without a stored result."""

    is_formula: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """A cell covered by the merged range `ref`, whose value stands in the first cell."""

    ref: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet: `name` for addresses (学校, or 学校.csv), `title` to find it by, rows of raw values from A1 on.

    `problem`: why there are no rows, where it could not be read.
    """

    name: str
    title: str
    rows: Sequence[Sequence[object]]
    is_hidden: bool = False
    problem: InputProblem | None = None

    def address(self, row: int, column: int) -> str:
        """The address of a cell, both indexes from 0: `学校!G5`."""
        return f"{self.name}!{column_letter(column)}{row + 1}"

    def cell(self, row: int, column: int) -> object:
        """The raw value, "" beyond the end of the row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""


@dataclass(frozen=True, slots=True)
class RawWorkbook:
    """All sheets in order, and the SHA-256 of what they were read from."""

    sheets: tuple[RawSheet, ...]
    sha256: str


def column_letter(index: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """0 for A, 26 for AA."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def refuse(where: str, message: Message, **values: object) -> InvalidInput:
    """The exception for one problem that ends the reading at once."""
    return InvalidInput([InputProblem(where, message, values)])


def open_workbook(path: Path) -> RawWorkbook:
    """Read all sheets of an .xlsx file, whatever its name ends in, or of a folder of .csv files.

    Raises `InvalidInput` where it is neither, in words that say what to do.
    """
    if path.is_dir():
        from evaluation.reading.csv_folder import read_folder

        return read_folder(path)
    from evaluation.reading.xlsx import read_xlsx

    return read_xlsx(path.name, read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises `InvalidInput` where it is absent, unreadable or far too large."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_MB * MEGABYTE:
            raise refuse(path.name, wording.TOO_LARGE, size=size // MEGABYTE, limit=MAX_FILE_MB)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise refuse(str(path), wording.NOT_FOUND) from error
    except OSError as error:
        raise refuse(str(path), wording.NOT_READABLE, reason=error.strerror or str(error)) from error


def sha256_of(content: bytes) -> str:
    """The hexadecimal SHA-256."""
    return hashlib.sha256(content).hexdigest()
