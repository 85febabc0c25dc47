"""Runs of submissions in quick succession, one row a school."""

from typing import Any

from sqlalchemy import Connection, bindparam, case
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.domain.chain import Link
from survey_app.storage.tables import Instant, run


def _extension(insert: Any) -> Any:
    """One statement that starts a school's run or carries it on; written once for both dialects."""
    first = insert(run).values(
        campaign=bindparam("of_campaign"),
        school=bindparam("of_school"),
        last_submit=bindparam("submitted", type_=Instant),
        run=1,
        longest=1,
    )
    goes_on = run.c.last_submit.between(bindparam("earliest", type_=Instant), bindparam("latest", type_=Instant))
    length = case((goes_on, run.c.run + 1), else_=1)
    return first.on_conflict_do_update(
        index_elements=[run.c.campaign, run.c.school],
        set_={
            "last_submit": first.excluded.last_submit,
            "run": length,
            "longest": case((length > run.c.longest, length), else_=run.c.longest),
        },
    )


_EXTEND = {"sqlite": _extension(sqlite.insert), "postgresql": _extension(postgresql.insert)}


def extend_run(connection: Connection, campaign: str, school: str, link: Link) -> None:
    """Counts a submission into its school's run."""
    values = {
        "of_campaign": campaign,
        "of_school": school,
        "submitted": link.submitted,
        "earliest": link.earliest_previous,
        "latest": link.latest_previous,
    }
    connection.execute(_EXTEND[connection.dialect.name], values)
