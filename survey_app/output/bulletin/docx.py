"""The bulletin for Word: the same page, to be edited and passed on."""

import unicodedata
from collections.abc import Sequence
from typing import Any, BinaryIO

from survey_app.output.bulletin import wording
from survey_app.output.bulletin.contents import Bulletin

_MARGIN_MM = 15
_CELL_ROOM = 3
"""Room in a cell beside its text, in half widths of a character."""
_BODY_PT, _TABLE_PT, _NOTE_PT = 9.5, 9.0, 8.0
_XML_REFUSES = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 65534, 65535])


def write_bulletin_docx(target: BinaryIO, bulletin: Bulletin) -> None:
    """Writes the document."""
    from docx import Document

    document = Document()
    _set_page(document)
    _say(document, bulletin.title, size=15, is_heading=True)
    _say(document, bulletin.subtitle)
    _say(document, bulletin.headline, size=11.5, is_heading=True, before=4)
    for reason in bulletin.reasons:
        _say(document, f"· {reason}")
    if bulletin.expectation:
        _say(document, bulletin.expectation)
    _section(document, wording.GROUPS_HEADING)
    _table(document, [bulletin.head, *(row.cells for row in bulletin.rows)], [row.is_grave for row in bulletin.rows])
    _section(document, wording.ALERTS_HEADING)
    for is_grave, text in bulletin.alerts:
        _say(document, f"· {f'【{wording.GRAVE}】' if is_grave else ''}{text}")
    if not bulletin.alerts:
        _say(document, wording.NO_ALERTS)
    _write_rest(document, bulletin)
    document.core_properties.title = _clean(bulletin.title)
    document.save(target)


def _write_rest(document: Any, bulletin: Bulletin) -> None:
    for title, text in ((wording.RETURNED, bulletin.returned), (wording.SCHOOLS_HEADING, bulletin.schools)):
        _section(document, title)
        _say(document, text)
    if bulletin.days:
        _section(document, wording.DAYS)
        _table(document, [[day for day, _ in bulletin.days], [count for _, count in bulletin.days]], [])
    if bulletin.seal:
        _say(document, f"{wording.SEAL}：{bulletin.seal}", before=6)
    _say(document, wording.NOTE, size=_NOTE_PT, before=2)
    _say(document, bulletin.made, size=_NOTE_PT)


def _set_page(document: Any) -> None:
    from docx.shared import Mm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(_MARGIN_MM))
    style = document.styles["Normal"]
    style.font.size = Pt(_BODY_PT)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.space_before = Pt(0)
    _set_font(style.font, style.element, wording.FONT)


def _section(document: Any, title: str) -> None:
    _say(document, title, size=11, is_heading=True, before=6)


def _say(document: Any, text: str, *, size: float = _BODY_PT, is_heading: bool = False, before: float = 0) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(before)
    _run(paragraph, text, size, is_bold=is_heading)


def _run(paragraph: Any, text: str, size: float, *, is_bold: bool) -> None:
    from docx.shared import Pt

    run = paragraph.add_run(_clean(text))
    run.font.size, run.font.bold = Pt(size), is_bold
    if is_bold:
        _set_font(run.font, run._element, wording.HEADING_FONT)


def _table(document: Any, rows: Sequence[Sequence[str]], grave: Sequence[bool]) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    table.autofit = False
    widths = _column_widths(rows, _text_width(document))
    for column, width in zip(table.columns, widths, strict=True):  # some programs look here, others at the cells
        column.width = width
    for at, row in enumerate(rows):
        for place, text in enumerate(row):
            table.cell(at, place).width = widths[place]
            paragraph = table.cell(at, place).paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if place else WD_ALIGN_PARAGRAPH.LEFT
            is_bold = at == 0 or (at <= len(grave) and grave[at - 1])
            _run(paragraph, text, _TABLE_PT, is_bold=is_bold)


def _text_width(document: Any) -> int:
    section = document.sections[0]
    return int(section.page_width - section.left_margin - section.right_margin)


def _column_widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Shares of the width in proportion to the longest text of each column (a Chinese character is two wide) and the room round it."""
    wanted = [max(map(_columns_wide, texts)) + _CELL_ROOM for texts in zip(*rows, strict=True)]
    return [width * one // sum(wanted) for one in wanted]


def _columns_wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)


def _set_font(font: Any, element: Any, name: str) -> None:
    """Word takes the Chinese font from a setting of its own, which python-docx leaves alone."""
    from docx.oxml.ns import qn

    font.name = name
    element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _clean(text: str) -> str:
    """The text without what XML can't hold."""
    return text.translate(_XML_REFUSES)
