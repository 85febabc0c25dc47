"""Answers and comments once they are out: stored in the order of their random ids, and read in it when the campaign is closed. Nothing here knows a code."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, insert, or_, select

from survey_app.storage.tables import allocation, comment, label, pace, response, school


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One answered sheet; `answers` is canonical JSON."""

    id: bytes
    label: str
    questionnaire: str
    answers: str


@dataclass(frozen=True, slots=True)
class StoredComment:
    """What somebody wrote, apart from the answers."""

    id: bytes
    campaign: str
    group: str
    text: str


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One answered sheet with its group and the unit it is exported with; `valid`: its unit was not declared void."""

    group: str
    unit: str
    valid: bool
    answers: str  # canonical JSON


@dataclass(frozen=True, slots=True)
class LabelOutcome:
    """What became of the sheets of a label."""

    group: str
    unit: str
    answered: int
    withheld: int
    lost: int
    fast: int
    is_void: bool


@dataclass(frozen=True, slots=True)
class UnitSchoolRow:
    """A school whose answers of a group count in a unit."""

    group: str
    unit: str
    school: str


def insert_responses(connection: Connection, new: Iterable[StoredResponse]) -> None:
    """Stores a crowd in the order of its random ids: an order on disk that tells nothing."""
    _insert_by_id(connection, response, new)


def insert_comments(connection: Connection, new: Iterable[StoredComment]) -> None:
    """Stores comments in the order of their own random ids."""
    _insert_by_id(connection, comment, new)


def stream_results(connection: Connection, campaign: str, chunk: int) -> Iterator[list[ResultRow]]:
    """The answers of a campaign in chunks, ordered by their random ids."""
    columns = (label.c.group, label.c.base_unit, ~label.c.void, response.c.answers)
    wanted = select(*columns).join(label, label.c.label == response.c.label).where(label.c.campaign == campaign)
    rows = connection.execution_options(yield_per=chunk).execute(wanted.order_by(response.c.id))
    for part in rows.partitions():
        yield [ResultRow(*row) for row in part]


def list_comments(connection: Connection, campaign: str) -> list[tuple[str, str]]:
    """Group and text of every comment, ordered by the comments' own random ids."""
    wanted = select(comment.c.group, comment.c.text).where(comment.c.campaign == campaign)
    return [(row.group, row.text) for row in connection.execute(wanted.order_by(comment.c.id))]


def list_unit_schools(connection: Connection, campaign: str) -> list[UnitSchoolRow]:
    """Which schools stand behind each unit, as units are exported."""
    columns = (allocation.c.group, allocation.c.unit, allocation.c.school)
    wanted = select(*columns).where(
        allocation.c.campaign == campaign, allocation.c.school != "", allocation.c.unit != ""
    )
    rows = [UnitSchoolRow(*row) for row in connection.execute(wanted.order_by(*columns))]
    known = connection.execute(
        select(label.c.group, label.c.unit, label.c.base_unit).where(label.c.campaign == campaign)
    )
    bases: dict[tuple[str, str], str] = {(row.group, row.unit): row.base_unit for row in known}

    def exported(group: str, unit: str) -> str:
        """Of a void unit for which no codes were issued anew, only the school knows what they would have come under."""
        return bases.get((group, unit)) or bases.get((group, unit.rpartition(".")[0]), unit)

    return [UnitSchoolRow(one.group, exported(one.group, one.unit), one.school) for one in rows]


def count_labels(connection: Connection, campaign: str) -> list[LabelOutcome]:
    """What became of the sheets of each label of a closed campaign that had any."""
    wanted = (
        select(
            label.c.group,
            label.c.base_unit,
            label.c.answered,
            label.c.withheld,
            label.c.lost,
            func.coalesce(pace.c.fast, 0),
            label.c.void,
        )
        .outerjoin(pace, pace.c.label == label.c.label)
        .where(label.c.campaign == campaign, or_(label.c.answered > 0, label.c.lost != 0))
        .order_by(label.c.label)
    )
    return [LabelOutcome(*row) for row in connection.execute(wanted)]


def count_results(connection: Connection, campaign: str) -> int:
    """How many answers the campaign has."""
    wanted = select(func.count()).select_from(response).join(label, label.c.label == response.c.label)
    return int(connection.execute(wanted.where(label.c.campaign == campaign)).scalar_one())


def school_names(connection: Connection, campaign: str) -> dict[str, str]:
    """The names of a campaign's schools, by code."""
    rows = connection.execute(select(school.c.code, school.c.name).where(school.c.campaign == campaign))
    return {row.code: row.name for row in rows}


def _insert_by_id(
    connection: Connection, table: Table, new: Iterable[StoredResponse] | Iterable[StoredComment]
) -> None:
    rows = [{column: getattr(one, column) for column in table.c.keys()} for one in sorted(new, key=lambda one: one.id)]  # noqa: SIM118
    if rows:
        connection.execute(insert(table), rows)
