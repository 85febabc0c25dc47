"""Pages of assessments: `/assessments`, and everything about one of them.

`overview`, `workbook`, `entries` (on site, vetoes, photos), `scores`, `signing`. Each module adds its views to the `blueprint`.
"""

from survey_app.web.assessments import entries, overview, scores, signing, workbook
from survey_app.web.assessments.blueprint import blueprint

__all__ = ["blueprint", "entries", "overview", "scores", "signing", "workbook"]
