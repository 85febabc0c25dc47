"""All sheets of the made-up county's workbook, consistent with one another."""

import random
from collections.abc import Sequence

from survey_app.demo_county import figures, judgements, schools
from survey_app.demo_county.classes import SchoolClass, lay_out_classes
from survey_app.demo_county.roster import DemoSchool, draw_schools
from survey_app.demo_county.schools import Row

Sheets = dict[str, list[Row]]


def build_county(seed: int, year: int = 2026) -> Sheets:
    """Sheet name → its rows, header → value; the same seed and year give the same county."""
    randomness = random.Random(seed)  # noqa: S311 - a made-up county needs no secrecy
    roster = draw_schools(randomness)
    classes = {school.code: lay_out_classes(school, randomness) for school in roster}
    return {
        "基本信息": figures.identity_rows(year),
        **_school_sheets(roster, classes, randomness),
        "财政": figures.finance_rows(roster, year),
        "县级数据": figures.county_rows(roster, classes),
        "质量监测": figures.monitoring_rows(),
        "现场核查": judgements.finding_rows(),
        "B评分": judgements.score_rows(randomness),
        "一票否决": judgements.veto_rows(),
        "调查对象规模": figures.frame_rows(roster),
    }


def _school_sheets(
    roster: Sequence[DemoSchool], classes: dict[str, list[SchoolClass]], randomness: random.Random
) -> Sheets:
    return {
        "学校": [
            schools.school_row(school, stage, classes[school.code], randomness)
            for school in roster
            for stage in school.judged_stages
        ],
        "共用资源": [schools.shared_row(school, randomness) for school in roster if school.shares_resources],
        "班级": [row for school in roster for row in schools.class_rows(school, classes[school.code])],
        "专用教室": [row for school in roster for row in schools.room_rows(school, classes[school.code], randomness)],
    }
