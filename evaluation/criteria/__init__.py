"""The closed list of criteria: the name of a test in a rulebook → the function that decides it, for all counties at once."""

from collections.abc import Callable
from typing import Any

from evaluation.criteria.county import (
    judge_county_comparison,
    judge_county_figure,
    judge_county_ratio,
    judge_unified_standards,
)
from evaluation.criteria.findings import judge_on_site, judge_scored, judge_scored_by_survey
from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.criteria.limits import (
    judge_class_size,
    judge_funded_pupils,
    judge_monitoring,
    judge_school_size,
    judge_training_share,
)
from evaluation.criteria.rooms import judge_special_rooms
from evaluation.criteria.standards import judge_dispersion, judge_resource_standard
from evaluation.criteria.survey import judge_recognition
from evaluation.rulebook.model import Clause
from evaluation.verdicts import ClauseVerdicts

Criterion = Callable[[JudgedCounties, Clause, Any], ClauseVerdicts]

CRITERIA: dict[str, Criterion] = {
    "resource_standard": judge_resource_standard,
    "dispersion": judge_dispersion,
    "on_site": judge_on_site,
    "unified_standards": judge_unified_standards,
    "county_ratio": judge_county_ratio,
    "county_figure": judge_county_figure,
    "county_comparison": judge_county_comparison,
    "special_rooms": judge_special_rooms,
    "school_size": judge_school_size,
    "class_size": judge_class_size,
    "funded_pupils": judge_funded_pupils,
    "training_share": judge_training_share,
    "monitoring": judge_monitoring,
    "recognition": judge_recognition,
    "scored": judge_scored,
    "scored_by_survey": judge_scored_by_survey,
}


def judge_clause(counties: JudgedCounties, clause: Clause) -> ClauseVerdicts:
    """The verdicts of all counties on one clause."""
    return CRITERIA[clause.test.name](counties, clause, clause.test)
