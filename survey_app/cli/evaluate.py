"""`junheng evaluate`: a county's workbook and survey → verdict and reports."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey_app.cli.evaluate_summary import summary_lines
from survey_app.cli.reporting import input_problems_reported, language_of, print_json, print_problems
from survey_app.cli.wording import COUNTS_HELP, UNITS_HELP
from survey_app.domain.clock import LOCAL_ZONE, SystemClock

if TYPE_CHECKING:
    from evaluation.evaluating import SurveyAnswers, SurveyFiles


@click.command()
@click.argument("workbook", type=click.Path(exists=True, path_type=Path))
@click.option("--rulebook", "rulebook", required=True, help="A rulebook's name or its .yaml file.")
@click.option(
    "--responses", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The survey's responses (.csv)."
)
@click.option(
    "--questionnaires",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the questionnaires that the responses answer.",
)
@click.option("--units", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=UNITS_HELP)
@click.option("--counts", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=COUNTS_HELP)
@click.option("--campaign", help="Take the survey from this closed campaign instead of files.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder of the reports."
)
@click.option("--json", "as_json", is_flag=True, help="Print the assessment as one JSON document.")
@click.pass_context
def evaluate(
    ctx: click.Context,
    workbook: Path,
    rulebook: str,
    responses: Path | None,
    questionnaires: Path | None,
    units: Path | None,
    counts: Path | None,
    campaign: str | None,
    out: Path,
    as_json: bool,
) -> None:
    """Judge a county's WORKBOOK (.xlsx, or a folder of .csv) by a rulebook and write its reports.

    Writes assessment.json, report.html, report.docx and ledger.xlsx into the folder --out, or nothing at all if the input is wrong.
    """
    from evaluation.evaluating import evaluate_workbook
    from evaluation.report.writing import write_reports

    survey = _survey_files(responses, questionnaires, units, counts)
    if survey is not None and campaign is not None:
        raise click.UsageError("expected the survey either as files or as --campaign, not both")
    with input_problems_reported(ctx):
        assessment = evaluate_workbook(workbook, rulebook, _answers(ctx, campaign) if campaign else survey)
        assessment = replace(assessment, made_on=SystemClock().now().astimezone(LOCAL_ZONE).date())
        write_reports(assessment, out)
    if as_json:
        from evaluation.assessment_json import assessment_document

        print_json(assessment_document(assessment))
        return
    print_problems(assessment.warnings, language_of(ctx), "warning: ")
    click.echo("\n".join(summary_lines(assessment, out, language_of(ctx))))


def _answers(ctx: click.Context, campaign: str) -> "SurveyAnswers":
    # the database is loaded only where a campaign is asked for
    from survey_app.cli.evaluate_campaign import answers_of_closed_campaign

    return answers_of_closed_campaign(ctx, campaign)


def _survey_files(
    responses: Path | None, questionnaires: Path | None, units: Path | None, counts: Path | None
) -> "SurveyFiles | None":
    from evaluation.evaluating import SurveyFiles

    if responses and questionnaires:
        return SurveyFiles(responses, questionnaires, counts, units)
    if responses or questionnaires:
        raise click.UsageError("--responses and --questionnaires go together")
    if units or counts:
        raise click.UsageError("--units and --counts belong to --responses")
    return None
