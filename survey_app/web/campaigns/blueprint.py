"""The blueprint of the campaigns' pages, and who may see them."""

from typing import Final

from flask import Blueprint

from survey_app.domain.staff import Role

blueprint = Blueprint("campaigns", __name__, url_prefix="/campaigns")

WATCHING: Final = (Role.ADMIN, Role.MONITOR, Role.EVALUATOR)
"""Who sees quotas and counts."""

DECIDING: Final = (Role.ADMIN,)
"""Who creates, opens and closes campaigns, and gets the codes."""

JUDGING: Final = (Role.ADMIN, Role.EVALUATOR)
"""Who sees results once a campaign is closed."""
