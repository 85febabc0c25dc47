"""The schools of a campaign: from a .csv file, one row a school a stage, or from the county's workbook.

What the sampling needs of a school follows from its rows. Pupils of grade 3 and up are not listed anywhere; they are taken as four of
the six grades of a primary school (rounded down, so that no school is asked for pupils it may not have) and as all pupils of other
stages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.errors import InputProblem
from evaluation.facts import Facts
from evaluation.reading.cells import CellProblem, Value, parse_cell
from evaluation.reading.vocabulary import PRIMARY, SPECIAL
from evaluation.survey.csv_text import CsvText, read_csv_text
from evaluation.survey.groups import GROUPS, Group
from survey_app.services import wording
from survey_app.services.campaigns.school_columns import COLUMNS, NAME, STAGE

_GRADES_ASKED, _GRADES = 4, 6  # grades 3 to 6 of 1 to 6
_TEACHER_COUNTS = ("qualified_teachers", "backbone_teachers", "pe_art_teachers")


@dataclass(frozen=True, slots=True)
class SchoolStage:
    """One row: a school in one stage."""

    code: str
    name: str
    stage: str
    location: str
    pupils: int
    teachers: int


@dataclass(frozen=True, slots=True)
class School:
    """A school over all its stages, with the number of people of each kind who can be asked there."""

    code: str
    name: str
    location: str
    pupils: int
    older_pupils: int  # grade 3 and up
    teachers: int


def schools_from_stages(stages: Sequence[SchoolStage]) -> list[School]:
    """The schools in order of code; a school with several stages has the location of its first row."""
    rows: dict[str, list[SchoolStage]] = {}
    for stage in stages:
        rows.setdefault(stage.code, []).append(stage)
    return [_school(rows[code]) for code in sorted(rows)]


def _school(rows: list[SchoolStage]) -> School:
    return School(
        code=rows[0].code,
        name=rows[0].name,
        location=rows[0].location,
        pupils=sum(row.pupils for row in rows),
        older_pupils=sum(_older_pupils(row) for row in rows),
        teachers=sum(row.teachers for row in rows),
    )


def _older_pupils(row: SchoolStage) -> int:
    return row.pupils * _GRADES_ASKED // _GRADES if row.stage in (PRIMARY, SPECIAL) else row.pupils


def read_school_list(file: Path) -> list[SchoolStage]:
    """The rows of a .csv file. Raises `InvalidInput` with every mistake in it; places are `FILE:LINE COLUMN`."""
    text = read_csv_text(file)
    places = _places(text)
    problems: list[InputProblem] = []
    columns = [text.columns[place].cells for place in places]
    rows = [_read_row(text, cells, row, problems) for row, cells in enumerate(zip(*columns, strict=True))]
    problems += _contradictions(text, rows)
    if not problems and not text.ragged and not any(row.pupils for row in rows):
        problems.append(InputProblem(file.name, wording.SCHOOLS_EMPTY))
    text.require_sound(problems)
    return rows


def _places(text: CsvText) -> list[int]:
    """Where each of our columns stands, under its own name or else another; further columns are ignored."""
    places = text.places_of((column.header, *column.aliases) for column in COLUMNS)
    if missing := [column.header for column, place in zip(COLUMNS, places, strict=True) if place is None]:
        expected = ", ".join(column.header for column in COLUMNS)
        where = text.where_column("")
        text.require_sound(
            InputProblem(where, wording.SCHOOLS_COLUMN_MISSING, {"column": column, "expected": expected})
            for column in missing
        )
    return [place for place in places if place is not None]


def _read_row(text: CsvText, cells: Sequence[str], row: int, problems: list[InputProblem]) -> SchoolStage:
    """One row, and into `problems` what is wrong with it; a cell that can't be read counts as empty or 0 until they are raised."""
    values: dict[str, Value] = {}
    for cell, column in zip(cells, COLUMNS, strict=True):
        value = parse_cell(cell, column)
        if isinstance(value, CellProblem):
            problems.append(InputProblem(text.where(row, column.header), value.message, value.values))
            value = None
        values[column.field] = value
    pupils, teachers = (int(float(values[field] or 0)) for field in ("pupils", "teachers"))
    code, name, stage, location = (str(values[field] or "") for field in ("code", "name", "stage", "location"))
    return SchoolStage(code, name, stage, location, pupils, teachers)


def _contradictions(text: CsvText, rows: Sequence[SchoolStage]) -> Iterator[InputProblem]:
    """A stage listed twice, or one code with two names."""
    stages: dict[tuple[str, str], int] = {}
    names: dict[str, int] = {}
    for at, row in enumerate(rows):
        if not (row.code and row.name and row.stage):
            continue
        first = stages.setdefault((row.code, row.stage), at)
        if first != at:
            values = {"school": row.code, "stage": row.stage, "line": text.lines[first]}
            yield InputProblem(text.where(at, STAGE.header), wording.SCHOOL_STAGE_TWICE, values)
        first = names.setdefault(row.code, at)
        if rows[first].name != row.name:
            values = {"school": row.code, "other": rows[first].name, "line": text.lines[first]}
            yield InputProblem(text.where(at, NAME.header), wording.SCHOOL_OTHER_NAME, values)


@dataclass(frozen=True, slots=True)
class WorkbookSchools:
    """What a campaign takes from a workbook: the county's code, its schools, and the sizes of groups it states."""

    county: str
    schools: list[School]
    frames: dict[Group, int]


def read_workbook_schools(path: Path) -> WorkbookSchools:
    """Schools and frames of the workbook at `path`. Raises `InvalidInput` with every problem of the workbook.

    The workbook has no number of teachers. The greatest of its columns that count teachers (above the required qualification, backbone,
    sports and arts) is a lower bound of a school's staff, mostly a close one; a school is never asked for more teachers than it has.
    """
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
