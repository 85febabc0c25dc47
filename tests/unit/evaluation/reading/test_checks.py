"""What must hold between rows and sheets; every problem of the workbook comes at once, with its cell (docs/interfaces.md, "The statistics workbook")."""

from datetime import date

import pytest

from evaluation.errors import InvalidInput
from evaluation.reading.county import read_county
from tests.builders import (
    BASICS,
    JUNIOR_CODE,
    JUNIOR_SCHOOL,
    PRIMARY_CODE,
    PRIMARY_SCHOOL,
    SHARED_CELLS,
    build_workbook,
    nine_year_school,
    workbook_rows,
)
from tests.files.workbooks.xlsx_parts import ErrorCell, Formula, SheetParts
from tests.unit.evaluation.reading.reading_cases import ASKED, facts_of, problems_of, warnings_of


def test_all_problems_of_the_workbook_come_at_once_in_its_order(tmp_path):
    sheets = {
        "学校": [{"学生数": "*"}, JUNIOR_SCHOOL | {"县级以上骨干教师数": "", "城乡": "郊区"}],
        "班级": [{"学校代码": "1"}],
        "质量监测": [{"校际差异率": 14}],
    }
    assert problems_of(build_workbook(tmp_path, sheets, basics={"常住人口": "很多"})) == [
        ("基本信息!B5", "cell_not_number"),
        ("学校!G2", "cell_mark"),
        ("学校!E3", "cell_not_choice"),
        ("学校!J3", "cell_empty"),
        ("班级!A2", "school_unknown"),
        ("质量监测!C2", "cell_bare_percent"),
    ]


def test_problem_says_where_what_and_what_is_expected(tmp_path):
    with pytest.raises(InvalidInput) as refusal:
        read_county(build_workbook(tmp_path, {"学校": [{"县级以上骨干教师数": "*"}]}))
    (problem,) = refusal.value.problems
    assert problem.text("zh") == "学校!J2: 县级以上骨干教师数为“*”；应填数字 (人)，确实没有才填 0"
    assert problem.text("en").startswith("学校!J2: 县级以上骨干教师数 is “*”; expected a number (人)")


def test_error_cell_and_formula_without_result_are_named(tmp_path):
    rows = workbook_rows()["学校"]
    rows[1][6], rows[1][11], rows[2][6] = ErrorCell("#DIV/0!"), Formula("L3*2"), Formula("A1", 480)
    file = build_workbook(tmp_path, raw={"学校": rows})
    assert problems_of(file) == [("学校!G2", "cell_error"), ("学校!L2", "cell_formula")]


def test_formula_whose_result_is_an_empty_text_is_an_empty_cell(tmp_path):
    rows = workbook_rows()["学校"]
    rows[1][6] = Formula("SUM(A1:A2)", 480)
    rows[2][6] = Formula('IF(A1="","","x")', "")
    file = build_workbook(tmp_path, raw={"学校": rows})
    assert problems_of(file) == [("学校!G3", "cell_empty")]


def test_stored_results_of_formulas_are_read(tmp_path):
    rows = workbook_rows()["学校"]
    rows[1][6], rows[2][6] = Formula("SUM(A1:A2)", 480), Formula("A1", "505")
    assert facts_of(build_workbook(tmp_path, raw={"学校": rows})).school_stages["pupils"].tolist() == [480, 505]


def test_error_in_an_unknown_column_is_of_no_concern(tmp_path):
    rows = workbook_rows()["学校"]
    file = build_workbook(
        tmp_path, raw={"学校": [[*rows[0], "占比"], [*rows[1], ErrorCell()], [*rows[2], Formula("A1/0")]]}
    )
    assert warnings_of(file) == [("学校!S1", "column_unknown")]


def test_merged_cells_are_refused_by_their_range(tmp_path):
    rows = workbook_rows({"学校": nine_year_school(), "共用资源": [{}]})["学校"]
    file = build_workbook(tmp_path, {"共用资源": [{}]}, raw={"学校": SheetParts(rows, merged=["A2:A3"])})
    assert ("学校!A3", "cell_merged") in problems_of(file)


