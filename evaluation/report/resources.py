"""The county's values of the resource indicators and their coefficients of variation against the limits."""

from dataclasses import dataclass

from evaluation import numeric
from evaluation.assessment import ResourceIndicator, Status
from evaluation.report.context import Context
from evaluation.report.figures import COUNTY_REASONS
from evaluation.report.indicators import MARKS
from evaluation.report.numbers import COEFFICIENT, show_against, show_threshold


@dataclass(frozen=True, slots=True)
class CoefficientView:
    """One resource in one stage: county value against threshold, coefficient (also as a number, for the chart) against limit.

    `county_status` is None for a county value that the rule doesn't judge; `status` and `mark` are the coefficient's alone.
    """

    id: str
    name: str
    unit: str
    county_value: str
    threshold: str
    county_status: Status | None
    county_result: str
    coefficient: float | None
    coefficient_text: str
    limit: float
    limit_text: str
    status: Status
    mark: str


@dataclass(frozen=True, slots=True)
class StageView:
    """All resources of one stage."""

    stage: str
    limit: str
    rows: tuple[CoefficientView, ...]


def stage_views(context: Context) -> tuple[StageView, ...]:
    """The resources of each stage that has schools in scope."""
    return tuple(_stage(context, stage) for stage in context.stages if context.schools_of(stage))


def _stage(context: Context, stage: str) -> StageView:
    rows = tuple(_row(context, one, stage) for one in context.assessment.resources if stage in one.coefficient_limits)
    limits = dict.fromkeys(one.limit_text for one in rows)
    return StageView(context.words.data(stage), context.words("join.list").join(limits), rows)


def _row(context: Context, resource: ResourceIndicator, stage: str) -> CoefficientView:
    assessment = context.assessment
    value = assessment.county_values.get(stage, {}).get(resource.id)
    coefficient = assessment.coefficients.get(stage, {}).get(resource.id)
    threshold, limit = resource.thresholds[stage], resource.coefficient_limits[stage]
    status = _status(_is_even(coefficient, limit, value))
    county_status = _county_status(context, resource, value, threshold)
    return CoefficientView(
        id=resource.id,
        name=resource.name,
        unit=context.words.unit(resource.unit),
        county_value=show_against(value, threshold, "at_least"),
        threshold=show_threshold(threshold),
        county_status=county_status,
        county_result=_said(context, county_status),
        coefficient=coefficient,
        coefficient_text=show_against(coefficient, limit, "at_most", COEFFICIENT),
        limit=limit,
        limit_text=show_threshold(limit),
        status=status,
        mark=MARKS[status],
    )


def _county_status(
    context: Context, resource: ResourceIndicator, value: float | None, threshold: float
) -> Status | None:
    """Whether the county's value reaches its threshold; None where it doesn't and the rule asks that of the schools only."""
    if value is None:
        return "missing"
    if numeric.is_at_least(value, threshold):
        return "met"
    clauses = (clause for one in context.assessment.indicators for clause in one.clauses)
    judged = (one for one in clauses if one.resource == resource.id and one.threshold == threshold)
    return "unmet" if any(one.reason in COUNTY_REASONS for one in judged) else None


def _said(context: Context, status: Status | None) -> str:
    if status is None:
        return context.words("status.not_judged")
    return f"{MARKS[status]} {context.words.of('status', status)}"


def _is_even(coefficient: float | None, limit: float, county_value: float | None) -> bool | None:
    """A county value of 0 has no coefficient and does not meet the limit; without a county value nothing is known."""
    if coefficient is not None:
        return bool(numeric.is_at_most(coefficient, limit))
    return None if county_value is None else False


def _status(is_met: bool | None) -> Status:
    return "missing" if is_met is None else "met" if is_met else "unmet"
