"""The sheets about schools: 学校, 共用资源, 班级, 专用教室."""

import math
import random
from collections.abc import Sequence

from survey_app.demo_county.classes import SchoolClass
from survey_app.demo_county.resources import SHARED, TEACHERS, TEACHING_AREA, own_amount, shared_amount
from survey_app.demo_county.roster import JUNIOR, PRIMARY, SENIOR, SPECIAL, SPECIAL_SCHOOL, TEACHING_POINT, DemoSchool

Row = dict[str, str | int | float | None]

INDOOR_SPORTS = "室内体育用房面积"
_PUPILS_OF_STAGE = {PRIMARY: "小学生数", JUNIOR: "初中生数", SENIOR: "高中生数"}
_BUDGET_A_PUPIL = {PRIMARY: 720, JUNIOR: 940, SPECIAL: 6600}
_FEWEST_FUNDED = 100
_CLASSES_PER_ROOM = 12
_ROOM_LEAST = {"音乐": 96.0, "美术": 90.0}
_HALL_M2 = 860.0
_INDOOR_HALLS = ("实验小学", "第二中学", "明德小学")


def school_row(school: DemoSchool, stage: str, classes: Sequence[SchoolClass], randomness: random.Random) -> Row:
    """A row of the sheet 学校; a multi-stage school leaves the cells of 共用资源 empty."""
    pupils = school.pupils[stage]
    row: Row = {"学校代码": school.code, "学校名称": school.name, "办学类型": school.kind, "学段": stage}
    row |= {"城乡": school.location, "举办者": school.owner, "学生数": pupils}
    row["班级数"] = sum(one.stage == stage for one in classes)
    row |= {name: own_amount(school, stage, name, randomness) for name in TEACHERS}
    row |= {name: _own_or_shared(school, stage, name, randomness) for name in SHARED}
    return row | _money(pupils, stage, randomness) | _indoor_hall(school, row)


def shared_row(school: DemoSchool, randomness: random.Random) -> Row:
    """A row of the sheet 共用资源."""
    row: Row = {"学校代码": school.code}
    row |= {header: school.pupils.get(stage, 0) for stage, header in _PUPILS_OF_STAGE.items()}
    return row | {name: shared_amount(school, name, randomness) for name in SHARED}


def class_rows(school: DemoSchool, classes: Sequence[SchoolClass]) -> list[Row]:
    """The rows of the sheet 班级."""
    return [
        {"学校代码": school.code, "学段": one.stage, "年级": one.grade, "班级": one.number, "学生数": one.pupils}
        for one in classes
    ]


def room_rows(school: DemoSchool, classes: Sequence[SchoolClass], randomness: random.Random) -> list[Row]:
    """Music and art rooms, one for every twelve classes; a teaching point is not asked for any."""
    if school.kind in (TEACHING_POINT, SPECIAL_SCHOOL):
        return []
    count = math.ceil(len(classes) / _CLASSES_PER_ROOM)
    rooms = [(kind, _room_area(least, randomness)) for kind, least in _ROOM_LEAST.items() for _ in range(count)]
    if school.shortfall == "music_room":
        rooms[0] = (rooms[0][0], 84.0)
    return [{"学校代码": school.code, "类型": kind, "面积": area} for kind, area in rooms]


def _own_or_shared(school: DemoSchool, stage: str, resource: str, randomness: random.Random) -> float | None:
    return None if school.shares_resources else own_amount(school, stage, resource, randomness)


def _money(pupils: int, stage: str, randomness: random.Random) -> Row:
    funded = max(pupils, _FEWEST_FUNDED)
    budget = funded * _BUDGET_A_PUPIL[stage]
    training = math.ceil(budget * randomness.uniform(0.0805, 0.094))
    return {"公用经费核定学生数": funded, "年度公用经费预算": budget, "教师培训经费": training}


def _indoor_hall(school: DemoSchool, row: Row) -> Row:
    """A sports hall counts among 教学及辅助用房 in the official forms; it is named so that it can be deducted again."""
    area = row[TEACHING_AREA]
    if area is None:
        return {INDOOR_SPORTS: None}
    hall = _HALL_M2 if school.name.endswith(_INDOOR_HALLS) else 0.0
    return {TEACHING_AREA: round(float(area) + hall, 1), INDOOR_SPORTS: hall}


def _room_area(least: float, randomness: random.Random) -> float:
    return least + randomness.choice((0.0, 2.5, 6.0, 12.0))
