"""Why a clause is not met, and by how much, in plain sentences."""

from collections.abc import Iterator
from typing import Literal

from evaluation.assessment import ClauseResult, Evidence, SchoolFailure
from evaluation.report import numbers
from evaluation.report.context import Context
from evaluation.report.figures import count_failing, threshold_text, value_fails, value_text
from evaluation.report.numbers import (
    COEFFICIENT,
    COUNT,
    VALUE,
    is_met,
    show,
    show_against,
    show_difference,
    show_threshold,
)
from evaluation.report.sample import reason_text
from evaluation.report.wording import BAND
from evaluation.rulebook.tests import TESTS

NAMES_LISTED = 5
LABEL_JOIN = " · "
TOTALS = frozenset({"total", "total_pupils"})
COUNTED = frozenset({"pupil", "room"})
# A band of class sizes as the workbook's columns name it: 56-60, 66人以上.


def clause_sentences(context: Context, clause: ClauseResult) -> tuple[str, ...]:
    """Sentences about a clause that is unmet or missing; none about one that is met."""
    if clause.status == "missing":
        return (_about_missing(context, clause),)
    if clause.status == "met" or clause.points is not None:
        return ()
    found = [
        *_about_value(context, clause),
        *_about_coefficients(context, clause),
        *_about_schools(context, clause),
    ]
    return tuple(found) or (_about_statement(context, clause),)


def _about_missing(context: Context, clause: ClauseResult) -> str:
    keys = clause.reason_values.get("keys", ()) if clause.reason == "missing_figures" else ()
    if keys:
        return context.words("missing.figures", keys=context.words("join.list").join(keys))
    if clause.reason == "sample_not_valid":
        reasons = [reason_text(context, one) for one in clause.reason_values["reasons"]]
        return context.words("missing.sample", reasons=context.words("join.list").join(reasons))
    return context.words.of("missing", clause.test)


def _about_value(context: Context, clause: ClauseResult) -> Iterator[str]:
    value, threshold = clause.value, clause.threshold
    if value is None or threshold is None or not value_fails(clause):
        return
    form = numbers.form_of(clause.unit)
    yield context.words(
        f"unmet.{clause.limit}",
        what=context.words.of("what", clause.test),
        value=value_text(context, clause),
        threshold=threshold_text(context, clause),
        difference=show_difference(value, threshold, form) + context.words.unit_of_difference(clause.unit),
    )


def _about_coefficients(context: Context, clause: ClauseResult) -> Iterator[str]:
    resource = context.resource(clause.resource)
    if TESTS[clause.test].shown != "coefficients" or resource is None:
        return
    for stage, limit in resource.coefficient_limits.items():
        coefficient = context.assessment.coefficients.get(stage, {}).get(resource.id)
        if coefficient is None and context.schools_of(stage):
            yield context.words("unmet.no_coefficient", stage=context.words.data(stage))
        elif coefficient is not None and not is_met(coefficient, limit, "at_most"):
            yield context.words(
                "unmet.coefficient",
                stage=context.words.data(stage),
                value=show_against(coefficient, limit, "at_most", COEFFICIENT),
                limit=show_threshold(limit),
                difference=show_difference(coefficient, limit, COEFFICIENT),
            )


def _about_schools(context: Context, clause: ClauseResult) -> Iterator[str]:
    count = count_failing(clause)
    if not count:
        return
    words, worst, failing = context.words, _worst(clause), context.words.of("failing", clause.test, count=count)
    if worst is not None and count == len(clause.failures) == 1:
        yield words("sentence", text=words("join.colon").join([failing, _measured(context, "one", clause.test, worst)]))
        return
    yield words("sentence", text=words("join.colon").join(part for part in (failing, _names(context, clause)) if part))
    if worst is not None:
        is_alone = len({one.school for one in clause.failures}) == 1
        yield words("sentence", text=_measured(context, "worst", clause.test, worst, is_named=not is_alone))


def _names(context: Context, clause: ClauseResult) -> str:
    names = dict.fromkeys(one.name for one in clause.failures if one.name)
    names = names or dict.fromkeys(context.school_names.get(code, code) for code in clause.schools or ())
    shown = context.words("join.list").join(list(names)[:NAMES_LISTED])
    return context.words("names.more", names=shown, count=len(names)) if len(names) > NAMES_LISTED else shown


def _worst(clause: ClauseResult) -> SchoolFailure | None:
    measured = [one for one in clause.failures if one.actual is not None and one.required]
    return max(measured, key=_relative_shortfall, default=None)


def _relative_shortfall(failure: SchoolFailure) -> float:
    actual, required = failure.actual or 0.0, failure.required or 1.0
    return abs(actual - required) / abs(required)


