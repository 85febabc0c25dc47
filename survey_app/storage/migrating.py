"""Brings a database to the newest migration, with alembic driven from Python."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url, text

from survey_app.storage.session import Database, open_database

if TYPE_CHECKING:
    from alembic.config import Config

_POSTGRESQL_LOCK = 0x6A756E68  # "junh"; any number that nothing else locks


def upgrade_database(database_url: str) -> None:
    """Makes the database, if it is an SQLite file that does not exist, and applies every migration it lacks."""
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

    config = migration_config()
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRESQL_LOCK})
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
