"""Queries for what may be seen once a campaign is closed: answers by label, in the order of their random ids."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from survey_app.storage.tables import cell, comment, label, response, school


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One answered sheet with its label's group and unit; `answers` is canonical JSON."""

    group: str
    unit: str
    duration_bucket: int
    valid: bool
    answers: str


@dataclass(frozen=True, slots=True)
class UnitSchool:
    """A school whose answers of a group count in a unit."""

    group: str
    unit: str
    school: str


def stream_results(connection: Connection, campaign: str, chunk: int) -> Iterator[list[ResultRow]]:
    """The answers of a campaign in chunks, ordered by their random ids."""
    columns = (label.c.group, label.c.unit, response.c.duration_bucket, response.c.valid, response.c.answers)
    wanted = select(*columns).join(label, label.c.label == response.c.label).where(label.c.campaign == campaign)
    rows = connection.execution_options(yield_per=chunk).execute(wanted.order_by(response.c.id))
    for part in rows.partitions():
        yield [ResultRow(*row) for row in part]


def list_comments(connection: Connection, campaign: str) -> list[tuple[str, str]]:
    """Group and text of every comment, ordered by the comments' own random ids."""
    wanted = select(comment.c.group, comment.c.text).where(comment.c.campaign == campaign)
    return [(row.group, row.text) for row in connection.execute(wanted.order_by(comment.c.id))]


def list_unit_schools(connection: Connection, campaign: str) -> list[UnitSchool]:
    """Which schools stand behind each unit."""
    columns = (cell.c.group, cell.c.unit, cell.c.school)
    wanted = select(*columns).where(cell.c.campaign == campaign, cell.c.school != "", cell.c.unit != "")
    return [UnitSchool(*row) for row in connection.execute(wanted.order_by(*columns))]


def count_results(connection: Connection, campaign: str) -> int:
    """How many answers the campaign has."""
    wanted = select(func.count()).select_from(response).join(label, label.c.label == response.c.label)
    return int(connection.execute(wanted.where(label.c.campaign == campaign)).scalar_one())


def school_names(connection: Connection, campaign: str) -> dict[str, str]:
    """The names of a campaign's schools, by code."""
    rows = connection.execute(select(school.c.code, school.c.name).where(school.c.campaign == campaign))
    return {row.code: row.name for row in rows}
