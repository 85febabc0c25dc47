"""The counters of groups and schools, and their locks.

Counters move in the transaction of what they count. Whoever moves one holds the row of its group first and takes the others in the order
group, school, label, and the campaign's row last, so that two transactions on PostgreSQL never wait for each other in a circle.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, literal, or_, select, true, update

from survey_app.storage.tables import allocation, label, quota

_LOCK_ALL = (
    select(quota.c.group).where(quota.c.campaign == bindparam("of_campaign")).order_by(quota.c.group).with_for_update()
)


def lock_groups(connection: Connection, campaign: str) -> None:
    """Locks every group's row until the transaction ends: submissions that hold one come first, later ones wait."""
    connection.execute(_LOCK_ALL, {"of_campaign": campaign})


def end_groups(connection: Connection, campaign: str) -> None:
    """Ends admission for every group: a submission that is under way is stored before, or finds its group ended."""
    lock_groups(connection, campaign)
    connection.execute(update(quota).where(quota.c.campaign == campaign).values(ended=true()))


def stop_group(connection: Connection, campaign: str, group: str, *, stopped: bool) -> None:
    """Takes nothing more of a group whose counts do not agree, or takes again."""
    connection.execute(update(quota).where(_of(campaign, group)).values(stopped=stopped))


def add_to_group(connection: Connection, campaign: str, group: str, **numbers: int) -> None:
    """Adds to counters of a group, which the caller holds or which nothing else moves."""
    grown = {name: quota.c[name] + number for name, number in numbers.items()}
    connection.execute(update(quota).where(_of(campaign, group)).values(grown))


def add_to_label(connection: Connection, name: str, **numbers: int) -> None:
    """Adds to counters of a label."""
    connection.execute(
        update(label)
        .where(label.c.label == name)
        .values({key: label.c[key] + number for key, number in numbers.items()})
    )


def add_to_allocations(
    connection: Connection, campaign: str, group: str, column: str, by_school: Mapping[str, int]
) -> None:
    """Adds to a counter of schools of a group."""
    counted = allocation.c[column]
    statement = update(allocation).where(
        allocation.c.campaign == campaign, allocation.c.group == group, allocation.c.school == bindparam("at")
    )
    rows = [{"at": school, "more": number} for school, number in sorted(by_school.items()) if number]
    if rows:
        connection.execute(statement.values({column: counted + bindparam("more")}), rows)


def answered_by_school(connection: Connection, campaign: str, group: str, unit: str) -> dict[str, int]:
    """How many codes were used in each school of a unit ("" = the group as a whole), those of void answers left out."""
    wanted = select(allocation.c.school, allocation.c.answered - allocation.c.void).where(
        allocation.c.campaign == campaign,
        allocation.c.group == group,
        or_(allocation.c.unit == unit, literal(unit) == ""),
    )
    return {row[0]: row[1] for row in connection.execute(wanted.order_by(allocation.c.school))}


def _of(campaign: str, group: str) -> Any:
    return (quota.c.campaign == campaign) & (quota.c.group == group)
