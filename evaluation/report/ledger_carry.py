"""What people typed in a ledger.xlsx, kept when the ledger is written anew: nothing of theirs is lost, or nothing is written.

A row is the same where sheet, school code, stage and indicator are. A row of the old ledger that the new one has no gap for stays as it is,
below the others: nothing leaves a ledger because it is not found any more, and gaps that people added by hand are theirs.
"""

import io
import re
import zipfile
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.reading.cells import is_blank, plain
from evaluation.reading.tables import Fault, Merged, RawSheet
from evaluation.reading.xlsx import read_xlsx
from evaluation.report.ledger import Amount, LedgerRow, Typed
from evaluation.report.wording import LEDGER, LEDGER_COLUMNS, LEDGER_SHEETS

FIRST_TYPED: Final = 10
_YEAR: Final = 2020  # any: only the county is looked for in a title
_LOST_PARTS: Final = re.compile(r"xl/(comments|threadedComments|media)")

NOT_A_LEDGER = Message(
    "ledger_not_one",
    en="is not a ledger of Junheng: it has none of the sheets {sheets}; expected one, or another folder for the reports",
    zh="不是本系统的台账：没有工作表{sheets}；应为台账，或将报告写到别的文件夹",
)
OTHER_COUNTY = Message(
    "ledger_of_another_county",
    en="is headed {found}, which is not {county}'s ledger; expected another folder for the reports",
    zh="标题是“{found}”，不是{county}的台账；请将报告写到别的文件夹",
)
COLUMN_MISSING = Message(
    "ledger_column_missing",
    en="the column {column} is missing; expected it, for its contents are kept",
    zh="缺少“{column}”列；这一列的内容需要保留",
)
COLUMN_UNKNOWN = Message(
    "ledger_column_unknown",
    en="the column {column} is none of a ledger's and would be lost; expected its contents in 备注, or another folder for the reports",
    zh="“{column}”不是台账的列，重新生成会丢失；请移到“备注”列，或将报告写到别的文件夹",
)
SHEET_UNKNOWN = Message(
    "ledger_sheet_unknown",
    en="is none of a ledger's sheets and would be lost; expected it in a file of its own, or another folder for the reports",
    zh="不是台账的工作表，重新生成会丢失；请移到单独的文件，或将报告写到别的文件夹",
)
CELL_FAULT = Message(
    "ledger_cell_fault",
    en="has no value ({found}); expected a text, a number, a date or nothing",
    zh="没有值（{found}）；应为文字、数字、日期或空",
)
NOTES_LOST = Message(
    "ledger_notes_lost",
    en="has comments or pictures, which would be lost; expected them as text in 备注, or another folder for the reports",
    zh="有批注或图片，重新生成会丢失；请写到“备注”列，或将报告写到别的文件夹",
)


def read_ledger(name: str, content: bytes, county: str) -> list[LedgerRow]:
    """The rows of a ledger.xlsx with what people typed, sheet by sheet.

    Raises `InvalidInput` with everything that can't be read or would be lost, and where it is not the ledger of this county.
    """
    sheets = {sheet.title: sheet for sheet in read_xlsx(name, content).sheets}
    if not sheets.keys() & _data_sheets().values():
        raise InvalidInput([InputProblem(name, NOT_A_LEDGER, {"sheets": ", ".join(_data_sheets().values())})])
    problems = [*_other_county(name, sheets.get(LEDGER_SHEETS["notes"]), county), *_lost_parts(name, content)]
    problems += [sheet.problem for sheet in sheets.values() if sheet.problem]
    for title, sheet in sheets.items():
        if title not in LEDGER_SHEETS.values() and not _is_blank_sheet(sheet):
            problems.append(InputProblem(sheet.name, SHEET_UNKNOWN))
    rows: list[LedgerRow] = []
    for key, title in _data_sheets().items():
        if title in sheets and not sheets[title].problem:
            reader = _SheetReader(key, sheets[title])
            rows += reader.rows()
            problems += reader.problems
    if problems:
        raise InvalidInput(problems)
    return rows


