"""ledger.xlsx: the columns of docs/interfaces.md, "ledger.xlsx", one row a gap, and a workbook that people can work in."""

import io
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from evaluation.assessment import Assessment, Evidence, SchoolFailure
from evaluation.report.ledger import LedgerRow, ledger_rows
from evaluation.report.ledger_workbook import ledger_of
from tests.builders_assessment import some_assessment

DAY = date(2020, 12, 1)
COLUMNS = [
    "序号",
    "学校代码",
    "学校",
    "学段",
    "指标",
    "标准值",
    "基本值",
    "实际值",
    "缺口",
    "单位",
    "整改措施",
    "责任单位",
    "责任人",
    "年度任务",
    "计划完成时间",
    "完成情况",
    "销号状态",
    "销号日期",
    "核实人",
    "备注",
]
SHEETS = ["资源配置缺口", "大班额", "大规模学校", "其他校级指标", "县级指标"]


def opened(assessment: Assessment) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(ledger_of(assessment, DAY)))


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return some_assessment("not_met", schools=20)


@pytest.fixture(scope="module")
def workbook(assessment: Assessment) -> Workbook:
    return opened(assessment)


def rows_of(workbook: Workbook, sheet: str) -> list[dict[str, Any]]:
    head, *rows = workbook[sheet].iter_rows(values_only=True)
    return [dict(zip([str(one) for one in head], row, strict=True)) for row in rows]


def test_every_sheet_has_exactly_the_columns_that_are_promised(workbook: Workbook) -> None:
    assert workbook.sheetnames == ["说明", *SHEETS]
    for sheet in SHEETS:
        assert [cell.value for cell in workbook[sheet][1]] == COLUMNS


def test_one_row_a_gap(assessment: Assessment, workbook: Workbook) -> None:
    rows = rows_of(workbook, "资源配置缺口")
    assert len(rows) == len(assessment.gaps)
    for number, (row, gap) in enumerate(zip(rows, assessment.gaps, strict=True), start=1):
        assert (row["序号"], row["学校代码"], row["学校"], row["学段"]) == (number, gap.school, gap.name, gap.stage)
        assert str(row["指标"]).startswith(f"{gap.indicator} ")
        assert [row["标准值"], row["实际值"], row["缺口"]] == pytest.approx([gap.required, gap.actual, gap.shortfall])
        assert row["单位"] == gap.unit


def test_the_lower_bound_is_the_share_of_the_exact_requirement_in_whole_people(assessment: Assessment) -> None:
    pupils = {(one.code, one.stage): one.pupils for one in assessment.schools}
    rows = [row for row in ledger_rows(assessment) if row.sheet == "resources"]
    for row, gap in zip(rows, assessment.gaps, strict=True):
        resource = assessment.resources[int(gap.indicator) - 1]
        exact = 0.85 * gap.threshold * pupils[gap.school, gap.stage] / resource.per_pupils
        assert row.basic is not None
        if resource.is_whole:
            assert row.basic == int(row.basic)
            assert 0 <= row.basic - exact < 1
        else:
            assert row.basic == pytest.approx(exact)


def test_a_single_assessment_has_everything_on_the_books(workbook: Workbook) -> None:
    for sheet in SHEETS:
        assert {row["销号状态"] for row in rows_of(workbook, sheet)} <= {"在账"}
        assert {row["完成情况"] for row in rows_of(workbook, sheet)} <= {None}


def test_classes_schools_rooms_and_county_clauses_have_their_sheets(workbook: Workbook) -> None:
    first = rows_of(workbook, "大班额")[0]
    assert (first["指标"], first["单位"]) == ("13.2 班级学生数 三年级1班", "人")
    assert (first["标准值"], first["实际值"], first["缺口"]) == (45, 58, 13)
    assert [(row["标准值"], row["实际值"], row["缺口"]) for row in rows_of(workbook, "大规模学校")] == [
        (2000, 2310, 310)
    ]
    assert {row["指标"] for row in rows_of(workbook, "其他校级指标")} == {"11.1 音乐专用教室", "11.2 音乐专用教室"}
    county = {str(row["指标"]).split()[0]: row for row in rows_of(workbook, "县级指标")}
    assert {"2.3", "6.3", "18.2", "25.1", "29"} <= set(county)
    assert (county["18.2"]["标准值"], county["18.2"]["实际值"]) == ("达标", "未达标")
    assert (county["2.3"]["学段"], county["2.3"]["实际值"]) == ("初中", "无法计算")
    assert (county["29"]["标准值"], county["29"]["单位"]) == (8, "分")


def test_a_coefficient_and_a_share_that_just_fail_are_shown_with_enough_decimals(workbook: Workbook) -> None:
    rows = {str(row[4].value).split()[0]: row for row in workbook["县级指标"].iter_rows(min_row=2)}
    assert rows["6.3"][7].value == pytest.approx(0.5000178)
    assert rows["6.3"][7].number_format == "#,##0.00000"
    assert rows["25.1"][7].number_format == "#,##0.000%"


def test_a_size_band_is_a_row_for_each_of_its_classes() -> None:
    plain = some_assessment("not_met", schools=4)
    indicators = list(plain.indicators)
    thirteen = next(one for one in indicators if one.id == "13")
    clause = thirteen.clauses[1]
    band = replace(clause.failures[0], label="56-60", actual=56.0, count=3)
    changed = replace(thirteen, clauses=(thirteen.clauses[0], replace(clause, failures=(band,)), thirteen.clauses[2]))
    indicators[indicators.index(thirteen)] = changed
    rows = [row for row in ledger_rows(replace(plain, indicators=tuple(indicators))) if row.sheet == "classes"]
    of_band = [row for row in rows if "56—60人的班（第" in row.indicator]
    assert len(of_band) == 3
    assert len({row.key for row in of_band}) == 3


