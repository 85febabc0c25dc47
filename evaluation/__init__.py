"""Junheng's library: a county's workbook, a published rule and a survey → a verdict with its evidence.

Promised: no web, no database, no environment; what is wrong with an input is told in full (`errors`) before anything is judged, and a verdict
is made of nothing but a case and a rulebook. In reading order: `evaluating` is the way through all of it, from files to a case. `reading/` makes
`facts` of the workbook, `rulebook/` reads a rule (those in `rulebooks/`), `survey/` gives the rate; `rulebook_input`, with `workbook_rows`, holds
the one against the other. `judging` asks `criteria/` for `verdicts` on each clause and puts together (`clause_results`, `gaps`, `cross_checks`) an
`assessment`. `report/` writes it, `assessment_json` keeps it and reads it back. What many use: `numeric`, `formulas`, `texts`, `strict_model`,
`strict_yaml`, `output_files`, `fonts/`. `documents` writes docs/ from the code's own data.

The names below are its public face; each is loaded when it is asked for, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluation.judging import judge
    from evaluation.reading.county import read_county
    from evaluation.report.writing import write_reports
    from evaluation.rulebook.asked import asked_by
    from evaluation.rulebook.loading import load_rulebook
    from evaluation.survey.questionnaire import load_questionnaires

__all__ = ["asked_by", "judge", "load_questionnaires", "load_rulebook", "read_county", "write_reports"]

_HOMES = {
    "asked_by": "evaluation.rulebook.asked",
    "judge": "evaluation.judging",
    "load_questionnaires": "evaluation.survey.questionnaire",
    "load_rulebook": "evaluation.rulebook.loading",
    "read_county": "evaluation.reading.county",
    "write_reports": "evaluation.report.writing",
}


def __getattr__(name: str) -> Any:
    """A public function, its module loaded now."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
