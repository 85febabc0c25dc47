"""Queries of the monitor: counters only, as many queries for ten answers as for a hundred thousand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from survey_app.storage.tables import allocation, document, quota


@dataclass(frozen=True, slots=True)
class GroupCount:
    """The quota of a group and how far it has come; `taken`: places under the cap."""

    group: str
    planned: int
    cap: int | None
    frame: int | None
    to_issue: int
    least_crowd: int
    is_stopped: bool
    issued: int
    answered: int
    taken: int
    void: int
    lost: int
    responses: int
    withheld: int
    from_paper: int

    @property
    def valid(self) -> int:
        """Sheets that count for the sample: every stored one, but for what was lost or declared void."""
        return self.answered - self.lost - self.void


@dataclass(frozen=True, slots=True)
class SchoolCount:
    """Codes of a group in a school; `unit` is the one its answers count in ("" if they keep none, None before codes are issued)."""

    group: str
    school: str
    planned: int
    issued: int
    answered: int
    void: int
    unit: str | None

    @property
    def valid(self) -> int:
        """Used codes, less those of units that were declared void."""
        return self.answered - self.void


def count_groups(connection: Connection, campaign: str) -> list[GroupCount]:
    """The quotas of a campaign."""
    columns: Sequence[ColumnElement[Any]] = (
        quota.c.group,
        quota.c.planned,
        quota.c.cap,
        quota.c.frame,
        quota.c.to_issue,
        quota.c.least_crowd,
        quota.c.stopped,
        quota.c.issued,
        quota.c.answered,
        quota.c.taken,
        quota.c.void,
        quota.c.lost,
        quota.c.responses,
        quota.c.withheld,
        quota.c.from_paper,
    )
    return [GroupCount(*row) for row in connection.execute(select(*columns).where(quota.c.campaign == campaign))]


def count_schools(connection: Connection, campaign: str) -> list[SchoolCount]:
    """The allocations of a campaign that belong to a school, by school and group."""
    of_plan = (allocation.c.group, allocation.c.school, allocation.c.planned, allocation.c.issued)
    columns = (*of_plan, allocation.c.answered, allocation.c.void, allocation.c.unit)
    wanted = select(*columns).where(allocation.c.campaign == campaign, allocation.c.school != "")
    return [SchoolCount(*row) for row in connection.execute(wanted.order_by(allocation.c.school, allocation.c.group))]


def valid_by_campaign(connection: Connection, campaigns: Collection[str]) -> dict[str, dict[str, int]]:
    """Valid answers of each group of several campaigns."""
    wanted = select(quota.c.campaign, quota.c.group, quota.c.answered - quota.c.lost - quota.c.void)
    found: dict[str, dict[str, int]] = {}
    for id_, group, valid in connection.execute(wanted.where(quota.c.campaign.in_(campaigns))):
        found.setdefault(id_, {})[group] = valid
    return found


def plans_by_campaign(connection: Connection, campaigns: Collection[str], name: str) -> dict[str, str]:
    """The texts of the document `name` of several campaigns."""
    wanted = select(document.c.campaign, document.c.text).where(
        document.c.campaign.in_(campaigns), document.c.name == name
    )
    return {row.campaign: row.text for row in connection.execute(wanted)}
