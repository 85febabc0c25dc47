"""The same workbook as different programs pack it: strict, with prefixes, without addresses, with absolute targets."""

import io
import re
import zipfile

import pytest

from tests.builders import workbook_rows
from tests.files.workbooks.nasty import zip_of
from tests.files.workbooks.xlsx_parts import ErrorCell, Formula, xlsx_bytes
from tests.unit.evaluation.reading.reading_cases import facts_of, problems_of

SHEETS = re.compile(r"xl/(workbook|worksheets/sheet\d+)\.xml")
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def strict(parts):
    """ISO 29500 strict, as Excel saves on request."""
    transitional, iso = "http://schemas.openxmlformats.org", "http://purl.oclc.org/ooxml"
    spelled = {
        f"{transitional}/spreadsheetml/2006/main": f"{iso}/spreadsheetml/main",
        f"{transitional}/officeDocument/2006/relationships": f"{iso}/officeDocument/relationships",
    }
    return {name: _replaced(text, spelled) for name, text in parts.items()}


def _replaced(text, words):
    for old, new in words.items():
        text = text.replace(old, new)
    return text


def prefixed(parts):
    """Element names with a prefix, as some libraries write them."""
    spelled = {
        name: re.sub(r"<(/?)([a-zA-Z])", r"<\1x:\2", text).replace("xmlns=", "xmlns:x=", 1)
        for name, text in parts.items()
        if SHEETS.fullmatch(name)
    }
    return parts | spelled


def without_addresses(parts):
    return {
        name: re.sub(r'(<c|<row) r="[A-Z0-9]+"', r"\1", text) if "worksheets/" in name else text
        for name, text in parts.items()
    }


def absolute_targets(parts):
    return parts | {RELATIONS: parts[RELATIONS].replace('Target="worksheets', 'Target="/xl/worksheets')}


def with_byte_order_mark(parts):
    return {
        name: f'\ufeff<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n{text}' for name, text in parts.items()
    }


def with_a_chart_sheet(parts):
    sheet = '<sheet name="图" sheetId="99" r:id="rId88"/></sheets>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chartsheet"
    relation = f'<Relationship Id="rId88" Type="{kind}" Target="chartsheets/sheet1.xml"/></Relationships>'
    return parts | {
        WORKBOOK: parts[WORKBOOK].replace("</sheets>", sheet),
        RELATIONS: parts[RELATIONS].replace("</Relationships>", relation),
        "xl/chartsheets/sheet1.xml": '<chartsheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
    }


PACKINGS = (strict, prefixed, without_addresses, absolute_targets, with_byte_order_mark, with_a_chart_sheet)


def packed(path, rows, packing):
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(rows))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    path.write_bytes(zip_of(packing(parts)))
    return path


@pytest.mark.parametrize("packing", PACKINGS, ids=lambda packing: packing.__name__)
def test_workbook_is_read_however_it_is_packed(tmp_path, packing):
    facts = facts_of(packed(tmp_path / "a.xlsx", workbook_rows(), packing))
    assert facts.school_stages["pupils"].tolist() == [500, 500]


@pytest.mark.parametrize("packing", PACKINGS, ids=lambda packing: packing.__name__)
def test_faults_are_found_however_it_is_packed(tmp_path, packing):
    rows = workbook_rows()
    rows["学校"][1][6], rows["学校"][2][6] = ErrorCell("#N/A"), Formula("A1")
    assert problems_of(packed(tmp_path / "a.xlsx", rows, packing)) == [
        ("学校!G2", "cell_error"),
        ("学校!G3", "cell_formula"),
    ]
