"""The .xlsx export: responses, codebook, comments and units as sheets of one workbook, written row by row.

Every text is written as a text, so that none becomes a formula, also when somebody edits the cell.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from survey_app.output import wording
from survey_app.output.cells import cut_to_utf16, visible
from survey_app.output.columns import CellValue, answer_columns, response_header, response_rows
from survey_app.output.exported import Export, Progress
from survey_app.output.tables import SIDE_TABLES

CELL_LIMIT = 32_767
ROW_LIMIT = 1_048_576
_USUAL_WIDTH = 12


def write_workbook(path: Path, export: Export, progress: Progress) -> None:
    """The whole workbook, in memory that does not grow with the number of responses. Raises `OSError` where it can't be written."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    try:
        with Workbook(str(path), {"constant_memory": True}) as book:
            _write_sheets(book, export, progress)
    except FileCreateError as error:  # holds the system's refusal
        raise (error.args[0] if error.args and isinstance(error.args[0], OSError) else OSError(str(error))) from error


def _write_sheets(book: Any, export: Export, progress: Progress) -> None:
    columns = answer_columns(export.questionnaires)
    book.set_properties({"title": visible(export.title)})
    rows = response_rows(export, columns, progress)
    _write_sheet(book, wording.RESPONSES_SHEET, response_header(columns), rows)
    for table in SIDE_TABLES:
        _write_sheet(book, table.sheet, table.header, table.rows(export))


def _write_sheet(book: Any, name: str, header: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> None:
    sheet = book.add_worksheet(name)
    plain = book.add_format({"num_format": "@", "quote_prefix": True, "valign": "top", "text_wrap": True})
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EAF1F8"})
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(header):
        sheet.set_column(column, column, wording.COLUMN_WIDTHS.get(title, _USUAL_WIDTH))
        sheet.write_string(0, column, title, bold)
    for line, row in enumerate(rows, start=1):
        if line >= ROW_LIMIT:
            raise OverflowError(f"{name}: a sheet holds {ROW_LIMIT} rows")
        for column, cell in enumerate(row):
            _write_cell(sheet, line, column, cell, plain)


def _write_cell(sheet: Any, line: int, column: int, cell: CellValue, plain: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(line, column, fitting(cell), plain)
    elif cell is not None:
        sheet.write_number(line, column, cell)


def fitting(text: str) -> str:
    """The text as a cell can hold it; one that is too long says at its end how long it was."""
    shown = visible(text)
    return cut_to_utf16(shown, CELL_LIMIT, wording.CUT_OFF.format(length=len(shown)))
