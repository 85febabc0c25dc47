"""Resource indicators: the county's and each school's value against the threshold, and the coefficient against its limit."""

from functools import partial

import numpy as np

from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.criteria.resources import Flags, ResourceValues
from evaluation.numeric import is_at_least, is_at_most
from evaluation.rulebook.model import Resource
from evaluation.rulebook.tests import Dispersion, ResourceStandard
from evaluation.verdicts import (
    EXCUSED_COLUMNS,
    UNMET,
    ClauseVerdicts,
    Rows,
    Statuses,
    all_of,
    computed_evidence,
    rows_of,
    status_of,
)


def judge_resource_standard(counties: JudgedCounties, test: ResourceStandard) -> ClauseVerdicts:
    """County value ≥ threshold (if the rule asks for it) and each school ≥ threshold or excused.

    Without a school in scope of this stage: met, there is nothing to judge. Without any at all: missing, a county has schools.
    """
    resources = counties.resources
    column = resources.column(test.resource)
    resource = counties.rulebook.resources.indicators[column]
    threshold = resource.thresholds[test.stage]
    dispersion = resources.dispersion(test.resource)
    groups = resources.stage_groups(test.stage)
    has_schools, county_value = dispersion.rows[groups] > 0, dispersion.mean[groups]

    is_short = resources.is_of_stage(test.stage) & ~resources.meets[:, column]
    fails = is_short & ~resources.is_compliant
    schools = status_of(resources.count_by_county(fails) == 0)
    known = ~np.isnan(county_value)
    county = status_of(is_at_least(county_value, threshold) | ~has_schools, known | ~has_schools)
    return ClauseVerdicts(
        status=all_of([schools, *([county] if test.judges_county else []), status_of(True, resources.has_schools)]),
        value=county_value,
        threshold=threshold,
        unit=resource.unit,
        limit="at_least",
        judges_schools=True,
        list_failures=lambda: _failures(resources, fails, threshold, resource),
        list_excused=lambda: _excused(resources, is_short & resources.is_compliant),
        list_evidence=lambda: _totals(counties, resource, test.stage),
        reasons=_reasons(schools, county, test.judges_county),
    )


def _reasons(schools: Statuses, county: Statuses, judges_county: bool) -> list[str]:
    keys = np.array(["", "schools_below", "county_below", "county_and_schools_below"])
    below: list[str] = keys[(schools == UNMET) + 2 * (judges_county & (county == UNMET))].tolist()
    return below


def _failures(resources: ResourceValues, fails: Flags, threshold: float, resource: Resource) -> Rows:
    if not fails.any():
        return []
    same = {
        "label": resource.name,
        "required": threshold,
        "unit": resource.unit,
        "table": "school_stages",
        "field": resource.field,
    }
    values = resources.values[fails, resources.column(resource.id)].tolist()
    failing = rows_of(resources.described(fails))
    return [row | same | {"actual": value} for row, value in zip(failing, values, strict=True)]


def _excused(resources: ResourceValues, is_excused: Flags) -> Rows:
    return rows_of(resources.described(is_excused)[EXCUSED_COLUMNS]) if is_excused.any() else []


def _totals(counties: JudgedCounties, resource: Resource, stage: str) -> Rows:
    """The two sums that a county value is the quotient of; they come from every row in scope, so no single cell is named."""
    groups, dispersion = counties.resources.stage_groups(stage), counties.resources.dispersion(resource.id)
    total, pupils = dispersion.total[groups], dispersion.pupils[groups] * resource.per_pupils
    parts = [
        ("total", f"{stage} · {resource.total}", total, resource.total_unit),
        ("total_pupils", stage, pupils, "pupil"),
    ]
    return [row for part in parts for row in computed_evidence(counties.codes, *part)]


def judge_dispersion(counties: JudgedCounties, test: Dispersion) -> ClauseVerdicts:
    """The coefficient of every stage ≤ its limit; one school: 0; a county value of 0: no coefficient, unmet.

    No school of a stage: nothing to judge; none at all: missing.
    """
    resources, limits = counties.resources, counties.rulebook.resources.coefficient.limits
    dispersion = resources.dispersion(test.resource)
    statuses, evidence = [], []
    for stage in resources.rules.scope.stages:
        groups = resources.stage_groups(stage)
        coefficient, has_schools = dispersion.coefficient[groups], dispersion.rows[groups] > 0
        is_known = ~np.isnan(dispersion.mean[groups])
        within = is_at_most(coefficient, limits[stage]) & ~np.isnan(coefficient)
        statuses.append(status_of(within | ~has_schools, is_known | ~has_schools))
        label = f"{stage} ≤ {limits[stage]:g}"
        evidence.append(partial(computed_evidence, counties.codes, "coefficient", label, coefficient))
    known = status_of(True, resources.has_schools)
    return ClauseVerdicts(
        status=all_of([*statuses, known]),
        list_evidence=lambda: [row for one in evidence for row in one()],
    )
