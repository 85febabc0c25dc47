"""The log of what staff did: rows are added, in the transaction of the act, and read, never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, select

from survey_app.domain.audit import AuditFilter
from survey_app.storage.staff_tables import audit


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act: who did what, when, on which object of which county; `details` is a JSON object."""

    id: str
    at: datetime
    staff: str
    county: str | None
    action: str
    object: str
    details: str


def insert_audit(connection: Connection, row: AuditRow) -> None:
    """Appends a row."""
    connection.execute(insert(audit), {name: getattr(row, name) for name in audit.c.keys()})  # noqa: SIM118


def has_audit(connection: Connection, id_: str) -> bool:
    """Whether a row with this id stands there."""
    return connection.execute(select(audit.c.id).where(audit.c.id == id_)).first() is not None


def list_audit(connection: Connection, wanted: AuditFilter, before: str, limit: int) -> list[AuditRow]:
    """The latest rows that fit, latest first; `before` (an id, or "") starts further back."""
    query = _filtered(select(audit), wanted)
    if before:
        query = query.where(audit.c.id < before)
    return [AuditRow(*row) for row in connection.execute(query.order_by(audit.c.id.desc()).limit(limit))]


def list_actions(connection: Connection) -> list[str]:
    """The actions that occur, for the filter."""
    return sorted(connection.execute(select(audit.c.action).distinct()).scalars())


def _filtered(query: Select[Any], wanted: AuditFilter) -> Select[Any]:
    asked = [
        wanted.staff and audit.c.staff == wanted.staff,
        wanted.action and audit.c.action == wanted.action,
        wanted.object and audit.c.object.contains(wanted.object, autoescape=True),
        wanted.county and audit.c.county == wanted.county,
        wanted.since and audit.c.at >= wanted.since,
        wanted.until and audit.c.at < wanted.until,
    ]
    return query.where(*(condition for condition in asked if isinstance(condition, ColumnElement)))
