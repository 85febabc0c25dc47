"""Queries about the number of valid answers under each label. Whoever changes it holds the group's row (see `counters`)."""

from sqlalchemy import Connection, update

from survey_app.storage.tables import label


def raise_valid(connection: Connection, name: str, count: int) -> None:
    """Counts `count` more valid answers under a label."""
    connection.execute(update(label).where(label.c.label == name).values(valid=label.c.valid + count))
