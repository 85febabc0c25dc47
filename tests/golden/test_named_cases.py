"""The six small cases that other programs get wrong (tests/golden/data/cases.md), each through a workbook as a county would type it."""

import json
from pathlib import Path
from typing import Any

import pytest

from evaluation.assessment import Assessment, ClauseResult, SchoolResult
from evaluation.assessment_json import assessment_document
from evaluation.errors import InputProblem, InvalidInput
from evaluation.evaluating import evaluate_workbook
from tests.builders import (
    JUNIOR_CODE,
    JUNIOR_SCHOOL,
    PRIMARY_CODE,
    PRIMARY_SCHOOL,
    SHARED_CELLS,
    build_workbook,
    nine_year_school,
)


def judged(path: Path) -> tuple[Assessment, tuple[InputProblem, ...]]:
    assessment = evaluate_workbook(path, "xiangtan-2018")
    return assessment, assessment.warnings


def clause(assessment: Assessment, id_: str) -> ClauseResult:
    return next(one for indicator in assessment.indicators for one in indicator.clauses if one.id == id_)


def school(assessment: Assessment, code: str, stage: str) -> SchoolResult:
    return next(one for one in assessment.schools if (one.code, one.stage) == (code, stage))


def problems_of(path: Path) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        judged(path)
    return [problem.where for problem in caught.value.problems]


def test_case_1_unit_in_a_header(tmp_path: Path) -> None:
    schools = [PRIMARY_SCHOOL | {"教学仪器设备值": 120.5}, JUNIOR_SCHOOL | {"教学仪器设备值": 130}]
    path = build_workbook(tmp_path, {"学校": schools}, headers={"教学仪器设备值": "教学仪器设备值（万元）"})
    assessment, warnings = judged(path)
    assert school(assessment, PRIMARY_CODE, "小学").values["6"] == pytest.approx(2410, rel=1e-6)
    assert clause(assessment, "6.1").status == "met"
    assert any("万元" in warning.text("zh") for warning in warnings)


def test_case_2_numbers_as_text_are_read(tmp_path: Path) -> None:
    row = PRIMARY_SCHOOL | {"学生数": "305", "教学及辅助用房面积": "1124.5", "班级数": "\u30009\u3000"}
    assessment, _ = judged(build_workbook(tmp_path, {"学校": [row, JUNIOR_SCHOOL]}))
    assert school(assessment, PRIMARY_CODE, "小学").values["4"] == pytest.approx(1124.5 / 305, rel=1e-6)


@pytest.mark.parametrize("typed", ["*", "", "-", "无"])
def test_case_2_a_star_is_never_zero(tmp_path: Path, typed: str) -> None:
    row = PRIMARY_SCHOOL | {"县级以上骨干教师数": typed}
    column = chr(ord("A") + list(PRIMARY_SCHOOL).index("县级以上骨干教师数"))
    assert problems_of(build_workbook(tmp_path, {"学校": [row, JUNIOR_SCHOOL]})) == [f"学校!{column}2"]


def test_case_2_header_below_a_row_of_letters(tmp_path: Path) -> None:
    letters = [chr(ord("A") + i) for i in range(len(PRIMARY_SCHOOL))]
    table = [letters, list(PRIMARY_SCHOOL), *(list(one.values()) for one in (PRIMARY_SCHOOL, JUNIOR_SCHOOL))]
    path = build_workbook(tmp_path, raw={"学校": table})
    assessment, _ = judged(path)
    assert {one.code for one in assessment.schools} == {PRIMARY_CODE, JUNIOR_CODE}


def test_case_2_no_header_at_all_is_one_message(tmp_path: Path) -> None:
    path = build_workbook(tmp_path, raw={"学校": [["A", "B", "C"], ["x", "y", "z"]]})
    assert len(problems_of(path)) == 1


def test_case_3_campus_after_the_split(tmp_path: Path) -> None:
    code, campus = "4399010003", "4399010004"
    primary, junior = nine_year_school(code, 教学及辅助用房面积="")
    rows = [
        PRIMARY_SCHOOL,
        primary | {"学生数": 300, "归属学校代码": ""},
        junior | {"学生数": 200, "归属学校代码": ""},
        PRIMARY_SCHOOL | {"学校代码": campus, "学生数": 150, "教学及辅助用房面积": 700, "归属学校代码": code},
    ]
    shared = [{"学校代码": code, "小学生数": 300, "初中生数": 200, "高中生数": 0, "教学及辅助用房面积": 3120}]
    assessment, _ = judged(build_workbook(tmp_path, {"学校": rows, "共用资源": shared}))
    assert school(assessment, code, "小学").values["4"] == pytest.approx(2500 / 450, rel=1e-6)
    assert school(assessment, code, "初中").values["4"] == pytest.approx(6.6, rel=1e-6)
    assert campus not in {one.code for one in assessment.schools}


