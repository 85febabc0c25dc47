"""The clause decided by the survey: the recognition rate on a valid sample."""

import numpy as np
import pandas as pd

from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.numeric import is_at_least
from evaluation.survey.recognition import Recognition
from evaluation.verdicts import ClauseVerdicts, computed_evidence, status_of


def judge_recognition(counties: JudgedCounties) -> ClauseVerdicts:
    """The rate of the rulebook's unit ≥ its threshold, on a valid sample; an invalid sample: unmet, with the reasons.

    No survey is missing, and so is a rate that nobody's answer is the base of.
    """
    threshold = counties.rulebook.survey.parameters.threshold
    surveys = [counties.recognitions.get(county) for county in counties.codes]
    rate = np.array([_rate(survey) for survey in surveys])
    has_survey = np.array([survey is not None for survey in surveys])
    is_valid = np.array([bool(survey and survey.sample.is_valid) for survey in surveys])
    return ClauseVerdicts(
        status=status_of(is_valid & is_at_least(rate, threshold), has_survey & ~(is_valid & np.isnan(rate))),
        value=rate,
        threshold=threshold,
        unit="share",
        limit="at_least",
        list_evidence=lambda: _evidence(counties.codes, surveys, rate, has_survey),
        reasons=[
            "" if valid or not known else "sample_not_valid" for valid, known in zip(is_valid, has_survey, strict=True)
        ],
        reason_values=[{} if survey is None else {"reasons": list(survey.sample.reasons)} for survey in surveys],
    )


def _rate(survey: Recognition | None) -> float:
    return np.nan if survey is None or survey.rate is None else survey.rate


def _evidence(
    counties: pd.Index, surveys: list[Recognition | None], rate: np.ndarray, is_known: np.ndarray
) -> pd.DataFrame:
    unit = [survey.unit if survey else "" for survey in surveys]
    valid = [float(survey.sample.valid) if survey else np.nan for survey in surveys]
    required = [float(survey.sample.required) if survey else np.nan for survey in surveys]
    parts = [
        computed_evidence(counties, "survey_rate", "", rate, "share").assign(label=unit),
        computed_evidence(counties, "survey_valid", "", valid),
        computed_evidence(counties, "survey_required", "", required),
    ]
    return pd.concat([part[is_known] for part in parts], ignore_index=True)
