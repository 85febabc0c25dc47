"""Reading .csv files: however large a file is, its cells are the same."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.errors import InvalidInput
from evaluation.survey import csv_text
from evaluation.survey.csv_text import Cells, read_any_rows, read_csv_text, read_even_rows

LINE_ENDS = st.sampled_from(["\n", "\r\n"])
CELLS = st.sampled_from(["", " ", "1", "2", " 1 ", "1;2", "家长", "\u3000家长", "\u2028", "\x0b", "'", "a" * 40])
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3).map(",".join) | st.just(""), max_size=12)


def contents(cells: Cells) -> tuple[list[int], list[list[str]]]:
    return cells.lines.tolist(), [[column.texts[code] for code in column.codes] for column in cells.columns]


@settings(deadline=None)
@given(ROWS, LINE_ENDS, st.booleans())
def test_rows_of_one_length_are_read_the_same_in_both_ways(rows: list[str], end: str, is_ended: bool) -> None:
    text = end.join(["group,school,q01", *rows]) + end * is_ended
    quick, exact = read_even_rows(text), read_any_rows("r.csv", text)
    assert quick is not None
    assert exact is not None
    assert contents(quick) == contents(exact)


@settings(deadline=None)
@given(st.text(alphabet='ab1,;"\r\n \t\u3000家', max_size=60))
def test_any_text_is_read_the_same_in_both_ways_or_left_to_the_exact_one(text: str) -> None:
    quick = read_even_rows(text)
    if quick is not None:
        exact = read_any_rows("r.csv", text)
        assert contents(quick) == (contents(exact) if exact else ([], [[]] * len(quick.columns)))


@pytest.mark.parametrize(
    "text",
    ['a,b\n"1",2\n', "a,b\n1,2\n3\n", "a,b\n1,2,3\n", "a\n1\n", "a,b\r1,2\r", "", "\n", f"a,b\n1,{'x' * 200_000}\n"],
)
def test_what_is_not_of_one_length_or_quoted_is_left_to_the_exact_way(text: str) -> None:
    assert read_even_rows(text) is None


def test_a_large_file_of_blank_rows_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    file.write_text(",,\n" * csv_text._LARGE, encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_csv_text(file)
    assert [one.kind for one in caught.value.problems] == ["csv_empty"]


def test_a_large_file_tells_its_mistakes_by_line(tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    rows = ["parent,S1,1"] * (2 * csv_text._LARGE // 12)
    file.write_text("\n".join(["group,school,q01", "", *rows, "parent,S1", "x,,", "1,1,1,"]), encoding="utf-8")
    found = read_csv_text(file)
    assert [one.where for one in found.ragged] == [f"large.csv:{len(rows) + 3}", f"large.csv:{len(rows) + 5}"]
    assert found.where(len(found.lines) - 1, "group") == f"large.csv:{len(rows) + 4} group"
    file.write_text("\n".join(["group,school,q01", "", *rows, "x,,", ",,", "y,,"]), encoding="utf-8")
    found = read_csv_text(file)
    assert not found.ragged
    assert found.lines[-2:].tolist() == [len(rows) + 3, len(rows) + 5]
    assert found.column("group").texts == ["parent", "x", "y"]
    file.write_text("\n".join(["group,group", *["1,2"] * csv_text._LARGE]), encoding="utf-8")
    with pytest.raises(InvalidInput):
        read_csv_text(file)
