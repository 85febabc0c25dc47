"""Is the database there, and does it keep what it must not?"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from survey_app.storage.session import Database
from survey_app.storage.tables import campaign

_Read = TypeVar("_Read")


def answers_query(database: Database) -> bool:
    """Whether the database can be reached and has our tables."""
    try:
        with database.read() as connection:
            connection.execute(select(campaign.c.id).limit(1)).first()
    except SQLAlchemyError:
        return False
    return True


def or_none_without_database(read: Callable[[], _Read]) -> _Read | None:
    """What `read` finds; None where the database can't be reached or has none of our tables."""
    try:
        return read()
    except SQLAlchemyError:
        return None


def keeps_commit_times(connection: Connection) -> bool:
    """Whether the server keeps the time of each commit: with it, the transaction that used a code would tell when (docs/anonymity.md, "For whoever runs it")."""
    if connection.dialect.name != "postgresql":
        return False
    return str(connection.execute(text("SHOW track_commit_timestamp")).scalar_one()) == "on"
