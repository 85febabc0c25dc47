"""Headers are found wherever they stand and however they are written; units in them are obeyed (docs/interfaces.md, "The statistics workbook")."""

import pytest

from evaluation.errors import InvalidInput
from evaluation.reading.columns import CLASS_BANDS, FINANCE, SCHOOLS
from evaluation.reading.county import read_county
from evaluation.reading.headers import match_header
from tests.builders import PRIMARY_SCHOOL, build_csv_folder, build_workbook, workbook_rows
from tests.files.workbooks.xlsx_parts import SheetParts
from tests.unit.evaluation.reading.reading_cases import facts_of, problems_of, warnings_of

SCHOOL_ROWS = workbook_rows()["学校"]


def with_sheet(folder, rows, **special):
    return build_workbook(folder, raw={"学校": SheetParts(rows, **special)})


@pytest.mark.parametrize(
    ("text", "field", "unit"),
    [
        ("学生数", "pupils", None),
        (" 学 生\n数 ", "pupils", None),
        ("学生数（人）", "pupils", "人"),
        ("学生数(人)", "pupils", "人"),
        ("学生数_x000D_\n（人）", "pupils", "人"),
        ("学生数\n人", "pupils", "人"),
        ("学生数【人】", "pupils", "人"),
        ("*学生数", "pupils", None),
        ("学生数：", "pupils", None),
        ("学生数（含附设班）", "pupils", None),
        ("在校学生数", "pupils", None),
        ("教学仪器设备值（万元）", "equipment_yuan", "万元"),
        ("教学仪器设备值(单位:万元)", "equipment_yuan", "万元"),
        ("教学仪器设备值（年末，万元）", "equipment_yuan", "万元"),
        ("教学仪器设备值（年末）（万元）", "equipment_yuan", "万元"),
        ("教学仪器设备值/万元", "equipment_yuan", "万元"),
        ("教学仪器设备值万元", "equipment_yuan", "万元"),
        ("教学仪器设备值（千元）", "equipment_yuan", "千元"),
        ("教学及辅助用房面积（m²）", "teaching_area_m2", "M2"),
        ("教学及辅助用房面积㎡", "teaching_area_m2", "M2"),
        ("学校代码（10位）", "school", None),
        ("学校（机构）名称", "name", None),
    ],
)
def test_header_of_a_school(text, field, unit):
    match = match_header(SCHOOLS, text)
    assert match is not None
    assert (match.column.field, match.unit) == (field, unit)


@pytest.mark.parametrize("text", ["班级", "学生数合计", "A", "甲", "学校", "（万元）", ""])
def test_other_words_are_no_header(text):
    assert match_header(SCHOOLS, text) is None


@pytest.mark.parametrize("text", ["26-30", "26—30人", "26~30", "26至30人", "２６－３０"])
def test_band_of_class_sizes(text):
    match = match_header(CLASS_BANDS, text)
    assert match is not None
    assert match.column.field == "band_26"


def test_columns_may_stand_in_any_order(tmp_path):
    rows = [list(reversed(row)) for row in SCHOOL_ROWS]
    facts = facts_of(with_sheet(tmp_path, rows))
    assert facts.school_stages.loc[0, "pupils"] == 500
    assert facts.cell("439901", "school_stages", 2, "pupils") == "学校!L2"


def test_hidden_first_row_of_letters_and_titles_are_passed_over(tmp_path):
    """tests/golden/data/cases.md, case 2: a workbook whose first row holds A, B, C … and is hidden."""
    letters = [chr(ord("A") + index) for index in range(len(SCHOOL_ROWS[0]))]
    rows = [letters, ["2020学年 学校基本情况统计表"], [], ["表号：教基1001", "单位：人"], *SCHOOL_ROWS]
    file = with_sheet(tmp_path, rows, hidden_rows=[1], merged=["A2:R2"])
    assert facts_of(file).cell("439901", "school_stages", 6, "pupils") == "学校!G6"
    assert warnings_of(file) == [("学校!B4", "title_unit")]


def test_headers_merged_over_two_rows_are_one_header(tmp_path):
    header = list(SCHOOL_ROWS[0])
    top = [*header[:11], "资源", "", "", "", *header[15:]]
    below = ["" if index < 11 or index > 14 else name for index, name in enumerate(header)]
    merged = [f"{column}1:{column}2" for column in "ABCDEFGHIJKPQR"]
    facts = facts_of(with_sheet(tmp_path, [top, below, *SCHOOL_ROWS[1:]], merged=[*merged, "L1:O1"]))
    assert facts.school_stages[["pupils", "teaching_area_m2"]].to_numpy().tolist() == [[500, 3000], [500, 3000]]


