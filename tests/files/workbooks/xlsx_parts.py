"""Writes .xlsx files as bare XML: fast, and able to hold what no decent program writes (error cells, formulas without a result…)."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from evaluation.reading.tables import column_letter


@dataclass(frozen=True)
class ErrorCell:
    """A cell that holds an error such as `#DIV/0!`."""

    text: str = "#DIV/0!"


@dataclass(frozen=True)
class Formula:
    """A formula; `stored` is the result saved beside it, None if there is none."""

    formula: str
    stored: float | str | None = None


@dataclass(frozen=True)
class RawCell:
    """A cell's XML as it is to stand; `{ref}` is its address."""

    xml: str


@dataclass
class SheetParts:
    """One sheet: rows of values from A1 on, and what is special about it."""

    rows: Sequence[Sequence[object]]
    merged: Sequence[str] = ()
    state: str = "visible"
    hidden_rows: Sequence[int] = field(default_factory=tuple)


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
    '<xf numFmtId="9" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def xlsx_bytes(
    sheets: Mapping[str, SheetParts | Sequence[Sequence[object]]], extra: Mapping[str, bytes] | None = None
) -> bytes:
    """The file's bytes; `extra` adds or replaces parts of the package."""
    parts = {name: sheet if isinstance(sheet, SheetParts) else SheetParts(sheet) for name, sheet in sheets.items()}
    files = {
        "[Content_Types].xml": _content_types(len(parts)),
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": _workbook(parts),
        "xl/_rels/workbook.xml.rels": _relations(
            {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(parts) + 1)}
            | {"rId9999": ("styles", "styles.xml")}
        ),
        "xl/styles.xml": _STYLES,
        **{f"xl/worksheets/sheet{n}.xml": sheet_xml(sheet) for n, sheet in enumerate(parts.values(), start=1)},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in {**files, **(extra or {})}.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _content_types(count: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in range(1, count + 1)
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{sheets}</Types>'
    )


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'


def _workbook(parts: Mapping[str, SheetParts]) -> str:
    items = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" state="{sheet.state}" r:id="rId{n}"/>'
        for n, (name, sheet) in enumerate(parts.items(), start=1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{items}</sheets></workbook>'


def sheet_xml(sheet: SheetParts) -> str:
    """The XML of one sheet."""
    rows = "".join(_row(number, cells, number in sheet.hidden_rows) for number, cells in enumerate(sheet.rows, start=1))
    merged = "".join(f'<mergeCell ref="{ref}"/>' for ref in sheet.merged)
    merges = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{merges}</worksheet>'


_HIDDEN = ' hidden="1"'


def _row(number: int, cells: Sequence[object], is_hidden: bool) -> str:
    content = "".join(_cell(f"{column_letter(index)}{number}", value) for index, value in enumerate(cells))
    return f'<row r="{number}"{_HIDDEN if is_hidden else ""}>{content}</row>'


def _cell(ref: str, value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, RawCell):
        return value.xml.format(ref=ref)
    if isinstance(value, ErrorCell):
        return f'<c r="{ref}" t="e"><v>{value.text}</v></c>'
    if isinstance(value, Formula):
        return _formula(ref, value)
    if isinstance(value, bool):
        return f'<c r="{ref}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        return f'<c r="{ref}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{ref}"><v>{value!r}</v></c>'
    return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def _formula(ref: str, value: Formula) -> str:
    stored = "" if value.stored is None else f"<v>{escape(str(value.stored))}</v>"
    kind = ' t="str"' if isinstance(value.stored, str) else ""
    return f'<c r="{ref}"{kind}><f>{escape(value.formula)}</f>{stored}</c>'
