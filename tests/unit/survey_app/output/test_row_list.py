"""A list of rows as a workbook: texts only, the same bytes each time."""

import io

from openpyxl import load_workbook

from survey_app.output.row_list import rows_xlsx

HEADS, WIDTHS = ("表", "问题"), (10, 40)
DANGEROUS = ["=1+1", "+SUM(A1)", "-2", "@cmd", "https://example.cn", "{=A1}", "1", ""]


def test_every_cell_is_a_text() -> None:
    sheet = load_workbook(io.BytesIO(rows_xlsx(HEADS, WIDTHS, [[text, text] for text in DANGEROUS]))).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    assert [row[0].value for row in sheet.iter_rows()] == ["表", *DANGEROUS]


def test_a_text_too_long_for_a_cell_is_cut() -> None:
    sheet = load_workbook(io.BytesIO(rows_xlsx(HEADS, WIDTHS, [["字" * 40_000, ""]]))).active
    assert sheet is not None
    assert len(str(sheet["A2"].value)) == 32_767


def test_no_rows_make_a_list_of_heads() -> None:
    sheet = load_workbook(io.BytesIO(rows_xlsx(HEADS, WIDTHS, []))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == list(HEADS)
    assert rows_xlsx(HEADS, WIDTHS, []) == rows_xlsx(HEADS, WIDTHS, [])