def test_row_of_column_numbers_below_the_header_is_no_data(tmp_path):
    numbers = ["甲", "乙", *(str(number) for number in range(1, len(SCHOOL_ROWS[0]) - 1))]
    assert len(facts_of(with_sheet(tmp_path, [SCHOOL_ROWS[0], numbers, *SCHOOL_ROWS[1:]])).school_stages) == 2


def test_header_repeated_on_a_later_page_is_no_data(tmp_path):
    rows = [SCHOOL_ROWS[0], SCHOOL_ROWS[1], SCHOOL_ROWS[0], SCHOOL_ROWS[2]]
    assert len(facts_of(with_sheet(tmp_path, rows)).school_stages) == 2


def test_without_headers_one_message_says_where_they_were_looked_for(tmp_path):
    """tests/golden/data/cases.md, case 2: not a hundred missing columns."""
    file = with_sheet(tmp_path, SCHOOL_ROWS[1:])
    assert problems_of(file) == [("学校", "header_not_found")]


def test_items_going_down_are_refused_with_what_to_do(tmp_path):
    file = with_sheet(tmp_path, [[header, value] for header, value in PRIMARY_SCHOOL.items()])
    assert problems_of(file) == [("学校", "items_down")]


def test_each_missing_required_column_is_named_with_what_was_not_understood(tmp_path):
    file = build_workbook(tmp_path, headers={"学生数": "人数合计"}, without=["学校名称"])
    assert problems_of(file) == [("学校", "column_missing"), ("学校", "column_missing")]
    from evaluation.errors import InvalidInput
    from evaluation.reading.county import read_county

    with pytest.raises(InvalidInput) as refusal:
        read_county(file)
    assert [problem.values["header"] for problem in refusal.value.problems] == ["学校名称", "学生数"]
    assert "人数合计" in refusal.value.problems[0].text("zh")
    assert [warning.kind for warning in refusal.value.warnings] == ["column_unknown"]


def test_optional_column_may_be_missing(tmp_path):
    facts = facts_of(build_workbook(tmp_path, {"现场核查": [{}]}, without=["依据"]))
    assert facts.findings["basis"].tolist() == [""]


def test_duplicate_header_is_refused_with_both_places(tmp_path):
    rows = [[*row, row[6]] for row in SCHOOL_ROWS]
    assert problems_of(with_sheet(tmp_path, rows)) == [("学校!S1", "column_twice")]


def test_own_name_goes_before_another_word_for_it(tmp_path):
    rows = [["学校标识码", *SCHOOL_ROWS[0]], *(["9", *row] for row in SCHOOL_ROWS[1:])]
    file = with_sheet(tmp_path, rows)
    assert facts_of(file).school_stages.loc[0, "school"] == PRIMARY_SCHOOL["学校代码"]
    assert warnings_of(file) == [("学校!A1", "column_shadowed")]


def test_unknown_and_unnamed_columns_are_reported_and_ignored(tmp_path):
    rows = [
        [*SCHOOL_ROWS[0], "校长姓名", "", "备注", "序号"],
        [*SCHOOL_ROWS[1], "某某", "x", "y", 1],
        [*SCHOOL_ROWS[2], "某某", "", "y", 2],
    ]
    assert warnings_of(with_sheet(tmp_path, rows)) == [("学校!S1", "column_unknown"), ("学校!T1", "column_unnamed")]


# --- units ----------------------------------------------------------------------------------------------------------------------


def test_wan_yuan_in_a_header_is_multiplied_and_reported(tmp_path):
    """tests/golden/data/cases.md, case 1."""
    file = build_workbook(
        tmp_path, {"学校": [{"教学仪器设备值": 120.5}]}, headers={"教学仪器设备值": "教学仪器设备值（万元）"}
    )
    assert facts_of(file).school_stages["equipment_yuan"].tolist() == [1_205_000]
    assert warnings_of(file) == [("学校!N1", "unit_converted")]


@pytest.mark.parametrize(
    ("header", "typed", "field", "value"),
    [
        ("学生数（万人）", 0.05, "pupils", 500),
        ("教学及辅助用房面积（万㎡）", 0.32, "teaching_area_m2", 3200),
        ("教学及辅助用房面积（万平方米）", 0.32, "teaching_area_m2", 3200),
        ("年度公用经费预算\n万元", 32.5, "budget_yuan", 325_000),
    ],
)
def test_ten_thousands_are_obeyed(tmp_path, header, typed, field, value):
    name = header.split("（")[0].split("\n")[0]
    file = build_workbook(tmp_path, {"学校": [{name: typed}]}, headers={name: header})
    assert facts_of(file).school_stages[field].tolist() == [value]
    assert [kind for _, kind in warnings_of(file)] == ["unit_converted"]


