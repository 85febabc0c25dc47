"""A made-up county, 清溪县（示例）, believable enough to show the whole service: its workbook, its schools and a finished survey.

Everything follows from a seed. The county is mostly good and falls short in a handful of places (roster.csv, column shortfall), so that
the verdict, the gaps and the ledger have something to show. Headers and words are those of the statistics workbook.

`roster` (the schools), `resources`, `classes`, `schools`, `figures` and `judgements` (the sheets), `county` (all of them), `workbook`
(writes it), `campaign` and `survey` (a finished survey).
"""

from survey_app.demo_county.county import Sheets, build_county
from survey_app.demo_county.survey import build_responses, draw_answers, draw_comment, write_responses_csv
from survey_app.demo_county.workbook import write_schools_csv, write_workbook

__all__ = [
    "Sheets",
    "build_county",
    "build_responses",
    "draw_answers",
    "draw_comment",
    "write_responses_csv",
    "write_schools_csv",
    "write_workbook",
]