def rooms(code: str, *areas: tuple[str, float]) -> list[dict[str, Any]]:
    return [{"学校代码": code, "类型": kind, "面积": area} for kind, area in areas]


@pytest.mark.parametrize(
    ("areas", "status"),
    [
        ([("音乐", 96)] * 5 + [("美术", 90)], "unmet"),
        ([("音乐", 96)] * 2 + [("音乐", 95.99)] + [("美术", 90)] * 3, "unmet"),
        ([("音乐", 96)] * 3 + [("美术", 90)] * 3, "met"),
        ([("音乐", 90)] * 3 + [("美术", 90)] * 3, "unmet"),
    ],
)
def test_case_4_rooms(tmp_path: Path, areas: list[tuple[str, float]], status: str) -> None:
    code = "4399010003"
    schools = nine_year_school(code, 班级数=13, 学生数=500)
    own = dict.fromkeys(SHARED_CELLS, 9_000)  # no shared totals in this case
    path = build_workbook(tmp_path, {"学校": [one | own for one in schools], "专用教室": rooms(code, *areas)})
    assessment, _ = judged(path)
    failing = [code] if status == "unmet" else []
    for id_ in ("11.1", "11.2"):
        assert (clause(assessment, id_).status, list(clause(assessment, id_).schools or ())) == (status, failing)


def figures(**values: float) -> list[dict[str, Any]]:
    return [{"指标项": key, "数值": value} for key, value in values.items()]


def test_case_5_boundaries(tmp_path: Path) -> None:
    village = PRIMARY_SCHOOL | {"城乡": "乡村"}
    schools = [
        village | {"学校代码": "4399010003", "学生数": 99, "公用经费核定学生数": 100, "班级数": 3},
        village | {"学校代码": "4399010004", "学生数": 100, "公用经费核定学生数": 90, "班级数": 3},
        JUNIOR_SCHOOL,
    ]
    county = figures(
        小学教职工编制标准_城区=19,
        小学教职工编制标准_乡村=19,
        初中教职工编制标准_城区=13.5,
        初中教职工编制标准_乡村=13.5,
        符合交流条件教师数=120,
        交流轮岗教师数=12,
        交流轮岗骨干教师数=4,
        初中三年前入学人数=100_000,
        初中三年巩固人数=99_000,
    )
    sheets = {"学校": schools, "县级数据": county, "质量监测": [{"学科": "数学", "校际差异率": 0.15}]}
    assessment, _ = judged(build_workbook(tmp_path, sheets))
    expected = {"10.3": "met", "14.1": "met", "19.2": "met", "19.3": "met", "25.1": "met", "31.1": "unmet"}
    assert {id_: clause(assessment, id_).status for id_ in expected} == expected


def test_case_5_four_backbone_teachers_of_twenty(tmp_path: Path) -> None:
    county = figures(符合交流条件教师数=120, 交流轮岗教师数=20, 交流轮岗骨干教师数=4)
    assessment, _ = judged(build_workbook(tmp_path, {"县级数据": county}))
    assert clause(assessment, "19.3").status == "met"


def test_case_5_retention_just_below(tmp_path: Path) -> None:
    county = figures(初中三年前入学人数=100_000, 初中三年巩固人数=98_999)
    assessment, _ = judged(build_workbook(tmp_path, {"县级数据": county}))
    assert clause(assessment, "25.1").status == "unmet"


def test_case_6_level_in_roman_numerals_and_a_percentage(tmp_path: Path) -> None:
    monitoring = [{"学科": "数学", "学业水平等级": "Ⅲ", "校际差异率": "14%"}]
    assessment, _ = judged(build_workbook(tmp_path, {"质量监测": monitoring}))
    assert clause(assessment, "31.1").status == "met"


def test_case_6_fourteen_without_a_sign(tmp_path: Path) -> None:
    assert problems_of(build_workbook(tmp_path, {"质量监测": [{"校际差异率": 14}]})) == ["质量监测!C2"]


def test_case_6_no_backbone_teacher_in_any_junior_school(tmp_path: Path) -> None:
    junior = JUNIOR_SCHOOL | {"县级以上骨干教师数": 0}
    schools = [PRIMARY_SCHOOL, junior, junior | {"学校代码": "4399010003"}]
    assessment, _ = judged(build_workbook(tmp_path, {"学校": schools}))
    assert clause(assessment, "2.2").status == "unmet"
    assert clause(assessment, "2.2").schools == (JUNIOR_CODE, "4399010003")
    assert clause(assessment, "2.3").status == "unmet"
    document = json.loads(json.dumps(assessment_document(assessment), allow_nan=False))
    assert document["coefficients"]["初中"]["2"] is None


def test_case_6_one_junior_school(tmp_path: Path) -> None:
    assessment, _ = judged(build_workbook(tmp_path))
    assert assessment.coefficients["初中"]["1"] == 0
    assert clause(assessment, "1.3").status == "met"
