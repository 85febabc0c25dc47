"""The schools of a campaign from the county's statistics workbook, instead of a list of their own.

The workbook has no number of teachers. The greatest of its columns that count teachers (above the required qualification, backbone,
sports and arts) is a lower bound of a school's staff, mostly a close one; a school is never asked for more teachers than it has.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.facts import Facts
from evaluation.survey.groups import GROUPS, Group
from survey_app.services.campaigns.schools import School, SchoolStage, schools_from_stages

_TEACHER_COUNTS = ("qualified_teachers", "backbone_teachers", "pe_art_teachers")


@dataclass(frozen=True, slots=True)
class WorkbookSchools:
    """What a campaign takes from a workbook: the county's code, its schools, and the sizes of groups it states."""

    county: str
    schools: list[School]
    frames: dict[Group, int]


def read_workbook_schools(path: Path) -> WorkbookSchools:
    """Schools and frames of the workbook at `path`. Raises `InvalidInput` with every problem of the workbook."""
    from evaluation.reading.county import read_county

    reading = read_county(path)
    facts = reading.facts
    stages = [_stage(row) for row in facts.school_stages.to_dict("records")]
    return WorkbookSchools(reading.county.code, schools_from_stages(stages), _frames(facts))


def _stage(row: Any) -> SchoolStage:
    teachers = max(row[column] for column in _TEACHER_COUNTS)
    return SchoolStage(row["school"], row["name"], row["stage"], row["location"], int(row["pupils"]), int(teachers))


def _frames(facts: Facts) -> dict[Group, int]:
    sizes = dict(zip(facts.frames["group"], facts.frames["size"], strict=True))
    return {group: int(sizes[group]) for group in GROUPS if group in sizes}
