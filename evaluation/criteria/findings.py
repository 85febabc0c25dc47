"""Clauses decided on site, and the scored clauses."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from evaluation.criteria.case import Case
from evaluation.rulebook.criteria import OnSite, Scored, ScoredBySurvey
from evaluation.rulebook.model import Clause
from evaluation.verdicts import ClauseVerdicts, computed_evidence, status_of


def judge_on_site(case: Case, clause: Clause, test: OnSite) -> ClauseVerdicts:
    """Met or unmet as the row of this clause says; no row: missing."""
    rows = case.facts.findings[case.facts.findings["clause"] == clause.id]
    is_met = rows.set_index("county")["is_met"].astype(float).reindex(case.counties).to_numpy()
    evidence = rows.rename(columns={"basis": "value"}).assign(
        key="finding", label=clause.id, unit="", table="findings", field="basis"
    )
    return ClauseVerdicts(status=status_of(is_met == 1, ~np.isnan(is_met)), evidence=evidence)


def judge_scored(case: Case, clause: Clause, test: Scored) -> ClauseVerdicts:
    """The mean over the clause's evaluators; nobody scored it: missing."""
    rows = case.facts.scores[case.facts.scores["clause"] == clause.id]
    score = rows.groupby("county")["score"].mean().reindex(case.counties).to_numpy(dtype=np.float64)
    evidence = rows.rename(columns={"evaluator": "label", "score": "value"}).assign(
        key="score", unit="", table="scores", field="score"
    )
    return ClauseVerdicts(status=status_of(True, ~np.isnan(score)), score=score, points=test.points, evidence=evidence)


def judge_scored_by_survey(case: Case, clause: Clause, test: ScoredBySurvey) -> ClauseVerdicts:
    """points × the item's rate by answers; no survey, or nobody answered the item: missing."""
    rates = [_item_rate(case.recognitions.get(county), test.item) for county in case.counties]
    rate = np.array(rates, dtype=np.float64)
    evidence = computed_evidence(case.counties, "survey_rate", test.item, rate, "share")
    return ClauseVerdicts(
        status=status_of(True, ~np.isnan(rate)),
        score=test.points * rate,
        points=test.points,
        evidence=evidence[~np.isnan(rate)],
    )


def _item_rate(recognition: Mapping[str, Any] | None, item: str) -> float:
    rate = None if recognition is None else recognition["items"].get(item)
    return np.nan if rate is None else float(rate)
