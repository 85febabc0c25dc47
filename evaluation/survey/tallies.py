"""Counting: what each valid response says toward an item.

Each chosen option of a `multi` question that counts toward an item is an answer of its own; left out altogether, the question is one
missing answer.
"""

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from evaluation.numeric import is_at_least
from evaluation.survey.groups import GROUPS
from evaluation.survey.interval import Tally, Whole
from evaluation.survey.labels import NO_UNITS, Units
from evaluation.survey.questionnaire import Questionnaires

if TYPE_CHECKING:
    from evaluation.survey.responses import Responses

Integers = npt.NDArray[np.integer[Any]]

OUTSIDE_ITEM: Final = -1
DISAGREES: Final = 0
RECOGNISES: Final = 1
DONT_KNOW: Final = 2


class ValidResponses(NamedTuple):
    """Valid responses: group and school codes (−1: no school) of each; response (their new number), question and value of each answer."""

    group: Whole
    school: Whole
    response: Integers
    question: Integers
    value: Integers


def valid_responses(responses: "Responses", units: Units = NO_UNITS) -> ValidResponses:
    """The valid responses of one county, numbered anew from 0; a school that belongs to one of the `units` counts as that."""
    table, answers = responses.responses, responses.answers
    is_valid = table["valid"].to_numpy(dtype=np.bool_)
    school = table["school"][is_valid]
    psu = school.map(lambda one: units.get(one, one)) if units else school
    codes = np.where(psu == "", -1, psu.astype("category").cat.codes.to_numpy(dtype=np.int64))
    renumbered = np.where(is_valid, np.cumsum(is_valid) - 1, -1).astype(np.int32)[answers["response"].to_numpy()]
    kept = renumbered >= 0
    return ValidResponses(
        table["group"].cat.codes.to_numpy(dtype=np.int64)[is_valid],
        codes.astype(np.int64),
        renumbered[kept],
        answers["question"].cat.codes.to_numpy()[kept],
        answers["value"].to_numpy()[kept],
    )


def _kinds(questionnaires: Questionnaires, item: str) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]]:
    """How an answer counts toward an item, by group, question and value; and which questions of a group count toward it at all."""
    questions = questionnaires.question_ids
    shape = (len(GROUPS), len(questions))
    highest = max(
        (value for one in questionnaires for question in one.questions for value in question.values), default=0
    )
    kinds = np.full((*shape, highest + 1), OUTSIDE_ITEM, dtype=np.int8)
    counts = np.zeros(shape, dtype=np.bool_)
    for questionnaire in questionnaires:
        for question in questionnaire.questions:
            if item not in question.items:
                continue
            place = GROUPS.index(questionnaire.group), questions.index(question.id)
            counts[place] = True
            for option in question.options:
                kinds[(*place, option.value)] = DONT_KNOW if option.recognises is None else int(option.recognises)
    return kinds, counts


def tally_item(valid: ValidResponses, questionnaires: Questionnaires, item: str) -> Tally:
    """The answers of each valid response to the questions of an item."""
    kinds, counts = _kinds(questionnaires, item)
    counted = np.flatnonzero(np.asarray(counts.any(axis=0))[valid.question])
    response, question = valid.response[counted], valid.question[counted]
    kind = kinds[valid.group[response], question, valid.value[counted]]
    number = len(valid.group)
    recognise, disagree, dont_know = (
        np.bincount(response[kind == which], minlength=number) for which in (RECOGNISES, DISAGREES, DONT_KNOW)
    )
    is_answered = np.zeros(
        (number, counts.shape[1]), dtype=np.bool_
    )  # once, where several options of a question are chosen
    is_answered[response[kind != OUTSIDE_ITEM], question[kind != OUTSIDE_ITEM]] = True
    missing = counts.sum(axis=1)[valid.group] - is_answered.sum(axis=1)
    return Tally(recognise, recognise + disagree, dont_know, missing)


def tally_satisfied(tally: Tally, satisfied_share: float) -> Tally:
    """The same tally with responses in place of answers: one in the base counts 1, and recognises if enough of its answers do."""
    in_base = tally.base > 0
    is_satisfied = in_base & is_at_least(tally.recognise.astype(np.float64), satisfied_share * tally.base)
    dont_know = ~in_base & (tally.dont_know > 0)
    missing = ~in_base & ~dont_know
    return Tally(*(part.astype(np.int64) for part in (is_satisfied, in_base, dont_know, missing)))
