"""Writes the made-up county as a statistics workbook, and its schools as the list a campaign file names."""

import csv
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from survey_app.demo_county.county import Sheets
from survey_app.demo_county.figures import PUPILS_A_TEACHER, half_up
from survey_app.demo_county.schools import Row

_SCHOOL_LIST = ("学校代码", "学校名称", "学段", "城乡", "学生数", "教师数")
_CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same county gives the same bytes


def write_workbook(sheets: Sheets, path: Path) -> None:
    """The sheets as an .xlsx file, header first, codes as text."""
    from xlsxwriter import Workbook

    part = path.with_name(path.name + ".part")
    book = Workbook(str(part))
    book.set_properties({"created": _CREATED})
    header = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EAF1F8", "text_wrap": True})
    for name, rows in sheets.items():
        _write_sheet(book.add_worksheet(name), rows, header)
    book.close()
    os.replace(part, path)


def write_schools_csv(sheets: Sheets, path: Path) -> None:
    """The list of schools for a campaign file: 学校代码, 学校名称, 学段, 城乡, 学生数, 教师数, one row a school a stage."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, _SCHOOL_LIST)
        writer.writeheader()
        writer.writerows(_listed(row) for row in sheets["学校"])
    os.replace(part, path)


def _listed(row: Row) -> Mapping[str, Any]:
    teachers = half_up(float(row["学生数"] or 0) / PUPILS_A_TEACHER[str(row["学段"])])
    return {name: row[name] for name in _SCHOOL_LIST[:-1]} | {"教师数": max(2, teachers)}


def _write_sheet(sheet: Any, rows: Sequence[Row], header: Any) -> None:
    names = list(rows[0])
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, header)
        sheet.set_column(column, column, _width(name, rows))
    for line, row in enumerate(rows, start=1):
        for column, name in enumerate(names):
            _write_cell(sheet, line, column, row[name])
    sheet.freeze_panes(1, 0)


def _write_cell(sheet: Any, line: int, column: int, value: str | float | None) -> None:
    if isinstance(value, str):
        sheet.write_string(line, column, value)
    elif value is not None:
        sheet.write_number(line, column, value)


def _width(name: str, rows: Sequence[Row]) -> float:
    """Room for the header and for the longest value, a Chinese character taking two."""
    texts = [name, *(str(row[name]) for row in rows[:100] if row[name] is not None)]
    return min(60, 2 + max(sum(2 if ord(mark) > 0x2E80 else 1 for mark in text) for text in texts))
