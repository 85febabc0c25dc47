"""Every school's resource indicators against their thresholds, and what the schools lack."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from evaluation import numeric
from evaluation.assessment import Gap, ResourceIndicator, SchoolResult
from evaluation.report.context import Context
from evaluation.report.numbers import COUNT, show, show_against, show_difference, show_threshold

Reach = Literal["met", "basic", "below"]
MARKS: dict[Reach, str] = {"met": "✓", "basic": "△", "below": "×"}


@dataclass(frozen=True, slots=True)
class HeadView:
    """A column of the matrix: a resource, its threshold and the least that excuses ("" where nothing does)."""

    id: str
    name: str
    threshold: str
    basic: str


@dataclass(frozen=True, slots=True)
class CellView:
    """A school's value of one resource; `reach` says how far it gets."""

    text: str
    reach: Reach
    mark: str


@dataclass(frozen=True, slots=True)
class SchoolView:
    """A row of the matrix. `verdict`: met, excused, below."""

    code: str
    name: str
    kind: str
    location: str
    pupils: str
    cells: tuple[CellView, ...]
    met: str
    lowest: str
    verdict: Literal["met", "basic", "below"]
    mark: str
    verdict_text: str


@dataclass(frozen=True, slots=True)
class MatrixView:
    """The schools of one stage; those that don't comply come first. `reached` counts (met, basic, below) by resource."""

    stage: str
    summary: str
    heads: tuple[HeadView, ...]
    rows: tuple[SchoolView, ...]
    reached: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class GapView:
    """What one school stage lacks."""

    code: str
    name: str
    stage: str
    indicator: str
    value: str
    threshold: str
    actual: str
    required: str
    shortfall: str
    unit: str


@dataclass(frozen=True, slots=True)
class GapTotalView:
    """What all schools of a stage lack together of one resource."""

    stage: str
    indicator: str
    schools: str
    shortfall: str
    unit: str


def reach_of(value: float, threshold: float, excuse_share: float | None) -> Reach:
    """Whether a value meets its threshold, reaches at least the share of it that may be excused, or neither."""
    if numeric.is_at_least(value, threshold):
        return "met"
    return "basic" if excuse_share is not None and numeric.is_at_least(value, excuse_share * threshold) else "below"


def matrices(context: Context) -> tuple[MatrixView, ...]:
    """A matrix for each stage that has schools in scope."""
    return tuple(_matrix(context, stage) for stage in context.stages if context.schools_of(stage))


def _matrix(context: Context, stage: str) -> MatrixView:
    schools = sorted(context.schools_of(stage), key=lambda one: bool(one.compliant))
    rows = tuple(_school(context, one) for one in schools)
    reached = [Counter(row.cells[column].reach for row in rows) for column in range(len(context.assessment.resources))]
    return MatrixView(
        stage=stage,
        summary=_summary(context, stage, rows),
        heads=tuple(_head(context, one, stage) for one in context.assessment.resources),
        rows=rows,
        reached=tuple((one["met"], one["basic"], one["below"]) for one in reached),
    )


def _summary(context: Context, stage: str, rows: tuple[SchoolView, ...]) -> str:
    counts = Counter(row.verdict for row in rows)
    is_excusing = context.assessment.excuse_share is not None
    return context.words(
        "matrix.summary" if is_excusing else "matrix.summary_unexcused",
        stage=context.words.data(stage),
        count=len(rows),
        met=counts["met"],
        excused=counts["basic"],
        below=counts["below"],
    )


def _head(context: Context, resource: ResourceIndicator, stage: str) -> HeadView:
    share, threshold = context.assessment.excuse_share, resource.thresholds[stage]
    basic = "" if share is None else show_threshold(share * threshold)
    return HeadView(resource.id, resource.name, show_threshold(threshold), basic)


def _school(context: Context, school: SchoolResult) -> SchoolView:
    verdict: Reach = "below" if not school.compliant else "basic" if school.is_excused else "met"
    resources = context.assessment.resources
    return SchoolView(
        code=school.code,
        name=school.name,
        kind=context.words.data(school.kind),
        location=context.words.data(school.location),
        pupils=show(school.pupils, COUNT),
        cells=tuple(_cell(context, school.values[one.id], one.thresholds[school.stage]) for one in resources),
        met=f"{school.met}/{len(resources)}",
        lowest=show_against(school.lowest_ratio, 1.0, "at_least", also=context.assessment.excuse_share),
        verdict=verdict,
        mark=MARKS[verdict],
        verdict_text=context.words.of("school", verdict),
    )


def _cell(context: Context, value: float, threshold: float) -> CellView:
    share = context.assessment.excuse_share
    reach = reach_of(value, threshold, share)
    basic = None if share is None else share * threshold
    return CellView(show_against(value, threshold, "at_least", also=basic), reach, MARKS[reach])


def out_of_scope(context: Context) -> tuple[str, ...]:
    """The school stages that the resource indicators are not asked of, each as name, kind and stage."""
    words = context.words
    return tuple(
        words("matrix.outside_one", name=one.name, kind=words.data(one.kind), stage=words.data(one.stage))
        for one in context.assessment.schools
        if not one.in_scope
    )


def gap_views(context: Context) -> tuple[GapView, ...]:
    """One row a gap, in the assessment's order."""
    return tuple(_gap(context, one) for one in context.assessment.gaps)


def _gap(context: Context, gap: Gap) -> GapView:
    return GapView(
        code=gap.school,
        name=gap.name,
        stage=context.words.data(gap.stage),
        indicator=_indicator_name(context, gap),
        value=show_against(gap.value, gap.threshold, "at_least"),
        threshold=show_threshold(gap.threshold),
        actual=show_against(gap.actual, gap.required, "at_least", COUNT),
        required=show_threshold(gap.required, COUNT),
        shortfall=show_difference(gap.required, gap.actual, COUNT),
        unit=context.words.unit(gap.unit),
    )


def _indicator_name(context: Context, gap: Gap) -> str:
    resource = context.resource(gap.resource)
    return gap.indicator if resource is None else f"{gap.indicator} {resource.name}"


def gap_totals(context: Context) -> tuple[GapTotalView, ...]:
    """The gaps summed by stage and resource, in the rulebook's order."""
    return tuple(_totals(context))


def _totals(context: Context) -> Iterator[GapTotalView]:
    for stage in context.stages:
        for resource in context.assessment.resources:
            gaps = [one for one in context.assessment.gaps if one.stage == stage and one.resource == resource.id]
            if gaps:
                yield _total(context, stage, gaps)


def _total(context: Context, stage: str, gaps: Iterable[Gap]) -> GapTotalView:
    found = list(gaps)
    return GapTotalView(
        stage=context.words.data(stage),
        indicator=_indicator_name(context, found[0]),
        schools=str(len({one.school for one in found})),
        shortfall=show_difference(sum(one.shortfall for one in found), 0.0, COUNT),
        unit=context.words.unit(found[0].unit),
    )
