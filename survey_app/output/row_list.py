"""A list of rows as an .xlsx file, to be worked through beside the workbook: problems, differences."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Final

_CREATED: Final = datetime(2020, 1, 1)  # noqa: DTZ001 - the file format has no time zone; the same list gives the same bytes
_LONGEST_CELL: Final = 32_767


def rows_xlsx(heads: Sequence[str], widths: Sequence[float], rows: Sequence[Sequence[str]]) -> bytes:
    """The rows under their heads, in columns so wide; every cell is a text, whatever it begins with."""
    import xlsxwriter

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"created": _CREATED})
        sheet = book.add_worksheet()
        head = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for column, (text, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, text, head)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text[:_LONGEST_CELL], wrapped)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
    return written.getvalue()
