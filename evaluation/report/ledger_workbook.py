"""The workbook of a ledger: sheets, drop-downs, frozen panes, print set-up. Codes and names are text whatever they look like."""

import io
import math
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from evaluation.assessment import Assessment
from evaluation.report.ledger import Amount, LedgerRow, Typed, ledger_rows
from evaluation.report.ledger_carry import FIRST_TYPED, carry
from evaluation.report.numbers import decimals_needed, show_threshold
from evaluation.report.wording import (
    LEDGER,
    LEDGER_COLUMNS,
    LEDGER_NOTE_BASIC,
    LEDGER_NOTES,
    LEDGER_PROGRESS,
    LEDGER_SHEETS,
    LEDGER_STATES,
    WORD_FONTS,
)

WIDTHS = (5, 12, 18, 6, 25, 10, 10, 10, 10, 6, 18, 11, 8, 14, 11, 8, 8, 11, 8, 10)
NOTE_WIDTH = 100
LINE_POINTS = 14.5
DUE, PROGRESS, STATE, STATE_DATE = 14, 15, 16, 17
TYPED = len(LEDGER_COLUMNS) - FIRST_TYPED
ON_THE_BOOKS = LEDGER_STATES[0]
# Rows below the last gap that still have the drop-downs, for gaps that people add by hand.
SPARE_ROWS = 200
MOST_DECIMALS = 6
A4 = 9
FONT = {
    "font_name": WORD_FONTS["table"],
    "font_size": 10,
    "valign": "vcenter",
    "text_wrap": True,
    "border": 1,
    "border_color": "#A0A8B0",
}
STATE_FILLS = dict(zip(LEDGER_STATES, ("", "#FFF2CC", "#D9EAD3", "#F4CCCC"), strict=True))


def ledger_of(assessment: Assessment, made_on: date, old: Sequence[LedgerRow] = ()) -> bytes:
    """The ledger.xlsx of one assessment, with what was typed in an old one (`ledger_carry.read_ledger`).

    `made_on` goes into its properties, so that the same input gives the same bytes.
    """
    title = LEDGER["title"].format(county=assessment.county_name, year=assessment.year)
    share = "" if assessment.excuse_share is None else show_threshold(assessment.excuse_share * 100) + "%"
    return ledger_workbook(carry(ledger_rows(assessment), old), title, share, made_on)