def test_empty_and_formatted_trailing_rows_are_no_data(tmp_path):
    rows = workbook_rows()["学校"]
    file = build_workbook(tmp_path, raw={"学校": [*rows, [], ["  ", "　"], [""] * 40]})
    assert len(facts_of(file).school_stages) == 2
    assert warnings_of(file) == []


def test_total_row_and_footer_are_reported_and_ignored(tmp_path):
    rows = workbook_rows()["学校"]
    total = ["合计", *[""] * 5, 1000]
    footer = ["填表人：某某", "", "审核人：某某"]
    file = build_workbook(tmp_path, raw={"学校": [*rows, total, footer]})
    assert len(facts_of(file).school_stages) == 2
    assert warnings_of(file) == [("学校!A4", "row_total"), ("学校!A5", "row_total")]


# --- 基本信息 ---------------------------------------------------------------------------------------------------------------------


def test_every_item_of_the_county_is_asked_for_once(tmp_path):
    raw = {
        "基本信息": [
            ["项目", "值"],
            ["县市区", "甲县"],
            ["年度", 2020],
            ["年度", 2021],
            ["邮编", "1"],
            ["行政区划代码", ""],
        ]
    }
    assert problems_of(build_workbook(tmp_path, raw=raw)) == [
        ("基本信息", "item_missing"),
        ("基本信息!A4", "key_twice"),
        ("基本信息!B6", "cell_empty"),
    ]


def test_unknown_item_is_reported(tmp_path):
    assert warnings_of(build_workbook(tmp_path, basics={"邮编": "411100"})) == [("基本信息!A6", "item_unknown")]


def test_unit_of_the_population_is_obeyed_or_refused(tmp_path):
    raw = {
        "基本信息": [
            ["项目", "值"],
            *([item, value] for item, value in BASICS.items() if item != "常住人口"),
            ["常住人口（亿人）", 1],
        ]
    }
    assert problems_of(build_workbook(tmp_path, raw=raw)) == [("基本信息!A5", "unit_unknown")]


def test_value_without_its_item_is_refused(tmp_path):
    raw = {"基本信息": [["项目", "值"], *([item, value] for item, value in BASICS.items()), ["", 5]]}
    assert problems_of(build_workbook(tmp_path, raw=raw)) == [("基本信息!A6", "cell_empty")]


def test_year_given_as_a_date_is_an_error(tmp_path):
    assert problems_of(build_workbook(tmp_path, basics={"年度": date(1905, 7, 12)})) == [("基本信息!B4", "cell_date")]


def test_county_code_stored_as_a_number_is_text(tmp_path):
    assert facts_of(build_workbook(tmp_path, basics={"行政区划代码": 430302.0})).counties.loc[0, "county"] == "430302"


# --- 学校 and the sheets that name its codes ------------------------------------------------------------------------------------------


def test_school_twice_in_a_stage(tmp_path):
    assert problems_of(build_workbook(tmp_path, {"学校": [{}, {"学校名称": "又一所"}]})) == [
        ("学校!A3", "school_twice")
    ]


@pytest.mark.parametrize("sheet", ["共用资源", "班级", "班额分布", "专用教室"])
def test_unknown_school_is_said_once_a_sheet(tmp_path, sheet):
    row = {"学校代码": "999"}
    rows = [row] if sheet in ("共用资源", "班额分布") else [row, row]
    assert problems_of(build_workbook(tmp_path, {sheet: rows})) == [(f"{sheet}!A2", "school_unknown")]


def test_class_of_a_stage_that_the_school_does_not_have(tmp_path):
    assert problems_of(build_workbook(tmp_path, {"班级": [{"学段": "初中"}]})) == [("班级!B2", "stage_unknown")]


def test_room_of_unknown_type(tmp_path):
    assert problems_of(build_workbook(tmp_path, {"专用教室": [{"类型": "舞蹈"}]})) == [
        ("专用教室!B2", "cell_not_choice")
    ]


