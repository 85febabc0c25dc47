"""The blueprint of the campaigns' pages, and who may see them."""

from typing import Final

from flask import Blueprint

from survey_app.domain.staff import Role

blueprint = Blueprint("campaigns", __name__, url_prefix="/campaigns")

WATCHING: Final = (Role.ADMIN, Role.MONITOR, Role.EVALUATOR)
"""Who sees quotas and counts, and the tables of results once a campaign is closed."""

DECIDING: Final = (Role.ADMIN,)
"""Who creates, opens and closes campaigns, and gets the codes."""

JUDGING: Final = (Role.ADMIN, Role.EVALUATOR)
"""Who gets the answers of a closed campaign, row by row, and what was written."""
