"""A province whose rule is nothing but a file: template, check, verdict with a survey, and reports, by the commands alone.

The rule (tests/files/rulebooks/yunling-2021.yaml) has seven vetoes, three kinds of rooms, eight resources (one in a column of its own), no
excuse, points of 40, and a survey with other shares than any rulebook that comes along. Every number below is worked out by hand.
"""

import csv
import json
import math
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from survey_app.cli import main
from tests.builders import fill_template
from tests.paths import REPOSITORY

RULEBOOK = REPOSITORY / "tests" / "files" / "rulebooks" / "yunling-2021.yaml"
GROUPS = ("parent", "student", "teacher", "principal", "npc_deputy", "cppcc_member", "public")
P1, P2, P3, J1, J2, CAMPUS = (f"539901000{number}" for number in range(1, 7))

# of a whole, by pupil: every primary row has these per pupil, so that only what is set otherwise fails
PRIMARY = {
    "qualified": 0.06,
    "budget": 1000,
    "pe_art": 0.02,
    "teaching": 7,
    "sports": 9,
    "equipment": 3500,
    "media": 0.04,
}
JUNIOR = {
    "qualified": 0.07,
    "budget": 1200,
    "pe_art": 0.02,
    "teaching": 8,
    "sports": 12,
    "equipment": 4000,
    "media": 0.04,
}


def school(code: str, name: str, stage: str, pupils: int, classes: int, books: int, owner: str = "") -> dict[str, Any]:
    each = PRIMARY if stage == "小学" else JUNIOR
    budget = pupils * each["budget"]
    return {
        "学校代码": code,
        "学校名称": name,
        "办学类型": "小学" if stage == "小学" else "初级中学",
        "学段": stage,
        "城乡": "镇区",
        "举办者": "公办",
        "学生数": pupils,
        "班级数": classes,
        "高于规定学历教师数": round(pupils * each["qualified"]),
        "县级以上骨干教师数": 1,
        "体育艺术专任教师数": round(pupils * each["pe_art"]),
        "教学及辅助用房面积": pupils * each["teaching"],
        "体育运动场馆面积": pupils * each["sports"],
        "教学仪器设备值": pupils * each["equipment"],
        "网络多媒体教室数": round(pupils * each["media"]),
        "公用经费核定学生数": pupils,
        "年度公用经费预算": budget,
        "教师培训经费": budget * 6 // 100,  # exactly the 6% asked
        "归属学校代码": owner,
        "图书册数": books,
    }


def classes(code: str, stage: str, *pupils: int) -> list[dict[str, Any]]:
    return [
        {"学校代码": code, "学段": stage, "年级": "3", "班级": str(number), "学生数": count}
        for number, count in enumerate(pupils, start=1)
    ]


def rooms(code: str, kind: str, *areas: int) -> list[dict[str, Any]]:
    return [{"学校代码": code, "类型": kind, "面积": area} for area in areas]


def county(*, books: int, largest_class: int, second_laboratory: int, veto: str) -> dict[str, list[dict[str, Any]]]:
    """Three primary schools (one with a campus) and two junior ones; the arguments are what may fail."""
    return {
        "基本信息": [{"值": "云岭县"}, {"值": "539901"}, {"值": 2021}, {"值": 20_000}],
        "学校": [
            school(P1, "中心小学", "小学", 400, 10, 10_400),
            school(CAMPUS, "中心小学东校区", "小学", 100, 3, 2_600, P1),
            school(P2, "河西小学", "小学", 300, 8, books),
            school(P3, "石桥小学", "小学", 100, 4, 2_600),
            school(J1, "云岭一中", "初中", 600, 13, 24_000),
            school(J2, "云岭二中", "初中", 400, 9, 16_000),
        ],
        "班级": [
            *classes(P1, "小学", *[40] * 10),
            *classes(CAMPUS, "小学", 34, 33, 33),
            *classes(P2, "小学", largest_class, *[37] * 6, 78 - largest_class),
            *classes(P3, "小学", *[25] * 4),
            *classes(J1, "初中", *[46] * 12, 48),
            *classes(J2, "初中", *[44] * 8, 48),
        ],
        "专用教室": [
            # 13 classes with the campus's: two of each
            *rooms(P1, "音乐", 100, 120),
            *rooms(P1, "科学专用教室", 90),
            *rooms(CAMPUS, "科学", second_laboratory),
            *rooms(P1, "舞蹈教室", 110, 110),
            *(room for code in (P2, P3) for kind, area in (("音乐", 100), ("科学", 85), ("舞蹈", 110)) for room in rooms(code, kind, area)),
            *rooms(J1, "音乐", 100, 100),
            *rooms(J1, "科学", 85, 85),
            *rooms(J2, "音乐", 100),
            *rooms(J2, "科学", 85),
        ],
        "财政": [
            {"年份": year, "一般公共预算教育支出": spent, "在校学生数": 1_900}
            for year, spent in ((2019, 8_000), (2020, 7_900), (2021, 8_200))
        ],
        # in the order of the clauses, as the template lists them
        "县级数据": [{"数值": value} for value in (480, 450, 46, 98_000, 97_000)],
        "质量监测": [{"学科": "语文", "学业水平等级": "2", "校际差异率": 0.17}],
        "现场核查": [{"结论": "达标", "依据": "查阅文件"}],
        "B评分": [
            {"评估人": "甲", "得分": 12},
            {"评估人": "甲", "得分": 8},
            {"评估人": "甲", "得分": 7},
            {"条款": "C1.1", "评估人": "乙", "得分": 14},
        ],
        "一票否决": [*[{"是否存在": "否"}] * 6, {"是否存在": veto}],
        "调查对象规模": [{"总体人数": 1_000}] * 7,
    }  # fmt: skip


