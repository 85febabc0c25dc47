"""`junheng recognition`: the recognition rate, of a closed campaign or of files."""

from pathlib import Path
from typing import Any

import click

from survey_app.cli.reporting import input_problems_reported, print_json
from survey_app.cli.wording import COUNTS_HELP, FRAMES_HELP, UNITS_HELP


@click.command()
@click.argument("campaign", required=False)
@click.option(
    "--responses", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The survey's responses (.csv)."
)
@click.option(
    "--questionnaires",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the questionnaires that the responses answer.",
)
@click.option("--population", type=click.IntRange(min=1), help="Residents of the county.")
@click.option(
    "--frames",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=FRAMES_HELP,
)
@click.option("--min-sample", type=click.IntRange(min=0), help="The campaign's own floor of the sample.")
@click.option("--units", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=UNITS_HELP)
@click.option("--counts", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=COUNTS_HELP)
@click.option("--rulebook", default="xiangtan-2018", show_default=True, help="A rulebook's name or its .yaml file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def recognition(ctx: click.Context, /, campaign: str | None, rulebook: str, as_json: bool, **files: Any) -> None:
    """The recognition rate with its interval, by group and item, and whether the sample is valid.

    Of CAMPAIGN once it is closed, or of files: --responses, --questionnaires and --population. An export of a campaign gives the campaign's
    own verdict with --units, --counts, --min-sample and --frames.
    """
    given = {name for name, value in files.items() if value is not None}
    if campaign is not None:
        if given:
            raise click.UsageError("expected either CAMPAIGN or files, not both")
        document = _of_campaign(ctx, campaign)
    elif {"responses", "questionnaires", "population"} <= given:
        document = _of_files(ctx, rulebook, **files)
    else:
        raise click.UsageError("expected CAMPAIGN, or all of --responses, --questionnaires, --population")
    if as_json:
        print_json(document)
    else:
        click.echo("\n".join(_lines(document)))


def _of_campaign(ctx: click.Context, campaign: str) -> dict[str, Any]:
    from survey_app.cli.evaluate_campaign import recognition_of_closed_campaign

    return recognition_of_closed_campaign(ctx, campaign)


def _of_files(
    ctx: click.Context,
    rulebook: str,
    *,
    responses: Path,
    questionnaires: Path,
    population: int,
    frames: Path | None,
    min_sample: int | None,
    units: Path | None,
    counts: Path | None,
) -> dict[str, Any]:
    from evaluation.rulebook.loading import load_rulebook
    from evaluation.survey.from_files import recognition_from_files
    from evaluation.survey.recognition import recognition_document

    with input_problems_reported(ctx):
        found = recognition_from_files(
            responses,
            questionnaires,
            population,
            load_rulebook(rulebook).survey.parameters,
            frames,
            min_sample=min_sample or 0,
            counts_file=counts,
            units_file=units,
        )
        return recognition_document(found)


def _lines(document: dict[str, Any]) -> list[str]:
    sample = document["sample"]
    withheld = sum(sample["withheld"].values())
    return [
        f"rate (by {document['unit']}): {_percent(document['rate'])}  ({document['recognise']} of {document['base']})",
        f"95% interval: {_interval(document['ci95'])}"
        + ("" if document["ci_reliable"] else f"  not reliable: {', '.join(document['ci_reasons'])}"),
        f"sample: {sample['valid']} valid of {sample['required']} required, "
        + (f"{withheld} of them withheld, " if withheld else "")
        + ("valid" if sample["is_valid"] else f"not valid: {', '.join(sample['reasons'])}"),
        *(f"  {group}: {_percent(rate)}" for group, rate in document["groups"].items()),
        *(f"  item {item}: {_percent(rate)}" for item, rate in document["items"].items()),
    ]


def _percent(rate: float | None) -> str:
    return "no answer in the base" if rate is None else f"{100 * rate:.2f}%"


def _interval(limits: list[float] | None) -> str:
    return "none" if limits is None else f"{100 * limits[0]:.2f}% to {100 * limits[1]:.2f}%"
