"""Files that are no sound workbook, each as its bytes: what people upload instead, and what attackers do."""

import io
import zipfile

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
