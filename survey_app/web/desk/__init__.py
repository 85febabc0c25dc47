"""Pages of the desk: `/desk` for people on the line, `/desk/paper` for sheets of paper."""

from survey_app.web.desk import codes, paper  # noqa: F401 - each module adds its views to the blueprint
from survey_app.web.desk.blueprint import blueprint

__all__ = ["blueprint"]
