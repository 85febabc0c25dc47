"""Clauses decided on site, and the scored clauses."""

import numpy as np

from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.rulebook.tests import Scored, ScoredBySurvey
from evaluation.survey.recognition import Recognition
from evaluation.verdicts import ClauseVerdicts, computed_evidence, status_of


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


def judge_scored_by_survey(counties: JudgedCounties, test: ScoredBySurvey) -> ClauseVerdicts:
    """points × the item's rate by answers; no survey, or nobody answered the item: missing."""
    rates = [_item_rate(counties.recognitions.get(county), test.item) for county in counties.codes]
    rate = np.array(rates, dtype=np.float64)
    evidence = computed_evidence(counties.codes, "survey_rate", test.item, rate, "share")
    return ClauseVerdicts(
        status=status_of(True, ~np.isnan(rate)),
        score=test.points * rate,
        points=test.points,
        list_evidence=lambda: evidence[~np.isnan(rate)],
    )


def _item_rate(recognition: Recognition | None, item: str) -> float:
    estimate = None if recognition is None else recognition.items.get(item)
    return np.nan if estimate is None or estimate.rate is None else estimate.rate
