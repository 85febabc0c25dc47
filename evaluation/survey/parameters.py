"""What a rulebook lays down about the survey. Nothing has a default: each rulebook states each value."""

import re
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from evaluation.strict_model import StrictModel, refusal
from evaluation.survey import wording

RateUnit = Literal["answer", "questionnaire"]

DECIMALS = 6


def exact_share(number: float) -> Fraction:
    """The decimal that was typed, as a fraction: 0.0015 is 3/2000, not the nearest binary number."""
    return Fraction(str(number))


def _refuse_many_decimals(number: float) -> float:
    if 10**DECIMALS % exact_share(number).denominator:
        raise refusal(wording.EXPECTED_DECIMALS)
    return number


def _refuse_other_than_id(item: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z]+([.-][0-9A-Za-z]+)*", item):
        raise refusal(wording.EXPECTED_ITEM)
    return item


Item = Annotated[str, AfterValidator(_refuse_other_than_id)]
"""An item of the rule that answers count toward."""

Share = Annotated[float, Field(gt=0, lt=1), AfterValidator(_refuse_many_decimals)]


class SurveyParameters(StrictModel):
    """The rules of sample and rate of one rulebook; shares are 0 to 1.

    `sampling_share` of the residents is the sample, `min_sample` (0: none) its floor. At least `parents_share` of the valid answers are the
    parents'; each other group is within ± `balance_tolerance` of the mean of the others. The rate of `item`, counted by `unit`, must reach
    `threshold`; a questionnaire is satisfied when at least `satisfied_share` of its answers in the base recognise.
    """

    sampling_share: Share
    min_sample: Annotated[int, Field(ge=0)]
    parents_share: Share
    balance_tolerance: Share
    threshold: Share
    unit: RateUnit
    satisfied_share: Annotated[float, Field(gt=0, le=1), AfterValidator(_refuse_many_decimals)]
    item: Item
