"""The recognition rate of one county: by answers and by questionnaires, by item and group, with its interval and its sample.

Rates and interval: docs/statistics.md, 1.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from evaluation.errors import InputProblem, InvalidInput
from evaluation.survey import wording
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.interval import Design, Estimate, Tally, Whole, design_of, estimate_rate, interval_verdict
from evaluation.survey.labels import NO_UNITS, Labels
from evaluation.survey.parameters import RateUnit, SurveyParameters, exact_share
from evaluation.survey.questionnaire import Questionnaires
from evaluation.survey.sampling import Counts, Sample, judge_sample, plan_sample, sample_size
from evaluation.survey.tallies import tally_item, tally_satisfied, valid_responses

if TYPE_CHECKING:
    from evaluation.survey.responses import Responses


class Rate(NamedTuple):
    """So many of so many; the rate is None where the base is 0."""

    recognise: int
    base: int

    @property
    def rate(self) -> float | None:
        """The share, not rounded."""
        return self.recognise / self.base if self.base else None

    def document(self) -> dict[str, Any]:
        """The JSON object of a rate."""
        return {"rate": self.rate, "recognise": self.recognise, "base": self.base}


@dataclass(frozen=True)
class Recognition:
    """What a survey says of one county.

    `items` and `groups` are estimates by answers (groups: of the rulebook's item), `questionnaires` the estimate by satisfied responses.
    `answers_to_fail`: how many recognising answers (or satisfied responses, by the unit) would have to turn for the rate to fall below the
    threshold; None if it is below, or if nobody answered. `signals` point out doubtful answers and change no number.
    """

    unit: RateUnit
    item: str
    threshold: float
    items: Mapping[str, Estimate]
    groups: Mapping[Group, Estimate]
    questionnaires: Estimate
    answers_to_fail: int | None
    sample: Sample
    plan: Counts
    responses: int
    signals: tuple[Mapping[str, Any], ...] = ()

    @property
    def answers(self) -> Estimate:
        """The estimate of the rulebook's item by answers."""
        return self.items[self.item]

    @property
    def estimate(self) -> Estimate:
        """The estimate by the rulebook's unit: the one that is held against the threshold."""
        return self.answers if self.unit == "answer" else self.questionnaires

    @property
    def by_answer(self) -> Rate:
        """Recognising answers of those in the base."""
        return Rate(self.answers.recognise, self.answers.base)

    @property
    def by_questionnaire(self) -> Rate:
        """Satisfied responses of those with an answer in the base."""
        return Rate(self.questionnaires.recognise, self.questionnaires.base)

    @property
    def rate(self) -> float | None:
        """The rate by the rulebook's unit."""
        return self.estimate.rate

    @property
    def interval_verdict(self) -> str | None:
        """Where the interval by the rulebook's unit lies against the threshold: above, below or cannot_tell."""
        return interval_verdict(self.estimate.ci95, self.threshold)


def estimate_recognition(
    responses: "Responses",
    questionnaires: Questionnaires,
    parameters: SurveyParameters,
    population: int,
    frames: Counts,
    plan: Counts | None = None,
    required: int | None = None,
    labels: Labels | None = None,
) -> Recognition:
    """Everything the survey says of one county of `population` residents.

    `frames` holds the number of people of a group where it is known. `plan` and `required` (valid answers) are those a campaign was opened
    with; without them they are computed. `labels` make it a survey of the service: withheld sheets count for the sample, and units are the
    PSUs. Raises `InvalidInput` when no question counts toward the rulebook's item.
    """
    if parameters.item not in questionnaires.items:
        raise InvalidInput([InputProblem("", wording.NO_QUESTION_FOR_ITEM, {"item": parameters.item})])
    valid = valid_responses(responses, labels.units if labels else NO_UNITS)
    design = design_of(valid.group, valid.school, has_units=labels is not None)
    tallies = {item: tally_item(valid, questionnaires, item) for item in questionnaires.items}
    required = required or sample_size(population, parameters)
    plan = plan or plan_sample(required, frames, parameters)
    satisfied = tally_satisfied(tallies[parameters.item], parameters.satisfied_share)
    items = {item: estimate_rate(design, tally) for item, tally in tallies.items()}
    by_questionnaire = estimate_rate(design, satisfied)
    judged = items[parameters.item] if parameters.unit == "answer" else by_questionnaire
    return Recognition(
        unit=parameters.unit,
        item=parameters.item,
        threshold=parameters.threshold,
        items=items,
        groups=_group_estimates(design, valid.group, tallies[parameters.item]),
        questionnaires=by_questionnaire,
        answers_to_fail=_answers_to_fail(judged, parameters.threshold),
        sample=_judged_sample(valid.group, labels.withheld if labels else None, plan, frames, required, parameters),
        plan=plan,
        responses=len(responses.responses),
    )


def _judged_sample(
    groups: Whole, withheld: Counts | None, plan: Counts, frames: Counts, required: int, parameters: SurveyParameters
) -> Sample:
    stored = np.bincount(groups, minlength=len(GROUPS)).tolist()
    withheld = withheld or dict.fromkeys(GROUPS, 0)
    counted = {group: number + withheld[group] for group, number in zip(GROUPS, stored, strict=True)}
    return replace(judge_sample(counted, plan, frames, required, parameters), withheld=withheld)


def _group_estimates(design: Design, groups: Whole, tally: Tally) -> dict[Group, Estimate]:
    return {group: estimate_rate(design, tally.only(groups == code)) for code, group in enumerate(GROUPS)}


def _answers_to_fail(estimate: Estimate, threshold: float) -> int | None:
    """The least number of answers whose turning puts the rate below the threshold; exactly the threshold is not below."""
    least_passing = math.ceil(exact_share(threshold) * estimate.base)
    if not estimate.base or estimate.recognise < least_passing:
        return None
    return estimate.recognise - least_passing + 1


def recognition_document(recognition: Recognition) -> dict[str, Any]:
    """The JSON object `recognition` (docs/interfaces.md, "assessment.json"), with the plan, the shares outside the base and the interval in words."""
    answers, verdict = recognition.answers, recognition.interval_verdict
    return {
        "unit": recognition.unit,
        "item": recognition.item,
        "threshold": recognition.threshold,
        **Rate(recognition.estimate.recognise, recognition.estimate.base).document(),
        "by_answer": recognition.by_answer.document(),
        "by_questionnaire": recognition.by_questionnaire.document(),
        "items": {item: estimate.rate for item, estimate in recognition.items.items()},
        "groups": {group: estimate.rate for group, estimate in recognition.groups.items()},
        "ci95": None if answers.ci95 is None else list(answers.ci95),
        "ci_reliable": answers.ci_reliable,
        "ci_reasons": list(answers.ci_reasons),
        "interval_verdict": verdict,
        "interval_sentence": _sentences(verdict, recognition.threshold),
        "answers_to_fail": recognition.answers_to_fail,
        "dont_know_share": answers.dont_know_share,
        "missing_share": answers.missing_share,
        "responses": recognition.responses,
        "signals": [dict(signal) for signal in recognition.signals],
        "sample": {**recognition.sample.document(), **recognition.sample.counts_document()},
        "plan": dict(recognition.plan),
        "estimates": {
            "items": {item: estimate.document() for item, estimate in recognition.items.items()},
            "groups": {group: estimate.document() for group, estimate in recognition.groups.items()},
            "questionnaires": recognition.questionnaires.document(),
        },
    }


def recognition_fields(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the `Recognition` that `recognition_document` made this object of, their values as JSON has them."""
    return {**document, **document["estimates"]}


def _sentences(verdict: str | None, threshold: float) -> dict[str, str] | None:
    if verdict is None:
        return None
    return {
        "zh": wording.sampling_error_sentence(verdict, threshold, "zh"),
        "en": wording.sampling_error_sentence(verdict, threshold, "en"),
    }
