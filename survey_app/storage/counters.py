"""The counters' locks.

Counters move in the transaction of what they count. Whoever moves one holds the row of its group first and takes the others in the order
group, school, label, and the campaign's row last, so that two transactions on PostgreSQL never wait for each other in a circle.
"""

from sqlalchemy import Connection, bindparam, select, true, update

from survey_app.storage.tables import quota

_LOCK_ALL = (
    select(quota.c.group).where(quota.c.campaign == bindparam("of_campaign")).order_by(quota.c.group).with_for_update()
)


def lock_groups(connection: Connection, campaign: str) -> None:
    """Locks every group's row until the transaction ends: submissions that hold one come first, later ones wait."""
    connection.execute(_LOCK_ALL, {"of_campaign": campaign})


def settle_answers(connection: Connection, campaign: str, group: str, valid: int, invalid: int) -> None:
    """Counts answers that come out of the mix: the valid ones keep their places under the cap, the others give them back."""
    of_group = (quota.c.campaign == campaign) & (quota.c.group == group)
    places = {"valid": quota.c.valid + valid, "taken": quota.c.taken - invalid}
    connection.execute(update(quota).where(of_group).values(places))


def end_groups(connection: Connection, campaign: str) -> None:
    """Ends admission for every group: a submission that is under way is stored before, or finds its group ended."""
    lock_groups(connection, campaign)
    connection.execute(update(quota).where(quota.c.campaign == campaign).values(ended=true()))
