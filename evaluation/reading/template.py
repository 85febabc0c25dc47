"""Writes the empty statistics workbook: what `columns` knows, as notes, units, drop-downs and an example row."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.output_files import write_file
from evaluation.reading import wording
from evaluation.reading.asked import Asked
from evaluation.reading.columns import BASIC, BASIC_ITEMS, Column, Sheet
from evaluation.reading.rows import example_text
from evaluation.reading.tables import column_letter
from evaluation.reading.vocabulary import EXPLANATION_HEADER, RETENTION_KEYS

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

NOTE_ROW, HEADER_ROW, EXAMPLE_ROW, FIRST_ROW = 0, 1, 2, 3
LAST_ROW = 5_000
EXPLANATION_WIDTH, LINE_HEIGHT = 70, 16
# Excel takes a list of at most 255 characters inside a drop-down, a message of 255 and a title of 32.
LONGEST_LIST, LONGEST_MESSAGE, LONGEST_TITLE = 255, 255, 32
# The same content gives the same bytes.
_CREATED = datetime(2020, 1, 1)  # noqa: DTZ001 - the file format has no time zone
# no column is narrower than this many places
_NARROWEST = " " * 10
_NUMERIC = ("number", "whole", "share", "year")


def write_template(path: Path, asked: Asked) -> None:
    """Write the empty workbook to `path` (under a temporary name first, then renamed). Raises `InvalidInput` where it can't be written."""
    write_file(path, _template_bytes(asked))


def _template_bytes(asked: Asked) -> bytes:
    import xlsxwriter

    made = io.BytesIO()
    workbook = xlsxwriter.Workbook(made)
    workbook.set_properties({"title": asked.title, "created": _CREATED})
    writer = _Writer(workbook, asked)
    writer.write_guide()
    for sheet in asked.sheets:
        writer.write_sheet(sheet)
    writer.write_lists()
    workbook.close()
    return made.getvalue()


class _Writer:
    """One workbook being written, with its formats and the long lists that its drop-downs refer to."""

    def __init__(self, workbook: "Workbook", asked: Asked) -> None:
        self._workbook, self._asked = workbook, asked
        self._lists: list[Sequence[str]] = []
        add = workbook.add_format
        self._title = add({"bold": True, "font_size": 14})
        self._plain = add({"text_wrap": True, "valign": "top"})
        self._note = add({"font_color": "#555555"})
        self._explanation = add({"font_color": "#555555", "text_wrap": True, "valign": "top"})
        self._header = add(
            {
                "bold": True,
                "bg_color": "#DDEBF7",
                "border": 1,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
            }
        )
        self._optional = add(
            {
                "bold": True,
                "bg_color": "#F2F2F2",
                "border": 1,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
            }
        )
        self._example = add({"italic": True, "font_color": "#7F7F7F", "num_format": "@"})
        self._example_number = add({"italic": True, "font_color": "#7F7F7F"})
        self._key = add({"num_format": "@", "valign": "top"})
        self._text = add({"num_format": "@"})
        self._number = add({"num_format": "General"})

    def write_guide(self) -> None:
        """The page that explains: what goes where, and every column in one table."""
        page = self._workbook.add_worksheet(wording.GUIDE_SHEET)
        _set_up_page(page)
        page.set_column(0, 0, 14)
        page.set_column(1, 1, 22)
        page.set_column(2, 3, 11)
        page.set_column(4, 5, EXPLANATION_WIDTH)
        page.write(0, 0, wording.GUIDE_TITLE.format(title=self._asked.title), self._title)
        guide = _guide(self._asked)
        for row, line in enumerate(guide, start=1):
            page.write(row, 0, line)
        start = len(guide) + 2
        page.write_row(start, 0, wording.GUIDE_HEADERS, self._header)
        for row, cells in enumerate(_guide_rows(self._asked.sheets), start=start + 1):
            page.write_row(row, 0, cells, self._plain)
            page.set_row(row, max(_height(cell) for cell in cells))

    def write_sheet(self, sheet: Sheet) -> None:
        """One sheet: its note, headers with notes, an example, keys filled in, and drop-downs below."""
        page = self._workbook.add_worksheet(sheet.name)
        _set_up_page(page)
        page.repeat_rows(HEADER_ROW)
        page.freeze_panes(FIRST_ROW - 1, 2 if len(sheet.columns) > 6 else 1)
        page.set_row(HEADER_ROW, 32)
        page.write(NOTE_ROW, 0, sheet.note.zh, self._note)
        rows = self._asked.rows(sheet)
        for index, column in enumerate(sheet.columns):
            self._write_column(page, index, column, rows)
        self._write_keys(page, sheet, rows)

    def _write_column(self, page: "Worksheet", index: int, column: Column, rows: Mapping[str, str]) -> None:
        is_number = column.kind in _NUMERIC
        page.set_column(index, index, _width(index, column, rows), self._number if is_number else self._text)
        page.write(HEADER_ROW, index, header_with_unit(column), self._header if column.is_required else self._optional)
        page.write_comment(HEADER_ROW, index, _comment(column), {"x_scale": 1.6})
        self._write_example(page, index, column)
        for rule in self._rules(column, rows if index == 0 else {}):
            page.data_validation(FIRST_ROW, index, LAST_ROW, index, rule)

    def _write_example(self, page: "Worksheet", index: int, column: Column) -> None:
        if index == 0 or isinstance(column.example, str):
            page.write_string(EXAMPLE_ROW, index, example_text(index == 0, column.example), self._example)
        else:
            page.write_number(EXAMPLE_ROW, index, column.example, self._example_number)

    def _write_keys(self, page: "Worksheet", sheet: Sheet, rows: Mapping[str, str]) -> None:
        if any(rows.values()):
            page.set_column(len(sheet.columns), len(sheet.columns), EXPLANATION_WIDTH)
            page.write(HEADER_ROW, len(sheet.columns), EXPLANATION_HEADER, self._optional)
        for number, (key, text) in enumerate(rows.items(), start=FIRST_ROW):
            page.write_string(number, 0, key, self._key)
            if text:
                page.set_row(number, _height(text))
                page.write_string(number, len(sheet.columns), text, self._explanation)

    def _rules(self, column: Column, keys: Mapping[str, str]) -> list[dict[str, Any]]:
        """The data validation of a column: a drop-down, or its note shown beside the cell."""
        message = {"input_title": column.header[:LONGEST_TITLE], "input_message": _comment(column)[:LONGEST_MESSAGE]}
        words = column.choices.words if column.choices else tuple(keys)
        if column.kind == "key" and keys:
            words = self._asked.figure_keys
        if not words:
            return [message | {"validate": "any"}]
        # words of the field that are no choice of ours are accepted too, hence a hint and no refusal
        return [message | {"validate": "list", "source": self._source(words), "error_type": "information"}]

    def _source(self, words: Sequence[str]) -> list[str] | str:
        if len(",".join(words)) <= LONGEST_LIST:
            return list(words)
        if words not in self._lists:
            self._lists.append(words)
        letter = column_letter(self._lists.index(words))
        return f"={wording.LISTS_SHEET}!${letter}$1:${letter}${len(words)}"

    def write_lists(self) -> None:
        """The hidden sheet that long drop-downs take their words from."""
        if not self._lists:
            return
        page = self._workbook.add_worksheet(wording.LISTS_SHEET)
        for index, words in enumerate(self._lists):
            page.write_column(0, index, words, self._text)
        page.hide()


