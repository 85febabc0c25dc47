"""Files that are no sound workbook, each as its bytes: what people upload instead, and what attackers do."""

import io
import zipfile

from evaluation.reading.tables import column_letter
from tests.builders import workbook_rows
from tests.files.workbooks.xlsx_parts import RawCell, SheetParts, sheet_xml, xlsx_bytes

OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SOUND = xlsx_bytes(workbook_rows())


def old_xls() -> bytes:
    """The start of a compound file with a stream `Workbook`, as Excel 97 and WPS write."""
    return OLE_START + bytes(504) + "Workbook".encode("utf-16-le") + bytes(1000)


def password_protected() -> bytes:
    """An encrypted .xlsx is a compound file with a stream `EncryptedPackage`."""
    return (
        OLE_START
        + bytes(504)
        + "EncryptionInfo".encode("utf-16-le")
        + bytes(20)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(1000)
    )


def html() -> bytes:
    return b'\xef\xbb\xbf\r\n<html xmlns:o="urn:schemas-microsoft-com:office:office"><table><tr><td>\xe5\xad\xa6\xe6\xa0\xa1</td></tr></table></html>'


def xml_2003() -> bytes:
    return b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'


def truncated() -> bytes:
    return SOUND[: len(SOUND) // 2]


def zip_of(files: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def word_document() -> bytes:
    return zip_of({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"})


def binary_workbook() -> bytes:
    return zip_of({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\x83\x01"})


def zip_bomb() -> bytes:
    """A part of 600 MB of zeros that packs into 0.6 MB."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/workbook.xml", "w", force_zip64=True) as part,
    ):
        block = bytes(10_000_000)
        for _ in range(60):
            part.write(block)
    return buffer.getvalue()


def dense_bomb() -> bytes:
    """80 MB of one repeated byte: within the limit of size, but no table packs a thousand to one."""
    return xlsx_bytes(workbook_rows(), {"xl/worksheets/sheet9.xml": bytes(80_000_000)})


def stray_cell() -> bytes:
    """One value at the far corner of the sheet."""
    rows: list[list[object]] = [["项目", "值"], ["县市区", RawCell('<c r="XFD1048576"><v>1</v></c>')]]
    return xlsx_bytes(workbook_rows() | {"基本信息": rows})


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
FAR = {
    "an address with blanks around its sign": '<row r="1"><c r = "XFD1048576"><v>1</v></c></row>',
    "an address in small letters": '<row r="1"><c r="xfd1048576"><v>1</v></c></row>',
    "an address with a character by its number": '<row r="1"><c r="XFD104857&#54;"><v>1</v></c></row>',
    "a corner that no cell names": '<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>',
    "a cell beside an empty one": '<row r="1048576"><c r="XFC1048576" s="1"/><c><v>1</v></c></row>',
    "an empty text": '<row r="1"><c r="XFD1048576" t="inlineStr"><is><t></t></is></c></row>',
    "a formula": '<row r="1"><c r="XFD1048576"><f>A1</f></c></row>',
    "an error": '<row r="1"><c r="XFD1048576" t="e"/></row>',
    "an element with a prefix": f'<x:row xmlns:x="{MAIN[7:-1]}" r="1"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
}
"""Ways to say that a sheet reaches to its far corner."""


def far_cell(way: str) -> bytes:
    """A sheet that reaches to the far corner, said in one of the ways of `FAR`."""
    return with_sheet(f'<row r="1"><c r="A1"><v>1</v></c></row>{FAR[way]}')


def with_sheet(rows: str, extra: dict[str, bytes] | None = None) -> bytes:
    """A workbook whose sheet 学校 is replaced by these rows of XML."""
    sheet = f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
    return xlsx_bytes(workbook_rows(), {"xl/worksheets/sheet2.xml": sheet.encode(), **(extra or {})})


def formatted_everywhere(rows: int, kind: str) -> bytes:
    """An honest table in whose sheet somebody has formatted all 16,384 columns, as one program or another writes it."""
    ends = {"closed": "/>", "open": "></c>", "with an empty value": "><v></v></c>"}
    table = sheet_xml(SheetParts(workbook_rows()["学校"])).split("<sheetData>")[1].split("</sheetData>")[0]
    cells = [f'<c r="{column_letter(column)}%d" s="1"{ends[kind]}' for column in range(16_384)]
    row = f'<row r="%d">{"".join(cells)}</row>'
    empty = "".join(row.replace("%d", str(number)) for number in range(100, 100 + rows))
    far = f'<row r="1048576"><c r="XFD1048576" s="1"{ends[kind]}</row>'
    return with_sheet(table + empty + far)


def many_sheets() -> bytes:
    """Each sheet is within the limit, all together are not: two hundred names for one large part."""
    rows = "".join(f'<row r="{number}"><c r="ZZ{number}"><v>1</v></c></row>' for number in range(1, 101))
    with zipfile.ZipFile(io.BytesIO(with_sheet(rows))) as archive:
        parts: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    names = "".join(f'<sheet name="S{number}" sheetId="{number}" r:id="rId2"/>' for number in range(50, 250))
    book = parts["xl/workbook.xml"]
    assert isinstance(book, bytes)
    return zip_of(parts | {"xl/workbook.xml": book.replace(b"</sheets>", f"{names}</sheets>".encode())})


def part_of_another_ending() -> bytes:
    """A far cell in a part that is not called .xml."""
    content = far_cell("an address in small letters")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    rels, sheet = "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet2.xml"
    relations = parts[rels]
    assert isinstance(relations, bytes)
    parts[rels] = relations.replace(b"sheet2.xml", b"sheet2.dat")
    parts["xl/worksheets/sheet2.dat"] = parts.pop(sheet)
    return zip_of(parts)


def part_twice() -> bytes:
    """Two parts of one name but for its case: which of them is read is anybody's guess."""
    return xlsx_bytes(workbook_rows(), {"xl/worksheets/SHEET2.xml": b"<worksheet/>"})


def repeated_text() -> bytes:
    """A text of a million characters that a thousand cells show: 1 GB once each has its own."""
    texts = f"<sst {MAIN}><si><t>{'x' * 1_000_000}</t></si></sst>".encode()
    rows = "".join(f'<row r="{number}"><c r="A{number}" t="s"><v>0</v></c></row>' for number in range(1, 1_001))
    return with_shared_texts(rows, texts)


def with_shared_texts(rows: str, texts: bytes) -> bytes:
    """A workbook whose sheet 学校 shows shared texts."""
    with zipfile.ZipFile(io.BytesIO(with_sheet(rows, {"xl/sharedStrings.xml": texts}))) as archive:
        parts: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    relations = parts["xl/_rels/workbook.xml.rels"]
    assert isinstance(relations, bytes)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = f'<Relationship Id="rId98" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = relations.replace(b"</Relationships>", relation.encode())
    return zip_of(parts)


def overlapping_merges() -> bytes:
    """Ten thousand times the same merged range over a whole table."""
    rows = [[1] * 100 for _ in range(500)]
    return xlsx_bytes(workbook_rows() | {"学校": SheetParts(rows, merged=["A1:CV500"] * 10_000)})


def entities() -> bytes:
    """Entities that would expand to gigabytes."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return xlsx_bytes(
        workbook_rows(),
        {
            "xl/workbook.xml": f'<!DOCTYPE x [<!ENTITY e0 "lol">{levels}]><workbook><sheets><sheet name="&e9;"/></sheets></workbook>'
        },
    )


def entities_in_sheet() -> bytes:
    """The same inside a sheet that also holds an error cell."""
    xml = sheet_xml(SheetParts([["学校代码"]])).replace("<sheetData>", '<sheetData><row><c t="e"><v>&e;</v></c></row>')
    return xlsx_bytes(workbook_rows(), {"xl/worksheets/sheet2.xml": f'<!DOCTYPE x [<!ENTITY e "{"x" * 99}">]>{xml}'})


def without_sheet_part() -> bytes:
    """The workbook names a sheet whose part is absent."""
    with zipfile.ZipFile(io.BytesIO(SOUND)) as archive:
        return zip_of({name: archive.read(name) for name in archive.namelist() if not name.endswith("sheet2.xml")})


def wrong_checksum() -> bytes:
    """A byte of a packed sheet changed."""
    with zipfile.ZipFile(io.BytesIO(SOUND)) as archive:
        info = archive.getinfo("xl/worksheets/sheet2.xml")
    place = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    return SOUND[:place] + bytes([SOUND[place] ^ 0xFF]) + SOUND[place + 1 :]


def macro_workbook() -> bytes:
    """A sound workbook with macros (.xlsm), which are never run."""
    return xlsx_bytes(workbook_rows(), {"xl/vbaProject.bin": OLE_START + bytes(2000)})
