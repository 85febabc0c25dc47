"""Whether the service can do its work."""

from survey_app.storage.health import answers_query
from survey_app.storage.session import Database


def is_database_reachable(database: Database) -> bool:
    """Whether the database answers a query now."""
    return answers_query(database)
