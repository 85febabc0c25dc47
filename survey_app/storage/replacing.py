"""Queries that make room for answers that were lost: places under the cap, and codes to issue anew."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select, update

from survey_app.storage.tables import cell, quota


def answered_by_school(connection: Connection, campaign: str, group: str, unit: str) -> dict[str, int]:
    """How many codes were used in each school of a unit ("" = the group as a whole)."""
    wanted = select(cell.c.school, cell.c.answered).where(
        cell.c.campaign == campaign, cell.c.group == group, cell.c.unit == unit
    )
    return {row.school: row.answered for row in connection.execute(wanted.order_by(cell.c.school))}


def free_places(connection: Connection, campaign: str, group: str, number: int) -> None:
    """Gives back the places of answers that were lost before they were mixed: the cap leaves room for as many others."""
    of_group = (quota.c.campaign == campaign) & (quota.c.group == group)
    connection.execute(update(quota).where(of_group).values(taken=quota.c.taken - number))


def plan_more_codes(connection: Connection, campaign: str, group: str, by_school: Mapping[str, int]) -> None:
    """Lets more codes be issued in the schools of a group."""
    of_group = (quota.c.campaign == campaign) & (quota.c.group == group)
    connection.execute(update(quota).where(of_group).values(to_issue=quota.c.to_issue + sum(by_school.values())))
    of_cell = (cell.c.campaign == campaign) & (cell.c.group == group) & (cell.c.school == bindparam("at"))
    rows = [{"at": school, "more": number} for school, number in sorted(by_school.items()) if number]
    if rows:
        connection.execute(update(cell).where(of_cell).values(planned=cell.c.planned + bindparam("more")), rows)
