"""`junheng demo`: a believable county on a fresh database, and the service on it."""

import io
import shutil
from pathlib import Path

import click

from survey_app.cli.serve import require_free, serve_processes
from survey_app.domain.clock import SystemClock
from survey_app.services.demo import Demo, groups_in_order, make_demo
from survey_app.services.installation import open_installation
from survey_app.settings import DEFAULT_INSTANCE, Settings
from survey_app.storage.migrating import upgrade_database

HOST = "127.0.0.1"


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_INSTANCE / "demo",
    show_default=True,
    help="Where database, keys and files go; emptied first.",
)
@click.pass_context
def demo(ctx: click.Context, port: int, folder: Path) -> None:
    """Make a believable county on a fresh database (campaign open, a third of the answers in) and serve it."""
    folder = folder.absolute()
    require_free(ctx, HOST, port)
    _empty(folder)
    settings = Settings(database_url=f"sqlite:///{folder / 'junheng.sqlite3'}", keys_dir=folder / "keys")
    upgrade_database(settings.database_url)
    at = open_installation(settings, SystemClock())
    address = f"http://{HOST}:{port}"
    made = make_demo(at, folder / "county", address)
    at.database.close()
    click.echo("\n".join(_introduction(made, address)))
    ctx.exit(serve_processes(settings, HOST, port, workers=2))


def _empty(folder: Path) -> None:
    """Remove an earlier demonstration; a folder that holds something else is left alone."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "junheng.sqlite3").exists():
        raise click.BadParameter(f"{folder} holds something else than a demonstration", param_hint="--folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _introduction(made: Demo, address: str) -> list[str]:
    lines = ["", f"Campaign {made.campaign}, open, with a third of its answers in.", f"Workbook: {made.workbook}", ""]
    lines.append("One unused code of each group (scan, or open the address):")
    for one in groups_in_order(made):
        lines += ["", f"{one.group}  {one.school_name}".rstrip(), one.url, _terminal_qr(one.url)]
    lines += ["", f"Staff accounts, to sign in at {address}/ (made for this demonstration):"]
    lines += [f"  {one.name:<12} {one.role:<16} {one.password}" for one in made.accounts]
    return [*lines, "", f"Serving on {address} (stop with Ctrl-C)"]


def _terminal_qr(address: str) -> str:
    import qrcode

    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(address)
    drawing = io.StringIO()
    code.print_ascii(out=drawing, invert=True)
    return drawing.getvalue().rstrip()
