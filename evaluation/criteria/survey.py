"""The clauses decided by the survey. A sample that is not valid proves nothing: what rests on it is missing, with the reasons."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.numeric import is_at_least
from evaluation.rulebook.tests import ScoredBySurvey
from evaluation.survey.recognition import Recognition
from evaluation.verdicts import ClauseVerdicts, Rows, computed_evidence, status_of

Surveys = list[Recognition | None]


def judge_recognition(counties: JudgedCounties) -> ClauseVerdicts:
    """The rate of the rulebook's unit ≥ its threshold, on a valid sample. No survey, no valid sample, or no answer to rest on: missing."""
    threshold, surveys = counties.rulebook.survey.parameters.threshold, _surveys(counties)
    rate = _rates(surveys, lambda survey: survey.rate)
    return ClauseVerdicts(
        status=status_of(is_at_least(rate, threshold), _is_valid(surveys) & ~np.isnan(rate)),
        value=rate,
        threshold=threshold,
        unit="share",
        limit="at_least",
        list_evidence=lambda: _evidence(counties.codes, surveys, rate),
        **_why_not(surveys),
    )


def judge_scored_by_survey(counties: JudgedCounties, test: ScoredBySurvey) -> ClauseVerdicts:
    """points × the item's rate by answers, on a valid sample. No survey, no valid sample, or nobody answered the item: missing."""
    surveys = _surveys(counties)
    rate = np.where(_is_valid(surveys), _rates(surveys, lambda survey: _rate_of_item(survey, test.item)), np.nan)
    return ClauseVerdicts(
        status=status_of(True, ~np.isnan(rate)),
        score=test.points * rate,
        points=test.points,
        list_evidence=lambda: [
            row
            for row in computed_evidence(counties.codes, "survey_rate", test.item, rate, "share")
            if not np.isnan(row["value"])
        ],
        **_why_not(surveys),
    )


def _surveys(counties: JudgedCounties) -> Surveys:
    return [counties.recognitions.get(county) for county in counties.codes]


def _rates(surveys: Surveys, rate_of: Callable[[Recognition], float | None]) -> npt.NDArray[np.float64]:
    rates = [None if survey is None else rate_of(survey) for survey in surveys]
    return np.array([np.nan if rate is None else rate for rate in rates], dtype=np.float64)


def _rate_of_item(survey: Recognition, item: str) -> float | None:
    estimate = survey.items.get(item)
    return None if estimate is None else estimate.rate


def _is_valid(surveys: Surveys) -> npt.NDArray[np.bool_]:
    return np.array([bool(survey and survey.sample.is_valid) for survey in surveys])


def _why_not(surveys: Surveys) -> dict[str, Any]:
    """Why a sample is not valid, a county each."""
    return {
        "reasons": ["" if survey is None or survey.sample.is_valid else "sample_not_valid" for survey in surveys],
        "reason_values": [{} if survey is None else {"reasons": list(survey.sample.reasons)} for survey in surveys],
    }


def _evidence(counties: pd.Index, surveys: Surveys, rate: np.ndarray) -> Rows:
    valid = [float(survey.sample.valid) if survey else np.nan for survey in surveys]
    required = [float(survey.sample.required) if survey else np.nan for survey in surveys]
    parts = [
        computed_evidence(counties, "survey_rate", "", rate, "share"),
        computed_evidence(counties, "survey_valid", "", valid),
        computed_evidence(counties, "survey_required", "", required),
    ]
    rows = [(row, survey) for part in parts for row, survey in zip(part, surveys, strict=True)]
    return [row | {"label": survey.unit if row["key"] == "survey_rate" else ""} for row, survey in rows if survey]
