"""Splits what a multi-stage school reports as a total over its stages, and adds campuses to their schools.

The split weighs pupils, 小学 1 : 初中 1.1 : 高中 1.32, as the statistical definitions (统计口径) of the national assessment have it for
indicators 4 to 7: 九年一贯制 1 : 1.1, 完全中学 1 : 1.2, 十二年一贯制 1 : 1.1 : 1.32. It goes by the pupil numbers of the sheet 共用资源 itself
and comes before campuses are added; a published example: 23,226 over 166 and 210 pupils is 9,711 and 13,515.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evaluation.reading.columns import SHARED_FIELDS
from evaluation.reading.rows import Row
from evaluation.reading.vocabulary import JUNIOR, PRIMARY

SENIOR_WEIGHT = 1.32
STAGE_WEIGHTS: Mapping[str, float] = {PRIMARY: 1.0, JUNIOR: 1.1}
PUPIL_FIELDS: Mapping[str, str] = {PRIMARY: "primary_pupils", JUNIOR: "junior_pupils"}
SENIOR_FIELD = "senior_pupils"


def weighted_pupils(shared: Mapping[str, Any]) -> float:
    """Σ weight × pupils over the three stages of one row of 共用资源; an absent number is 0."""
    stages = sum(weight * (shared.get(PUPIL_FIELDS[stage]) or 0) for stage, weight in STAGE_WEIGHTS.items())
    return float(stages + SENIOR_WEIGHT * (shared.get(SENIOR_FIELD) or 0))


def split_total(total: float, shared: Mapping[str, Any], stage: str) -> float:
    """The part of a school's total that falls to `stage`: total × weight × pupils / Σ (weight × pupils).

    >>> round(split_total(23226, {"primary_pupils": 166, "junior_pupils": 210}, "小学"), 6)
    9711.627204
    """
    return total * STAGE_WEIGHTS[stage] * (shared.get(PUPIL_FIELDS[stage]) or 0) / weighted_pupils(shared)


def split_rows(rows: Iterable[Row], shared: Mapping[str, Row]) -> list[Row]:
    """The rows of 学校 with the totals of 共用资源 (by school) split into their four empty fields."""
    return [_with_parts(row, shared[row.get("school")]) if is_shared(row, shared) else row for row in rows]


def is_shared(row: Row, shared: Mapping[str, Row]) -> bool:
    """Whether a row of 学校 takes its four fields from 共用资源."""
    return row.get("school") in shared and row.get("stage") in STAGE_WEIGHTS


def _with_parts(row: Row, total: Row) -> Row:
    parts = {name: split_total(total.values[name], total.values, row.values["stage"]) for name in SHARED_FIELDS}
    return replace(row, values=row.values | parts)


def without_indoor_sports(row: Row) -> Row:
    """The row with 室内体育用房面积 deducted from 教学及辅助用房面积, of which it is a part."""
    indoor = row.get("indoor_sports_m2")
    if not indoor:
        return row
    return replace(row, values=row.values | {"teaching_area_m2": row.values["teaching_area_m2"] - indoor})


def add_campuses(rows: Sequence[Row], fields: Sequence[str]) -> list[Row]:
    """The schools' rows, each with these figures of its campuses of the same stage added; campuses have no row of their own."""
    campuses: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if is_campus(row):
            campuses.setdefault((row.values["belongs_to"], row.values["stage"]), []).append(row)
    return [
        _with_campuses(row, campuses.get((row.values["school"], row.values["stage"]), []), fields)
        for row in rows
        if not is_campus(row)
    ]


def is_campus(row: Row) -> bool:
    """Whether a row of 学校 is a campus that is not a school of its own."""
    return bool(row.get("belongs_to")) and row.get("belongs_to") != row.get("school")


def _with_campuses(row: Row, campuses: Sequence[Row], fields: Sequence[str]) -> Row:
    if not campuses:
        return row
    sums = {name: row.values[name] + sum(campus.values[name] for campus in campuses) for name in fields}
    return replace(row, values=row.values | sums)
