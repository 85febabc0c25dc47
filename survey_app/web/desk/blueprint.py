"""The blueprint of the desk, and who works at it. Codes come in the bodies of forms, never in addresses."""

from typing import Final

from flask import Blueprint

from survey_app.domain.staff import Role
from survey_app.web.access import signed_in

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

helping: Final = signed_in(Role.DESK, Role.ADMIN, county=None, holds_code=True)
"""Who may use a page of the desk: its forms hold codes, and answers from paper."""
LONGEST_CODE: Final = 2_000  # a whole address may be pasted
