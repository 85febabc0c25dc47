"""Counter cells, moved in the transaction of what they count.

Everybody moves them in the same order (group, school, label), so that two transactions on PostgreSQL never wait for each other in a
circle.
"""

from sqlalchemy import Connection, bindparam, or_, select, update

from survey_app.storage.tables import cell, label, quota

# `valid < cap` is asked for a fast sheet too: a full group takes nothing more, whether it would count or not
_CLAIM = (
    update(quota)
    .where(
        quota.c.campaign == bindparam("of_campaign"),
        quota.c.group == bindparam("of_group"),
        or_(quota.c.cap.is_(None), quota.c.valid < quota.c.cap),
    )
    .values(answered=quota.c.answered + 1, valid=quota.c.valid + bindparam("counted"))
)
_COUNT_IN_SCHOOL = (
    update(cell)
    .where(
        cell.c.campaign == bindparam("of_campaign"),
        cell.c.group == bindparam("of_group"),
        cell.c.school == bindparam("of_school"),
    )
    .values(answered=cell.c.answered + 1)
)
_COUNT_IN_UNIT = update(label).where(label.c.label == bindparam("of_label")).values(valid=label.c.valid + 1)
_IS_FULL = select(quota.c.valid >= quota.c.cap).where(
    quota.c.campaign == bindparam("of_campaign"), quota.c.group == bindparam("of_group")
)
_LOCK_ALL = (
    select(quota.c.group).where(quota.c.campaign == bindparam("of_campaign")).order_by(quota.c.group).with_for_update()
)


def claim_place(connection: Connection, campaign: str, group: str, *, school: str, label: str, is_valid: bool) -> bool:
    """Counts one answer, if the group's cap leaves room; False (and nothing counted) if the group is full.

    `school` is the code's school ("" in a group without schools), `label` the code's label. The group's row stays locked until the
    transaction ends. Closing locks these rows too before it ends admission: whoever reads the campaign *after* this call (in a new
    statement) and finds it still taking forms can't be overtaken by the closing.
    """
    place = {"of_campaign": campaign, "of_group": group}
    if connection.execute(_CLAIM, place | {"counted": int(is_valid)}).rowcount != 1:
        return False
    connection.execute(_COUNT_IN_SCHOOL, place | {"of_school": school})
    if is_valid:
        connection.execute(_COUNT_IN_UNIT, {"of_label": label})
    return True


def is_full(connection: Connection, campaign: str, group: str) -> bool:
    """Whether the group has reached its cap (never, if it has none)."""
    return bool(connection.execute(_IS_FULL, {"of_campaign": campaign, "of_group": group}).scalar_one())


def lock_groups(connection: Connection, campaign: str) -> None:
    """Locks every group's row until the transaction ends: submissions that hold one come first, later ones wait."""
    connection.execute(_LOCK_ALL, {"of_campaign": campaign})
