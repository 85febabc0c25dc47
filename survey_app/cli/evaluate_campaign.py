"""Results of closed campaigns for the commands; they load the database only when one is asked for."""

from pathlib import Path
from typing import Any

import click

from evaluation.assessment import Assessment
from evaluation.errors import InputProblem
from survey_app.cli.installation import opened_installation
from survey_app.services.results import assess_with_campaign, recognition_of_campaign


def judge_with_campaign(
    ctx: click.Context, workbook: Path, rulebook: str, campaign: str
) -> tuple[Assessment, list[InputProblem]]:
    """The county's assessment with the survey of a closed campaign."""
    with opened_installation(ctx) as at:
        return assess_with_campaign(at.database, campaign, workbook, rulebook)


def recognition_of_closed_campaign(ctx: click.Context, campaign: str) -> dict[str, Any]:
    """The recognition object of a closed campaign."""
    with opened_installation(ctx) as at:
        return recognition_of_campaign(at.database, campaign)
