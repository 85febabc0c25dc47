"""`junheng serve`: gunicorn and the mixing worker, side by side."""

import click

from survey_app.cli.installation import opened_installation, settings_from_environment
from survey_app.settings import Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes; two for each core unless stated.")
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, workers: int | None) -> None:
    """Serve the survey and the staff pages, and mix answers beside it.

    Uses the database of JUNHENG_DATABASE_URL and the keys of JUNHENG_KEYS; a new database gets its tables.
    """
    settings = settings_from_environment()
    with opened_installation(ctx) as at:
        at.keys.session_secret()  # made before there are processes that would race for it
    ctx.exit(serve_processes(settings, host, port, workers))


def serve_processes(settings: Settings, host: str, port: int, workers: int | None) -> int:
    """Serve until told to stop; the exit status of the web server."""
    from survey_app.cli.processes import supervise

    return supervise(settings, host, port, workers)