def test_codes_match_whatever_they_are_stored_as(tmp_path):
    sheets = {
        "学校": [{"学校代码": float(PRIMARY_CODE)}],
        "班级": [{"学校代码": f" {PRIMARY_CODE} "}],
        "专用教室": [{"学校代码": int(PRIMARY_CODE)}],
    }
    facts = facts_of(build_workbook(tmp_path, sheets))
    assert {*facts.school_stages["school"], *facts.classes["school"], *facts.rooms["school"]} == {PRIMARY_CODE}


def test_annexed_class_is_a_row_of_its_school(tmp_path):
    annexed = {"学段": "初中", "办学类型": "附设普通初中班", "学生数": 40, "班级数": 1}
    facts = facts_of(build_workbook(tmp_path, {"学校": [{}, annexed]}))
    assert facts.school_stages[["school", "kind", "stage"]].to_numpy().tolist() == [
        [PRIMARY_CODE, "小学", "小学"],
        [PRIMARY_CODE, "小学", "初中"],
    ]
    alone = {"学校代码": "77", "学段": "初中", "办学类型": "附设普通初中班"}
    assert problems_of(build_workbook(tmp_path, {"学校": [{}, alone]})) == [("学校!C3", "annexed_without_school")]


def test_classes_listed_and_counted_for_one_school_are_refused(tmp_path):
    sheets = {"班级": [{}], "班额分布": [{}, {"学校代码": JUNIOR_CODE, "学段": "初中"}]}
    assert problems_of(build_workbook(tmp_path, sheets)) == [("班额分布!A2", "classes_twice")]


def test_class_sizes_are_read_as_bands(tmp_path):
    row = {"25人以下": 1, "41-45": 10, "66人以上": "１"}
    facts = facts_of(build_workbook(tmp_path, {"班额分布": [row]}))
    columns = ["label", "pupils_min", "pupils_max", "count", "row"]
    assert facts.classes[columns].to_numpy().tolist() == [
        ["25人以下", 1, 25, 1, 2],
        ["41-45", 41, 45, 10, 2],
        ["66人以上", 66, float("inf"), 1, 2],
    ]
    assert facts.cell("439901", "classes", 2) == "班额分布!2"
    assert facts.supplies("classes") == {"439901"}


def test_classes_of_some_schools_may_be_counted_and_of_others_listed(tmp_path):
    sheets = {"班级": [{}], "班额分布": [{"学校代码": JUNIOR_CODE, "学段": "初中", "46-50": 12}]}
    facts = facts_of(build_workbook(tmp_path, sheets))
    assert facts.classes[["school", "label", "row"]].to_numpy().tolist() == [
        [PRIMARY_CODE, "1年级1班", 2],
        [JUNIOR_CODE, "46-50", 0],
    ]
    assert facts.cell("439901", "classes", 2, "pupils_max") == "班级!E2"


# --- 共用资源 ---------------------------------------------------------------------------------------------------------------------


def test_total_beside_a_filled_cell_is_refused(tmp_path):
    sheets = {"学校": nine_year_school(教学仪器设备值=1, 室内体育用房面积=200), "共用资源": [{}]}
    assert problems_of(build_workbook(tmp_path, sheets)) == [
        ("学校!N2", "shared_and_filled"),
        ("学校!S2", "shared_indoor"),
        ("学校!N3", "shared_and_filled"),
        ("学校!S3", "shared_indoor"),
    ]


def test_four_cells_empty_without_a_total_are_named(tmp_path):
    file = build_workbook(tmp_path, {"学校": [SHARED_CELLS]})
    assert problems_of(file) == [(f"学校!{column}2", "not_shared") for column in "LMNO"]


def test_total_must_be_divisible_over_the_rows_there_are(tmp_path):
    nobody = {"小学生数": 0, "初中生数": "", "高中生数": 0}
    assert problems_of(build_workbook(tmp_path, {"学校": nine_year_school(), "共用资源": [nobody]})) == [
        ("共用资源!A2", "shared_without_pupils")
    ]
    only_primary = nine_year_school()[:1]
    assert problems_of(build_workbook(tmp_path, {"学校": only_primary, "共用资源": [{}]})) == [
        ("共用资源!C2", "shared_stage_absent")
    ]


