"""The blueprint of the desk, and who works at it. Codes come in the bodies of forms, never in addresses."""

from typing import Final

from flask import Blueprint

from survey_app.domain.staff import Role

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

HELPING: Final = (Role.DESK, Role.ADMIN)
LONGEST_CODE: Final = 60