FAILING = {"books": 7_200, "largest_class": 41, "second_laboratory": 80, "veto": "否"}
MENDED = {"books": 7_500, "largest_class": 40, "second_laboratory": 85, "veto": "否"}


def junheng(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output + result.stderr
    return result


def write_questionnaires(folder: Path) -> Path:
    """Five questions a group that count toward D1.1, the third toward C2.2 as well."""
    folder.mkdir()
    for group in GROUPS:
        items = ["D1.1"], ["D1.1"], ["D1.1", "C2.2"], ["D1.1"], ["D1.1"]
        questions = "".join(
            f"  - {{id: q{number}, text: {{zh: 第{number}题}}, type: choice, options: likes, required: true, items: {json.dumps(own)}}}\n"
            for number, own in enumerate(items, start=1)
        )
        options = "    - {value: 1, label: {zh: 满意}, recognises: true}\n    - {value: 2, label: {zh: 不满意}, recognises: false}\n"
        (folder / f"{group}.yaml").write_text(
            f"id: {group}\nversion: 1\ngroup: {group}\ntitle: {{zh: 问卷}}\noption_sets:\n  likes:\n{options}questions:\n{questions}",
            encoding="utf-8",
        )
    return folder


def write_responses(file: Path) -> Path:
    """40 valid sheets: 16 of parents, 4 of each other group. 32 recognise in three of five answers, 8 in the first two."""
    groups = [group for group in GROUPS for _ in range(16 if group == "parent" else 4)]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["group", "school", "submitted_at", "duration_s", "valid", *(f"q{n}" for n in range(1, 6))])
        for number, group in enumerate(groups):
            answers = (1, 1, 2, 2, 2) if number % 5 == 0 else (1, 1, 1, 2, 2)
            writer.writerow([group, P1 if group in GROUPS[:4] else "", "", "", 1, *answers])
    return file


