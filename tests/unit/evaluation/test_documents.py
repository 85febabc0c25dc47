"""Generated documents equal what the code's data give (make docs writes them anew)."""

import pytest

from evaluation.documents import DOCUMENTS, write_documents
from evaluation.reading.columns import SHEETS
from tests.paths import REPOSITORY


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_what_is_generated(name):
    assert (REPOSITORY / "docs" / name).read_text(encoding="utf-8") == DOCUMENTS[name](), "run `make docs`"


def test_workbook_document_names_every_column():
    text = DOCUMENTS["workbook.md"]()
    for sheet in SHEETS:
        assert f"## {sheet.name}\n" in text
        for column in sheet.columns:
            assert f"| {column.header} |" in text


def test_documents_are_written(tmp_path):
    write_documents(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(DOCUMENTS)
