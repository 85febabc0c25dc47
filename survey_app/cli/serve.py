"""`junheng serve`: gunicorn and the background worker, side by side."""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Final

import click

from survey_app.cli.installation import opened_installation, settings_from_environment
from survey_app.cli.reporting import WRONG_INPUT
from survey_app.services.starting_up import find_mismatches
from survey_app.settings import Settings

SESSION_SECRET_KEPT: Final = timedelta(days=30)
"""It signs languages and forms of the staff's pages; who has a copy of it can open nothing. Changed at a start, when no form is out."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Web processes; as many as cores, two at least, unless stated."
)
@click.option(
    "--metrics-socket",
    type=click.Path(path_type=Path),
    envvar="JUNHENG_METRICS_SOCKET",
    help="Path of a Unix socket for the counts of requests; over HTTP they are for administrators' tokens.",
)
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, workers: int | None, metrics_socket: Path | None) -> None:
    """Serve the survey and the staff pages, with the background worker beside them.

    Uses the database of JUNHENG_DATABASE_URL and the keys of JUNHENG_KEYS; a new database gets its tables.
    """
    settings = settings_from_environment()
    require_free(ctx, host, port)
    _require_socket(ctx, metrics_socket)
    with opened_installation(ctx, may_begin=True) as at:
        at.keys.session_secrets.rotate(at.clock.now(), SESSION_SECRET_KEPT)
        at.keys.account_secret()  # made before there are processes that would race for it
        for line in find_mismatches(at.database, at.keys):
            click.echo(f"warning: {line}", err=True)
    ctx.exit(serve_processes(settings, host, port, workers, metrics_socket))


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


def serve_processes(
    settings: Settings, host: str, port: int, workers: int | None, metrics_socket: Path | None = None
) -> int:
    """Serve until told to stop; the exit status."""
    from survey_app.cli.processes import supervise

    return supervise(settings, host, port, workers, metrics_socket)


def _require_socket(ctx: click.Context, path: Path | None) -> None:
    """End the command with status 3 if the socket can't be made at `path`."""
    if path is None:
        return
    from survey_app.cli.metrics_socket import SocketUnusable, require_usable

    try:
        require_usable(path)
    except SocketUnusable as error:
        click.echo(str(error), err=True)
        ctx.exit(WRONG_INPUT)
