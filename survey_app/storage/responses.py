"""Queries about answers and comments once they are out of a mix. Nothing here knows a code."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, insert, select

from survey_app.storage.tables import comment, response


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One answered sheet; `answers` is canonical JSON."""

    id: bytes
    label: str
    batch: int
    questionnaire: str
    duration_bucket: int
    valid: bool
    answers: str


@dataclass(frozen=True, slots=True)
class StoredComment:
    """What somebody wrote, apart from the answers."""

    id: bytes
    campaign: str
    group: str
    text: str


def insert_responses(connection: Connection, new: Iterable[StoredResponse]) -> None:
    """Stores a batch in the order of its random ids: an order on disk that tells nothing."""
    _insert_by_id(connection, response, new)


def insert_comments(connection: Connection, new: Iterable[StoredComment]) -> None:
    """Stores comments in the order of their own random ids."""
    _insert_by_id(connection, comment, new)


def last_batch(connection: Connection, label: str) -> int:
    """The highest batch of which a label has answers; 0 if it has none."""
    wanted = select(func.coalesce(func.max(response.c.batch), 0)).where(response.c.label == label)
    return int(connection.execute(wanted).scalar_one())


def _insert_by_id(
    connection: Connection, table: Table, new: Iterable[StoredResponse] | Iterable[StoredComment]
) -> None:
    rows = [{column: getattr(one, column) for column in table.c.keys()} for one in sorted(new, key=lambda one: one.id)]  # noqa: SIM118
    if rows:
        connection.execute(insert(table), rows)
