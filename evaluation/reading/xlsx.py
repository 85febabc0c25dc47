"""An .xlsx file as raw cells: values through calamine, and a scan of the same bytes for what calamine passes over in silence.

calamine reads an error cell as empty and a formula without a stored result as nothing; here both become a `Fault`.

Before anything is unpacked, the file's own directory says how large it would become. Before calamine builds a sheet, which it does as the
rectangle up to the last value, its XML is streamed through to find how far its values reach and how much text they repeat. Cells that
hold nothing but formatting count for nothing, wherever they are.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
MAX_TEXT = 200 * MEGABYTE
"""Characters of all cells together; a shared text counts in each cell that shows it."""
_OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|table|meta)", re.IGNORECASE | re.DOTALL)
_XML_2003 = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet")
_MAY_HOLD_FAULTS = re.compile(rb"""\bt=["']e["']|<(?:\w+:)?f[\s/>]""")
_SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData\b")
# a run of empty cells, up to one with an address: one without stands beside the cell before it
_EMPTY_CELLS = re.compile(
    rb"""(?:<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")?(?:/>|>(?:<v></v>|<v/>)?</c>))+(?=<c r="[A-Z]|</row>)"""
)
_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")

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
        entries = archive.infolist()
        known = {entry.filename.lower().lstrip("/"): entry for entry in entries}
        if "xl/workbook.bin" in known:
            raise refuse(name, wording.BINARY_XLSB)
        if "xl/workbook.xml" not in known:
            raise refuse(name, wording.NOT_XLSX)
        if len(known) < len(entries):
            raise refuse(name, wording.DAMAGED, reason="duplicate parts")
        # Reading every part bounds what calamine will unpack to what the directory says, and checks the sums.
        self._texts: dict[str, bytes] = {}
        self.sheets: dict[str, bytes] = {}
        for part, entry in known.items():
            self._keep(part, archive.read(entry))
        if any(b"<!DOCTYPE" in text for text in (*self._texts.values(), *self.sheets.values())):
            raise refuse(name, wording.DAMAGED, reason="DOCTYPE")
        self.part_of_sheet = self._find_sheets()
        self.shared_texts = self._texts.get("xl/sharedstrings.xml", b"")

    def _keep(self, part: str, text: bytes) -> None:
        """Cells of every part that has some, whether the workbook names it or not: calamine may find its way by other rules."""
        if _SHEET_DATA.search(text):
            # the same values at the same places: millions of cells with nothing but a format need not be looked at one by one
            self.sheets[part] = _EMPTY_CELLS.sub(b"", text)
        elif part.endswith((".xml", ".rels")):
            self._texts[part] = text

    def _find_sheets(self) -> dict[str, str]:
        relations = self._xml("xl/_rels/workbook.xml.rels")
        targets = {relation.get("Id", ""): _target(relation.get("Target", "")) for relation in relations}
        sheets = self._xml("xl/workbook.xml").iterfind("{*}sheets/{*}sheet")
        return {sheet.get("name", ""): targets.get(_relation_id(sheet), "") for sheet in sheets}

    def _xml(self, part: str) -> ElementTree.Element:
        text = self._texts.get(part, b"")
        return ElementTree.fromstring(text)  # noqa: S314 - no document type, hence no entities to expand


def _target(target: str) -> str:
    return (target if target.startswith("/xl/") else f"xl/{target}").lstrip("/").lower()


def _relation_id(sheet: ElementTree.Element) -> str:
    return next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")


def _sheets(name: str, content: bytes, parts: _Parts) -> Iterator[RawSheet]:
    extents = _extents(name, parts)
    book = _guarded(lambda: calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)))
    left = MAX_CELLS
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        part = parts.part_of_sheet.get(meta.name, "")
        sheet = _guarded(partial(book.get_sheet_by_name, meta.name))
        left -= max(_cells_of(sheet), extents.get(part, Extent()).cells)
        if left < 0:
            raise refuse(meta.name, wording.TOO_MANY_CELLS, limit=MAX_CELLS)
        rows: list[list[object]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
        _place_faults(rows, scan_faults(parts.sheets.get(part, b"")))
        _place_merged(rows, sheet.merged_cell_ranges or [])
        yield RawSheet(meta.name, meta.name, rows, meta.visible != calamine.SheetVisibleEnum.Visible)


def _cells_of(sheet: calamine.CalamineSheet) -> int:
    return (sheet.end[0] + 1) * (sheet.end[1] + 1) if sheet.end else 0


def _guarded(read: Callable[[], Result]) -> Result:
    """Call into calamine; a panic of its Rust code, which is no `Exception`, becomes a ValueError."""
    try:
        return read()
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise ValueError(_reason(error)) from error
        raise


@dataclass
class Extent:
    """How far the values of a sheet reach, from A1 on, and how many there are."""

    rows: int = 0
    columns: int = 0
    filled: int = 0

    @property
    def cells(self) -> int:
        """The cells of the rectangle."""
        return self.rows * self.columns


def _extents(name: str, parts: _Parts) -> dict[str, Extent]:
    """How far the values of each part reach.

    Raises `InvalidInput` where they would not fit into memory: a stray value far away, or a long text that very many cells share.
    """
    longest = max(_lengths(parts.shared_texts), default=0)
    sheet_of_part = {part: sheet for sheet, part in parts.part_of_sheet.items()}
    extents: dict[str, Extent] = {}
    for part, xml in parts.sheets.items():
        extent = extents[part] = scan_extent(xml)
        if extent.cells > MAX_CELLS:
            cell = f"{column_letter(extent.columns - 1)}{extent.rows}"
            raise refuse(sheet_of_part.get(part, part), wording.FAR_AWAY, cell=cell, limit=MAX_CELLS)
        if extent.filled * longest > MAX_TEXT and _text_of(xml, parts.shared_texts) > MAX_TEXT:
            raise refuse(name, wording.TOO_MUCH_TEXT, limit=MAX_TEXT // MEGABYTE)
    return extents


def scan_extent(xml: bytes) -> Extent:
    """The extent of a sheet's values, formulas and errors, as calamine would build it."""
    scan = _ExtentScan()
    parser = expat.ParserCreate()
    parser.StartElementHandler = scan.start
    parser.Parse(xml, True)
    return scan.extent


class _ExtentScan:
    """Handler for the XML of one sheet, which is kept short: it is called for each element."""

    def __init__(self) -> None:
        self.extent = Extent()
        self._place = _Place()
        self._tags: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self._tags.get(name) or self._tags.setdefault(name, name.rpartition(":")[2])
        if tag == "c":
            self._place.move_to_cell(attributes)
        elif tag == "row":
            self._place.move_to_row(attributes)
        if tag in ("v", "is", "f") or attributes.get("t") == "e":
            extent, place = self.extent, self._place
            extent.filled += 1
            extent.rows = max(extent.rows, place.row + 1)
            extent.columns = max(extent.columns, place.column + 1)


class _Place:
    """Where a sheet's XML has come to. A row or cell without its address stands after the one before it."""

    def __init__(self) -> None:
        self.row = self.column = -1

    def move_to_row(self, attributes: dict[str, str]) -> None:
        self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
        self.column = -1

    def move_to_cell(self, attributes: dict[str, str]) -> None:
        address = _CELL.fullmatch(attributes.get("r", ""))
        if address:
            self.column, self.row = column_index(address.group(1).upper()), int(address.group(2)) - 1
        else:
            self.column += 1


def _lengths(shared: bytes) -> list[int]:
    """How long each shared text is."""
    if not shared:
        return []
    texts = ElementTree.fromstring(shared)  # noqa: S314 - no document type
    return [sum(len(part) for part in text.itertext()) for text in texts]


def _text_of(xml: bytes, shared: bytes) -> int:
    """How many characters the shared texts of a sheet's cells have together."""
    lengths, total = _lengths(shared), 0
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):  # noqa: S314 - no document type
        if element.tag.rpartition("}")[2] == "c":
            value = next((part.text or "" for part in element if part.tag.rpartition("}")[2] == "v"), "").strip()
            is_known = element.get("t") == "s" and value.isdecimal() and int(value) < len(lengths)
            total += lengths[int(value)] if is_known else 0
        elif element.tag.rpartition("}")[2] == "row":
            element.clear()
    return total


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
    """Handlers for the XML of one sheet."""

    def __init__(self) -> None:
        self.faults: Faults = {}
        self._place = _Place()
        self._has_formula = self._has_value = self._in_value = False
        self._value = ""
        self._kind = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._start_cell(attributes)
        elif tag == "row":
            self._place.move_to_row(attributes)
        elif tag == "f":
            self._has_formula = True
        elif tag == "v":
            self._in_value = self._has_value = True

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._place.move_to_cell(attributes)
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
            self.faults[self._place.row, self._place.column] = Fault(False, self._value)
        elif self._has_formula and not self._value and not is_empty_text:
            self.faults[self._place.row, self._place.column] = Fault(True)


def _place_faults(rows: list[list[object]], faults: Faults) -> None:
    for (row, column), fault in faults.items():
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
        rows[row][column] = fault


def _place_merged(rows: list[list[object]], ranges: list[Range]) -> None:
    """Mark the cells that a merged range covers, within the rows there are, where its first cell has a value.

    Sound ranges do not overlap: none but a bomb covers more cells than there are. Raises `ValueError` for it.
    """
    left_to_mark = MAX_CELLS
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= len(rows[top]) or rows[top][left] == "":
            continue
        merged = Merged(f"{column_letter(left)}{top + 1}:{column_letter(right)}{bottom + 1}", top, left)
        left_to_mark -= (min(bottom + 1, len(rows)) - top) * (right + 1 - left)
        if left_to_mark < 0:
            raise ValueError("merged ranges overlap")
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                if row is not rows[top] or column != left:
                    row[column] = merged
