"""An .xlsx file as raw cells: values through calamine, and a scan of the same bytes for what calamine passes over in silence.

calamine reads an error cell as empty and a formula without a stored result as nothing; here both become a `Fault`. Before anything is
unpacked, the file's own directory says how large it would become.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine as calamine

from evaluation.errors import InvalidInput
from evaluation.reading import wording
from evaluation.reading.columns import SCHOOLS
from evaluation.reading.tables import (
    MAX_CELLS,
    MEGABYTE,
    Fault,
    Merged,
    RawSheet,
    RawWorkbook,
    column_index,
    column_letter,
    refuse,
    sha256_of,
)

MAX_UNPACKED_MB = 200
# tables pack 10 to 50 to one; only a bomb packs a large part hundreds to one
MAX_RATIO, LARGE_PART = 200, 20 * MEGABYTE
MAX_PARTS = 5_000
_OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|table|meta)", re.IGNORECASE | re.DOTALL)
_XML_2003 = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet")
_MAY_HOLD_FAULTS = re.compile(rb"""\bt=["']e["']|<(?:\w+:)?f[\s/>]""")
_FILLED_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>""")
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")

# what zipfile, zlib, the XML parsers and calamine raise on bytes that are no sound workbook
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    ValueError,
    ElementTree.ParseError,
    expat.ExpatError,
    calamine.CalamineError,
)

Faults = dict[tuple[int, int], Fault]
Range = tuple[tuple[int, int], tuple[int, int]]
Result = TypeVar("Result")


def read_xlsx(name: str, content: bytes) -> RawWorkbook:
    """Read the sheets of an .xlsx file. Raises `InvalidInput` where the content is something else, damaged or too large."""
    _refuse_other_kinds(name, content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_bomb(name, archive)
            parts = _Parts(name, archive)
            return RawWorkbook(tuple(_sheets(name, content, parts)), sha256_of(content))
    except InvalidInput:
        raise
    except _DAMAGE as error:
        raise refuse(name, wording.DAMAGED, reason=_reason(error)) from error


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _refuse_other_kinds(name: str, content: bytes) -> None:
    head = content[:4096]
    if not content:
        raise refuse(name, wording.EMPTY_FILE)
    if content.startswith(_OLE_START):
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise refuse(name, wording.PASSWORD if is_encrypted else wording.OLD_XLS)
    if _XML_2003.search(head):
        raise refuse(name, wording.XML_2003)
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise refuse(name, wording.HTML_FILE)
    if name.lower().endswith(".csv"):
        raise refuse(name, wording.LONE_CSV, example=f"{SCHOOLS.name}.csv")
    if not content.startswith(b"PK"):
        raise refuse(name, wording.NOT_XLSX)


def _refuse_bomb(name: str, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    is_dense = any(entry.file_size > max(LARGE_PART, MAX_RATIO * entry.compress_size) for entry in entries)
    if size > MAX_UNPACKED_MB * MEGABYTE or len(entries) > MAX_PARTS or is_dense:
        raise refuse(name, wording.ZIP_BOMB, size=size // MEGABYTE, limit=MAX_UNPACKED_MB)
    if any(entry.flag_bits & 1 for entry in entries):
        raise refuse(name, wording.PASSWORD)


class _Parts:
    """The parts of the package: which one holds which sheet, and their bytes."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        known = {entry.filename.lower().lstrip("/"): entry.filename for entry in archive.infolist()}
        if "xl/workbook.bin" in known:
            raise refuse(name, wording.BINARY_XLSB)
        if "xl/workbook.xml" not in known:
            raise refuse(name, wording.NOT_XLSX)
        # Reading every part bounds what calamine will unpack to what the directory says, and checks the sums.
        self._texts = {part: archive.read(entry) for part, entry in known.items() if part.endswith((".xml", ".rels"))}
        if any(b"<!DOCTYPE" in text for text in self._texts.values()):
            raise refuse(name, wording.DAMAGED, reason="DOCTYPE")
        self.by_sheet = self._find_sheets()

    def _find_sheets(self) -> dict[str, bytes]:
        relations = self._xml("xl/_rels/workbook.xml.rels")
        targets = {relation.get("Id", ""): _target(relation.get("Target", "")) for relation in relations}
        sheets = self._xml("xl/workbook.xml").iterfind("{*}sheets/{*}sheet")
        return {sheet.get("name", ""): self._texts.get(targets.get(_relation_id(sheet), ""), b"") for sheet in sheets}

    def _xml(self, part: str) -> ElementTree.Element:
        text = self._texts.get(part, b"")
        return ElementTree.fromstring(text)  # noqa: S314 - no document type, hence no entities to expand


def _target(target: str) -> str:
    return (target if target.startswith("/xl/") else f"xl/{target}").lstrip("/").lower()


def _relation_id(sheet: ElementTree.Element) -> str:
    return next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")


def _sheets(name: str, content: bytes, parts: _Parts) -> Iterator[RawSheet]:
    book = _guarded(lambda: calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)))
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        xml = parts.by_sheet.get(meta.name, b"")
        _refuse_far_cells(meta.name, xml)
        sheet = _guarded(partial(book.get_sheet_by_name, meta.name))
        rows: list[list[object]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
        _place_faults(rows, scan_faults(xml))
        _place_merged(rows, sheet.merged_cell_ranges or [])
        yield RawSheet(meta.name, meta.name, rows, meta.visible != calamine.SheetVisibleEnum.Visible)


def _guarded(read: Callable[[], Result]) -> Result:
    """Call into calamine; a panic of its Rust code, which is no `Exception`, becomes a ValueError."""
    try:
        return read()
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise ValueError(_reason(error)) from error
        raise


def _refuse_far_cells(sheet: str, xml: bytes) -> None:
    """Refuse a sheet whose rectangle of values would not fit into memory because of a stray value far away."""
    rows = columns = 0
    for letters, row in _FILLED_CELL.findall(xml):
        rows = max(rows, int(row))
        columns = max(columns, column_index(letters.decode()) + 1)
    if rows * columns > MAX_CELLS:
        raise refuse(sheet, wording.FAR_AWAY, cell=f"{column_letter(columns - 1)}{rows}", limit=MAX_CELLS)


def scan_faults(xml: bytes) -> Faults:
    """The cells of a sheet's XML that hold an error or a formula without a stored result, by (row, column) from 0."""
    if not _MAY_HOLD_FAULTS.search(xml):
        return {}
    scan = _FaultScan()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.text
    parser.Parse(xml, True)
    return scan.faults


class _FaultScan:
    """Handlers for the XML of one sheet. A row or cell without its address stands after the one before it."""

    def __init__(self) -> None:
        self.faults: Faults = {}
        self._row = self._column = -1
        self._is_error = self._has_formula = self._has_value = self._in_value = False
        self._value = ""
        self._kind = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._start_cell(attributes)
        elif tag == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif tag == "f":
            self._has_formula = True
        elif tag == "v":
            self._in_value = self._has_value = True

    def _start_cell(self, attributes: dict[str, str]) -> None:
        address = _CELL.fullmatch(attributes.get("r", ""))
        if address:
            self._column, self._row = column_index(address.group(1)), int(address.group(2)) - 1
        else:
            self._column += 1
        self._kind = attributes.get("t", "n")
        self._has_formula = self._has_value = False
        self._value = ""

    def text(self, text: str) -> None:
        if self._in_value:
            self._value += text

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "v":
            self._in_value = False
        elif tag == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        # a formula whose result is an empty text stores <v></v> with t="str"; anything else without a value was never computed
        is_empty_text = self._kind == "str" and self._has_value
        if self._kind == "e":
            self.faults[self._row, self._column] = Fault(False, self._value)
        elif self._has_formula and not self._value and not is_empty_text:
            self.faults[self._row, self._column] = Fault(True)


def _place_faults(rows: list[list[object]], faults: Faults) -> None:
    for (row, column), fault in faults.items():
        if row * column > MAX_CELLS:
            continue
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
        rows[row][column] = fault


def _place_merged(rows: list[list[object]], ranges: list[Range]) -> None:
    """Mark the cells that a merged range covers, within the rows there are, where its first cell has a value."""
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= len(rows[top]) or rows[top][left] == "":
            continue
        merged = Merged(f"{column_letter(left)}{top + 1}:{column_letter(right)}{bottom + 1}", top, left)
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                if row is not rows[top] or column != left:
                    row[column] = merged
