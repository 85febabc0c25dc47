"""A folder of .csv files as a workbook: each file is a sheet named as the file, in UTF-8 (with or without BOM) or GB18030."""

import csv
import hashlib
import io
import re
from pathlib import Path

from evaluation.errors import InvalidInput
from evaluation.reading import wording
from evaluation.reading.columns import SCHOOLS
from evaluation.reading.tables import MAX_CELLS, RawSheet, RawWorkbook, read_bytes, refuse
from evaluation.texts import decode

# Excel's way to keep a code's digits in a .csv: ="4303020001"
_QUOTED_FORMULA = re.compile(r'^="([^"]*)"$')
_BINARY_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff", b"%PDF")


def read_folder(folder: Path) -> RawWorkbook:
    """Read every .csv of the folder. The hash is that of names and contents, sorted by name.

    A file that can't be read is a sheet with a problem. Raises `InvalidInput` where there is no file.
    """
    files = sorted((path for path in folder.iterdir() if _is_sheet(path)), key=lambda path: path.name)
    if not files:
        raise refuse(folder.name, wording.NO_CSV, example=f"{SCHOOLS.name}.csv")
    digest = hashlib.sha256()
    sheets = tuple(_sheet(path, digest) for path in files)
    return RawWorkbook(sheets, digest.hexdigest())


def _is_sheet(path: Path) -> bool:
    return path.suffix.lower() == ".csv" and not path.name.startswith((".", "~$")) and path.is_file()


def _sheet(path: Path, digest: "hashlib._Hash") -> RawSheet:
    try:
        content = read_bytes(path)
        digest.update(path.name.encode() + b"\0" + str(len(content)).encode() + b"\0" + content)
        return RawSheet(path.name, path.stem, _rows(path.name, content))
    except InvalidInput as error:
        return RawSheet(path.name, path.stem, (), problem=error.problems[0])


def _rows(name: str, content: bytes) -> list[list[str]]:
    """Raises `InvalidInput`."""
    if content.startswith(_BINARY_STARTS) or b"\0" in content:
        raise refuse(name, wording.NOT_CSV)
    text = decode(content)
    if text is None:
        raise refuse(name, wording.CSV_ENCODING)
    try:
        rows = [
            [_value(cell) for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        ]
    except csv.Error as error:
        raise refuse(name, wording.NOT_CSV) from error
    if sum(map(len, rows)) > MAX_CELLS:
        raise refuse(name, wording.FAR_AWAY, cell=f"{len(rows)}", limit=MAX_CELLS)
    return rows


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",\t;", key=lambda mark: (first.count(mark), mark == ","))


def _value(cell: str) -> str:
    quoted = _QUOTED_FORMULA.match(cell.strip())
    return quoted.group(1) if quoted else cell
