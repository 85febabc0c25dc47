"""The split of a multi-stage school's total, and campuses added to their school (tests/golden/data/cases.md, case 3; golden/published, split)."""

import pytest

from evaluation.facts import join_facts
from evaluation.reading.asked import Asked
from evaluation.reading.columns import SCHOOLS, SHARED_FIELDS, Column
from evaluation.reading.county import read_county
from evaluation.reading.sharing import split_total
from tests.builders import JUNIOR_CODE, JUNIOR_SCHOOL, PRIMARY_CODE, PRIMARY_SCHOOL, build_workbook, nine_year_school
from tests.unit.evaluation.reading.reading_cases import facts_of

P, Q = PRIMARY_CODE, "4399010009"


def by_stage(facts, school=P):
    return facts.school_stages.query("school == @school").set_index("stage")


def test_published_split():
    """dyhzdl.cn: a nine-year school, 166 primary and 210 junior pupils, 23226 in all: published 9711 and 13515."""
    pupils = {"primary_pupils": 166, "junior_pupils": 210, "senior_pupils": None}
    assert split_total(23226, pupils, "小学") == pytest.approx(9711.627204, abs=5e-7)
    assert split_total(23226, pupils, "初中") == pytest.approx(13514.372796, abs=5e-7)


def test_senior_pupils_take_their_part_away():
    """小学 1 : 初中 1.1 : 高中 1.32, as 九年一贯制 1 : 1.1 and 完全中学 1 : 1.2 have it together."""
    pupils = {"primary_pupils": 0, "junior_pupils": 100, "senior_pupils": 100}
    assert split_total(1000, pupils, "初中") == pytest.approx(1000 / 2.2, rel=1e-12)


def test_all_four_totals_are_split(tmp_path):
    facts = facts_of(build_workbook(tmp_path, {"学校": nine_year_school(), "共用资源": [{}]}))
    rows = by_stage(facts)
    assert rows.loc["小学", "teaching_area_m2"] == pytest.approx(1800)
    assert rows.loc["初中", "sports_area_m2"] == pytest.approx(5200 * 220 / 520)
    assert rows.loc["小学", "equipment_yuan"] == pytest.approx(900_000)
    assert rows["multimedia_rooms"].sum() == pytest.approx(16)
    assert facts.shared_resources.loc[0, ["primary_pupils", "senior_pupils", "row"]].tolist() == [300, 0, 2]
    assert facts.cell("439901", "shared_resources", 2, "equipment_yuan") == "共用资源!G2"


def test_empty_pupil_number_is_none(tmp_path):
    facts = facts_of(build_workbook(tmp_path, {"学校": nine_year_school(), "共用资源": [{"高中生数": ""}]}))
    assert by_stage(facts).loc["小学", "teaching_area_m2"] == pytest.approx(1800)


def test_campus_is_added_after_the_split(tmp_path):
    """P 小学: 1,800 + 700 = 2,500 over 450 pupils = 5.555556; 初中 1,320/200 = 6.6."""
    schools = nine_year_school(P)
    schools[0] |= {"学生数": 300}
    schools[1] |= {"学生数": 200}
    campus = PRIMARY_SCHOOL | {
        "学校代码": Q,
        "学校名称": "分校",
        "归属学校代码": P,
        "学生数": 150,
        "教学及辅助用房面积": 700,
    }
    facts = facts_of(build_workbook(tmp_path, {"学校": [*schools, campus], "共用资源": [{}]}))
    rows = by_stage(facts)
    assert rows.loc["小学", ["teaching_area_m2", "pupils"]].tolist() == pytest.approx([2500, 450])
    assert rows.loc["小学", "teaching_area_m2"] / rows.loc["小学", "pupils"] == pytest.approx(5.555556, abs=1e-6)
    assert rows.loc["初中", "teaching_area_m2"] / rows.loc["初中", "pupils"] == pytest.approx(6.6)
    assert set(facts.school_stages["school"]) == {P}
    campuses = facts.campuses[["school", "stage", "campus", "name", "row"]].to_numpy().tolist()
    assert campuses == [[P, "小学", Q, "分校", 4]]
    assert facts.cell("439901", "campuses", 4, "name") == "学校!B4"


def test_every_figure_of_a_campus_is_added(tmp_path):
    campus = PRIMARY_SCHOOL | {"学校代码": Q, "归属学校代码": P}
    row = by_stage(facts_of(build_workbook(tmp_path, {"学校": [{}, campus]}))).loc["小学"]
    own = [500, 12, 30, 7, 6, 3000, 5000, 1_500_000, 15, 500, 325_000, 30_000]
    assert row["pupils":"training_yuan"].tolist() == [2 * value for value in own]
    assert row["row"] == 2