def test_what_a_school_of_two_stages_lacks_once_is_one_row_with_both_stages() -> None:
    plain = some_assessment("not_met", schools=4)
    eleven = next(one for one in plain.indicators if one.id == "11")
    one = SchoolFailure("431", "九年一贯制学校", "小学", "音乐", 1.0, 3.0, "room")
    lacking = (one, replace(one, label="美术"), replace(one, school="432"))
    clauses = tuple(
        replace(clause, status="unmet", failures=tuple(replace(one, stage=stage) for one in lacking))
        for clause, stage in zip(eleven.clauses, ("小学", "初中"), strict=True)
    )
    changed = replace(eleven, clauses=clauses)
    both = replace(plain, indicators=tuple(changed if one is eleven else one for one in plain.indicators))
    rows = [row for row in ledger_rows(both) if row.indicator.startswith("11.")]
    assert [(row.school, row.stage, row.indicator) for row in rows] == [
        ("431", "小学、初中", "11.1、11.2 音乐专用教室"),
        ("431", "小学、初中", "11.1、11.2 美术专用教室"),
        ("432", "小学、初中", "11.1、11.2 音乐专用教室"),
    ]


def test_what_a_school_lacks_more_of_in_one_stage_stays_a_row_of_its_own() -> None:
    plain = some_assessment("not_met", schools=4)
    eleven = next(one for one in plain.indicators if one.id == "11")
    one = SchoolFailure("431", "九年一贯制学校", "小学", "音乐", 1.0, 3.0, "room")
    clauses = tuple(
        replace(clause, status="unmet", failures=(replace(one, required=required),))
        for clause, required in zip(eleven.clauses, (3.0, 4.0), strict=True)
    )
    changed = replace(eleven, clauses=clauses)
    both = replace(plain, indicators=tuple(changed if one is eleven else one for one in plain.indicators))
    assert len([row for row in ledger_rows(both) if row.indicator.startswith("11.")]) == 2


def test_a_veto_and_a_comparison_of_two_figures_are_rows_of_the_county() -> None:
    plain = some_assessment("vetoed", schools=4)
    sixteen = next(one for one in plain.indicators if one.id == "16")
    evidence = (Evidence("教师平均工资", 80000.0, "元/年"), Evidence("公务员平均工资", 81000.0, "元/年"))
    clause = replace(sixteen.clauses[0], status="unmet", evidence=evidence)
    changed = replace(sixteen, status="unmet", clauses=(clause, *sixteen.clauses[1:]))
    rows = ledger_rows(replace(plain, indicators=tuple(changed if one is sixteen else one for one in plain.indicators)))
    county = {row.indicator.split()[0]: row for row in rows if row.sheet == "county"}
    wages = county["16.1"]
    assert (wages.required, wages.actual, wages.shortfall, wages.unit) == (81000.0, 80000.0, 1000.0, "元/年")
    assert (county["一票否决3"].required, county["一票否决3"].actual) == ("不存在", "存在")


def test_what_is_missing_is_no_gap() -> None:
    assert ledger_rows(some_assessment("incomplete")) == []
    assert ledger_rows(some_assessment("certifiable")) == []


def test_two_years_find_the_same_gap_by_its_key(assessment: Assessment) -> None:
    rows = ledger_rows(assessment)
    assert len({row.key for row in rows}) == len(rows)
    assert {row.key for row in ledger_rows(replace(assessment, year=2021))} == {row.key for row in rows}


def test_choices_are_drop_downs_down_to_the_spare_rows(assessment: Assessment, workbook: Workbook) -> None:
    for sheet in SHEETS:
        last = workbook[sheet].max_row + 200
        found = {str(one.sqref): one.formula1 for one in workbook[sheet].data_validations.dataValidation}
        assert found[f"P2:P{last}"] == '"未启动,进行中,已完成"'
        assert found[f"Q2:Q{last}"] == '"在账,新增,销号,重现"'


def test_codes_are_text_whatever_they_look_like() -> None:
    plain = some_assessment("not_met", schools=4)
    gaps = tuple(replace(one, school="0430300001", name="=1+1") for one in plain.gaps)
    sheet = opened(replace(plain, gaps=gaps))["资源配置缺口"]
    for row in sheet.iter_rows(min_row=2):
        assert (row[1].value, row[1].data_type, row[1].number_format) == ("0430300001", "s", "@")
        assert (row[2].value, row[2].data_type) == ("=1+1", "s")


def test_sheets_are_frozen_filtered_and_print_on_lying_a4(workbook: Workbook) -> None:
    for name in SHEETS:
        sheet = workbook[name]
        assert sheet.freeze_panes == "D2"
        assert str(sheet.auto_filter.ref).startswith("A1:T")
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)


def test_the_first_sheet_explains_and_counts(assessment: Assessment, workbook: Workbook) -> None:
    text = "\n".join(str(cell.value) for (cell,) in workbook["说明"].iter_rows() if cell.value)
    assert "莲城县 2020年" in text
    assert f"资源配置缺口：{len(assessment.gaps)}条" in text
    assert "85%" in text


def test_the_same_assessment_is_the_same_bytes(assessment: Assessment) -> None:
    assert ledger_of(assessment, DAY) == ledger_of(assessment, DAY)


def test_a_row_without_numbers_can_be_written() -> None:
    from evaluation.report.ledger_workbook import ledger_workbook

    row = LedgerRow("county", "", "全县", "", "x" * 300, "达标", None, "未达标", None, "")
    sheet = openpyxl.load_workbook(io.BytesIO(ledger_workbook([row], "标题", "85%", DAY)))["县级指标"]
    assert sheet["H2"].value == "未达标"
    assert sheet.row_dimensions[2].height > 100
