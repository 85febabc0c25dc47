"""Results of closed campaigns for the commands; they load the database only when one is asked for."""

from typing import Any

import click

from evaluation.evaluating import SurveyAnswers
from survey_app.cli.installation import opened_installation
from survey_app.services.results import recognition_of_campaign, survey_answers


def answers_of_closed_campaign(ctx: click.Context, campaign: str) -> SurveyAnswers:
    """The answers of a closed campaign, to judge its county's workbook with."""
    with opened_installation(ctx) as at, at.database.read() as connection:
        return survey_answers(connection, campaign)


def recognition_of_closed_campaign(ctx: click.Context, campaign: str) -> dict[str, Any]:
    """The recognition object of a closed campaign."""
    with opened_installation(ctx) as at:
        return recognition_of_campaign(at.database, campaign)
