"""Clauses decided on site, and those that evaluators score."""

import numpy as np

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
    evidence = rows[["county", "row"]].assign(value=rows["basis"], **columns)
    return ClauseVerdicts(status=status_of(is_met == 1, ~np.isnan(is_met)), list_evidence=lambda: evidence)


def judge_scored(counties: JudgedCounties, clause: str, test: Scored) -> ClauseVerdicts:
    """The mean over the clause's evaluators; nobody scored it: missing."""
    rows = counties.scores.get(clause)
    if rows is None:
        return _missing(counties, test.points)
    score = counties.mean_by_county(rows, "score")
    columns = {"key": "score", "unit": "", "table": "scores", "field": "score"}
    basis = rows["basis"].where(rows["basis"] == "", " · " + rows["basis"])
    evidence = rows[["county", "row"]].assign(label=rows["evaluator"] + basis, value=rows["score"], **columns)
    return ClauseVerdicts(
        status=status_of(True, ~np.isnan(score)), score=score, points=test.points, list_evidence=lambda: evidence
    )


def _missing(counties: JudgedCounties, points: float | None = None) -> ClauseVerdicts:
    nothing = np.full(len(counties.codes), np.nan)
    return ClauseVerdicts(
        status=status_of(False, np.isfinite(nothing)), score=None if points is None else nothing, points=points
    )
