"""`junheng export`: the answers of a closed campaign."""

import sys
from pathlib import Path

import click

from survey_app.cli.installation import opened_installation


@click.command()
@click.argument("campaign", metavar="ID")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; its ending chooses: .csv .xlsx .sav .parquet",
)
@click.pass_context
def export(ctx: click.Context, campaign: str, out: Path) -> None:
    """Write the answers of closed campaign ID, with codebook, comments, units and counts beside them (or as sheets of an .xlsx).

    The folder of --out is made if there is none.
    """
    from survey_app.output.exports import check_ending, write_export
    from survey_app.services.results import answers_of_campaign

    with opened_installation(ctx) as at:
        check_ending(out)
        with answers_of_campaign(at.database, campaign) as answers:
            hidden = not sys.stderr.isatty()
            with click.progressbar(length=answers.count, label="answers", file=sys.stderr, hidden=hidden) as bar:
                written = write_export(out, answers, progress=lambda: bar.update(1))
    for file in written:
        click.echo(f"written: {file}")
