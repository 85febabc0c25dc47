"""The counters' locks.

Counters move in the transaction of what they count. Whoever moves one holds the row of its group first and takes the others in the order
group, school, label, and the campaign's row last, so that two transactions on PostgreSQL never wait for each other in a circle.
"""

from typing import Any

from sqlalchemy import Connection, Integer, bindparam, false, literal_column, or_, select, true, update

from survey_app.storage.tables import quota

_LOCK_ALL = (
    select(quota.c.group).where(quota.c.campaign == bindparam("of_campaign")).order_by(quota.c.group).with_for_update()
)


def literal_number(number: int) -> Any:
    """In the statement itself: a parameter less to hand over with each submission."""
    return literal_column(str(number), Integer)


def claim_places(number: Any) -> Any:
    """The statement that takes places in the group `of_campaign`, `of_group`, where it is not ended and has as many.

    A pending sheet takes a place whether it counts or not; one that does not gives its place back when it is mixed.
    """
    of_group = (quota.c.campaign == bindparam("of_campaign"), quota.c.group == bindparam("of_group"))
    has_room = or_(quota.c.cap.is_(None), quota.c.taken + number <= quota.c.cap)
    return (
        update(quota)
        .where(*of_group, quota.c.ended == false(), has_room)
        .values(answered=quota.c.answered + number, taken=quota.c.taken + number)
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
