"""What is different between two workbooks, row by row."""

from pathlib import Path
from typing import Any

import pytest

from evaluation.facts import Facts
from evaluation.reading.asked import Asked
from evaluation.reading.columns import Column
from evaluation.reading.county import read_county
from survey_app.services.assessments.differences import WorkbookDifference, workbook_differences
from tests.builders import JUNIOR_SCHOOL, PRIMARY_CODE, PRIMARY_SCHOOL, build_workbook

BASE: dict[str, list[dict[str, Any]]] = {
    "学校": [PRIMARY_SCHOOL, JUNIOR_SCHOOL],
    "班级": [{"班级": 1}, {"班级": 2}],
    "专用教室": [{"面积": 96}, {"面积": 96}, {"面积": 100}],
    "财政": [{"年份": 2016}, {"年份": 2017}],
    "县级数据": [{}],
    "质量监测": [{}],
    "现场核查": [{}],
    "B评分": [{}],
    "一票否决": [{}],
    "调查对象规模": [{}],
}


def facts(folder: Path, sheets: dict[str, list[dict[str, Any]]], name: str = "a.xlsx", **options: Any) -> Facts:
    return read_county(build_workbook(folder, sheets, name=name, **options)).facts


def differences(
    folder: Path, *, basics: dict[str, Any] | None = None, **changed: list[dict[str, Any]]
) -> list[WorkbookDifference]:
    before = facts(folder, BASE)
    return workbook_differences(before, facts(folder, BASE | changed, "b.xlsx", basics=basics))


def test_a_rulebooks_further_column_is_named_as_on_the_sheet(tmp_path: Path) -> None:
    asked = Asked(columns=(Column("图书册数", "books", "whole", unit="册", is_added=True),))
    before, after = (
        read_county(build_workbook(tmp_path, {"学校": [PRIMARY_SCHOOL | {"图书册数": books}]}), asked).facts
        for books in (900, 950)
    )
    (found,) = workbook_differences(before, after, asked.sheets)
    assert (found.column, found.old, found.new) == ("图书册数", "900", "950")


def test_the_same_figures_differ_nowhere(tmp_path: Path) -> None:
    assert differences(tmp_path) == []


@pytest.mark.parametrize(
    ("sheet", "rows", "expected"),
    [
        ("班级", [{"班级": 1}, {"班级": 2, "学生数": 44}], [("changed", f"{PRIMARY_CODE} 测试小学 小学 1年级2班", "学生数", "42", "44")]),
        ("财政", [{"年份": 2016, "在校学生数": 61_000}, {"年份": 2017}], [("changed", "2016", "在校学生数", "60000", "61000")]),
        ("县级数据", [{"数值": 99_000}], [("changed", "教师平均工资", "数值", "98000", "99000")]),
        ("质量监测", [{"学业水平等级": 2}], [("changed", "语文", "学业水平等级", "3", "2")]),
        ("现场核查", [{"结论": "未达标"}], [("changed", "10.1", "结论", "达标", "未达标")]),
        ("B评分", [{"得分": 2}], [("changed", "8.1 甲", "得分", "2.5", "2")]),
        ("一票否决", [{"是否存在": "是", "依据": "属实"}], [("changed", "1", "是否存在", "否", "是"), ("changed", "1", "依据", "", "属实")]),
        ("调查对象规模", [{"总体人数": 70}], [("changed", "校长", "总体人数", "68", "70")]),
    ],
)  # fmt: skip
def test_a_changed_value_is_told_with_row_and_column(
    tmp_path: Path, sheet: str, rows: list[dict[str, Any]], expected: list[tuple[str, ...]]
) -> None:
    found = differences(tmp_path, **{sheet: rows})
    assert [(one.change, one.row, one.column, one.old, one.new) for one in found] == expected
    assert {one.sheet for one in found} == {sheet}
    assert all(one.cell.startswith(f"{sheet}!") for one in found)


def test_a_room_that_is_gone_is_one_row_less(tmp_path: Path) -> None:
    found = differences(tmp_path, 专用教室=[{"面积": 96}, {"面积": 100}])
    assert [(one.change, one.row) for one in found] == [("removed", f"{PRIMARY_CODE} 测试小学 音乐 96 #2")]


def test_moved_rows_are_no_difference(tmp_path: Path) -> None:
    assert differences(tmp_path, 学校=[JUNIOR_SCHOOL, PRIMARY_SCHOOL], 财政=[{"年份": 2017}, {"年份": 2016}]) == []


def test_the_county_itself_is_compared(tmp_path: Path) -> None:
    found = differences(tmp_path, basics={"常住人口": 310_000})
    assert [(one.sheet, one.column, one.old, one.new) for one in found] == [
        ("基本信息", "常住人口", "300000", "310000")
    ]


def test_a_sheet_that_came_adds_its_rows(tmp_path: Path) -> None:
    before = facts(tmp_path, {"学校": [PRIMARY_SCHOOL, JUNIOR_SCHOOL]})
    found = workbook_differences(before, facts(tmp_path, BASE, "b.xlsx"))
    added = [one for one in found if one.sheet == "财政"]
    assert [(one.change, one.row, one.new) for one in added] == [
        ("added", "2016", "一般公共预算教育支出 90000 · 在校学生数 60000"),
        ("added", "2017", "一般公共预算教育支出 90000 · 在校学生数 60000"),
    ]
