"""`junheng work`: the background worker alone."""

import click

from survey_app.cli.installation import opened_installation, settings_from_environment


@click.command()
@click.pass_context
def work(ctx: click.Context) -> None:
    """Do the service's background work, beside a web server that is not `junheng serve` (`gunicorn wsgi:application`).

    Closes campaigns at their time, counts and turns over what waits, forgets what has had its time. Ends at SIGTERM or Ctrl-C. Two at once are safe: they take
    turns. Without one, answers are taken but nothing is closed; /healthz and the pages of open campaigns say so.
    """
    from survey_app.jobs.background import work as work_until_stopped
    from survey_app.services.starting_up import find_mismatches

    with opened_installation(ctx) as at:
        for line in find_mismatches(at.database, at.keys):
            click.echo(f"warning: {line}", err=True)
    work_until_stopped(settings_from_environment())
