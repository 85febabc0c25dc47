"""Pupils of a stage laid out in grades and classes, so that the sheets 学校 and 班级 add up."""

import math
import random
from dataclasses import dataclass

from survey_app.demo_county.roster import JUNIOR, PRIMARY, SPECIAL, TEACHING_POINT, DemoSchool

_LARGEST = {PRIMARY: 45, JUNIOR: 50, SPECIAL: 12}
_USUAL = {PRIMARY: 42, JUNIOR: 47, SPECIAL: 11}
_GRADES = {PRIMARY: 6, JUNIOR: 3, SPECIAL: 8}
_GRADES_OF_TEACHING_POINT = 3
_PUPILS_TOO_MANY = 3  # over the limit, in the one class that is too large


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """One class: grade and number within it, both from 1."""

    stage: str
    grade: int
    number: int
    pupils: int


def lay_out_classes(school: DemoSchool, randomness: random.Random) -> list[SchoolClass]:
    """The classes of all stages of a school; they hold exactly its pupils."""
    classes = [one for stage in school.judged_stages for one in _stage_classes(school, stage, randomness)]
    return _with_large_class(classes) if school.shortfall == "large_class" else classes


def _stage_classes(school: DemoSchool, stage: str, randomness: random.Random) -> list[SchoolClass]:
    grades = _GRADES_OF_TEACHING_POINT if school.kind == TEACHING_POINT else _GRADES[stage]
    sizes = _uneven_parts(school.pupils[stage], grades, randomness)
    return [one for grade, pupils in enumerate(sizes, start=1) for one in _grade_classes(stage, grade, pupils)]


def _grade_classes(stage: str, grade: int, pupils: int) -> list[SchoolClass]:
    count = max(1, math.ceil(pupils / _USUAL[stage]))
    return [SchoolClass(stage, grade, number, size) for number, size in enumerate(even_parts(pupils, count), start=1)]


def even_parts(total: int, count: int) -> list[int]:
    """`total` in `count` whole parts that differ by at most one, the larger ones first."""
    small, rest = divmod(total, count)
    return [small + 1] * rest + [small] * (count - rest)


def _uneven_parts(total: int, count: int, randomness: random.Random) -> list[int]:
    """`total` in `count` whole parts, each moved by up to five in a hundred of its size to the next."""
    parts = even_parts(total, count)
    for place in range(count - 1):
        moved = round(parts[place] * randomness.uniform(-0.05, 0.05))
        parts[place] -= moved
        parts[place + 1] += moved
    return parts


def _with_large_class(classes: list[SchoolClass]) -> list[SchoolClass]:
    """The last class takes pupils from its neighbours until it is over the limit."""
    *others, last = classes
    wanted = _LARGEST[last.stage] + _PUPILS_TOO_MANY
    missing = wanted - last.pupils
    neighbours = others[-missing:]
    smaller = [SchoolClass(one.stage, one.grade, one.number, one.pupils - 1) for one in neighbours]
    return [*others[:-missing], *smaller, SchoolClass(last.stage, last.grade, last.number, wanted)]
