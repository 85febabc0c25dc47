"""What the survey's commands work on, from the environment, and how they say what stands in their way."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from survey_app.cli.reporting import WRONG_INPUT, input_problems_reported
from survey_app.domain.clock import SystemClock
from survey_app.domain.errors import SurveyError
from survey_app.domain.keys import KeyDirectory
from survey_app.services.installation import Installation
from survey_app.settings import Settings, read_settings
from survey_app.storage.migrating import (
    RELEASE_0_1,
    DatabaseOfOldRelease,
    newest_revision,
    revision_of,
    upgrade_database,
)
from survey_app.storage.session import Database, DatabaseError, open_database


@contextmanager
def opened_installation(ctx: click.Context, *, may_begin: bool = False) -> Iterator[Installation]:
    """Database, keys and clock of a command; what goes wrong inside is printed, a line a problem, and ends it with status 3.

    A database without tables gets them; one at an older migration is left alone, and the command says how to bring it up. A file is made
    only by a command that may begin one: who looks something up in the wrong folder is told so.
    """
    settings = settings_from_environment()
    with problems_reported(ctx):
        database = open_database(settings.database_url)
        try:
            if not may_begin and database.file is not None and not database.file.exists():
                raise NoDatabase(database.file)
            _require_newest(database, settings)
            yield Installation(database, KeyDirectory(settings.keys_dir), SystemClock())
        finally:
            database.close()


def settings_from_environment() -> Settings:
    """The settings; a value that can't be is wrong usage."""
    try:
        settings = read_settings(os.environ)
        open_database(settings.database_url).close()
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return settings


@contextmanager
def problems_reported(ctx: click.Context) -> Iterator[None]:
    """Inside, problems of the input, states that forbid the action and a database that can't be used end the command with status 3."""
    try:
        with input_problems_reported(ctx):
            yield
    except SurveyError as error:
        _fail(ctx, str(error))
    except DatabaseError as error:
        _fail(ctx, f"the database can't be used: {' '.join(str(error.orig).split())}")


def _require_newest(database: Database, settings: Settings) -> None:
    revision = revision_of(database)
    if revision is None:
        upgrade_database(settings.database_url)
    elif revision in RELEASE_0_1:
        raise DatabaseOfOldRelease
    elif revision != newest_revision():
        raise OldDatabase(revision)


class NoDatabase(SurveyError):
    """There is no file where the database should be."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"there is no database at {file}; go to the folder that it is in, or name it in JUNHENG_DATABASE_URL"
            " (junheng campaign create, user add, serve and db upgrade make a new one)"
        )


class OldDatabase(SurveyError):
    """The database lacks migrations (or has some that this version does not know)."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database is at {revision}, this version needs {newest_revision()}; run: junheng db upgrade"
        )


def _fail(ctx: click.Context, line: str) -> None:
    click.echo(line, err=True)
    ctx.exit(WRONG_INPUT)
