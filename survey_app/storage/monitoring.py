"""Queries of the monitor: counters only, as many queries for ten answers as for a hundred thousand.

`valid` is here what is mixed; `services.pending_valid` knows what waits.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from survey_app.storage.tables import cell, document, label, quota


@dataclass(frozen=True, slots=True)
class GroupCount:
    """The quota of a group and how far it has come; `taken`: places under the cap."""

    group: str
    planned: int
    cap: int | None
    frame: int | None
    issued: int
    answered: int
    taken: int
    valid: int
    to_issue: int
    from_paper: int


@dataclass(frozen=True, slots=True)
class SchoolCount:
    """Codes of a group in a school; `unit` is the one its answers count in ("" if they keep none, None before codes are issued)."""

    group: str
    school: str
    planned: int
    issued: int
    answered: int
    unit: str | None


@dataclass(frozen=True, slots=True)
class UnitCount:
    """Valid answers of a unit ("": those of a group that keep none)."""

    group: str
    unit: str
    valid: int


def count_groups(connection: Connection, campaign: str) -> list[GroupCount]:
    """The quotas of a campaign."""
    columns: Sequence[ColumnElement[Any]] = (
        quota.c.group,
        quota.c.planned,
        quota.c.cap,
        quota.c.frame,
        quota.c.issued,
        quota.c.answered,
        quota.c.taken,
        quota.c.valid,
        quota.c.to_issue,
        quota.c.from_paper,
    )
    return [GroupCount(*row) for row in connection.execute(select(*columns).where(quota.c.campaign == campaign))]


def count_schools(connection: Connection, campaign: str) -> list[SchoolCount]:
    """The cells of a campaign that belong to a school, by school and group."""
    columns = (cell.c.group, cell.c.school, cell.c.planned, cell.c.issued, cell.c.answered, cell.c.unit)
    wanted = select(*columns).where(cell.c.campaign == campaign, cell.c.school != "")
    return [SchoolCount(*row) for row in connection.execute(wanted.order_by(cell.c.school, cell.c.group))]


def count_units(connection: Connection, campaign: str) -> list[UnitCount]:
    """The labels of a campaign, by group and unit."""
    columns = (label.c.group, label.c.unit, label.c.valid)
    wanted = select(*columns).where(label.c.campaign == campaign)
    return [UnitCount(*row) for row in connection.execute(wanted.order_by(label.c.group, label.c.unit))]


def valid_by_campaign(connection: Connection, campaigns: Collection[str]) -> dict[str, dict[str, int]]:
    """Valid answers of each group of several campaigns."""
    wanted = select(quota.c.campaign, quota.c.group, quota.c.valid).where(quota.c.campaign.in_(campaigns))
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(wanted):
        found.setdefault(row.campaign, {})[row.group] = row.valid
    return found


def plans_by_campaign(connection: Connection, campaigns: Collection[str], name: str) -> dict[str, str]:
    """The texts of the document `name` of several campaigns."""
    wanted = select(document.c.campaign, document.c.text).where(
        document.c.campaign.in_(campaigns), document.c.name == name
    )
    return {row.campaign: row.text for row in connection.execute(wanted)}
