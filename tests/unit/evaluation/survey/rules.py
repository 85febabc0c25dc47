"""The survey rules of xiangtan-2018, spelled out for tests that need parameters."""

from evaluation.survey.parameters import SurveyParameters

XIANGTAN = SurveyParameters(
    sampling_share=0.0015,
    min_sample=0,
    parents_share=0.5,
    balance_tolerance=0.2,
    threshold=0.85,
    unit="answer",
    satisfied_share=0.8,
    item="36",
)
NATIONAL = XIANGTAN.model_copy(update={"unit": "questionnaire"})
