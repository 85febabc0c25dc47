"""`junheng serve`: gunicorn and the mixing worker, side by side."""

import socket

import click

from survey_app.cli.installation import opened_installation, settings_from_environment
from survey_app.cli.reporting import WRONG_INPUT
from survey_app.settings import Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes; one more than cores unless stated.")
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, workers: int | None) -> None:
    """Serve the survey and the staff pages, and mix answers beside it.

    Uses the database of JUNHENG_DATABASE_URL and the keys of JUNHENG_KEYS; a new database gets its tables.
    """
    settings = settings_from_environment()
    require_free(ctx, host, port)
    with opened_installation(ctx, may_begin=True) as at:
        at.keys.session_secret()  # both made before there are processes that would race for them
        at.keys.account_secret()
    ctx.exit(serve_processes(settings, host, port, workers))


def require_free(ctx: click.Context, host: str, port: int) -> None:
    """End the command with status 3 if the address can't be listened on, before anything else is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            click.echo(f"can't listen on {host}:{port}: {error.strerror}; choose another --port", err=True)
            ctx.exit(WRONG_INPUT)


def serve_processes(settings: Settings, host: str, port: int, workers: int | None) -> int:
    """Serve until told to stop; the exit status of the web server."""
    from survey_app.cli.processes import supervise

    return supervise(settings, host, port, workers)
