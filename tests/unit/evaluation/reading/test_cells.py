"""One cell: what people type, and what it is read as (docs/interfaces.md, "The statistics workbook")."""

from datetime import date

import pytest

from evaluation.reading.cells import CellProblem, parse_cell
from evaluation.reading.columns import BASIC_ITEMS, FIGURES, FINANCE, FINDINGS, MONITORING, SCHOOLS, Column
from evaluation.reading.tables import Fault, Merged

PUPILS, AREA, CODE = SCHOOLS.column("pupils"), SCHOOLS.column("teaching_area_m2"), SCHOOLS.column("school")
TEACHERS, CAMPUS_OF, INDOOR = (
    SCHOOLS.column(name) for name in ("qualified_teachers", "belongs_to", "indoor_sports_m2")
)
KIND, LOCATION, OWNER = SCHOOLS.column("kind"), SCHOOLS.column("location"), SCHOOLS.column("owner")
YEAR, SHARE, LEVEL = FINANCE.column("year"), MONITORING.column("dispersion"), MONITORING.column("level")
CLAUSE, COUNTY, FIGURE = FINDINGS.column("clause"), BASIC_ITEMS[1], FIGURES.column("value")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (305, 305),
        (305.0, 305),
        ("305", 305),
        ("305.0", 305),
        ("　305　", 305),
        (" 305\u00a0\n", 305),
        ("３０５", 305),
        ("1,305", 1305),
        ("1，305", 1305),
        ("1,234,567.5", 1234567.5),
        ("1１２4．5", 1124.5),
        ("1.2E+06", 1200000),
        ("\ufeff12", 12),
        ("12_x000D_", 12),
        ("1124.5㎡", 1124.5),
        ("1124.5 平方米", 1124.5),
        ("0", 0),
        ("-0", 0),
    ],
)
def test_number_is_read_as_people_mean_it(raw, value):
    assert parse_cell(raw, AREA) == value


def test_pupils_in_text_with_their_unit_are_read():
    assert parse_cell("305人", PUPILS) == 305


@pytest.mark.parametrize(
    ("raw", "column", "kind"),
    [
        ("", PUPILS, "cell_empty"),
        (None, PUPILS, "cell_empty"),
        ("　", PUPILS, "cell_empty"),
        ("*", PUPILS, "cell_mark"),
        ("-", PUPILS, "cell_mark"),
        ("—", PUPILS, "cell_mark"),
        ("无", PUPILS, "cell_mark"),
        ("*", AREA, "cell_mark"),
        ("无", SCHOOLS.column("name"), "cell_mark"),
        ("约300", PUPILS, "cell_not_number"),
        ("1,5", PUPILS, "cell_not_number"),
        ("1 305", PUPILS, "cell_not_number"),
        ("120.5万元", SCHOOLS.column("equipment_yuan"), "cell_not_number"),
        (True, PUPILS, "cell_not_number"),
        ("nan", PUPILS, "cell_not_number"),
        ("inf", PUPILS, "cell_not_number"),
        ("1_000", PUPILS, "cell_not_number"),
        (float("nan"), PUPILS, "cell_not_number"),
        (float("inf"), AREA, "cell_not_number"),
        ("9" * 400, AREA, "cell_not_number"),
        ("1E999", AREA, "cell_not_number"),
        ("12%", PUPILS, "cell_percent"),
        ("12%", FIGURE, "cell_percent"),
        (-1, PUPILS, "cell_negative"),
        ("－1", AREA, "cell_negative"),
        (35.7, PUPILS, "cell_not_whole"),
        (1e9, PUPILS, "cell_absurd"),
        (1e300, AREA, "cell_absurd"),
        (date(2020, 1, 1), PUPILS, "cell_date"),
        (date(1905, 7, 12), YEAR, "cell_date"),
        (Fault(False, "#DIV/0!"), PUPILS, "cell_error"),
        ("#N/A", PUPILS, "cell_error"),
        (Fault(True), AREA, "cell_formula"),
        (Merged("A3:A4", 2, 0), CODE, "cell_merged"),
        ("二〇二〇", YEAR, "cell_not_year"),
        (20, YEAR, "cell_not_year"),
        (2020.5, YEAR, "cell_not_year"),
        ("小小学", KIND, "cell_not_choice"),
        (3.5, LEVEL, "cell_not_choice"),
        (5, LEVEL, "cell_not_choice"),
        (14, SHARE, "cell_bare_percent"),
        ("14", SHARE, "cell_bare_percent"),
        (1.01, SHARE, "cell_bare_percent"),
        ("120%", SHARE, "cell_absurd"),
        (-0.1, SHARE, "cell_negative"),
        ("低", SHARE, "cell_not_number"),
        ("x%", SHARE, "cell_not_number"),
        ("4.303E+09", CODE, "code_scientific"),
        ("4.303e9", CODE, "code_scientific"),
        (4303000001.5, CODE, "code_invalid"),
        (4.30300000112e17, CODE, "code_digits_lost"),
        ("43 03", CODE, "code_invalid"),
        (True, CODE, "code_invalid"),
        ("-", CODE, "code_invalid"),
        ("43030", COUNTY, "county_code_invalid"),
        ("430302000000", COUNTY, "county_code_invalid"),
        ("长沙县", COUNTY, "code_invalid"),
        ("十.一", CLAUSE, "code_invalid"),
        (date(2020, 10, 1), CLAUSE, "cell_date"),
    ],
)
def test_cell_is_refused(raw, column, kind):
    problem = parse_cell(raw, column)
    assert isinstance(problem, CellProblem)
    assert problem.message.kind == kind
    assert column.header in problem.message.text("zh", problem.values)


