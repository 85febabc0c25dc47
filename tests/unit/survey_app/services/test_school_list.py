"""The list of schools: forgiving about how it is typed, exact about what is wrong (docs/campaigns.md, "The file")."""

from pathlib import Path

import pytest

from evaluation.errors import InvalidInput
from survey_app.services.campaigns.schools import School, read_school_list, schools_from_stages
from tests.builders_campaign import HEADER, write_schools

ROW = ("2143000001", "第一小学", "小学", "城区", "901", "45")


def problems_of(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        read_school_list(path)
    return [(problem.where, problem.kind) for problem in caught.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_utf_8_with_and_without_mark_and_gb18030_are_read(tmp_path: Path, encoding: str) -> None:
    (row,) = read_school_list(write_schools(tmp_path / "schools.csv", [ROW], encoding=encoding))
    assert (row.code, row.name, row.pupils, row.teachers) == ("2143000001", "第一小学", 901, 45)


def test_columns_may_stand_in_any_order_with_units_and_others_between_them(tmp_path: Path) -> None:
    header = ("教师数（人）", "备注", "学生数(人)", "城 乡", "学段", "学校名称", "学校代码")
    row = ("45", "旧", "９０１", "111", "小学", "第一小学", "2143000001")
    (read,) = read_school_list(write_schools(tmp_path / "schools.csv", [row], header=header))
    assert (read.code, read.location, read.pupils, read.teachers) == ("2143000001", "城区", 901, 45)


def test_a_column_s_own_name_comes_before_another_that_means_the_same(tmp_path: Path) -> None:
    path = write_schools(tmp_path / "schools.csv", [("40", *ROW)], header=("专任教师数", *HEADER))
    assert read_school_list(path)[0].teachers == 45


def test_a_school_of_two_stages_is_two_rows_and_one_school(tmp_path: Path) -> None:
    rows = [("S1", "九年制学校", "小学", "镇区", 700, 40), ("S1", "九年制学校", "初中", "镇区", 301, 30), ROW]
    schools = schools_from_stages(read_school_list(write_schools(tmp_path / "schools.csv", rows)))
    assert schools[1] == School("S1", "九年制学校", "镇区", pupils=1001, older_pupils=466 + 301, teachers=70)


def test_pupils_of_grade_3_and_up_are_four_of_six_grades_of_a_primary_school_rounded_down() -> None:
    stages = read_rows(
        [("S1", "a", "小学", "城区", 100, 1), ("S2", "b", "初中", "城区", 100, 1), ("S3", "c", "特教", "城区", 50, 1)]
    )
    assert [school.older_pupils for school in schools_from_stages(stages)] == [66, 100, 33]


def read_rows(rows):  # type: ignore[no-untyped-def]
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return read_school_list(write_schools(Path(folder) / "schools.csv", rows))


def test_a_torn_row_hides_nothing_of_the_others(tmp_path: Path) -> None:
    path = write_schools(tmp_path / "schools.csv", [ROW, ROW[:4], (*ROW[:4], "many", "45")])
    assert problems_of(path) == [
        ("schools.csv:3", "csv_ragged"),
        ("schools.csv:4 学生数", "cell_not_number"),
        ("schools.csv:4 学段", "school_stage_twice"),
    ]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = write_schools(tmp_path / "schools.csv", [ROW[:4]], header=HEADER[:4])
    assert problems_of(path) == [("schools.csv:1", "schools_column_missing")] * 2


def test_every_bad_cell_is_named_with_line_and_column(tmp_path: Path) -> None:
    bad = [
        ("2.14E+09", "甲", "小学", "城区", 10, 1),
        ("S2", "", "小学", "城区", 10, 1),
        ("S3", "丙", "幼儿园", "城区", 10, 1),
        ("S4", "丁", "小学", "月球", 10, 1),
        ("S5", "戊", "小学", "城区", "", 1),
        ("S6", "己", "小学", "城区", "-", 1),
        ("S7", "庚", "小学", "城区", "1.5", -1),
    ]
    found = problems_of(write_schools(tmp_path / "schools.csv", [ROW, *bad]))
    assert [where for where, _ in found] == [
        "schools.csv:3 学校代码",
        "schools.csv:4 学校名称",
        "schools.csv:5 学段",
        "schools.csv:6 城乡",
        "schools.csv:7 学生数",
        "schools.csv:8 学生数",
        "schools.csv:9 学生数",
        "schools.csv:9 教师数",
    ]


def test_a_stage_listed_twice_and_a_code_with_two_names_are_named(tmp_path: Path) -> None:
    rows = [ROW, ROW, ("2143000001", "第二小学", "初中", "城区", 5, 1)]
    found = problems_of(write_schools(tmp_path / "schools.csv", rows))
    assert found == [("schools.csv:3 学段", "school_stage_twice"), ("schools.csv:4 学校名称", "school_other_name")]


def test_a_list_without_pupils_is_refused(tmp_path: Path) -> None:
    assert problems_of(write_schools(tmp_path / "schools.csv", [(*ROW[:4], 0, 3)])) == [
        ("schools.csv", "schools_empty")
    ]
    assert problems_of(write_schools(tmp_path / "schools.csv", [])) == [("schools.csv", "schools_empty")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest", b"\xff\xfe\x00a", b"\x81"])
def test_what_is_no_csv_is_a_problem_and_no_crash(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "schools.csv"
    path.write_bytes(content)
    assert problems_of(path)
