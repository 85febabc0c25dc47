"""A finished survey of the made-up county: who answered, and what, for any set of questionnaires.

A respondent recognises with a probability that depends on the school (its people share its conditions), on the person and on the
question, so that the rate comes out near 0.9 and varies between schools as in a real survey.
"""

import csv
import os
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

from evaluation.survey.groups import Group
from evaluation.survey.questionnaire import Question, Questionnaire, Questionnaires
from survey_app.demo_county.county import Sheets
from survey_app.demo_county.roster import JUNIOR, PRIMARY, read_rows

Answers = dict[str, int | list[int]]

# respondents, for the sample of 646 that 430,618 residents ask for: a group's schools and answers in each, or answers without a school
_THROUGH_SCHOOLS: dict[Group, tuple[int, int]] = {"parent": (28, 12), "student": (6, 9), "teacher": (6, 9)}
_WITHOUT_SCHOOL: dict[Group, int] = {"principal": 54, "npc_deputy": 54, "cppcc_member": 54, "public": 53}
_TOO_QUICK = 7  # sheets clicked through in a few seconds, stored as not valid

_LEANING: dict[Group, float] = {"parent": 1.5, "student": 1.6, "teacher": 1.45, "principal": 1.8, "public": 1.35}
_USUAL_LEANING = 1.6
_ITEM_LEANING = {"30.8": -0.25, "8.4": 0.05}
_SCHOOL_SPREAD, _PERSON_SPREAD = 0.30, 0.45
_DO_NOT_KNOW: dict[Group, float] = {"parent": 0.06, "student": 0.04, "public": 0.12}
_USUAL_DO_NOT_KNOW = 0.03
_FIRST_CHOICE = 0.6  # of those who recognise, 满意 rather than 基本满意
_SKIPS_OPTIONAL = 0.1
_COMMENTS = 0.08
_SECONDS_A_QUESTION = 7.0
_DURATION_BUCKETS = (0, 5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 180, 300, 600)


@dataclass(frozen=True, slots=True)
class Respondent:
    """Who answers: a group, the school through which they were reached (or none), and how well disposed they are."""

    group: Group
    school: str
    disposition: float
    is_hasty: bool = False


def draw_respondents(sheets: Sheets, seed: int) -> list[Respondent]:
    """All respondents of the finished survey, in an order that tells nothing."""
    randomness = random.Random(seed)  # noqa: S311 - a made-up survey needs no secrecy
    moods = draw_moods(sheets, seed)
    linked = [one for group in _THROUGH_SCHOOLS for one in _through_schools(group, moods, randomness)]
    others = [_respondent(group, "", 0.0, randomness) for group, count in _WITHOUT_SCHOOL.items() for _ in range(count)]
    hasty = [Respondent("parent", one.school, one.disposition, is_hasty=True) for one in linked[:_TOO_QUICK]]
    everybody = linked + others + hasty
    randomness.shuffle(everybody)
    return everybody


def draw_moods(sheets: Sheets, seed: int) -> dict[str, float]:
    """What the people of a school have in common, by code, for every school with 小学 or 初中."""
    randomness = random.Random(f"moods {seed}")  # noqa: S311
    codes = dict.fromkeys(str(row["学校代码"]) for row in sheets["学校"] if row["学段"] in (PRIMARY, JUNIOR))
    return {code: randomness.gauss(0, _SCHOOL_SPREAD) for code in codes}


def disposition(group: Group, mood: float, randomness: random.Random) -> float:
    """How well disposed one person of a group is, at a school of that mood (0 for those without a school)."""
    return _LEANING.get(group, _USUAL_LEANING) + mood + randomness.gauss(0, _PERSON_SPREAD)


