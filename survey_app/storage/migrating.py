"""Brings a database to the newest migration, with alembic driven from Python."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url, text

from survey_app.domain.errors import SurveyError
from survey_app.storage.session import Database, open_database

if TYPE_CHECKING:
    from alembic.config import Config

RELEASE_0_1 = frozenset(
    {
        "0001_create_survey_tables",
        "0002_create_staff_tables",
        "0003_create_assessments",
        "0004_create_office_tables",
        "0005_lay_out_hot_tables",
    }
)
"""The migrations of a release that was never deployed; nothing leads on from them."""

_POSTGRESQL_LOCK = 0x6A756E68  # "junh"; any number that nothing else locks


class DatabaseOfOldRelease(SurveyError):
    """The database was made by release 0.1, whose way of keeping answers is given up."""

    def __str__(self) -> str:
        return (
            "the database was made by junheng 0.1, which kept more about answers than this version allows itself to; nothing in it"
            " was changed. Name a new, empty database in JUNHENG_DATABASE_URL, and an empty key directory in JUNHENG_KEYS"
        )


def upgrade_database(database_url: str) -> None:
    """Makes the database, if it is an SQLite file that does not exist, and applies every migration it lacks. Raises `DatabaseOfOldRelease`."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
    database = open_database(database_url)
    try:
        _upgrade(database)
    finally:
        database.close()


def _upgrade(database: Database) -> None:
    from alembic import command
    from alembic.migration import MigrationContext

    config = migration_config()
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRESQL_LOCK})
        if MigrationContext.configure(connection).get_current_revision() in RELEASE_0_1:
            raise DatabaseOfOldRelease
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def migration_config() -> "Config":
    """Alembic's configuration, without an ini file."""
    from alembic.config import Config

    import migrations

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])))
    config.set_main_option("path_separator", "os")
    return config


def newest_revision() -> str:
    """The name of the newest migration, as `migrations/HEAD` tracks it."""
    import migrations

    return (Path(migrations.__path__[0]) / "HEAD").read_text(encoding="ascii").strip()


def revision_of(database: Database) -> str | None:
    """The migration that the database is at; None for one that is not there yet or has no tables."""
    from alembic.migration import MigrationContext

    if database.file and not database.file.exists():
        return None
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()
