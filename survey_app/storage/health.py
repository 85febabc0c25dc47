"""Is the database there?"""

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from survey_app.storage.session import Database
from survey_app.storage.tables import campaign


def answers_query(database: Database) -> bool:
    """Whether the database can be reached and has our tables."""
    try:
        with database.read() as connection:
            connection.execute(select(campaign.c.id).limit(1)).first()
    except SQLAlchemyError:
        return False
    return True
