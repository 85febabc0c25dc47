"""Clauses decided on site, and those that evaluators score."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.rulebook.tests import Scored
from evaluation.verdicts import ClauseVerdicts, status_of


def judge_on_site(counties: JudgedCounties, clause: str) -> ClauseVerdicts:
    """Met or unmet as the row of this clause says; no row: missing. The evidence tells the basis, and the cell of the conclusion."""
    rows = counties.findings.get(clause)
    if rows is None:
        return _missing(counties)
    is_met = counties.mean_by_county(rows, "is_met")
    columns = {"key": "finding", "label": clause, "unit": "", "table": "findings", "field": "is_met"}
    return ClauseVerdicts(
        status=status_of(is_met == 1, ~np.isnan(is_met)),
        list_evidence=lambda: [
            {"county": county, "value": basis, "row": row, **columns}
            for county, basis, row in _cells(rows, "county", "basis", "row")
        ],
    )


def judge_scored(counties: JudgedCounties, clause: str, test: Scored) -> ClauseVerdicts:
    """The mean over the clause's evaluators; nobody scored it: missing."""
    rows = counties.scores.get(clause)
    if rows is None:
        return _missing(counties, test.points)
    score = counties.mean_by_county(rows, "score")
    columns = {"key": "score", "unit": "", "table": "scores", "field": "score"}
    return ClauseVerdicts(
        status=status_of(True, ~np.isnan(score)),
        score=score,
        points=test.points,
        list_evidence=lambda: [
            {"county": county, "label": f"{who} · {basis}" if basis else who, "value": points, "row": row, **columns}
            for county, who, basis, points, row in _cells(rows, "county", "evaluator", "basis", "score", "row")
        ],
    )


def _cells(rows: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The values of these columns, row by row."""
    return zip(*(rows[name].tolist() for name in columns), strict=True)


def _missing(counties: JudgedCounties, points: float | None = None) -> ClauseVerdicts:
    nothing = np.full(len(counties.codes), np.nan)
    return ClauseVerdicts(
        status=status_of(False, np.isfinite(nothing)), score=None if points is None else nothing, points=points
    )
