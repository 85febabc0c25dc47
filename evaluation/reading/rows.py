"""The rows of a sheet as typed values, with every problem of their cells."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from evaluation.errors import InputProblem
from evaluation.reading import wording
from evaluation.reading.cells import CellProblem, is_blank, parse_cell, plain
from evaluation.reading.columns import Sheet
from evaluation.reading.headers import Header, Placed, find_header
from evaluation.reading.tables import RawSheet
from evaluation.reading.vocabulary import COLUMN_NUMBER, EXAMPLE_MARK, FOOTER_ROW, TOTAL_ROW
from evaluation.texts import clean, fold


@dataclass(frozen=True, slots=True)
class Row:
    """A row of data: its 1-based number and its values by field. A cell with a problem has no value, an empty one is None."""

    number: int
    values: dict[str, Any]

    def get(self, name: str) -> Any:
        """The value of a field; None if it is empty, wrong, or its column is absent."""
        return self.values.get(name)


@dataclass(slots=True)
class Table:
    """One sheet, read: its rows, where its columns stand, and what is wrong or odd in it."""

    sheet: Sheet
    name: str
    letters: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    problems: list[InputProblem] = field(default_factory=list)
    warnings: list[InputProblem] = field(default_factory=list)
    is_readable: bool = True

    def where(self, row: Row, name: str = "") -> str:
        """The address of a field in a row: `学校!G5`."""
        return f"{self.name}!{self.letters.get(name, '')}{row.number}"


def read_table(sheet: Sheet, raw: RawSheet) -> Table:
    """Read the rows of one sheet. Problems and warnings are in the table; a table without header is not readable."""
    search = find_header(sheet, raw)
    table = Table(sheet, raw.name, problems=list(search.problems), warnings=list(search.warnings))
    if raw.is_hidden:
        table.warnings.insert(0, InputProblem(raw.name, wording.SHEET_HIDDEN))
    if search.header is None:
        table.is_readable = False
        return table
    table.letters = search.header.letters()
    _read_rows(table, raw, search.header)
    return table


def _read_rows(table: Table, raw: RawSheet, header: Header) -> None:
    untyped: list[str] = []
    for number in _data_rows(table, raw, header):
        key = _untyped_key(table.sheet, raw, number, header)
        if key is not None:
            untyped.append(key)
        else:
            table.rows.append(_read_row(table, raw, number, header))
    if untyped:
        values = {"count": len(untyped), "keys": ", ".join(untyped)}
        table.warnings.append(InputProblem(table.name, wording.ROWS_UNTYPED, values))


def _data_rows(table: Table, raw: RawSheet, header: Header) -> Iterator[int]:
    """The rows (from 0) that hold data: not empty, no total, footer, example or row of column numbers."""
    for number in range(header.row + 1, len(raw.rows)):
        cells = [raw.cell(number, placed.index) for placed in header.placed]
        if all(is_blank(cell) for cell in cells):
            continue
        if _is_header_again(raw, number, header) or (number == header.row + 1 and _is_column_numbers(raw.rows[number])):
            continue
        remark = _remark(raw, number, header)
        if remark is None:
            yield number
        elif isinstance(remark, InputProblem):
            table.warnings.append(remark)


def _is_header_again(raw: RawSheet, number: int, header: Header) -> bool:
    """The header printed once more, at the top of a later page."""
    return all(raw.cell(number, placed.index) == raw.cell(header.row, placed.index) for placed in header.placed)


def _is_column_numbers(cells: Any) -> bool:
    """The row 甲 乙 1 2 3 … that official forms have below their headers."""
    texts = [_text(cell) for cell in cells if not is_blank(cell)]
    numbers = [int(text) for text in texts if text.isdecimal()]
    is_counting = numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= 2
    return is_counting and len(texts) >= 3 and all(COLUMN_NUMBER.fullmatch(text) for text in texts)


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return plain(cell)
    return fold(cell) if isinstance(cell, str) else ""


def _remark(raw: RawSheet, number: int, header: Header) -> InputProblem | bool | None:
    """What to say of a row that holds no data (False: nothing); None for a row of data."""
    first = next((cell for cell in raw.rows[number] if not is_blank(cell)), "")
    text = _text(first)
    known = next((_text(cell) for placed in header.placed if not is_blank(cell := raw.cell(number, placed.index))), "")
    if known.startswith(EXAMPLE_MARK):
        return _example(raw, number, header)
    if TOTAL_ROW.fullmatch(text) or FOOTER_ROW.fullmatch(text):
        where = raw.address(number, 0)
        return InputProblem(where, wording.ROW_TOTAL, {"text": clean(str(first))[:30]})
    return None


def _example(raw: RawSheet, number: int, header: Header) -> InputProblem | bool:
    """The template's own example is passed over in silence; one that was typed over is reported."""
    if all(_is_example(placed, raw.cell(number, placed.index)) for placed in header.placed):
        return False
    return InputProblem(raw.address(number, header.placed[0].index), wording.ROW_EXAMPLE, {"mark": EXAMPLE_MARK})


def example_text(placed_first: bool, example: str | float) -> str:
    """How the template writes the example of a column; the first one carries the mark."""
    text = plain(example) if isinstance(example, float | int) else example
    return f"{EXAMPLE_MARK}：{text}" if placed_first else text


def _is_example(placed: Placed, cell: object) -> bool:
    text = _text(cell)
    return text.startswith(EXAMPLE_MARK) or text == fold(example_text(False, placed.column.example)) or is_blank(cell)


def _untyped_key(sheet: Sheet, raw: RawSheet, number: int, header: Header) -> str | None:
    """The key of a row in which the template's key stands and nothing else; None if the row has been typed."""
    if not sheet.keys:
        return None
    keys = [raw.cell(number, placed.index) for placed in header.placed if placed.column.field in sheet.keys]
    rest = [raw.cell(number, placed.index) for placed in header.placed if placed.column.field not in sheet.keys]
    if sheet.is_required or not keys or not rest or is_blank(keys[0]) or not all(is_blank(cell) for cell in rest):
        return None
    return _text(keys[0])


def _read_row(table: Table, raw: RawSheet, number: int, header: Header) -> Row:
    row = Row(number + 1, {})
    for placed in header.placed:
        value = parse_cell(raw.cell(number, placed.index), placed.column, placed.factor)
        if isinstance(value, CellProblem):
            table.problems.append(InputProblem(raw.address(number, placed.index), value.message, value.values))
        else:
            row.values[placed.column.field] = value
    return row
