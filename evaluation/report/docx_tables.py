"""Tables of the Word report: fixed widths that fit the page, header rows that repeat, rows that don't split.

They are written as XML at once: python-docx walks the whole grid for every cell, which takes seconds for a county of 90 schools.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from xml.sax.saxutils import escape

TWIPS_PER_MM = 1440 / 25.4
Align = Literal["left", "center", "right"]
# What XML 1.0 cannot hold, so that no name typed by anyone makes a document that Word refuses.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell: its lines, how it is set, and its colours (RRGGBB); it may stretch over several columns and have a style of its own."""

    text: str
    align: Align = "left"
    is_bold: bool = False
    ink: str = ""
    fill: str = ""
    span: int = 1
    style: str = ""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: heading, width, and how its cells are set."""

    head: str
    width_mm: float
    align: Align = "left"


def plain_text(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return NOT_XML.sub("", text)


@dataclass(frozen=True, slots=True)
class Look:
    """How a table is set: style of its text, least height of a row, whether it has a head."""

    style: str = "TableText"
    row_mm: float = 0.0
    has_head: bool = True


DENSE = Look()
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="7F8C99"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
MARGINS = "".join(
    f'<w:{side} w:w="{twips}" w:type="dxa"/>'
    for side, twips in (("top", 28), ("left", 60), ("bottom", 28), ("right", 60))
)


def table_xml(
    columns: Sequence[TableColumn], rows: Iterable[Sequence[TableCell | str]], namespaces: str, look: Look = DENSE
) -> str:
    """The `w:tbl` of a table; a plain string is a cell set as its column says."""
    widths = [round(one.width_mm * TWIPS_PER_MM) for one in columns]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = [TableCell(one.head, "center", is_bold=True, fill="EAEEF2") for one in columns]
    body = "".join(_row([_cell(one, columns[i]) for i, one in enumerate(row)], widths, look) for row in rows)
    return (
        f'<w:tbl {namespaces}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{BORDERS}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{MARGINS}</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{_row(head, widths, Look('TableHead'), repeats=True) if look.has_head else ''}{body}</w:tbl>"
    )


def _cell(one: TableCell | str, column: TableColumn) -> TableCell:
    return TableCell(one, column.align) if isinstance(one, str) else one


def _row(cells: Sequence[TableCell], widths: Sequence[int], look: Look, repeats: bool = False) -> str:
    height = f'<w:trHeight w:val="{round(look.row_mm * TWIPS_PER_MM)}"/>' if look.row_mm else ""
    properties = f"<w:cantSplit/>{height}{'<w:tblHeader/>' if repeats else ''}"
    parts, column = [], 0
    for cell in cells:
        parts.append(_cell_xml(cell, sum(widths[column : column + cell.span]), look.style))
        column += cell.span
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(parts)}</w:tr>"


def _cell_xml(cell: TableCell, width: int, style: str) -> str:
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{cell.fill}"/>' if cell.fill else ""
    properties = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{fill}<w:vAlign w:val="center"/></w:tcPr>'
    paragraph = f'<w:pPr><w:pStyle w:val="{cell.style or style}"/><w:jc w:val="{cell.align}"/></w:pPr>'
    return f"<w:tc>{properties}<w:p>{paragraph}{_runs(cell)}</w:p></w:tc>"


def _runs(cell: TableCell) -> str:
    bold = "<w:b/>" if cell.is_bold else ""
    ink = f'<w:color w:val="{cell.ink}"/>' if cell.ink else ""
    properties = f"<w:rPr>{bold}{ink}</w:rPr>" if bold or ink else ""
    lines = plain_text(cell.text).split("\n")
    return (
        "<w:r>"
        + properties
        + "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
        + "</w:r>"
    )


def add_table(
    document: Any, columns: Sequence[TableColumn], rows: Iterable[Sequence[TableCell | str]], look: Look = DENSE
) -> None:
    """Append a table to a python-docx document."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    element = parse_xml(table_xml(columns, rows, nsdecls("w"), look))
    document.element.body.insert_element_before(element, "w:sectPr")
