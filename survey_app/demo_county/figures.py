"""The sheets about the county as a whole: 基本信息, 财政, 县级数据, 质量监测, 调查对象规模."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from survey_app.demo_county.classes import SchoolClass
from survey_app.demo_county.roster import CITY, JUNIOR, PRIMARY, PUBLIC, SPECIAL, TOWN, DemoSchool
from survey_app.demo_county.schools import Row

COUNTY_NAME = "清溪县（示例）"
COUNTY_CODE = "439901"  # 4399xx is no division of Hunan
POPULATION = 430_618
PUPILS_A_TEACHER = {PRIMARY: 17.6, JUNIOR: 12.6, SPECIAL: 4.0}

_GRADE_ONE = 1
_LAST_GRADE_OF_JUNIOR = 3


def identity_rows(year: int) -> list[Row]:
    """The sheet 基本信息."""
    values: dict[str, str | int] = {
        "县市区": COUNTY_NAME,
        "行政区划代码": COUNTY_CODE,
        "年度": year,
        "常住人口": POPULATION,
    }
    return [{"项目": item, "值": value} for item, value in values.items()]


def finance_rows(schools: Sequence[DemoSchool], year: int) -> list[Row]:
    """Five years of 财政: spending always grows, but in the third year pupils grew faster, so that spending a pupil fell."""
    pupils_now = sum(sum(school.pupils.values()) for school in schools)
    spending_wan = (68_420, 71_935, 72_610, 76_880, 80_145)
    share_of_pupils = (0.951, 0.958, 0.984, 0.993, 1.0)
    years = range(year - 4, year + 1)
    return [
        {"年份": one_year, "一般公共预算教育支出": spending, "在校学生数": half_up(pupils_now * share)}
        for one_year, spending, share in zip(years, spending_wan, share_of_pupils, strict=True)
    ]


def county_rows(schools: Sequence[DemoSchool], classes: dict[str, list[SchoolClass]]) -> list[Row]:
    """The sheet 县级数据; teachers, admissions and retention follow from the schools."""
    figures = _STANDARDS | _teachers(schools) | _admissions(schools, classes) | _participation(schools, classes)
    return [{"指标项": key, "数值": value} for key, value in figures.items()]


def monitoring_rows() -> list[Row]:
    """The sheet 质量监测."""
    results = (("语文", 3, 0.082), ("数学", 3, 0.117), ("科学", 3, 0.094), ("体育与健康", 3, 0.136))
    return [{"学科": subject, "学业水平等级": level, "校际差异率": rate} for subject, level, rate in results]


def frame_rows(schools: Sequence[DemoSchool]) -> list[Row]:
    """The sheet 调查对象规模."""
    frames = {"校长": len(schools), "人大代表": 236, "政协委员": 187}
    return [{"类别": group, "总体人数": size} for group, size in frames.items()]


def teachers_of(school: DemoSchool, stage: str) -> int:
    """How many full-time teachers a school has for a stage; a teaching point has two at least."""
    return max(2, half_up(school.pupils[stage] / PUPILS_A_TEACHER[stage]))


def half_up(number: float) -> int:
    """Rounded to a whole number, halves upwards."""
    return int(Decimal(number).quantize(Decimal(1), ROUND_HALF_UP))


_STANDARDS: dict[str, float] = {
    "小学教职工编制标准_城区": 19,
    "小学教职工编制标准_乡村": 19,
    "初中教职工编制标准_城区": 13.5,
    "初中教职工编制标准_乡村": 13.5,
    "小学公用经费定额_城区": 720,
    "小学公用经费定额_乡村": 720,
    "初中公用经费定额_城区": 940,
    "初中公用经费定额_乡村": 940,
    "特教公用经费定额": 6600,
    "特教学校生均公用经费": 6600,
    "教师平均工资": 96_480,
    "公务员平均工资": 95_910,
}


def _teachers(schools: Sequence[DemoSchool]) -> dict[str, float]:
    teachers = sum(teachers_of(school, stage) for school in schools for stage in school.judged_stages)
    trained = half_up(teachers * 0.94)
    eligible = half_up(teachers * 0.41)
    moved = half_up(eligible * 0.126)
    return {
        "应完成360学时教师数": trained,
        "完成360学时教师数": trained,
        "符合交流条件教师数": eligible,
        "交流轮岗教师数": moved,
        "交流轮岗骨干教师数": half_up(moved * 0.24),
        "专任教师数": teachers,
        "持证专任教师数": teachers,
    }


def _admissions(schools: Sequence[DemoSchool], classes: dict[str, list[SchoolClass]]) -> dict[str, float]:
    """Admission by district is asked of public schools in towns; the quota of senior schools of the whole county."""
    asked = [school for school in schools if school.owner == PUBLIC and school.location in (CITY, TOWN)]
    primary = _pupils_in(asked, classes, PRIMARY, _GRADE_ONE)
    junior = _pupils_in(asked, classes, JUNIOR, _GRADE_ONE)
    return {
        "小学招生数": primary,
        "小学就近划片入学数": primary,
        "初中招生数": junior,
        "初中就近划片入学数": half_up(junior * 0.973),
        "优质高中招生名额": 1000,
        "优质高中分配到初中名额": 560,
    }


def _participation(schools: Sequence[DemoSchool], classes: dict[str, list[SchoolClass]]) -> dict[str, float]:
    stayed = _pupils_in(schools, classes, JUNIOR, _LAST_GRADE_OF_JUNIOR)
    return {
        "随迁子女符合条件数": 1486,
        "随迁子女公办及购买服务就读数": 1397,
        "初中三年前入学人数": half_up(stayed / 0.9938),
        "初中三年巩固人数": stayed,
        "残疾儿童数": 214,
        "残疾儿童入学数": 207,
    }


def _pupils_in(schools: Sequence[DemoSchool], classes: dict[str, list[SchoolClass]], stage: str, grade: int) -> int:
    every = (one for school in schools for one in classes[school.code])
    return sum(one.pupils for one in every if (one.stage, one.grade) == (stage, grade))
