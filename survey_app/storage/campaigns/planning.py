"""Queries that store a new campaign's schools, quotas and allocations."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, insert

from survey_app.storage.tables import allocation, quota, school


def insert_schools(connection: Connection, campaign: str, schools: Iterable[tuple[str, str, str]]) -> None:
    """Stores schools: code, name, location."""
    rows = [{"campaign": campaign, "code": code, "name": name, "location": place} for code, name, place in schools]
    if rows:
        connection.execute(insert(school), rows)


def insert_quotas(connection: Connection, campaign: str, quotas: Iterable[Mapping[str, object]]) -> None:
    """Stores one row a group: group, planned, cap, frame, to_issue."""
    connection.execute(insert(quota), [{"campaign": campaign, **one} for one in quotas])


def insert_allocations(connection: Connection, campaign: str, allocations: Mapping[tuple[str, str], int]) -> None:
    """Stores the number of codes planned for each group and school ("": the group as a whole)."""
    rows = [
        {"campaign": campaign, "group": group, "school": at, "planned": planned}
        for (group, at), planned in sorted(allocations.items())
    ]
    connection.execute(insert(allocation), rows)
