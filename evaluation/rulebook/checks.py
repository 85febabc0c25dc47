"""What must hold in a rulebook between its parts; each check yields problems with their place in the file."""

import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from math import isclose
from typing import Any, Protocol

from evaluation.errors import InputProblem, Message
from evaluation.reading.columns import RESOURCE_FIELDS, SCHOOLS
from evaluation.reading.vocabulary import UNITS
from evaluation.rulebook import wording
from evaluation.rulebook.model import Indicator, Rulebook
from evaluation.rulebook.tests import (
    ClassSize,
    Dispersion,
    LargeSchools,
    ResourceStandard,
    SchoolSize,
    Scored,
    ScoredBySurvey,
    StandardClassesShare,
    UnifiedStandards,
)
from evaluation.strict_yaml import Document
from evaluation.texts import fold

Problems = Iterator[InputProblem]
Step = str | int


class Identified(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str: ...


_CROSS_CHECK_PLACES = {"year", "value", "previous_year", "previous"}


def check_rulebook(rulebook: Rulebook, document: Document) -> Problems:
    """Yield every problem between the parts of a rulebook whose shape is right."""
    checks: list[Callable[[Rulebook, Document], Problems]] = [
        _check_ids,
        _check_columns,
        _check_resources,
        _check_clauses,
        _check_survey_items,
        _check_points,
        _check_grades,
        _check_cross_checks,
        _check_targets,
    ]
    for check in checks:
        yield from check(rulebook, document)


def _check_ids(rulebook: Rulebook, document: Document) -> Problems:
    clauses: list[tuple[str, list[Step]]] = [
        (clause.id, ["indicators", i, "clauses", j])
        for i, indicator in enumerate(rulebook.indicators)
        for j, clause in enumerate(indicator.clauses)
    ]
    yield from _check_unlike(clauses, document)
    lists: list[tuple[list[Step], Sequence[Identified]]] = [
        (["indicators"], rulebook.indicators),
        (["vetoes", "items"], rulebook.vetoes.items),
        (["resources", "indicators"], rulebook.resources.indicators),
        (["targets"], rulebook.targets),
    ]
    for path, items in lists:
        yield from _check_unlike([(one.id, [*path, i]) for i, one in enumerate(items)], document)


def _check_unlike(ids: Sequence[tuple[str, list[Step]]], document: Document) -> Problems:
    seen: set[str] = set()
    for one, path in ids:
        if one in seen:
            yield document.problem([*path, "id"], wording.DUPLICATE_ID, id=one)
        seen.add(one)


def _check_columns(rulebook: Rulebook, document: Document) -> Problems:
    """Further columns have fields and headers of their own, and units that a header's brackets can name."""
    fields = {column.field for column in SCHOOLS.columns} | {"row", "county"}
    headers = {fold(name) for column in SCHOOLS.columns for name in (column.header, *column.aliases)}
    for i, column in enumerate(rulebook.columns):
        path: list[Step] = ["columns", i]
        if column.field in fields:
            yield document.problem([*path, "field"], wording.COLUMN_TAKEN, name=column.field)
        for name in (column.header, *column.aliases):
            if fold(name) in headers:
                yield document.problem([*path, "header"], wording.COLUMN_TAKEN, name=name)
        if column.unit not in UNITS:
            yield document.problem([*path, "unit"], wording.UNKNOWN_UNIT, unit=column.unit, expected=_listed(UNITS))
        fields.add(column.field)
        headers |= {fold(name) for name in (column.header, *column.aliases)}


def _listed(words: Iterable[str]) -> str:
    return ", ".join(word for word in words if word)


def _check_resources(rulebook: Rulebook, document: Document) -> Problems:
    resources, stages = rulebook.resources, rulebook.resources.scope.stages
    known = {indicator.id for indicator in rulebook.indicators}
    fields = [*RESOURCE_FIELDS, *(column.field for column in rulebook.columns)]
    if resources.excuse is not None and resources.excuse.at_least_met > len(resources.indicators):
        path: list[Step] = ["resources", "excuse", "at_least_met"]
        got, expected = resources.excuse.at_least_met, len(resources.indicators)
        yield document.problem(path, wording.EXCUSE_COUNT, got=got, expected=expected)
    limits: list[Step] = ["resources", "coefficient", "limits"]
    yield from _check_stages(resources.coefficient.limits, stages, "coefficient.limits", limits, document)
    for i, resource in enumerate(resources.indicators):
        path = ["resources", "indicators", i]
        if resource.field not in fields:
            values = {"field": resource.field, "expected": _listed(fields)}
            yield document.problem([*path, "field"], wording.UNKNOWN_FIELD, **values)
        if resource.indicator not in known:
            yield document.problem([*path, "indicator"], wording.UNKNOWN_INDICATOR, id=resource.indicator)
        yield from _check_stages(resource.thresholds, stages, "thresholds", [*path, "thresholds"], document)


def _check_stages(
    numbers: dict[str, float], stages: list[str], what: str, path: list[Step], document: Document
) -> Problems:
    for stage in stages:
        if stage not in numbers:
            yield document.problem(path, wording.MISSING_STAGE, what=what, stage=stage)
    for stage in numbers.keys() - set(stages):
        yield document.problem([*path, stage], wording.UNKNOWN_STAGE, stage=stage, expected=", ".join(stages))


def _check_clauses(rulebook: Rulebook, document: Document) -> Problems:
    for i, indicator in enumerate(rulebook.indicators):
        for j, clause in enumerate(indicator.clauses):
            path: list[Step] = ["indicators", i, "clauses", j]
            if clause.id.rpartition(".")[0] != indicator.id:
                values = {"id": clause.id, "indicator": indicator.id}
                yield document.problem([*path, "id"], wording.CLAUSE_OUTSIDE, **values)
            yield from _check_kind(indicator.kind, clause.id, clause.test, path, document)
            yield from _check_test(rulebook, clause.test, [*path, "test"], document)


def _check_survey_items(rulebook: Rulebook, document: Document) -> Problems:
    """An item scored by the survey is the survey's own, or an indicator or clause that questions are marked by."""
    clauses = {clause.id for clause in rulebook.clauses()}
    known = clauses | {one.id for one in rulebook.indicators} | {rulebook.survey.parameters.item}
    for i, indicator in enumerate(rulebook.indicators):
        for j, clause in enumerate(indicator.clauses):
            if isinstance(clause.test, ScoredBySurvey) and clause.test.item not in known:
                path: list[Step] = ["indicators", i, "clauses", j, "test", "item"]
                yield document.problem(path, wording.ITEM_EXPECTED, item=clause.test.item)


def _check_kind(kind: str, clause: str, test: Any, path: list[Step], document: Document) -> Problems:
    is_scored = isinstance(test, Scored | ScoredBySurvey)
    if kind == "A" and is_scored:
        yield document.problem([*path, "test"], wording.SCORED_IN_A, id=clause)
    if kind == "B" and not is_scored:
        yield document.problem([*path, "test"], wording.JUDGED_IN_B, id=clause)


def _check_test(rulebook: Rulebook, test: Any, path: list[Step], document: Document) -> Problems:
    if isinstance(test, ResourceStandard | Dispersion):
        resources = [resource.id for resource in rulebook.resources.indicators]
        if test.resource not in resources:
            values = {"id": test.resource, "expected": ", ".join(resources)}
            yield document.problem([*path, "resource"], wording.UNKNOWN_RESOURCE, **values)
    if isinstance(test, ResourceStandard) and test.stage not in rulebook.resources.scope.stages:
        expected = ", ".join(rulebook.resources.scope.stages)
        yield document.problem([*path, "stage"], wording.UNKNOWN_STAGE, stage=test.stage, expected=expected)
    if isinstance(test, UnifiedStandards):
        for i, standard in enumerate(test.standards):
            got = sum(limit is not None for limit in (standard.at_least, standard.at_most))
            if got != 1:
                yield document.problem([*path, "standards", i], wording.ONE_LIMIT, got=got)


def _check_points(rulebook: Rulebook, document: Document) -> Problems:
    scored = [(i, one) for i, one in enumerate(rulebook.indicators) if one.kind == "B"]
    for i, indicator in enumerate(rulebook.indicators):
        yield from _check_indicator_points(indicator, ["indicators", i], document)
    if scored and rulebook.scoring is None:
        yield document.problem(["indicators", scored[0][0]], wording.NO_SCORING)
    if rulebook.scoring is not None:
        total = sum(indicator.points or 0 for _, indicator in scored)
        path: list[Step] = ["scoring", "points"]
        yield from _check_sum(total, rulebook.scoring.points, wording.POINTS, "scoring", path, document)


def _check_indicator_points(indicator: Indicator, path: list[Step], document: Document) -> Problems:
    if indicator.kind == "A":
        if indicator.points is not None:
            yield document.problem([*path, "points"], wording.POINTS_IN_A, id=indicator.id)
        return
    if indicator.points is None:
        yield document.problem(path, wording.NO_POINTS, id=indicator.id)
        return
    tests = [clause.test for clause in indicator.clauses]
    total = sum(test.points for test in tests if isinstance(test, Scored | ScoredBySurvey))
    what = f"indicator {indicator.id}"
    yield from _check_sum(total, indicator.points, wording.POINTS, what, [*path, "points"], document)


def _check_sum(
    total: float, expected: float, message: Message, what: str, path: list[Step], document: Document
) -> Problems:
    if not isclose(total, expected):
        yield document.problem(path, message, what=what, sum=f"{total:g}", expected=f"{expected:g}")


def _check_grades(rulebook: Rulebook, document: Document) -> Problems:
    for i, (above, below) in enumerate(pairwise(rulebook.grades), start=1):
        if below.from_ >= above.from_:
            values: dict[str, object] = {"name": below.name, "start": below.from_}
            yield document.problem(["grades", i, "from"], wording.GRADE_ORDER, **values)


def _check_cross_checks(rulebook: Rulebook, document: Document) -> Problems:
    scored = {clause.id for clause in rulebook.clauses() if isinstance(clause.test, Scored)}
    for i, check in enumerate(rulebook.cross_checks):
        path: list[Step] = ["cross_checks", i]
        if check.clause not in scored:
            yield document.problem([*path, "clause"], wording.UNKNOWN_CLAUSE, id=check.clause, wanted="scored")
        for key in ("spending_text", "per_pupil_text"):
            yield from _check_places(getattr(check, key), [*path, key], document)


def _check_places(text: str, path: list[Step], document: Document) -> Problems:
    used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    for name in sorted(used - _CROSS_CHECK_PLACES):
        expected = ", ".join(sorted(_CROSS_CHECK_PLACES))
        yield document.problem(path, wording.UNKNOWN_PLACE, name=name, expected=expected)


def _check_targets(rulebook: Rulebook, document: Document) -> Problems:
    by_test = {
        LargeSchools: {clause.id for clause in rulebook.clauses() if isinstance(clause.test, SchoolSize)},
        StandardClassesShare: {clause.id for clause in rulebook.clauses() if isinstance(clause.test, ClassSize)},
    }
    for i, target in enumerate(rulebook.targets):
        if not isinstance(target.test, LargeSchools | StandardClassesShare):
            continue
        for j, clause in enumerate(target.test.clauses):
            if clause not in by_test[type(target.test)]:
                path: list[Step] = ["targets", i, "test", "clauses", j]
                yield document.problem(path, wording.UNKNOWN_CLAUSE, id=clause, wanted=target.test.name)
