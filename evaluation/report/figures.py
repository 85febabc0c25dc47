"""The one number (or the few words) that a clause is decided by, as the table of indicators shows it."""

from evaluation.assessment import ClauseResult
from evaluation.report.context import Context
from evaluation.report.numbers import COEFFICIENT, SCORE, form_of, is_met, show, show_against, show_threshold
from evaluation.rulebook.tests import TESTS

COUNTY_REASONS = frozenset({"county_below", "county_and_schools_below"})
RELATIONS = {"at_least": "≥", "at_most": "≤", "less_than": "<", "": ""}


def value_text(context: Context, clause: ClauseResult) -> str:
    """The clause's value with its unit, in as many decimals as the verdict needs."""
    text = show_against(clause.value, clause.threshold, clause.limit, form_of(clause.unit))
    return text if clause.value is None else text + context.words.unit(clause.unit)


def threshold_text(context: Context, clause: ClauseResult) -> str:
    """The clause's threshold with its unit, "" where there is none."""
    if clause.threshold is None:
        return ""
    return show_threshold(clause.threshold, form_of(clause.unit)) + context.words.unit(clause.unit)


def figure(context: Context, clause: ClauseResult) -> str:
    """What decided the clause, in a few words: `5.75人（≥4.2人）；5所学校未达标`."""
    words = context.words
    if clause.points is not None:
        return words("figure.score", score=show(clause.score, SCORE), points=show_threshold(clause.points))
    if clause.status == "missing":
        return words("figure.missing")
    parts = [_compared(context, clause), _coefficients(context, clause), _failing(context, clause)]
    return words("join.parts").join(part for part in parts if part) or _stated(context, clause)


def value_fails(clause: ClauseResult) -> bool:
    """Whether the clause's own number is on the wrong side and counts: a county's value may stand beside its schools without being judged."""
    value, threshold = clause.value, clause.threshold
    if value is None or threshold is None or not clause.limit or is_met(value, threshold, clause.limit):
        return False
    return TESTS[clause.test].value_decides or clause.reason in COUNTY_REASONS


def _compared(context: Context, clause: ClauseResult) -> str:
    value, threshold = clause.value, clause.threshold
    if value is None or threshold is None:
        return ""
    if clause.limit and not is_met(value, threshold, clause.limit) and not value_fails(clause):
        return context.words("figure.not_judged", value=value_text(context, clause))
    return context.words(
        "figure.compared",
        value=value_text(context, clause),
        relation=RELATIONS[clause.limit],
        threshold=threshold_text(context, clause),
    )


def _coefficients(context: Context, clause: ClauseResult) -> str:
    resource = context.resource(clause.resource)
    if TESTS[clause.test].shown != "coefficients" or resource is None:
        return ""
    parts = []
    for stage, limit in resource.coefficient_limits.items():
        value = context.assessment.coefficients.get(stage, {}).get(resource.id)
        text = show_against(value, limit, "at_most", COEFFICIENT)
        parts.append(
            context.words(
                "figure.coefficient", stage=context.words.data(stage), value=text, limit=show_threshold(limit)
            )
        )
    return context.words("join.list").join(parts)


def _failing(context: Context, clause: ClauseResult) -> str:
    if clause.schools is None and not clause.failures:
        return ""
    count = count_failing(clause)
    if count:
        return context.words.of("failing", clause.test, count=count)
    excused = len(clause.excused)
    return context.words("figure.some_excused", count=excused) if excused else context.words("figure.none_failing")


def count_failing(clause: ClauseResult) -> int:
    """How many classes, or else schools, fail."""
    if TESTS[clause.test].counts_classes:
        return sum(one.count for one in clause.failures)
    return len(clause.schools or ()) or len({one.school for one in clause.failures})


def _stated(context: Context, clause: ClauseResult) -> str:
    return context.words.of("on_site" if TESTS[clause.test].shown == "finding" else "status", clause.status)