@pytest.mark.parametrize(
    "unit",
    [
        "千元",
        "百元",
        "亿元",
        "美元",
        "元/生",
        "㎡",
        "%",
        "k元",
        "K",
        "W元",
        "元/万元",
        "元、万元",
        "元或万元",
        "万RMB",
        "$",
    ],
)
def test_another_unit_is_an_error(tmp_path, unit):
    file = build_workbook(tmp_path, headers={"教学仪器设备值": f"教学仪器设备值（{unit}）"})
    assert problems_of(file) == [("学校!N1", "unit_unknown")]


@pytest.mark.parametrize("unit", ["RMB", "rmb", "￥", "人民币", "元，不含土地", "年度）（元", "不含捐赠", "2020年"])
def test_the_columns_own_unit_and_a_remark_change_nothing(tmp_path, unit):
    file = build_workbook(tmp_path, headers={"教学仪器设备值": f"教学仪器设备值（{unit}）"})
    assert warnings_of(file) == []
    assert set(facts_of(file).school_stages["equipment_yuan"]) == {1_500_000}


@pytest.mark.parametrize("unit", ["万元", "千元", "万人", "%", "元/万元"])
@pytest.mark.parametrize(("sheet", "header"), [("县级数据", "数值"), ("基本信息", "值")])
def test_a_unit_over_figures_of_different_units_is_an_error(tmp_path, sheet, header, unit):
    rows = {
        "县级数据": [["指标项", f"数值（{unit}）"], ["教师平均工资", 98_000]],
        "基本信息": [
            ["项目", f"值（{unit}）"],
            ["县市区", "甲县"],
            ["行政区划代码", 439901],
            ["年度", 2020],
            ["常住人口", 1],
        ],
    }
    file = build_workbook(tmp_path, raw={sheet: rows[sheet]})
    assert problems_of(file) == [(f"{sheet}!B1", "unit_over_mixed")]


def test_yuan_over_the_figures_is_what_they_are_in_and_points_over_scores(tmp_path):
    sheets, headers = {"县级数据": [{}], "B评分": [{"得分": "2.5分"}]}, {"数值": "数值（元）", "得分": "得分（分）"}
    facts = facts_of(build_workbook(tmp_path, sheets, headers=headers))
    assert facts.county_figures["value"].tolist() == [98_000]
    assert facts.scores["score"].tolist() == [2.5]


def test_a_unit_of_area_is_shown_as_it_is_written_and_the_expected_ones_are_few(tmp_path):
    file = build_workbook(tmp_path, headers={"体育运动场馆面积": "体育运动场馆面积（千㎡）"})
    with pytest.raises(InvalidInput) as refusal:
        read_county(file)
    assert str(refusal.value) == "学校!M1: “体育运动场馆面积（千㎡）” is in 千㎡; expected one of: ㎡, 万㎡"


def test_spending_in_yuan_is_brought_to_wan_yuan(tmp_path):
    years = [{"年份": year, "一般公共预算教育支出": 900_000_000} for year in range(2016, 2021)]
    file = build_workbook(tmp_path, {"财政": years}, headers={"一般公共预算教育支出": "一般公共预算教育支出（元）"})
    assert set(facts_of(file).finance["spending_wan_yuan"]) == {90_000}
    match = match_header(FINANCE, "一般公共预算教育支出（亿元）")
    assert match is not None
    assert match.unit == "亿元"


def test_population_in_ten_thousands(tmp_path):
    raw = {
        "基本信息": [
            ["项目", "值"],
            ["县（市、区）", "甲县"],
            ["行政区划代码", 439901],
            ["年度", "2020年"],
            ["常住人口（万人）", 28.2528],
        ]
    }
    file = build_workbook(tmp_path, raw=raw)
    assert facts_of(file).counties.loc[0, ["name", "year", "population"]].tolist() == ["甲县", 2020, 282_528]
    assert warnings_of(file) == [("基本信息!A5", "unit_converted")]


def test_percent_in_the_header_of_a_share_is_reported_and_bare_14_stays_an_error(tmp_path):
    header = {"校际差异率": "校际差异率（%）"}
    assert warnings_of(build_workbook(tmp_path, {"质量监测": [{"校际差异率": "14%"}]}, headers=header)) == [
        ("质量监测!C1", "percent_header")
    ]
    assert problems_of(build_workbook(tmp_path, {"质量监测": [{"校际差异率": 14}]}, headers=header)) == [
        ("质量监测!C2", "cell_bare_percent")
    ]


def test_csv_headers_are_found_below_titles(tmp_path):
    folder = build_csv_folder(tmp_path / "county")
    file = folder / "学校.csv"
    file.write_text("学校基本情况\n\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert facts_of(folder).cell("439901", "school_stages", 4, "school") == "学校.csv!A4"