def test_teachers_may_be_fractions():
    """boundary-13: a teacher shared by two schools."""
    assert parse_cell(35.7, TEACHERS) == 35.7


@pytest.mark.parametrize("raw", ["", None, "无", "-", "/", "*"])
@pytest.mark.parametrize("column", [CAMPUS_OF, INDOOR], ids=lambda column: column.field)
def test_optional_column_may_say_that_there_is_nothing(raw, column):
    assert parse_cell(raw, column) is None


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (4303000000.0, "4303000000"),
        ("4303000000", "4303000000"),
        ("4303000000.0", "4303000000"),
        ("４３０３００００００", "4303000000"),
        ("'4303000000", "4303000000"),
        (" 0043 ", "0043"),
        ("A-1", "A-1"),
    ],
)
def test_code_keeps_its_digits(raw, code):
    assert parse_cell(raw, CODE) == code


@pytest.mark.parametrize(
    ("raw", "share"),
    [("12%", 0.12), ("１２％", 0.12), ("12 %", 0.12), (0.15, 0.15), ("0.15", 0.15), (1, 1.0), ("14.99%", 0.1499)],
)
def test_share_is_a_fraction_or_a_percentage_with_its_sign(raw, share):
    assert parse_cell(raw, SHARE) == pytest.approx(share, rel=1e-15)


@pytest.mark.parametrize("raw", [2020, 2020.0, "2020", "2020年", "２０２０年度"])
def test_year(raw):
    assert parse_cell(raw, YEAR) == 2020


@pytest.mark.parametrize("raw", [3, 3.0, "3", "Ⅲ", "III", "iii", "三级", "3级", "Ⅲ级", "三"])
def test_level_three(raw):
    assert parse_cell(raw, LEVEL) == "3"


@pytest.mark.parametrize(
    ("column", "raw", "word"),
    [
        (LOCATION, "主城区", "城区"),
        (LOCATION, 112, "城区"),
        (LOCATION, "121", "镇区"),
        (LOCATION, 123.0, "镇区"),
        (LOCATION, "乡中心区", "乡村"),
        (LOCATION, "220.0", "乡村"),
        (KIND, "小学教学点", "教学点"),
        (KIND, "九年一贯制", "九年一贯制学校"),
        (KIND, "十二年 一贯制", "十二年一贯制学校"),
        (KIND, "其他特教学校", "特殊教育学校"),
        (KIND, "职业高中学校", "职业学校"),
        (KIND, "中等技术学校", "职业学校"),
        (KIND, 312, "九年一贯制学校"),
        (OWNER, "999", "民办"),
        (OWNER, "县级教育部门", "公办"),
    ],
)
def test_words_and_codes_of_the_field_are_understood(column, raw, word):
    """Words of the official school statistics (教育事业统计)."""
    assert parse_cell(raw, column) == word


@pytest.mark.parametrize(
    ("raw", "clause"),
    [(8.1, "8.1"), ("8.1", "8.1"), ("８．１", "8.1"), ("g1.1", "G1.1"), (13.0, "13"), ("10.10", "10.10")],
)
def test_clause_number(raw, clause):
    assert parse_cell(raw, CLAUSE) == clause


@pytest.mark.parametrize(
    ("raw", "factor", "value"),
    [(120.5, 10_000, 1_205_000), (28.2528, 10_000, 282_528), (0.1, 10_000, 1000), (900_000_000, 1 / 10_000, 90_000)],
)
def test_unit_of_the_header_multiplies_without_residue(raw, factor, value):
    assert parse_cell(raw, Column("x", "x", "number"), factor) == value
