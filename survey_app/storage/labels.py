"""Queries about the number of valid answers under each label. Whoever changes it holds the group's row (see `counters`)."""

from sqlalchemy import Connection, select, update

from survey_app.storage.tables import label


def valid_of_label(connection: Connection, name: str) -> int:
    """How many valid answers are counted under a label, mixed or pending."""
    return int(connection.execute(select(label.c.valid).where(label.c.label == name)).scalar_one())


def move_valid(connection: Connection, source: str, target: str, count: int) -> None:
    """Counts `count` valid answers under another label."""
    lower_valid(connection, source, count)
    connection.execute(update(label).where(label.c.label == target).values(valid=label.c.valid + count))


def lower_valid(connection: Connection, name: str, count: int) -> None:
    """Takes `count` valid answers off a label."""
    connection.execute(update(label).where(label.c.label == name).values(valid=label.c.valid - count))
