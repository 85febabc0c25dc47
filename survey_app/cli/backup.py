"""`junheng backup`, `restore` and `keys`: copies of the database and of the keys."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey_app.cli.installation import opened_installation, problems_reported, settings_from_environment
from survey_app.cli.reporting import WRONG_INPUT
from survey_app.domain.keys import KeyDirectory

if TYPE_CHECKING:
    from survey_app.services.backup.restoring import CampaignLoss, Restored

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def keys() -> None:
    """Make the recovery key that copies of the keys are encrypted to."""


@keys.command()
@click.option("--replace", is_flag=True, help="Make another one; copies from before still need the old one.")
@click.pass_context
def recovery(ctx: click.Context, replace: bool) -> None:
    """Make the recovery key and print it, once, for paper: `backup` encrypts to it, and `restore` asks for it.

    It is not kept anywhere. Whoever keeps it should be somebody other than who keeps the backups: the two together can read what waits.
    """
    from survey_app.domain.recovery import print_recovery_key
    from survey_app.services.backup.making import make_new_recovery_key

    settings = settings_from_environment()
    with problems_reported(ctx), _disk_reported(ctx):
        made = make_new_recovery_key(KeyDirectory(settings.keys_dir), replace=replace)
    click.echo(print_recovery_key(made))
    click.echo(
        "write it down or print it now, twice, and keep it on paper, apart from the backups: it can't be shown again",
        err=True,
    )


@click.command()
@click.argument("file", type=_FILE)
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Copy the database to FILE and the key directory, encrypted to the recovery key, to FILE.keys, while the service runs.

    Both are read back and checked before they take the place of earlier ones. One copy of the keys is kept in a folder: an earlier one goes,
    under whatever name, for several would tell what came in between them.
    """
    from survey_app.services.backup.copied_files import keys_file
    from survey_app.services.backup.making import make_backup

    with opened_installation(ctx) as at, _disk_reported(ctx):
        made = make_backup(at.database, at.keys, at.clock, file)
    for line in made.warnings:
        click.echo(f"warning: {line}", err=True)
    for old in made.replaced:
        click.echo(f"removed {old}: one copy of the keys is kept", err=True)
    click.echo(
        f"copied to {file} and {keys_file(file)}, and read back: {made.rows} rows, {made.waiting} answers that wait for their closing"
    )


@click.command()
@click.argument("file", type=_FILE)
@click.option("--without-keys", is_flag=True, help="Give up what only the copied keys can open; says how much that is.")
@click.pass_context
def restore(ctx: click.Context, file: Path, without_keys: bool) -> None:
    """Put the backup FILE back into an empty database that nobody uses; the recovery key is read from standard input.

    Everything is checked before anything is written, and all of it is put back or nothing. A key directory that is still there keeps what
    it has: codes that were used since the backup stay used. Answers that can't be opened any more are counted and written off as lost.
    """
    from survey_app.services.backup import restoring
    from survey_app.services.starting_up import find_mismatches

    with problems_reported(ctx), _disk_reported(ctx):
        is_needed = restoring.is_key_needed(file, without_keys=without_keys)
        copy = restoring.read_copy(file, _read_key() if is_needed else None)
        with opened_installation(ctx, may_begin=True) as at:
            restored = restoring.restore(at.database, at.keys, at.clock, copy)
            mismatches = find_mismatches(at.database, at.keys)
    click.echo("\n".join(_lines(file, restored)))
    for line in mismatches:
        click.echo(f"warning: {line}", err=True)


def _read_key() -> bytes:
    """The recovery key: from a terminal, as soon as all of it is typed."""
    from survey_app.domain.recovery import KEY_MARKS, read_recovery_key, recovery_marks

    if sys.stdin.isatty():
        click.echo("the recovery key, as it stands on the paper:", err=True)
    typed = ""
    while len(recovery_marks(typed)) < KEY_MARKS and (line := sys.stdin.readline()):
        typed += line
    return read_recovery_key(typed)


def _lines(file: Path, restored: "Restored") -> Iterator[str]:
    yield f"restored {file}, made {restored.made_at}: {restored.rows} rows"
    if not restored.is_pair:
        yield "the copy of the keys was made with another copy of the database than this one"
    for outcome in restored.outcomes:
        yield from _lines_of(outcome)
    for campaign in restored.missing:
        yield f"campaign {campaign}: its keys are there, and the copy knows nothing of it: it was made later, and is lost"


def _lines_of(outcome: "CampaignLoss") -> Iterator[str]:
    start = f"campaign {outcome.campaign} ({outcome.state}):"
    yield f"{start} {outcome.lost} answers are lost"
    if outcome.used_since:
        yield f"{start} {outcome.used_since} of them came in after the copy; their codes stay used"
    if outcome.unknown_since:
        yield f"{start} {outcome.unknown_since} more came in with codes that were issued after the copy: these codes are unknown now"
    if outcome.codes_dead:
        yield f"{start} its key is lost: the {outcome.codes_dead} codes that are out are cancelled, for they can't be checked any more"
    if outcome.lost or outcome.codes_dead:
        yield f"{start} as many codes can be issued anew: junheng codes issue {outcome.campaign}"
    if outcome.given_up:
        told = ", ".join(f"{number} {kind}" for kind, number in outcome.given_up.items())
        yield f"{start} its log goes back; entries given up, kept in the key directory: {told}"


@contextmanager
def _disk_reported(ctx: click.Context) -> Iterator[None]:
    """A file that can't be read or written ends the command with status 3."""
    try:
        yield
    except OSError as error:
        click.echo(" ".join(_parts(error)), err=True)
        ctx.exit(WRONG_INPUT)


def _parts(error: OSError) -> Iterable[str]:
    if error.filename:
        yield f"{error.filename}:"
    yield error.strerror or str(error)
