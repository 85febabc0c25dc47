"""`junheng report`: the reports of a stored result, from it alone."""

from pathlib import Path

import click

from survey_app.cli.reporting import input_problems_reported, language_of
from survey_app.cli.wording import WRITTEN


@click.command()
@click.argument("assessment", metavar="ASSESSMENT.json", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder of the reports."
)
@click.pass_context
def report(ctx: click.Context, assessment: Path, out: Path) -> None:
    """Write the reports of ASSESSMENT.json, a result of `evaluate`, again.

    Writes report.html, report.docx and ledger.xlsx into the folder --out, the same bytes as `evaluate` wrote, or nothing at all if the file
    is not such a result, of another version, or was changed.
    """
    from evaluation.assessment_json import read_assessment
    from evaluation.report.writing import REPORT_FILES, write_reports

    with input_problems_reported(ctx):
        write_reports(read_assessment(assessment), out, names=REPORT_FILES)
    click.echo(WRITTEN.text(language_of(ctx), {"out": out}))
