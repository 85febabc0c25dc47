"""The empty workbook: everything a person needs to fill it in, and filled in it is read without a word."""

import zipfile

import openpyxl
import pytest

from evaluation.reading.asked import Asked
from evaluation.reading.columns import SCHOOLS, SHEETS
from evaluation.reading.template import write_template
from evaluation.rulebook.asked import asked_by
from evaluation.rulebook.loading import load_rulebook
from tests.builders import BASICS, DEFAULT_ROWS, fill_template
from tests.unit.evaluation.reading.reading_cases import facts_of, problems_of, warnings_of

FIGURE_KEYS = tuple(asked_by(load_rulebook("xiangtan-2018")).county_keys)
CONTENT = Asked(
    title="测试规则",
    county_keys=dict.fromkeys(FIGURE_KEYS, "元/年"),
    finding_clauses={"10.1": "学校布局规划", "10.2": ""},
    score_clauses={"8.1": "教育经费（满分 3）"},
    veto_items={str(n): f"事项{n}" for n in range(1, 7)},
    room_kinds=("音乐", "美术"),
)


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "模板.xlsx"
    write_template(path, CONTENT)
    return path


def type_sound_county(path):
    basics = [{"值": value} for value in BASICS.values()]
    fill_template(path, {"基本信息": basics, "学校": [DEFAULT_ROWS["学校"]]})


def test_every_sheet_has_header_note_example_and_frozen_panes(template):
    book = openpyxl.load_workbook(template)
    assert book.sheetnames == ["说明", *(sheet.name for sheet in SHEETS), "选项"]
    for sheet in SHEETS:
        page = book[sheet.name]
        assert page["A1"].value == sheet.note.zh
        assert [cell.value.split("（")[0] for cell in page[2]][: len(sheet.columns)] == [
            column.header for column in sheet.columns
        ]
        assert all(cell.comment is not None for cell in page[2][: len(sheet.columns)])
        assert page["A3"].value.startswith("示例：")
        assert page.freeze_panes in ("B3", "C3")


def test_units_stand_in_the_headers(template):
    headers = [cell.value for cell in openpyxl.load_workbook(template)["学校"][2]]
    assert headers[6] == "学生数（人）"
    assert headers[13] == "教学仪器设备值（元）"


def test_codes_are_text(template):
    page = openpyxl.load_workbook(template)["学校"]
    assert page.column_dimensions["A"].width > 10
    with zipfile.ZipFile(template) as archive:
        assert (
            'formatCode="@"' in archive.read("xl/styles.xml").decode()
            or 'numFmtId="49"' in archive.read("xl/styles.xml").decode()
        )


def test_words_can_be_chosen_and_long_lists_stand_on_a_hidden_sheet(template):
    book = openpyxl.load_workbook(template)
    lists = {
        str(rule.sqref).split(":")[0]: rule.formula1
        for rule in book["学校"].data_validations.dataValidation
        if rule.type == "list"
    }
    assert lists["C4"] == f'"{",".join(SCHOOLS.column("kind").choices.words)}"'
    assert lists["D4"] == '"小学,初中,特教,职业"'
    keys = [rule.formula1 for rule in book["县级数据"].data_validations.dataValidation if rule.type == "list"]
    assert keys == ["选项!$A$1:$A$36"]
    assert book["选项"].sheet_state == "hidden"
    assert book["选项"]["A36"].value == "三年死亡"


def test_keys_are_filled_in_with_what_they_mean(template):
    book = openpyxl.load_workbook(template)
    assert [row[0].value for row in book["一票否决"].iter_rows(min_row=4, max_row=9)] == list("123456")
    assert book["现场核查"]["A4"].value == "10.1"
    assert book["现场核查"]["D4"].value == "学校布局规划"
    assert book["基本信息"]["A4"].value == "县市区"


def test_empty_template_asks_for_what_is_required_and_nothing_else(template):
    assert problems_of(template) == [
        ("基本信息!B4", "cell_empty"),
        ("基本信息!B5", "cell_empty"),
        ("基本信息!B6", "cell_empty"),
        ("基本信息!B7", "cell_empty"),
        ("学校", "sheet_empty"),
    ]


def test_filled_template_is_read(template):
    type_sound_county(template)
    assert len(facts_of(template).school_stages) == 1
    assert set(facts_of(template).supplied["table"]) == {"counties", "school_stages"}
    assert {kind for _, kind in warnings_of(template)} == {"sheet_not_supplied", "rows_untyped"}


def test_wholly_filled_template_is_silent(template):
    type_sound_county(template)
    rest = {
        sheet.name: [DEFAULT_ROWS[sheet.name]] for sheet in SHEETS if sheet.name in ("班级", "专用教室", "质量监测")
    }
    rest["班级"] = [DEFAULT_ROWS["班级"] | {"班级": n, "学生数": 41 if n < 5 else 42} for n in range(1, 13)]
    rest["财政"] = [DEFAULT_ROWS["财政"] | {"年份": year} for year in range(2016, 2021)]
    rest["县级数据"] = [{"数值": 98_000}] * len(FIGURE_KEYS)
    rest["现场核查"] = [{"结论": "达标"}, {"结论": "未达标", "依据": "现场"}]
    rest["B评分"] = [{"评估人": "甲", "得分": 2.5}]
    rest["一票否决"] = [{"是否存在": "否"}] * 6
    rest["调查对象规模"] = [{"总体人数": 1000}] * 7
    fill_template(template, rest)
    assert warnings_of(template) == [("共用资源", "sheet_not_supplied"), ("班额分布", "sheet_not_supplied")]
    facts = facts_of(template)
    assert facts.findings["is_met"].tolist() == [True, False]
    assert facts.vetoes["item"].tolist() == list("123456")
    assert facts.frames["group"].tolist()[:2] == ["parent", "student"]


def test_data_typed_over_the_example_is_reported(template):
    type_sound_county(template)
    book = openpyxl.load_workbook(template)
    book["专用教室"]["C3"] = 120
    book.save(template)
    assert ("专用教室!A3", "row_example") in warnings_of(template)


def test_same_content_gives_the_same_bytes(template, tmp_path):
    again = tmp_path / "again.xlsx"
    write_template(again, CONTENT)
    assert again.read_bytes() == template.read_bytes()
    assert not list(tmp_path.glob("*.part"))