def draw_answers(questionnaire: Questionnaire, disposed: float, randomness: random.Random) -> Answers:
    """Answers of one person to every question with options: a value, or a list of values for `multi`."""
    unsure = _DO_NOT_KNOW.get(questionnaire.group, _USUAL_DO_NOT_KNOW)
    asked = (question for question in questionnaire.questions if question.options)
    given = {question.id: _answer(question, disposed, unsure, randomness) for question in asked}
    return {question: answer for question, answer in given.items() if answer is not None}


def draw_comment(group: Group, randomness: random.Random) -> str | None:
    """What a few people of a group write in the field for comments; pupils have none."""
    texts = [row["text"] for row in read_rows("comments.csv") if row["group"] == group]
    return randomness.choice(texts) if texts and randomness.random() < _COMMENTS else None


def build_responses(sheets: Sheets, questionnaires: Questionnaires, seed: int) -> list[dict[str, str]]:
    """The rows of a responses file (`group,school,submitted_at,duration_s,valid,` and the questions), cells as text."""
    randomness = random.Random(f"answers {seed}")  # noqa: S311
    return [
        _response(one, questionnaires[one.group], randomness)
        for one in draw_respondents(sheets, seed)
        if one.group in questionnaires
    ]


def write_responses_csv(rows: Iterable[Mapping[str, str]], questionnaires: Questionnaires, path: Path) -> None:
    """The rows as a responses file."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, _header(questionnaires), restval="")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(part, path)


def _header(questionnaires: Questionnaires) -> list[str]:
    with_options = {question.id for one in questionnaires for question in one.questions if question.options}
    asked = [question for question in questionnaires.question_ids if question in with_options]
    return ["group", "school", "submitted_at", "duration_s", "valid", *asked]


def _through_schools(group: Group, moods: Mapping[str, float], randomness: random.Random) -> list[Respondent]:
    schools, answers = _THROUGH_SCHOOLS[group]
    drawn = randomness.sample(sorted(moods), schools)
    return [_respondent(group, school, moods[school], randomness) for school in drawn for _ in range(answers)]


def _respondent(group: Group, school: str, mood: float, randomness: random.Random) -> Respondent:
    return Respondent(group, school, disposition(group, mood, randomness))


def _response(one: Respondent, questionnaire: Questionnaire, randomness: random.Random) -> dict[str, str]:
    answers = draw_answers(questionnaire, one.disposition, randomness)
    seconds = 4.0 if one.is_hasty else len(answers) * _SECONDS_A_QUESTION * randomness.lognormvariate(0, 0.4)
    return {
        "group": one.group,
        "school": one.school,
        "submitted_at": "",
        "duration_s": str(max(bucket for bucket in _DURATION_BUCKETS if bucket <= seconds)),
        "valid": "0" if one.is_hasty else "1",
        **{question: _cell(answer) for question, answer in answers.items()},
    }


def _cell(answer: int | list[int]) -> str:
    return ";".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def _answer(question: Question, disposed: float, unsure: float, randomness: random.Random) -> int | list[int] | None:
    if not question.required and randomness.random() < _SKIPS_OPTIONAL:
        return None
    if question.type == "multi":
        values = [option.value for option in question.options]
        return sorted(randomness.sample(values, randomness.randint(1, len(values))))
    return _chosen(question, _recognition(question, disposed, unsure, randomness), randomness)


def _recognition(question: Question, disposed: float, unsure: float, randomness: random.Random) -> bool | None:
    if randomness.random() < unsure:
        return None
    leaning = disposed + sum(_ITEM_LEANING.get(item, 0.0) for item in question.items)
    return randomness.random() < NormalDist().cdf(leaning)


def _chosen(question: Question, recognises: bool | None, randomness: random.Random) -> int:
    values = [option.value for option in question.options if option.recognises is recognises]
    return _leaning_to_first(values or [option.value for option in question.options], randomness)


def _leaning_to_first(values: Sequence[int], randomness: random.Random) -> int:
    first, *others = values
    return first if not others or randomness.random() < _FIRST_CHOICE else randomness.choice(others)
