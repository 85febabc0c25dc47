"""Queries about the schools' runs (signal `chain`); submissions store them in `accepting`."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select, update

from survey_app.storage.tables import run


def list_sealed_runs(connection: Connection, campaign: str) -> dict[str, bytes]:
    """The runs of a campaign that are still sealed, by school."""
    wanted = select(run.c.school, run.c.sealed).where(run.c.campaign == campaign, run.c.sealed.is_not(None))
    return {row.school: bytes(row.sealed) for row in connection.execute(wanted.order_by(run.c.school))}


def settle_runs(connection: Connection, campaign: str, longest: Mapping[str, int | None]) -> None:
    """Keeps the greatest length of each school's run, and nothing else of it."""
    of_school = (run.c.campaign == campaign) & (run.c.school == bindparam("of_school"))
    rows = [{"of_school": school, "greatest": length} for school, length in longest.items()]
    if rows:
        connection.execute(update(run).where(of_school).values(sealed=None, longest=bindparam("greatest")), rows)
