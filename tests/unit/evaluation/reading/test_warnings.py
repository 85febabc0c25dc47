"""What is plausible but odd is reported, changes nothing, and a sound workbook is silent (docs/interfaces.md, "The statistics workbook")."""

import pytest

from evaluation.reading.county import read_county
from tests.builders import JUNIOR_CODE, JUNIOR_SCHOOL, PRIMARY_CODE, PRIMARY_SCHOOL, build_workbook, nine_year_school
from tests.paths import GOLDEN
from tests.unit.evaluation.reading.reading_cases import ASKED, warnings_of

FIVE_YEARS = [{"年份": year} for year in range(2016, 2021)]


def many_schools(*changed):
    """Six primary schools; the first ones changed."""
    rows = [{"学校代码": f"43990100{n:02}", "学校名称": f"第{n}小学"} for n in range(6)]
    return [row | dict(more) for row, more in zip(rows, [*changed, *[{}] * 6], strict=False)]


def test_sound_workbook_is_silent(tmp_path):
    sheets = {
        "学校": [{}, JUNIOR_SCHOOL],
        "班级": [
            {"班级": n, "学校代码": code, "学段": stage, "学生数": 42 if n > 4 else 41}
            for code, stage in ((PRIMARY_CODE, "小学"), (JUNIOR_CODE, "初中"))
            for n in range(1, 13)
        ],
        "财政": FIVE_YEARS,
    }
    assert warnings_of(build_workbook(tmp_path, sheets)) == []


@pytest.mark.parametrize("workbook", sorted(GOLDEN.glob("counties/*/workbook.xlsx")), ids=lambda path: path.parent.name)
def test_golden_workbooks_are_silent(workbook):
    assert warnings_of(workbook) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"教学仪器设备值": 150}, [("学校!N2", "odd_equipment")]),
        ({"教学仪器设备值": 24_999}, [("学校!N2", "odd_equipment")]),
        ({"教学仪器设备值": 25_000}, []),
        ({"年度公用经费预算": 32.5, "教师培训经费": 3}, [("学校!Q2", "odd_budget")]),
        ({"教师培训经费": 325_001}, [("学校!R2", "odd_training")]),
        ({"县级以上骨干教师数": 60}, [("学校!J2", "odd_staff")]),
        ({"体育艺术专任教师数": 53}, [("学校!K2", "odd_staff")]),
        ({"体育艺术专任教师数": 52}, []),
        ({"学生数": 0}, [("学校!G2", "odd_no_pupils")]),
    ],
)
def test_warning_about_a_school(tmp_path, changed, expected):
    assert warnings_of(build_workbook(tmp_path, {"学校": [changed]})) == expected


def test_equipment_of_a_split_total_is_said_once_where_it_was_typed(tmp_path):
    file = build_workbook(
        tmp_path, {"学校": nine_year_school(学生数=300), "共用资源": [{"初中生数": 300, "教学仪器设备值": 156}]}
    )
    assert warnings_of(file) == [("共用资源!G2", "odd_equipment")]


def test_value_far_above_the_county_median(tmp_path):
    file = build_workbook(
        tmp_path, {"学校": many_schools({"教学及辅助用房面积": 30_001}, {"体育运动场馆面积": 50_000})}
    )
    assert warnings_of(file) == [("学校!L2", "odd_median")]


def test_value_a_pupil_far_above_the_county_median(tmp_path):
    """A small school with ten times the rooms a pupil, though not ten times the rooms."""
    small = {"学生数": 50, "教学及辅助用房面积": 3001, "公用经费核定学生数": 100}
    small |= {
        "体育运动场馆面积": 500,
        "教学仪器设备值": 150_000,
        "网络多媒体教室数": 2,
        "年度公用经费预算": 65_000,
        "班级数": 6,
    }
    small |= {"高于规定学历教师数": 8, "县级以上骨干教师数": 1, "体育艺术专任教师数": 1}
    assert warnings_of(build_workbook(tmp_path, {"学校": many_schools(small)})) == [("学校!L2", "odd_median")]


def test_large_school_is_told_by_its_pupils_alone(tmp_path):
    numbers = {key: value * 11 for key, value in PRIMARY_SCHOOL.items() if isinstance(value, int)}
    assert warnings_of(build_workbook(tmp_path, {"学校": many_schools(numbers)})) == [("学校!G2", "odd_median")]


def test_classes_against_the_school(tmp_path):
    rows = [{"班级": n, "学生数": 45} for n in range(1, 12)]
    assert warnings_of(build_workbook(tmp_path, {"学校": [{}], "班级": rows})) == [
        ("学校!G2", "odd_class_pupils"),
        ("学校!H2", "odd_class_count"),
    ]


def test_school_without_classes_is_reported(tmp_path):
    rows = [{"班级": n, "学生数": 41 if n < 5 else 42} for n in range(1, 13)]
    file = build_workbook(tmp_path, {"学校": [{}, JUNIOR_SCHOOL], "班级": rows})
    assert warnings_of(file) == [("学校!H3", "odd_class_none")]