def test_classes_and_rooms_of_a_campus_are_the_schools(tmp_path):
    campus = PRIMARY_SCHOOL | {"学校代码": Q, "归属学校代码": P}
    sheets = {"学校": [{}, campus], "班级": [{}, {"学校代码": Q, "班级": 2}], "专用教室": [{"学校代码": Q}]}
    facts = facts_of(build_workbook(tmp_path, sheets))
    assert facts.classes["school"].tolist() == [P, P]
    assert facts.rooms["school"].tolist() == [P]


def test_campus_with_a_total_of_its_own_is_split_before_it_is_added(tmp_path):
    schools = [*nine_year_school(P), *(row | {"归属学校代码": P} for row in nine_year_school(Q))]
    shared = [{}, {"学校代码": Q, "小学生数": 100, "初中生数": 100, "教学及辅助用房面积": 2100}]
    rows = by_stage(facts_of(build_workbook(tmp_path, {"学校": schools, "共用资源": shared})))
    assert rows["teaching_area_m2"].to_dict() == pytest.approx({"小学": 2800, "初中": 2420})


def test_school_that_names_itself_is_no_campus(tmp_path):
    facts = facts_of(
        build_workbook(tmp_path, {"学校": [{"归属学校代码": P}, {"学校代码": JUNIOR_CODE, "归属学校代码": "无"}]})
    )
    assert len(facts.school_stages) == 2
    assert facts.campuses.empty


def test_indoor_sports_rooms_are_deducted(tmp_path):
    """教学及辅助用房 of the statistics forms contains 室内体育用房, which counts as 体育运动场馆."""
    schools = [{"室内体育用房面积": 400}, {"学校代码": JUNIOR_CODE, "室内体育用房面积": ""}]
    facts = facts_of(build_workbook(tmp_path, {"学校": schools}))
    assert facts.school_stages["teaching_area_m2"].tolist() == [2600, 3000]


def test_row_of_another_stage_keeps_its_own_cells_beside_a_total(tmp_path):
    """A special class annexed to a nine-year school: only 小学, 初中 and 高中 share the total."""
    special = {"学段": "特教", "办学类型": "九年一贯制学校", "教学及辅助用房面积": 90}
    facts = facts_of(build_workbook(tmp_path, {"学校": [*nine_year_school(P), special], "共用资源": [{}]}))
    assert by_stage(facts)["teaching_area_m2"].to_dict() == pytest.approx({"小学": 1800, "初中": 1320, "特教": 90})


def test_figures_of_a_split_school_lead_to_the_cells_of_the_total(tmp_path):
    sheets = {"学校": [JUNIOR_SCHOOL, *nine_year_school(P)], "共用资源": [{}]}
    facts = facts_of(build_workbook(tmp_path, sheets))
    addresses = [facts.cell("439901", "school_stages", 3, name) for name in SHARED_FIELDS]
    assert addresses == ["共用资源!E2", "共用资源!F2", "共用资源!G2", "共用资源!H2"]
    assert [facts.cell("439901", "school_stages", 4, name) for name in SHARED_FIELDS] == addresses
    assert facts.cell("439901", "school_stages", 3, "pupils") == "学校!G3"
    assert facts.cell("439901", "school_stages", 2, "teaching_area_m2") == "学校!L2"
    assert facts.cell("439901", "shared_resources", 2, "teaching_area_m2") == "共用资源!E2"


def test_campuses_add_every_figure_of_a_school():
    figures = {column.field for column in SCHOOLS.columns if column.kind in ("number", "whole")}
    assert figures - set(SCHOOLS.added_fields) == {"indoor_sports_m2"}  # deducted before


def test_further_column_of_a_rulebook_is_read_added_and_found_again(tmp_path):
    books = Column("图书册数", "books", "whole", unit="册", is_added=True)
    campus = PRIMARY_SCHOOL | {"学校代码": Q, "学校名称": "分校", "归属学校代码": P, "图书册数": 500}
    schools = [PRIMARY_SCHOOL | {"学校代码": P, "图书册数": "1.2"}, campus | {"图书册数": 0.05}]
    file = build_workbook(tmp_path, {"学校": schools}, headers={"图书册数": "图书册数（万册）"})
    facts = read_county(file, Asked(columns=(books,))).facts
    assert facts.school_stages["books"].tolist() == [12_500]
    assert facts.cell("439901", "school_stages", 2, "books").startswith("学校!")
    assert "books" not in read_county(file).facts.school_stages


def test_counties_read_together_keep_the_cells_of_their_totals(tmp_path):
    split = facts_of(build_workbook(tmp_path, {"学校": nine_year_school(P), "共用资源": [{}]}))
    other = facts_of(build_workbook(tmp_path, name="other.xlsx", basics={"行政区划代码": "439902"}))
    joined = join_facts([split, other])
    assert joined.cell("439901", "school_stages", 2, "equipment_yuan") == "共用资源!G2"
    assert joined.cell("439902", "school_stages", 2, "equipment_yuan") == "学校!N2"
