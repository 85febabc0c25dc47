"""A .csv file as text cells with their lines: UTF-8 with or without a byte order mark, else GB18030.

What people hand in under the name of .csv (a renamed workbook, another separator, a torn file) is refused in plain words.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from evaluation.errors import InputProblem, InvalidInput
from evaluation.survey import wording

WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of .xlsx (a zip file) and of old .xls."""

OTHER_SEPARATORS = (";", "\t", "，", "|")


@dataclass(frozen=True)
class CsvText:
    """The cells of a file, stripped: `header`, then `rows` of as many cells each; `lines` are the lines the rows start on (from 1).

    Rows of another length are not among `rows` but in `ragged`, as problems: whoever has looked at the rest calls `require_sound`.
    """

    name: str
    header: tuple[str, ...]
    header_line: int
    rows: list[list[str]]
    lines: list[int]
    ragged: tuple[InputProblem, ...] = ()

    def where(self, row: int, column: str) -> str:
        """The address of a cell: `responses.csv:7 q03`."""
        return f"{self.name}:{self.lines[row]} {column}"

    def where_column(self, column: str) -> str:
        """The address of a column's header."""
        return f"{self.name}:{self.header_line} {column}".rstrip()

    def require_sound(self, problems: Iterable[InputProblem]) -> None:
        """Raise `InvalidInput` where there are `problems` or ragged rows: with all of them, in the order of the file."""
        found = [*self.ragged, *problems]
        if found:
            raise InvalidInput(sorted(found, key=lambda problem: self._line(problem.where)))

    def _line(self, where: str) -> int:
        """The line of an address; 0 where it is the whole file's."""
        return int(where[len(self.name) + 1 :].split(" ")[0] or 0)


def read_csv_text(file: Path) -> CsvText:
    """Read a .csv file; blank rows are passed over. Raises `InvalidInput` where its cells can't be told apart or its columns named."""
    text = _decoded(file)
    records = list(_records(file.name, text))
    if not records:
        raise InvalidInput([InputProblem(file.name, wording.CSV_EMPTY)])
    (header_line, header), *body = records
    problems = list(_header_problems(file.name, header_line, header))
    if problems:
        raise InvalidInput(problems)
    ragged = tuple(
        InputProblem(f"{file.name}:{line}", wording.CSV_RAGGED, {"got": len(row), "expected": len(header)})
        for line, row in body
        if len(row) != len(header)
    )
    even = [(line, row) for line, row in body if len(row) == len(header)]
    return _without_empty_columns(
        CsvText(file.name, tuple(header), header_line, [row for _, row in even], [line for line, _ in even], ragged)
    )


def is_scientific(cell: str) -> bool:
    """Whether a code was turned into a number such as 4.30321E+09, so that digits of it are gone."""
    return re.fullmatch(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+", cell) is not None


def _decoded(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidInput([InputProblem(file.name, wording.CSV_NOT_READABLE, {"reason": reason})]) from error
    if content.startswith(WORKBOOK_STARTS):
        raise InvalidInput([InputProblem(file.name, wording.CSV_IS_WORKBOOK)])
    if b"\0" in content:
        raise InvalidInput([InputProblem(file.name, wording.CSV_NOT_TEXT)])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput([InputProblem(file.name, wording.CSV_NOT_TEXT)])


def _records(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that aren't blank, with the line each starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        where = f"{name}:{start}"
        raise InvalidInput([InputProblem(where, wording.CSV_BROKEN, {"reason": str(error)})]) from error


def _header_problems(name: str, line: int, header: list[str]) -> Iterator[InputProblem]:
    if len(header) == 1 and any(separator in header[0] for separator in OTHER_SEPARATORS):
        yield InputProblem(f"{name}:{line}", wording.CSV_SEPARATOR)
    seen = set()
    for column in header:
        if column and column in seen:
            yield InputProblem(f"{name}:{line} {column}", wording.CSV_COLUMN_TWICE, {"column": column})
        seen.add(column)


def _without_empty_columns(text: CsvText) -> CsvText:
    """The same without the columns that have neither a name nor a value: spreadsheets leave them at the right edge."""
    kept = [index for index, column in enumerate(text.header) if column or any(row[index] for row in text.rows)]
    if len(kept) == len(text.header):
        return text
    rows = [[row[index] for index in kept] for row in text.rows]
    return replace(text, header=tuple(text.header[index] for index in kept), rows=rows)
