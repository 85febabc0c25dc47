"""Clauses decided by county figures (县级数据): equal and within a limit, ratios, floors, comparisons."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.numeric import is_at_least, is_at_most, is_equal
from evaluation.rulebook.tests import CountyComparison, CountyFigure, CountyRatio, UnifiedStandard, UnifiedStandards
from evaluation.verdicts import MISSING, ClauseVerdicts, Rows, Statuses, all_of, status_of


def judge_unified_standards(counties: JudgedCounties, test: UnifiedStandards) -> ClauseVerdicts:
    """The figures of each standard are equal and within its limit; an absent figure leaves its standard missing."""
    statuses = [_judge_standard(counties, standard) for standard in test.standards]
    keys = [key for one in test.standards for key in one.keys]
    units = [(key, one.unit) for one in test.standards for key in one.keys]
    verdicts = ClauseVerdicts(status=all_of(statuses), list_evidence=partial(_evidence, counties, units))
    return _naming_absent(counties, keys, verdicts)


def _evidence(counties: JudgedCounties, figures: Iterable[tuple[str, str]]) -> Rows:
    """The figures of these keys and units, where they are present."""
    rows = []
    for key, unit in figures:
        columns = {"key": "", "label": key, "unit": unit, "table": "county_figures", "field": "value"}
        for county, value, row in zip(counties.codes, *counties.figure(key), strict=True):
            if not np.isnan(value):
                rows.append({"county": county, "value": float(value), "row": int(row), **columns})
    return rows


def _naming_absent(counties: JudgedCounties, keys: Sequence[str], verdicts: ClauseVerdicts) -> ClauseVerdicts:
    """The same verdicts, which name the absent figures where these leave the clause missing."""
    absent = np.stack([np.isnan(counties.figure(key).value) for key in keys])
    is_missing = (verdicts.status == MISSING) & absent.any(axis=0)
    named = [{"keys": [key for key, gone in zip(keys, column, strict=True) if gone]} for column in absent.T]
    return replace(
        verdicts,
        reasons=["missing_figures" if one else "" for one in is_missing],
        reason_values=[values if one else {} for values, one in zip(named, is_missing, strict=True)],
    )


def _judge_standard(counties: JudgedCounties, standard: UnifiedStandard) -> Statuses:
    figures = np.stack([counties.figure(key).value for key in standard.keys])
    if standard.at_most is not None:
        within = is_at_most(figures, standard.at_most)
    else:
        within = is_at_least(figures, standard.at_least)
    is_known = ~np.isnan(figures).any(axis=0)
    return status_of(within.all(axis=0) & is_equal(figures, figures[0]).all(axis=0), is_known)


def judge_county_ratio(counties: JudgedCounties, test: CountyRatio) -> ClauseVerdicts:
    """numerator ≥ share × denominator; the value is their quotient, absent for a denominator of 0 (nothing to judge: met)."""
    above, below = counties.figure(test.numerator).value, counties.figure(test.denominator).value
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(below == 0, np.nan, above / below)
    is_met = (below == 0) | is_at_least(ratio, test.at_least)
    verdicts = ClauseVerdicts(
        status=status_of(is_met, ~np.isnan(above) & ~np.isnan(below)),
        value=ratio,
        threshold=test.at_least,
        unit="share",
        limit="at_least",
        list_evidence=partial(_evidence, counties, [(test.numerator, ""), (test.denominator, "")]),
    )
    return _naming_absent(counties, [test.numerator, test.denominator], verdicts)


def judge_county_figure(counties: JudgedCounties, test: CountyFigure) -> ClauseVerdicts:
    """The figure is at least a number."""
    value = counties.figure(test.key).value
    verdicts = ClauseVerdicts(
        status=status_of(is_at_least(value, test.at_least), ~np.isnan(value)),
        value=value,
        threshold=test.at_least,
        unit=test.unit,
        limit="at_least",
        list_evidence=partial(_evidence, counties, [(test.key, test.unit)]),
    )
    return _naming_absent(counties, [test.key], verdicts)


def judge_county_comparison(counties: JudgedCounties, test: CountyComparison) -> ClauseVerdicts:
    """One figure is not below another; both are evidence, since the second is no fixed threshold."""
    value, other = counties.figure(test.key).value, counties.figure(test.not_below).value
    verdicts = ClauseVerdicts(
        status=status_of(is_at_least(value, other), ~np.isnan(value) & ~np.isnan(other)),
        list_evidence=partial(_evidence, counties, [(test.key, test.unit), (test.not_below, test.unit)]),
    )
    return _naming_absent(counties, [test.key, test.not_below], verdicts)
