"""The closed list of criteria: a test of the rulebook → the function that decides it, for all counties at once.

Promised: three values, met, unmet and missing; a number that is missing is never 0 and never "unmet"; numbers are compared unrounded, and no
function loops over schools. In reading order: `judged_counties` is what they judge, `resources` the indicators of every school, computed once;
then those that decide: `standards` (resources), `county` (county figures), `limits` (every school, class or subject), `rooms`, `findings` (on site
and scored), `survey`. `extremes` finds the evidence that lies nearest to a limit.
"""

from evaluation.criteria.county import (
    judge_county_comparison,
    judge_county_figure,
    judge_county_ratio,
    judge_unified_standards,
)
from evaluation.criteria.findings import judge_on_site, judge_scored
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
from evaluation.criteria.survey import judge_recognition, judge_scored_by_survey
from evaluation.rulebook.model import Clause
from evaluation.rulebook.tests import (
    ClassSize,
    CountyComparison,
    CountyFigure,
    CountyRatio,
    Dispersion,
    FundedPupils,
    Monitoring,
    OnSite,
    RecognitionRate,
    ResourceStandard,
    SchoolSize,
    Scored,
    ScoredBySurvey,
    SpecialRooms,
    TrainingShare,
    UnifiedStandards,
)
from evaluation.verdicts import ClauseVerdicts


def judge_clause(counties: JudgedCounties, clause: Clause) -> ClauseVerdicts:  # noqa: C901 - one branch a test
    """The verdicts of all counties on one clause. The type checker holds the list to `evaluation.rulebook.tests`: no test is left out."""
    test = clause.test
    match test:
        case ResourceStandard():
            return judge_resource_standard(counties, test)
        case Dispersion():
            return judge_dispersion(counties, test)
        case OnSite():
            return judge_on_site(counties, clause.id)
        case UnifiedStandards():
            return judge_unified_standards(counties, test)
        case CountyRatio():
            return judge_county_ratio(counties, test)
        case CountyFigure():
            return judge_county_figure(counties, test)
        case CountyComparison():
            return judge_county_comparison(counties, test)
        case SpecialRooms():
            return judge_special_rooms(counties, test)
        case SchoolSize():
            return judge_school_size(counties, test)
        case ClassSize():
            return judge_class_size(counties, test)
        case FundedPupils():
            return judge_funded_pupils(counties, test)
        case TrainingShare():
            return judge_training_share(counties, test)
        case Monitoring():
            return judge_monitoring(counties, test)
        case RecognitionRate():
            return judge_recognition(counties)
        case Scored():
            return judge_scored(counties, clause.id, test)
        case ScoredBySurvey():
            return judge_scored_by_survey(counties, test)