def _width(index: int, column: Column, keys: Mapping[str, str]) -> float:
    """Wide enough for the longest word, and for the keys and the marked example of the first column; Chinese takes two places."""
    words = [header_with_unit(column), *(column.choices.words if column.choices else ())]
    if index == 0:
        words += [*keys, example_text(True, column.example)]
    return 2 + max(_places(word) for word in (*words, _NARROWEST))


def _height(text: str) -> float:
    """The height of a row whose widest cell wraps this text."""
    return LINE_HEIGHT * ceil((_places(text) + 1) / EXPLANATION_WIDTH)


def _places(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def _set_up_page(page: "Worksheet") -> None:
    """On paper: landscape A4, all columns on one page, the headers on each."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def header_with_unit(column: Column) -> str:
    """学生数（人）; a share has no unit of its own."""
    return (
        f"{column.header}（{column.unit}）" if column.unit and column.kind not in ("share", "year") else column.header
    )


def _comment(column: Column) -> str:
    parts = [_required_mark(column), column.note.zh]
    if column.choices:
        parts.append(" / ".join(column.choices.words))
    return "；".join(part for part in parts if part)


def _required_mark(column: Column) -> str:
    required, may_be_empty, optional = wording.REQUIRED_MARKS
    if not column.is_required:
        return optional
    return may_be_empty if column.may_be_empty else required


def _guide(asked: Asked) -> list[str]:
    """The lines that explain, numbered; the five numbers of retention only where they may be typed."""
    may_type_five = set(RETENTION_KEYS) <= set(asked.figure_keys)
    lines = [line for line in wording.GUIDE if may_type_five or RETENTION_KEYS[0] not in line]
    return [wording.GUIDE_OPENING, *(f"{number}. {line}" for number, line in enumerate(lines, start=1))]


def _guide_rows(sheets: Sequence[Sheet]) -> list[tuple[str, ...]]:
    columns = [(sheet, column) for sheet in sheets if sheet is not BASIC for column in sheet.columns]
    return [_guide_row(sheet, column) for sheet, column in [*((BASIC, item) for item in BASIC_ITEMS), *columns]]


def _guide_row(sheet: Sheet, column: Column) -> tuple[str, ...]:
    words = " / ".join(column.choices.words) if column.choices else ""
    return sheet.name, column.header, column.unit, _required_mark(column), words, column.note.zh
