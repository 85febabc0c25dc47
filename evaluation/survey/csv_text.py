"""A .csv file as text cells with their lines: UTF-8 with or without a byte order mark, else GB18030.

What people hand in under the name of .csv (a renamed workbook, another separator, a torn file) is refused in plain words.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from evaluation.errors import InputProblem, InvalidInput
from evaluation.survey import wording
from evaluation.texts import bare, decode

WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of .xlsx (a zip file) and of old .xls."""

OTHER_SEPARATORS = (";", "\t", "，", "|")

_LARGE: Final = 500_000
"""So many characters are worth loading another reader for."""

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CsvColumn:
    """A column as codes (one a row) of its distinct texts, which stand in the order in which they first come."""

    codes: Whole
    texts: Sequence[str]

    @property
    def cells(self) -> list[str]:
        """The texts row by row, for files that are small."""
        return [self.texts[code] for code in self.codes.tolist()]


@dataclass(frozen=True)
class CsvText:
    """The cells of a file, stripped: `header`, and a column for each of its names; `lines` are the lines the rows start on (from 1).

    Rows of another length than the header are not in the columns but in `ragged`, as problems: whoever has looked at the rest calls
    `require_sound`.
    """

    name: str
    header: tuple[str, ...]
    header_line: int
    columns: tuple[CsvColumn, ...]
    lines: Whole
    ragged: tuple[InputProblem, ...] = ()

    def places_of(self, columns: Iterable[Sequence[str]]) -> list[int | None]:
        """Where each of the columns stands, under the first of its names that is there, whatever its width, blanks and brackets; None: absent."""
        heads = [bare(head) for head in self.header]
        found = ([heads.index(bare(name)) for name in names if bare(name) in heads] for names in columns)
        return [places[0] if places else None for places in found]

    def cells_of(self, columns: Sequence[str]) -> list[list[str]]:
        """The cells of each of the columns, row by row. Raises `InvalidInput` where one is absent."""
        places = self.places_of((name,) for name in columns)
        if missing := [name for name, place in zip(columns, places, strict=True) if place is None]:
            self.require_sound(
                InputProblem(self.where_column(name), wording.COLUMN_MISSING, {"column": name}) for name in missing
            )
        return [self.columns[place].cells for place in places if place is not None]

    def column(self, name: str) -> CsvColumn:
        """The column `name`; empty texts if the file has none."""
        if name in self.header:
            return self.columns[self.header.index(name)]
        return CsvColumn(np.zeros(len(self.lines), dtype=np.int64), [""])

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
    cells = (len(text) > _LARGE and read_even_rows(text)) or read_any_rows(file.name, text)
    if cells is None or not len(cells.lines):
        raise InvalidInput([InputProblem(file.name, wording.CSV_EMPTY)])
    header = [column.texts[0] for column in cells.columns]
    problems = list(_header_problems(file.name, int(cells.lines[0]), header))
    if problems:
        raise InvalidInput(problems)
    columns = [_of_rows(column, slice(1, None)) for column in cells.columns]
    # spreadsheets leave columns with neither a name nor a value at the right edge
    kept = [index for index, name in enumerate(header) if name or any(columns[index].texts)]
    return CsvText(
        file.name,
        tuple(header[index] for index in kept),
        int(cells.lines[0]),
        tuple(columns[index] for index in kept),
        cells.lines[1:],
        cells.ragged,
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
    text = decode(content)
    if text is None:
        raise InvalidInput([InputProblem(file.name, wording.CSV_NOT_TEXT)])
    return text


@dataclass(frozen=True)
class Cells:
    """The rows that aren't blank, the header's among them, by column; rows of another length than the first are `ragged`."""

    lines: Whole
    columns: list[CsvColumn]
    ragged: tuple[InputProblem, ...] = ()


def read_any_rows(name: str, text: str) -> Cells | None:
    """The rows of any text, quoted or torn; None if there are none. Raises `InvalidInput`."""
    records = list(_records(name, text))
    if not records:
        return None
    width = len(records[0][1])
    ragged = tuple(
        InputProblem(f"{name}:{line}", wording.CSV_RAGGED, {"got": len(row), "expected": width})
        for line, row in records
        if len(row) != width
    )
    even = [(line, row) for line, row in records if len(row) == width]
    columns = [_in_codes([row[index] for _, row in even]) for index in range(width)]
    return Cells(np.array([line for line, _ in even], dtype=np.int64), columns, ragged)


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


def _in_codes(cells: list[str]) -> CsvColumn:
    known: dict[str, int] = {}
    codes = [known.setdefault(cell, len(known)) for cell in cells]
    return CsvColumn(np.array(codes, dtype=np.int64), list(known))


def read_even_rows(text: str) -> Cells | None:
    """The same of a text without quotes whose rows are all of one length, many times as quickly; None if it may be another text."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    content = text.replace("\r\n", "\n").encode() + b"\n"
    lines, longest = _filled_lines(content)
    width = text.lstrip("\r\n").partition("\n")[0].count(",") + 1
    if b'"' in content or b"\r" in content or longest > csv.field_size_limit() or width == 1:
        return None
    in_codes = pa.dictionary(pa.int32(), pa.string())
    try:
        table = arrow.read_csv(
            pa.BufferReader(content),
            arrow.ReadOptions(use_threads=False, autogenerate_column_names=True),
            arrow.ParseOptions(quote_char=False),
            arrow.ConvertOptions(column_types={f"f{index}": in_codes for index in range(width)}),
        )
    except pa.ArrowInvalid:  # a row of another length
        return None
    columns = [_stripped(one) for one in table.unify_dictionaries().combine_chunks().columns]
    is_blank = np.logical_and.reduce([_is_empty(one) for one in columns])
    if not is_blank.any():
        return Cells(lines, columns)
    return Cells(lines[~is_blank], [_of_rows(one, ~is_blank) for one in columns])


def _filled_lines(content: bytes) -> tuple[Whole, int]:
    """The numbers of the lines that aren't empty, and how many bytes the longest has."""
    ends = np.flatnonzero(np.frombuffer(content, dtype=np.uint8) == ord("\n"))
    lengths = np.diff(ends, prepend=-1) - 1
    return np.flatnonzero(lengths) + 1, int(lengths.max())


def _stripped(column: Any) -> CsvColumn:
    """A dictionary column of Arrow's."""
    array = column.chunk(0)
    known: dict[str, int] = {}
    codes = [known.setdefault(text.strip(), len(known)) for text in array.dictionary.to_pylist()]
    return CsvColumn(np.array(codes, dtype=np.int64)[array.indices.to_numpy()], list(known))


def _is_empty(column: CsvColumn) -> Flags:
    return np.array([not text for text in column.texts], dtype=np.bool_)[column.codes]


def _of_rows(column: CsvColumn, rows: Flags | slice) -> CsvColumn:
    """The column of some of the rows, with the texts that stand in them."""
    codes = column.codes[rows]
    first = np.full(len(column.texts), len(codes))
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    order = np.argsort(first)[: np.count_nonzero(first < len(codes))]
    renumbered = np.zeros(len(column.texts), dtype=np.int64)
    renumbered[order] = np.arange(len(order))
    return CsvColumn(renumbered[codes], [column.texts[code] for code in order.tolist()])


def _header_problems(name: str, line: int, header: list[str]) -> Iterator[InputProblem]:
    if len(header) == 1 and any(separator in header[0] for separator in OTHER_SEPARATORS):
        yield InputProblem(f"{name}:{line}", wording.CSV_SEPARATOR)
    seen = set()
    for column in header:
        if column and column in seen:
            yield InputProblem(f"{name}:{line} {column}", wording.CSV_COLUMN_TWICE, {"column": column})
        seen.add(column)
