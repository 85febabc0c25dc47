"""`junheng db`: the database's migrations."""

import click

from survey_app.cli.installation import problems_reported, settings_from_environment


@click.group()
def db() -> None:
    """Bring the database to the newest migration."""


@db.command()
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    """Make the database of JUNHENG_DATABASE_URL if it is not there, and apply every migration it lacks."""
    from survey_app.storage.migrating import newest_revision, upgrade_database

    settings = settings_from_environment()
    with problems_reported(ctx):
        upgrade_database(settings.database_url)
    click.echo(f"the database is at {newest_revision()}", err=True)