def test_school_twice_in_shared_resources(tmp_path):
    sheets = {"学校": nine_year_school(), "共用资源": [{}, {}]}
    assert problems_of(build_workbook(tmp_path, sheets)) == [("共用资源!A3", "key_twice")]


def test_indoor_sports_beyond_the_teaching_area_is_refused(tmp_path):
    assert problems_of(build_workbook(tmp_path, {"学校": [{"室内体育用房面积": 3001}]})) == [
        ("学校!S2", "indoor_beyond")
    ]


# --- campuses -------------------------------------------------------------------------------------------------------------------


def campus(code, of, **changed):
    return PRIMARY_SCHOOL | {"学校代码": code, "学校名称": f"校区{code}", "归属学校代码": of} | changed


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([{}, campus("C1", "404")], ("学校!S3", "campus_school_unknown")),
        ([JUNIOR_SCHOOL, campus("C1", JUNIOR_CODE)], ("学校!S3", "campus_stage_unknown")),
        ([{}, campus("C1", PRIMARY_CODE), campus("C2", "C1")], ("学校!S4", "campus_chain")),
        (
            [{}, JUNIOR_SCHOOL, campus("C1", PRIMARY_CODE), campus("C1", JUNIOR_CODE, 学段="初中")],
            ("学校!S5", "campus_two_schools"),
        ),
    ],
)
def test_campus_that_leads_nowhere(tmp_path, rows, problem):
    assert problems_of(build_workbook(tmp_path, {"学校": rows})) == [problem]


# --- sheets of the county ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "rows", "where"),
    [
        ("财政", [{}, {}], "财政!A3"),
        ("县级数据", [{}, {"指标项": "教师平均 工资"}], "县级数据!A3"),
        ("现场核查", [{"条款": "10.1"}, {"条款": 10.1}], "现场核查!A3"),
        ("B评分", [{}, {"得分": 1}], "B评分!A3"),
        ("一票否决", [{"事项": 1}, {"事项": "一"}], "一票否决!A3"),
        ("调查对象规模", [{}, {}], "调查对象规模!A3"),
    ],
)
def test_key_of_a_sheet_occurs_once(tmp_path, sheet, rows, where):
    assert problems_of(build_workbook(tmp_path, {sheet: rows})) == [(where, "key_twice")]


def test_several_evaluators_may_score_a_clause(tmp_path):
    facts = facts_of(
        build_workbook(tmp_path, {"B评分": [{}, {"评估人": "乙", "得分": 2}, {"评估人": 3, "得分": "1.5"}]})
    )
    assert facts.scores[["evaluator", "score"]].to_numpy().tolist() == [["甲", 2.5], ["乙", 2.0], ["3", 1.5]]


def test_veto_items_are_one_to_six(tmp_path):
    assert problems_of(build_workbook(tmp_path, {"一票否决": [{"事项": 7}]})) == [("一票否决!A2", "cell_not_choice")]
    facts = facts_of(build_workbook(tmp_path, {"一票否决": [{"事项": 3.0, "是否存在": "是", "依据": "通报"}]}))
    assert facts.vetoes[["item", "is_present", "basis"]].to_numpy().tolist() == [["3", True, "通报"]]


def test_frame_of_a_group(tmp_path):
    facts = facts_of(build_workbook(tmp_path, {"调查对象规模": [{}, {"类别": "群众", "总体人数": "1,000"}]}))
    assert facts.frames[["group", "size"]].to_numpy().tolist() == [["principal", 68], ["public", 1000]]


def test_wage_in_ten_thousands_is_an_error_unless_its_name_says_so(tmp_path):
    assert problems_of(build_workbook(tmp_path, {"县级数据": [{"数值": 9.8}]})) == [("县级数据!B2", "wage_too_low")]
    file = build_workbook(tmp_path, {"县级数据": [{"指标项": "教师平均工资（万元）", "数值": 9.8}]})
    assert facts_of(file).county_figures[["key", "value"]].to_numpy().tolist() == [["教师平均工资", 98_000]]
    assert warnings_of(file) == [("县级数据!A2", "unit_converted")]
    assert problems_of(build_workbook(tmp_path, {"县级数据": [{"指标项": "教师平均工资（千元）", "数值": 98}]})) == [
        ("县级数据!A2", "unit_unknown"),
        ("县级数据!B2", "wage_too_low"),
    ]