def carry(rows: Sequence[LedgerRow], old: Sequence[LedgerRow]) -> list[LedgerRow]:
    """The rows of a new ledger with what was typed in the old one, then those of the old one that are left, in the order of the sheets.

    Of several old rows that are the same the first belongs to the gap; the others are left.
    """
    waiting: dict[tuple[str, ...], deque[int]] = defaultdict(deque)
    for number, row in enumerate(old):
        waiting[row.key].append(number)
    found = {number: waiting[row.key].popleft() for number, row in enumerate(rows) if waiting[row.key]}
    kept = [replace(row, typed=old[found[number]].typed) if number in found else row for number, row in enumerate(rows)]
    left = sorted(number for same in waiting.values() for number in same)
    order = list(LEDGER_SHEETS)
    return sorted(
        [*kept, *(replace(old[number], is_left=True) for number in left)], key=lambda row: order.index(row.sheet)
    )


def _data_sheets() -> dict[str, str]:
    return {key: title for key, title in LEDGER_SHEETS.items() if key != "notes"}


def _other_county(name: str, notes: RawSheet | None, county: str) -> Iterator[InputProblem]:
    found = str(notes.cell(0, 0)) if notes and notes.rows else ""
    own = LEDGER["title"].format(county=county, year=_YEAR)
    if re.sub(r"\d{4}", str(_YEAR), found.strip()) != own:
        yield InputProblem(name, OTHER_COUNTY, {"found": found, "county": county})


def _lost_parts(name: str, content: bytes) -> Iterator[InputProblem]:
    """Comments and pictures, which no row can carry."""
    if any(_LOST_PARTS.match(part) for part in zipfile.ZipFile(io.BytesIO(content)).namelist()):
        yield InputProblem(name, NOTES_LOST)


def _is_blank_sheet(sheet: RawSheet) -> bool:
    return all(is_blank(cell) for row in sheet.rows for cell in row)


class _SheetReader:
    """Reads the rows of one sheet of a ledger and collects what is wrong with it."""

    def __init__(self, key: str, sheet: RawSheet) -> None:
        self.key, self.sheet = key, sheet
        self.problems: list[InputProblem] = []
        self.places = self._find_columns()

    def _find_columns(self) -> dict[str, int]:
        """Where each column stands, by its header."""
        sheet = self.sheet
        width = max((len(row) for row in sheet.rows), default=0)
        heads = [_text(sheet.cell(0, place)) for place in range(width)] if sheet.rows else []
        for column in LEDGER_COLUMNS:
            if column not in heads:
                self.problems.append(InputProblem(sheet.name, COLUMN_MISSING, {"column": column}))
        for place, head in enumerate(heads):
            is_used = any(not is_blank(sheet.cell(row, place)) for row in range(1, len(sheet.rows)))
            if is_used and (head not in LEDGER_COLUMNS or heads.index(head) != place):
                self.problems.append(InputProblem(sheet.address(0, place), COLUMN_UNKNOWN, {"column": head}))
        return {head: heads.index(head) for head in LEDGER_COLUMNS if head in heads}

    def rows(self) -> list[LedgerRow]:
        """The rows that hold more than their number; none where a column is missing."""
        if len(self.places) < len(LEDGER_COLUMNS):
            return []
        cells = [[self._value(row, place) for place in self.places.values()] for row in range(1, len(self.sheet.rows))]
        return [self._row(one) for one in cells if any(value is not None for value in one[1:])]

    def _value(self, row: int, place: int) -> Typed:
        value = self.sheet.cell(row, place)
        if isinstance(value, Merged):
            value = self.sheet.cell(value.row, value.column)
        if isinstance(value, Fault):
            self.problems.append(InputProblem(self.sheet.address(row, place), CELL_FAULT, {"found": value.text or "="}))
            return None
        if is_blank(value):
            return None
        return value if isinstance(value, bool | int | float | date) else str(value)

    def _row(self, cells: Sequence[Typed]) -> LedgerRow:
        _, school, name, stage, indicator, required, basic, actual, shortfall, unit = cells[:FIRST_TYPED]
        return LedgerRow(
            self.key,
            _text(school),
            _text(name),
            _text(stage),
            _text(indicator),
            required=_amount(required),
            basic=_amount(basic),
            actual=_amount(actual),
            shortfall=_amount(shortfall),
            unit=_text(unit),
            is_share=_text(unit) == "%",
            typed=tuple(cells[FIRST_TYPED:]),
        )


def _text(value: object) -> str:
    """A cell that holds words or a code, whatever a program made of it."""
    if value is None or isinstance(value, Merged | Fault):
        return ""
    return plain(float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else str(value).strip()


def _amount(value: Typed) -> Amount:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None if value is None else str(value)
