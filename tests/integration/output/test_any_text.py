"""Whatever people type, every format that keeps comments is written and reads back as what it shows."""

import csv
import tempfile
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.output.cells import visible
from survey_app.output.exports import write_export
from tests.integration.output.surveys import Comment, odd_export

ANY_TEXTS = st.lists(st.text(st.characters(exclude_categories=()), min_size=1, max_size=60), min_size=1, max_size=20)


@settings(deadline=None, max_examples=60)
@given(ANY_TEXTS)
def test_any_comment_reads_back_from_csv_and_xlsx(texts):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.xlsx"
        write_export(path, odd_export(comments=[Comment("parent", text) for text in texts]))
        book = openpyxl.load_workbook(path, read_only=True)
        cells = [row[2] for row in book["意见"].iter_rows(min_row=2, values_only=True)]
        book.close()
        assert [openpyxl.utils.escape.unescape(cell or "") for cell in cells] == [visible(text) for text in texts]

        write_export(path.with_suffix(".csv"), odd_export(comments=[Comment("parent", text) for text in texts]))
        with (Path(folder) / "answers-comments.csv").open(encoding="utf-8-sig", newline="") as lines:
            read = [row[2] for row in csv.reader(lines)][1:]
        assert [cell[1:] if cell.startswith("'") else cell for cell in read] == [visible(text) for text in texts]