RETENTION = {"毕业生数": 980, "三年转入": 30, "三年转出": 40, "三年前初一在校生数": 1002, "三年死亡": 2}


@pytest.mark.parametrize(
    ("wage", "hint"),
    [(9.8, "万元 typed? Then write 98000"), (999, "万元 typed?"), (0, "万元 typed?")],
)
def test_wage_to_write_is_named_only_where_it_is_plausible(tmp_path, wage, hint):
    with pytest.raises(InvalidInput) as refusal:
        read_county(build_workbook(tmp_path, {"县级数据": [{"数值": wage}]}), ASKED)
    assert str(refusal.value) == f"县级数据!B2: 教师平均工资 is {wage}; the unit is 元 a year; {hint}"


def figures(values):
    return [{"指标项": key, "数值": value} for key, value in values.items()]


def test_five_numbers_of_the_form_give_retention(tmp_path):
    """(毕业生数 − 三年转入 + 三年转出)/(三年前初一在校生数 − 三年死亡)."""
    facts = facts_of(build_workbook(tmp_path, {"县级数据": figures(RETENTION)}))
    values = facts.county_figures.set_index("key")
    assert values.loc["初中三年巩固人数", "value"] == 990
    assert values.loc["初中三年前入学人数", "value"] == 1000
    assert facts.cell("439901", "county_figures", values.loc["初中三年前入学人数", "row"], "value") == "县级数据!B5"


def test_five_numbers_that_contradict_or_can_not_be(tmp_path):
    both = RETENTION | {"初中三年巩固人数": 995, "初中三年前入学人数": 1000}
    assert problems_of(build_workbook(tmp_path, {"县级数据": figures(both)})) == [("县级数据!B7", "retention_twice")]
    agreeing = RETENTION | {"初中三年巩固人数": 990}
    assert len(facts_of(build_workbook(tmp_path, {"县级数据": figures(agreeing)})).county_figures) == 7
    impossible = RETENTION | {"三年死亡": 1002}
    assert problems_of(build_workbook(tmp_path, {"县级数据": figures(impossible)})) == [
        ("县级数据!B2", "retention_impossible")
    ]


def test_row_with_nothing_but_its_key_has_not_been_typed(tmp_path):
    sheets = {"现场核查": [{}, {"条款": "10.2", "结论": "", "依据": ""}], "县级数据": [{"数值": ""}]}
    file = build_workbook(tmp_path, sheets)
    assert warnings_of(file) == [
        ("现场核查", "rows_untyped"),
        ("县级数据", "rows_untyped"),
        ("县级数据", "sheet_not_supplied"),
    ]
    facts = facts_of(file)
    assert facts.findings["clause"].tolist() == ["10.1"]
    assert facts.supplies("county_figures") == set()


def test_row_that_was_begun_must_be_finished(tmp_path):
    sheets = {"现场核查": [{"结论": ""}], "B评分": [{"得分": ""}, {"条款": "8.2", "评估人": ""}]}
    assert problems_of(build_workbook(tmp_path, sheets)) == [
        ("现场核查!B2", "cell_empty"),
        ("B评分!C2", "cell_empty"),
        ("B评分!B3", "cell_empty"),
    ]


def test_monitoring(tmp_path):
    rows = [{"学业水平等级": "Ⅲ", "校际差异率": "14%"}, {"学科": "数学", "学业水平等级": 2, "校际差异率": 0.2}]
    facts = facts_of(build_workbook(tmp_path, {"质量监测": rows}))
    assert facts.monitoring[["subject", "level", "dispersion"]].to_numpy().tolist() == [
        ["语文", 3, 0.14],
        ["数学", 2, 0.2],
    ]