def test_bands_of_class_sizes_against_the_school(tmp_path):
    """Twelve classes of 41 to 45 hold 492 to 540 pupils."""
    assert warnings_of(build_workbook(tmp_path, {"学校": [{}], "班额分布": [{"41-45": 12}]})) == []
    assert warnings_of(build_workbook(tmp_path, {"学校": [{}], "班额分布": [{"46-50": 12}]})) == [
        ("学校!G2", "odd_class_pupils")
    ]


def test_class_listed_twice(tmp_path):
    rows = [{"班级": 1, "学生数": 250}, {"班级": 1, "学生数": 250}]
    assert warnings_of(build_workbook(tmp_path, {"学校": [{"班级数": 2}], "班级": rows})) == [
        ("班级!D3", "odd_class_twice")
    ]


def test_one_school_with_two_names_and_one_name_for_two_schools(tmp_path):
    schools = [{}, {"学段": "初中", "学校名称": "另名", "城乡": "乡村"}, {"学校代码": "4399010077"}]
    assert warnings_of(build_workbook(tmp_path, {"学校": schools})) == [
        ("学校!B3", "odd_school_differs"),
        ("学校!E3", "odd_school_differs"),
        ("学校!B4", "odd_name_twice"),
    ]


def test_pupils_of_shared_resources_against_the_school(tmp_path):
    schools = nine_year_school()
    schools[0]["学生数"], schools[1]["学生数"] = 301, 200
    assert warnings_of(build_workbook(tmp_path, {"学校": schools, "共用资源": [{}]})) == [
        ("共用资源!B2", "odd_shared_pupils")
    ]


def test_school_that_names_itself(tmp_path):
    assert warnings_of(build_workbook(tmp_path, {"学校": [{"归属学校代码": PRIMARY_CODE}]})) == [
        ("学校!S2", "odd_own_campus")
    ]


def test_fewer_residents_than_pupils(tmp_path):
    assert warnings_of(build_workbook(tmp_path, basics={"常住人口": 999})) == [("基本信息!B5", "odd_population")]


def test_spending_that_can_not_be_in_wan_yuan(tmp_path):
    years = [row | {"一般公共预算教育支出": 900_000_000} if row["年份"] == 2018 else row for row in FIVE_YEARS]
    assert warnings_of(build_workbook(tmp_path, {"财政": years})) == [("财政!B4", "odd_spending")]


def test_years_of_spending_that_are_not_five_in_a_row(tmp_path):
    assert warnings_of(build_workbook(tmp_path, {"财政": FIVE_YEARS[:4]})) == [("财政", "odd_finance_years")]
    assert warnings_of(build_workbook(tmp_path, {"财政": [*FIVE_YEARS[:4], {"年份": 2022}]})) == [
        ("财政", "odd_finance_years")
    ]


def texts_of(file, language="en"):
    return [warning.text(language) for warning in read_county(file, ASKED).warnings]


def test_open_band_adds_up_to_at_least_its_fewest_pupils(tmp_path):
    """Five classes of 66 and more hold at least 330 pupils; nobody reads "inf"."""
    file = build_workbook(tmp_path, {"学校": [{"学生数": 300, "班级数": 5}], "班额分布": [{"66人以上": 5}]})
    school = f"{PRIMARY_SCHOOL['学校名称']} ({PRIMARY_CODE})"
    assert texts_of(file)[-1] == f"学校!G2: the classes of {school} 小学 add up to at least 330 pupils, 学生数 is 300"
    assert "各班学生合计至少 330 人，学生数为 300" in texts_of(file, "zh")[-1]


@pytest.mark.parametrize(
    ("sheets", "en", "zh"),
    [
        ({"班额分布": [{"46-50": 12}]}, "add up to 552 to 600 pupils", "合计 552 至 600 人"),
        ({"班级": [{"班级": n, "学生数": 40} for n in range(1, 13)]}, "add up to 480 pupils", "合计 480 人"),
    ],
)
def test_sum_of_classes_is_one_number_or_from_to(tmp_path, sheets, en, zh):
    file = build_workbook(tmp_path, {"学校": [{}], **sheets})
    assert en in texts_of(file)[0]
    assert zh in texts_of(file, "zh")[0]


def test_classes_of_stages_that_are_not_judged_by_them_need_not_be_listed(tmp_path):
    special = {"学校代码": "4399010088", "学校名称": "启智学校", "办学类型": "特殊教育学校", "学段": "特教"}
    rows = [{"班级": n, "学生数": 41 if n < 5 else 42} for n in range(1, 13)]
    assert warnings_of(build_workbook(tmp_path, {"学校": [{}, special], "班级": rows})) == []


def test_large_numbers_are_written_without_an_exponent(tmp_path):
    file = build_workbook(tmp_path, {"学校": many_schools({"年度公用经费预算": 123_456_789})})
    assert any("年度公用经费预算 is 123456789," in text for text in texts_of(file))


def test_spending_outside_the_usual_names_no_other_unit_than_the_header(tmp_path):
    header = {"一般公共预算教育支出": "一般公共预算教育支出（元）"}
    (text,) = [
        one for one in texts_of(build_workbook(tmp_path, {"财政": FIVE_YEARS}, headers=header)) if "财政!B2" in one
    ]
    assert "outside 500 to 1000000; is the amount in the unit of the header" in text