def _measured(context: Context, phrase: str, test: str, failure: SchoolFailure, is_named: bool = True) -> str:
    """One failure in numbers; a school that was just named needs no name again."""
    actual, required, difference = failure_texts(context, failure)
    label = failure_label(context, test, failure)
    return context.words(
        f"{phrase}.{_side(failure)}",
        who=" ".join(part for part in (failure.name if is_named or not label else "", label) if part),
        actual=actual,
        required=required,
        difference=difference,
    )


def failure_label(context: Context, test: str, failure: SchoolFailure) -> str:
    """What of the school fails: a class, a kind of room; "" where the clause says it already."""
    label = context.words.of(
        "label", test, label=_band_label(context, failure.label) or context.words.data(failure.label)
    )
    return label if failure.count == 1 else context.words("label.several", label=label, count=failure.count)


def _side(failure: SchoolFailure) -> Literal["under", "over", "over_least"]:
    """Whether a failure lies under or over what is required, and whether it may lie further over than its number says."""
    if (failure.actual or 0) <= (failure.required or 0):
        return "under"
    return "over_least" if is_lower_bound(failure) else "over"


def is_lower_bound(failure: SchoolFailure) -> bool:
    """Whether the actual number is only the least there may be: that of a band of class sizes."""
    return failure.is_at_least


def _band_label(context: Context, label: str) -> str:
    """A band of class sizes in words, "" for anything else."""
    band = BAND.fullmatch(label)
    if band is None:
        return ""
    low, high = band["low"] or band["least"], band["high"]
    return context.words("band.closed", low=low, high=high) if high else context.words("band.open", low=low)


def failure_texts(context: Context, failure: SchoolFailure) -> tuple[str, str, str]:
    """What a failure has, what is required of it, and how far that is apart, each with its unit; dashes where there is no number."""
    actual, required = failure.actual, failure.required
    if actual is None or required is None:
        return numbers.show(actual, COUNT), numbers.show(required, COUNT), numbers.ABSENT
    form = numbers.form_of(failure.unit, COUNT if failure.unit in COUNTED else VALUE)
    limit: numbers.Limit = "at_most" if actual > required else "at_least"
    unit = context.words.unit(failure.unit)
    least = context.words("band.at_least") if is_lower_bound(failure) else ""
    return (
        least + show_against(actual, required, limit, form) + unit,
        show_threshold(required, form) + unit,
        show_difference(actual, required, form) + context.words.unit_of_difference(failure.unit),
    )


def difference_said(context: Context, failure: SchoolFailure) -> str:
    """How far a failure is off, in words: `差0.55人`, `超13人`; "" without numbers."""
    if failure.actual is None or failure.required is None:
        return ""
    return context.words(f"off.{_side(failure)}", difference=failure_texts(context, failure)[2])


def _about_statement(context: Context, clause: ClauseResult) -> str:
    words = context.words
    stated = words("join.parts").join(evidence_text(context, one) for one in clause.evidence)
    if TESTS[clause.test].shown == "finding":
        return words("unmet.on_site", finding=stated.rstrip("。.")) if stated else words("unmet.on_site_bare")
    if TESTS[clause.test].shown == "comparison" and _is_measured(clause):
        below, above = (one.value for one in clause.evidence)
        difference = show_difference(float(below or 0), float(above or 0)) + words.unit(clause.evidence[0].unit)
        return words("unmet.comparison", evidence=stated, difference=difference)
    return words("unmet.evidence", evidence=stated) if stated else words("unmet.plain", text=clause.text)


def _is_measured(clause: ClauseResult) -> bool:
    return len(clause.evidence) == 2 and all(isinstance(one.value, float) for one in clause.evidence)


def evidence_value(context: Context, evidence: Evidence) -> str:
    """The value of a piece of evidence with its unit, in the form that its kind asks for."""
    if evidence.value is None or isinstance(evidence.value, str):
        return context.words.data(evidence.value or numbers.ABSENT)
    form = numbers.form_of(evidence.unit, COEFFICIENT if evidence.key == "coefficient" else COUNT)
    return show(evidence.value, form) + context.words.unit(evidence.unit)


def evidence_label(context: Context, evidence: Evidence) -> str:
    """What a piece of evidence is, in words."""
    parts = (_band_label(context, part) or context.words.data(part) for part in evidence.label.split(LABEL_JOIN))
    join = context.words("join.label") if evidence.key in TOTALS else LABEL_JOIN
    return context.words.of("evidence", evidence.key or "plain", label=join.join(parts))


def evidence_text(context: Context, evidence: Evidence) -> str:
    """A piece of evidence as one phrase."""
    value = evidence_value(context, evidence)
    return (
        value
        if evidence.key == "finding"
        else context.words("evidence.said", label=evidence_label(context, evidence), value=value)
    )
