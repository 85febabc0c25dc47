"""Pages of the desk: `codes` (`/desk`) for people on the line, `paper` (`/desk/paper`) for sheets of paper.

Both add their views to the `blueprint`.
"""

from survey_app.web.desk import codes, paper  # noqa: F401 - each module adds its views to the blueprint
from survey_app.web.desk.blueprint import blueprint

__all__ = ["blueprint"]