def ledger_workbook(rows: Sequence[LedgerRow], title: str, basic_share: str, made_on: date) -> bytes:
    """A ledger of these rows, whatever assessments they come from."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        created = datetime.combine(made_on, time())
        workbook.set_properties({"title": title, "author": "Junheng", "created": created})
        writer = _Writer(workbook, title)
        writer.notes(rows, basic_share)
        for sheet in list(LEDGER_SHEETS)[1:]:
            writer.sheet(LEDGER_SHEETS[sheet], [row for row in rows if row.sheet == sheet])
    return stream.getvalue()


def _notes(basic_share: str) -> list[str]:
    """How to read the ledger; what the lower bound is only where the rule has one."""
    first, resources, *others = LEDGER_NOTES
    return [first, resources, *([LEDGER_NOTE_BASIC.format(share=basic_share)] if basic_share else []), *others]


class _Writer:
    """Writes the sheets of one workbook; number formats are made once each."""

    def __init__(self, workbook: Any, title: str) -> None:
        self.workbook, self.title = workbook, title
        self.formats: dict[str, Any] = {}

    def format(self, number: str = "@", align: str = "left") -> Any:
        key = number + align
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({**FONT, "num_format": number, "align": align})
        return self.formats[key]

    def notes(self, rows: Sequence[LedgerRow], basic_share: str) -> None:
        sheet = self.workbook.add_worksheet(LEDGER_SHEETS["notes"])
        sheet.set_column(0, 0, NOTE_WIDTH)
        sheet.hide_gridlines(2)
        head = self.workbook.add_format(
            {"font_name": WORD_FONTS["heading"], "font_size": 16, "bold": True, "valign": "vcenter"}
        )
        text = self.workbook.add_format(
            {"font_name": WORD_FONTS["table"], "font_size": 11, "text_wrap": True, "valign": "top"}
        )
        sheet.set_row(0, 32)
        sheet.write_string(0, 0, self.title, head)
        counts = [
            LEDGER["count"].format(sheet=name, count=sum(row.sheet == key for row in rows))
            for key, name in LEDGER_SHEETS.items()
            if key != "notes"
        ]
        left = sum(row.is_left for row in rows)
        told = [LEDGER["left"].format(count=left)] if left else []
        for line, note in enumerate([*counts, *told, "", *_notes(basic_share)], start=1):
            sheet.set_row(line, LINE_POINTS * 1.2 * _lines(note, NOTE_WIDTH))
            sheet.write_string(line, 0, note, text)
        self._print(sheet)

    def sheet(self, name: str, rows: Sequence[LedgerRow]) -> None:
        sheet = self.workbook.add_worksheet(name)
        self._columns(sheet)
        for number, row in enumerate(rows, start=1):
            self._row(sheet, number, row)
        self._drop_downs(sheet, len(rows) + SPARE_ROWS)
        sheet.autofilter(0, 0, max(len(rows), 1), len(LEDGER_COLUMNS) - 1)
        sheet.freeze_panes(1, 3)
        sheet.repeat_rows(0)
        self._print(sheet)

    def _columns(self, sheet: Any) -> None:
        head = self.workbook.add_format(
            {**FONT, "font_name": WORD_FONTS["heading"], "bold": True, "align": "center", "bg_color": "#DCE6F0"}
        )
        typed = self.workbook.add_format(
            {**FONT, "font_name": WORD_FONTS["heading"], "bold": True, "align": "center", "bg_color": "#FFF8E1"}
        )
        sheet.set_row(0, 30)
        for column, (name, width) in enumerate(zip(LEDGER_COLUMNS, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, typed if column >= FIRST_TYPED else head)

    def _row(self, sheet: Any, number: int, row: LedgerRow) -> None:
        sheet.set_row(number, LINE_POINTS * _row_lines(row) + 4)
        sheet.write_number(number, 0, number, self.format("0", "center"))
        for column, text in enumerate((row.school, row.name, row.stage, row.indicator), start=1):
            sheet.write_string(number, column, text, self.format())
        decimals = _decimals(row)
        for column, amount in enumerate((row.required, row.basic, row.actual, row.shortfall), start=5):
            self._amount(sheet, number, column, amount, _number_format(row, decimals))
        sheet.write_string(number, 9, row.unit, self.format(align="center"))
        for column, value in enumerate(row.typed or (None,) * TYPED, start=FIRST_TYPED):
            self._typed(sheet, number, column, ON_THE_BOOKS if column == STATE and value is None else value)

    def _typed(self, sheet: Any, number: int, column: int, value: Typed) -> None:
        """What people typed, as they typed it: a text stays a text, a date a date."""
        is_date = isinstance(value, date) or (value is None and column in (DUE, STATE_DATE))
        cell_format = self.format("yyyy-mm-dd" if is_date else "@", "center" if column == STATE else "left")
        if value is None:
            sheet.write_blank(number, column, None, cell_format)
        elif isinstance(value, bool):
            sheet.write_boolean(number, column, value, cell_format)
        elif isinstance(value, date):
            sheet.write_datetime(number, column, value, cell_format)
        elif isinstance(value, str):
            sheet.write_string(number, column, value, cell_format)
        else:
            sheet.write_number(number, column, value, cell_format)

    def _amount(self, sheet: Any, number: int, column: int, amount: Amount, number_format: str) -> None:
        if isinstance(amount, str):
            sheet.write_string(number, column, amount, self.format())
        elif amount is None:
            sheet.write_blank(number, column, None, self.format())
        else:
            sheet.write_number(number, column, _dustless(amount), self.format(number_format, "right"))

    def _drop_downs(self, sheet: Any, last: int) -> None:
        for column, values, message in (
            (PROGRESS, LEDGER_PROGRESS, LEDGER["choose_progress"]),
            (STATE, LEDGER_STATES, LEDGER["choose_state"]),
        ):
            choice = {
                "validate": "list",
                "source": list(values),
                "error_title": LEDGER["choose_title"],
                "error_message": message,
            }
            sheet.data_validation(1, column, last, column, choice)
        for state, colour in STATE_FILLS.items():
            if colour:
                rule = {
                    "type": "cell",
                    "criteria": "==",
                    "value": f'"{state}"',
                    "format": self.workbook.add_format({"bg_color": colour}),
                }
                sheet.conditional_format(1, STATE, last, STATE, rule)

    def _print(self, sheet: Any) -> None:
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        sheet.set_header(f"&C&12{self.title.replace('&', '&&')} · &A")
        sheet.set_footer("&C&P / &N")


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column: a Chinese character is two wide. Not every program sizes rows on opening."""
    return max(1, math.ceil(sum(2 if ord(letter) > 0x2E7F else 1 for letter in text) / (width - 1)))


def _row_lines(row: LedgerRow) -> int:
    texts = (row.school, row.name, row.stage, row.indicator, row.required, None, row.actual, None, None, *row.typed)
    return max(_lines(text, WIDTHS[column]) for column, text in enumerate(texts, start=1) if isinstance(text, str))


def _dustless(amount: float) -> float:
    return float(f"{amount:.12g}")


def _decimals(row: LedgerRow) -> int:
    """Decimals that keep the row's numbers apart: none for people, as many as it takes for a coefficient that just fails."""
    amounts = [_dustless(one) for one in (row.required, row.actual) if isinstance(one, float)]
    if not amounts or all(one.is_integer() for one in amounts):
        return 0
    scale = 100 if row.is_share else 1
    needed = decimals_needed(amounts[0] * scale, amounts[-1] * scale, least=2, most=MOST_DECIMALS)
    apart = row.shortfall * scale if isinstance(row.shortfall, float) and row.shortfall else 1.0
    return min(needed, next((n for n in range(2, MOST_DECIMALS) if round(apart, n)), MOST_DECIMALS))


def _number_format(row: LedgerRow, decimals: int) -> str:
    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    return digits + "%" if row.is_share else digits
