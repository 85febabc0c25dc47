"""`junheng codes`: codes and the sheets to print."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from evaluation.survey.groups import GROUPS
from survey_app.cli.installation import opened_installation
from survey_app.cli.issued_files import IssuedFiles, sheet_facts
from survey_app.cli.reporting import language_of, print_problems
from survey_app.domain.campaigns import State
from survey_app.services.codes.issuing import AllUnused, IssuedCode
from survey_app.services.installation import Installation

_OUT = click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of codes.csv and sheets.pdf; files that are there stay, later ones are numbered.",
)


def _which(command: Callable[..., None]) -> Callable[..., None]:
    """The codes that a command is about: typed, or chosen by where they belong."""
    options = (
        click.argument("texts", metavar="[CODE...]", nargs=-1),
        click.option("--group", type=click.Choice(GROUPS), help="All unused codes of this group."),
        click.option("--school", default="", help="All unused codes of the school with this code."),
        click.option("--all-unused", is_flag=True, help="All unused codes of the campaign."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _chosen(texts: tuple[str, ...], group: str | None, school: str, all_unused: bool) -> tuple[str, ...] | AllUnused:
    """Raises `click.UsageError` unless codes were chosen in one way."""
    if [bool(texts), bool(group or school), all_unused].count(True) != 1:
        raise click.UsageError("name the codes, or give --group and/or --school, or --all-unused")
    return texts or AllUnused(group or "", school)


@click.group()
def codes() -> None:
    """Issue, revoke and reissue the codes of a survey."""


@codes.command()
@click.argument("campaign_id", metavar="ID")
@_OUT
@click.pass_context
def issue(ctx: click.Context, campaign_id: str, out: Path) -> None:
    """Issue the codes that campaign ID is missing, and write them for printing. They are kept nowhere else in clear."""
    from survey_app.services.codes.issuing import issue_codes

    with opened_installation(ctx) as at, IssuedFiles(out, sheet_facts(at.database, campaign_id)) as files:
        _warn(ctx, at, campaign_id)
        issued = issue_codes(at.database, at.keys, at.clock, campaign_id, hand_over=files.write)
        written = files.keep()
    print_problems(files.notices, language_of(ctx), "warning: ")
    click.echo("\n".join(_summary(issued, written)))


@codes.command()
@click.argument("campaign_id", metavar="ID")
@_which
@click.pass_context
def revoke(
    ctx: click.Context, campaign_id: str, texts: tuple[str, ...], group: str | None, school: str, all_unused: bool
) -> None:
    """Cancel unused codes of campaign ID: those named, or all of a group, of a school or of both. If one of them can't be, none is."""
    from survey_app.services.cockpit.monitoring import read_progress
    from survey_app.services.codes.issuing import revoke_codes

    chosen = _chosen(texts, group, school, all_unused)
    with opened_installation(ctx) as at:
        number = revoke_codes(at.database, at.keys, at.clock, campaign_id, chosen)
        progress = read_progress(at.database, campaign_id)
    if progress.campaign.state == State.OPEN:
        out = sum(one.issued - one.answered for one in progress.groups.values())
        click.echo(f"warning: {out} unused sheets are out; whoever holds a cancelled one is refused", err=True)
    click.echo(f"{number} cancelled")


@codes.command()
@click.argument("campaign_id", metavar="ID")
@_which
@_OUT
@click.pass_context
def reissue(
    ctx: click.Context,
    campaign_id: str,
    texts: tuple[str, ...],
    group: str | None,
    school: str,
    all_unused: bool,
    out: Path,
) -> None:
    """Cancel unused codes of campaign ID, chosen as in `revoke`, and write a new one for each, of the same group and school."""
    from survey_app.services.codes.issuing import reissue_codes

    chosen = _chosen(texts, group, school, all_unused)
    with opened_installation(ctx) as at, IssuedFiles(out, sheet_facts(at.database, campaign_id)) as files:
        issued = reissue_codes(at.database, at.keys, at.clock, campaign_id, chosen, hand_over=files.write)
        written = files.keep()
    print_problems(files.notices, language_of(ctx), "warning: ")
    click.echo("\n".join(_summary(issued, written)))


def _warn(ctx: click.Context, at: Installation, campaign_id: str) -> None:
    """What paper would make dear, said before it is printed."""
    from survey_app.services.campaigns.warnings import warnings_of

    print_problems(warnings_of(at.database, at.clock, campaign_id), language_of(ctx), "warning: ")


def _summary(issued: Sequence[IssuedCode], written: Sequence[Path]) -> list[str]:
    if not issued:
        return ["nothing is missing", *map(str, written)]
    numbers = Counter(one.group for one in issued)
    return [f"{len(issued)} codes: " + ", ".join(f"{group} {n}" for group, n in numbers.items()), *map(str, written)]
