"""Queries about answers and comments once they are out. Nothing here knows a code."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Table, insert

from survey_app.storage.tables import comment, response


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


def insert_responses(connection: Connection, new: Iterable[StoredResponse]) -> None:
    """Stores a crowd in the order of its random ids: an order on disk that tells nothing."""
    _insert_by_id(connection, response, new)


def insert_comments(connection: Connection, new: Iterable[StoredComment]) -> None:
    """Stores comments in the order of their own random ids."""
    _insert_by_id(connection, comment, new)


def _insert_by_id(
    connection: Connection, table: Table, new: Iterable[StoredResponse] | Iterable[StoredComment]
) -> None:
    rows = [{column: getattr(one, column) for column in table.c.keys()} for one in sorted(new, key=lambda one: one.id)]  # noqa: SIM118
    if rows:
        connection.execute(insert(table), rows)