def judged(folder: Path, **figures: Any) -> dict[str, Any]:
    """The assessment of the county with these figures: its workbook typed into the template, checked, and evaluated with the survey."""
    workbook = folder / "workbook.xlsx"
    junheng("template", "--rulebook", RULEBOOK, "--out", workbook)
    fill_template(workbook, county(**figures))
    checked = json.loads(junheng("check", workbook, "--rulebook", RULEBOOK, "--json").stdout)
    # sheets that may stay empty, and nothing else
    assert [(one["where"], one["kind"]) for one in checked["warnings"]] == [
        (sheet, "sheet_not_supplied") for sheet in ("共用资源", "班额分布")
    ]
    survey = ["--responses", write_responses(folder / "r.csv"), "--questionnaires", write_questionnaires(folder / "q")]
    junheng("evaluate", workbook, "--rulebook", RULEBOOK, *survey, "--out", folder / "out")
    document: dict[str, Any] = json.loads((folder / "out" / "assessment.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("yunling")


@pytest.fixture(scope="module")
def failing(folder: Path) -> dict[str, Any]:
    return judged(folder, **FAILING)


def clauses_of(document: Mapping[str, Any]) -> dict[str, Any]:
    return {clause["id"]: clause for indicator in document["indicators"] for clause in indicator["clauses"]}


def test_the_verdicts_are_those_worked_out_by_hand(failing: dict[str, Any]) -> None:
    assert failing["outcome"] == "not_met"
    assert failing["a_unmet"] == ["A4", "B1", "B2"]
    assert failing["a_missing"] == []
    clauses = clauses_of(failing)
    assert [name for name, clause in clauses.items() if clause["status"] != "met"] == ["A4.7", "B1.1", "B2.2"]
    # 13,000 + 7,200 + 2,600 books for 900 pupils: the county reaches 25, 河西小学 with its 24 does not, and nothing excuses it
    assert clauses["A4.7"]["value"] == pytest.approx(22_800 / 900)
    assert (clauses["A4.7"]["schools"], clauses["A4.7"].get("excused")) == ([P2], None)
    assert [(one["school"], one["label"], one["actual"], one["required"]) for one in clauses["B1.1"]["failures"]] == [
        (P1, "科学", 1, 2)
    ]
    assert [(one["school"], one["actual"], one["required"]) for one in clauses["B2.2"]["failures"]] == [(P2, 41, 40)]
    assert clauses["B3.1"]["value"] == 450 / 480


def test_a_school_that_another_rule_would_excuse_does_not_comply(failing: dict[str, Any]) -> None:
    rows = {one["code"]: one for one in failing["schools"]}
    assert (rows[P2]["met"], rows[P2]["compliant"], rows[P2]["is_excused"]) == (7, False, False)
    assert {code for code, one in rows.items() if one["compliant"]} == {P1, P3, J1, J2}
    assert rows[P1]["values"]["E8"] == 26  # with its campus: 13,000 books for 500 pupils
    (gap,) = failing["gaps"]
    assert (gap["school"], gap["indicator"], gap["required"], gap["shortfall"]) == (P2, "A4", 7_500, 300)


def test_coefficients_are_of_the_eight_resources(failing: dict[str, Any]) -> None:
    primary = failing["coefficients"]["小学"]
    assert list(primary) == [f"E{number}" for number in range(1, 9)]
    # 26, 24, 26 for 500, 300, 100 pupils: mean 76/3, mean square of the differences 8/9
    assert primary["E8"] == pytest.approx(math.sqrt(8 / 9) / (76 / 3))
    assert [primary[f"E{number}"] for number in range(1, 8)] == [0] * 7


def test_the_survey_is_judged_by_the_provinces_own_shares(failing: dict[str, Any]) -> None:
    found = failing["recognition"]
    # by questionnaires: satisfied from three of five answers on
    assert (found["item"], found["unit"], found["rate"], found["recognise"], found["base"]) == (
        "D1.1",
        "questionnaire",
        0.8,
        32,
        40,
    )
    assert found["by_answer"]["rate"] == (32 * 3 + 8 * 2) / 200
    # 2 in 1,000 of 20,000 residents; two fifths of the sheets are parents' as asked, fewer than half
    assert (found["sample"]["required"], found["sample"]["valid"], found["sample"]["is_valid"]) == (40, 40, True)


def test_points_are_the_provinces_own(failing: dict[str, Any]) -> None:
    scores = {name: clause["score"] for name, clause in clauses_of(failing).items() if "score" in clause}
    # 12 and 14 of two evaluators; 6 points × the 32 of 40 who recognise in the third question
    assert scores == {"C1.1": 13, "C1.2": 8, "C2.1": 7, "C2.2": pytest.approx(4.8)}
    assert (failing["b"]["total"], failing["b"]["passes"]) == (pytest.approx(32.8), True)
    assert {one["clause"] for one in failing["findings"]} == {"C1.1"}  # 2020 fell below 2019
    assert len(failing["findings"]) == 2


@pytest.mark.parametrize(
    ("changed", "outcome", "grade"),
    [({}, "certifiable", "达标"), ({"veto": "是"}, "vetoed", None)],
    ids=["mended", "veto"],
)
def test_the_same_county_mended_and_with_the_seventh_veto(
    tmp_path: Path, changed: dict[str, str], outcome: str, grade: str | None
) -> None:
    document = judged(tmp_path, **MENDED | changed)
    assert (document["outcome"], document["grade"], document["a_unmet"]) == (outcome, grade, [])
    assert document["vetoes"] == (["7"] if changed else [])


def words_of(file: Path) -> str:
    """Everything that a report, ledger or template says, its own page set-up left aside."""
    if file.suffix == ".html":
        return re.sub(
            "<style>.*?</style>|<svg.*?</svg>|<[^>]*>", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL
        )
    if file.suffix == ".docx":
        with zipfile.ZipFile(file) as archive:
            return re.sub("<[^>]*>", "", archive.read("word/document.xml").decode())
    book = openpyxl.load_workbook(file)
    return "\n".join(
        str(cell) for page in book for row in page.iter_rows(values_only=True) for cell in row if cell is not None
    )


OWN = {
    "report.html": ("40%", "30", "75%", "图书册数", "舞蹈", "科学专用教室", "0.4", "B3.6", "校园欺凌处置失当"),
    "report.docx": ("40%", "30", "75%", "图书册数", "舞蹈", "科学专用教室", "0.4", "校园欺凌处置失当"),
    "ledger.xlsx": ("图书册数", "科学专用教室", "班级学生数"),
}
OTHERS = (
    "湘潭",
    "xiangtan",
    "附件1",
    "85%",
    "一半",
    "六类",
    "六项",
    "6项",
    "80%",
    "20%",
    "36.3",
    "0.50",
    "0.45",
    "基本值",
    "余项",
    "有一项",
)


@pytest.mark.parametrize("name", OWN)
def test_the_texts_name_the_provinces_numbers_and_none_of_another(
    name: str, folder: Path, failing: dict[str, Any]
) -> None:
    said = words_of(folder / "out" / name)
    assert [word for word in OWN[name] if word not in said] == []
    # 基本值 is a column of every ledger, empty here
    allowed = {"基本值"} if name == "ledger.xlsx" else set()
    assert others_in(said) - allowed == set()


def others_in(said: str) -> set[str]:
    """What of another rule's numbers and words stands in a text; 20.20% is not 20%."""
    return {word for word in OTHERS if re.search(rf"(?<![0-9.]){re.escape(word)}", said)}


def test_what_the_provinces_own_figures_can_not_be_is_told(tmp_path: Path) -> None:
    """A wage in 万元, a part above its whole, a kind of room and a veto that the province does not know."""
    sheets = county(**FAILING) | {"县级数据": [{"数值": value} for value in (480, 450, 46, 9.8, 97_000)]}
    sheets["专用教室"][0]["类型"] = "美术"
    sheets["一票否决"].append({"事项": "8", "是否存在": "否"})
    junheng("template", "--rulebook", RULEBOOK, "--out", tmp_path / "w.xlsx")
    fill_template(tmp_path / "w.xlsx", sheets)
    result = CliRunner().invoke(main, ["check", str(tmp_path / "w.xlsx"), "--rulebook", str(RULEBOOK)])
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["专用教室!B4", "县级数据!B7", "一票否决!A11"]
    sheets = county(**FAILING) | {"县级数据": [{"数值": value} for value in (480, 481, 46, 98_000, 97_000)]}
    junheng("template", "--rulebook", RULEBOOK, "--out", tmp_path / "w.xlsx")
    fill_template(tmp_path / "w.xlsx", sheets)
    warned = junheng("check", tmp_path / "w.xlsx", "--rulebook", RULEBOOK).stdout
    assert "县管校聘教师数" in warned


def test_the_rule_is_shown_with_what_is_its_own() -> None:
    shown = junheng("rulebook", "show", RULEBOOK).stdout
    for line in (
        "column books  图书册数 (册)",
        "excuse  none",
        "veto 7  ",
        "resource E8  生均图书册数  at least 小学 25, 初中 35 册",
    ):
        assert line in shown


def test_the_template_asks_for_what_the_province_asks_for(tmp_path: Path) -> None:
    junheng("template", "--rulebook", RULEBOOK, "--out", tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert [row[0].value for row in book["一票否决"].iter_rows(min_row=4, max_row=11)] == [*"1234567", None]
    assert [row[0].value for row in book["县级数据"].iter_rows(min_row=4, max_row=8)] == [
        "在编教师数", "县管校聘教师数", "生均家校共育经费", "教师年收入", "公务员年收入"
    ]  # fmt: skip
    assert book["财政"]["A1"].value == "近3年，每年一行。"
    kinds = next(rule for rule in book["专用教室"].data_validations.dataValidation if str(rule.sqref).startswith("B"))
    assert kinds.formula1 == '"音乐,科学,舞蹈"'
    assert [cell.value for cell in book["学校"][2]][-1] == "图书册数（册）"
    said = words_of(tmp_path / "t.xlsx")
    assert others_in(said) == set()
    assert [word for word in ("10.1", "8.1", "巩固") if word in said] == []
