"""Rates by both units, what lies outside the base, reliability, and the JSON object."""

import json
import math
from pathlib import Path

import pytest

from evaluation.errors import InvalidInput
from evaluation.survey.from_files import recognition_from_files
from evaluation.survey.groups import GROUPS, OTHER_GROUPS
from evaluation.survey.interval import interval_verdict, korn_graubard
from evaluation.survey.questionnaire import Questionnaires, questionnaire_from_document
from evaluation.survey.recognition import Recognition, estimate_recognition, recognition_document
from evaluation.survey.responses import ResponseRow, responses_from_rows
from evaluation.survey.wording import sampling_error_sentence
from tests.paths import REPOSITORY
from tests.unit.evaluation.survey.rules import NATIONAL, XIANGTAN

YES, NO, DONT_KNOW = 1, 2, 9


def questionnaire(group: str, choices: int = 5) -> dict:
    """Some choice questions of item 36 (the last also of 8.4), a multi question of item 30.8, a text."""
    options = [
        {"value": YES, "label": {"zh": "满意"}, "recognises": True},
        {"value": NO, "label": {"zh": "不满意"}, "recognises": False},
        {"value": DONT_KNOW, "label": {"zh": "不了解"}, "recognises": None},
    ]
    asked = [
        {"id": f"q{number}", "text": {"zh": "问"}, "type": "choice", "options": "s", "required": True, "items": ["36"]}
        for number in range(1, choices + 1)
    ]
    asked[-1] = asked[-1] | {"items": ["36", "8.4"]}
    several = {"id": "m", "text": {"zh": "问"}, "type": "multi", "options": "s", "required": False, "items": ["30.8"]}
    text = {"id": "t", "text": {"zh": "问"}, "type": "text", "required": False, "items": []}
    return {
        "id": group,
        "version": 1,
        "group": group,
        "title": {"zh": "问卷"},
        "option_sets": {"s": options},
        "questions": [*asked, several, text],
    }


QUESTIONNAIRES = Questionnaires({group: questionnaire_from_document(questionnaire(group)) for group in GROUPS})


def row(group: str, answers: str, school: str = "", valid: bool = True, several: tuple[int, ...] = ()) -> ResponseRow:
    """A response from letters, one a question: y(es), n(o), d(on't know), - (left out)."""
    values = {"y": YES, "n": NO, "d": DONT_KNOW}
    given = {f"q{number}": values[letter] for number, letter in enumerate(answers, start=1) if letter != "-"}
    return ResponseRow(group, school, valid, given | ({"m": several} if several else {}))


def recognition(rows: list[ResponseRow], parameters: object = XIANGTAN, **options: object) -> Recognition:
    arguments = {"population": 4000, "frames": {}} | options
    return estimate_recognition(responses_from_rows(rows, QUESTIONNAIRES), QUESTIONNAIRES, parameters, **arguments)


def test_answers_outside_the_base_are_in_neither_number() -> None:
    found = recognition([row("parent", "yyynd"), row("student", "yn---"), row("teacher", "ddddd")])
    assert found.by_answer == (4, 6)
    assert found.rate == 4 / 6
    assert (found.answers.dont_know, found.answers.missing) == (6, 3)
    assert (found.answers.dont_know_share, found.answers.missing_share) == (6 / 15, 3 / 15)


def test_invalid_responses_count_nowhere() -> None:
    found = recognition([row("parent", "yyyyy"), row("parent", "nnnnn", valid=False)])
    assert found.by_answer == (5, 5)
    assert found.by_questionnaire == (1, 1)
    assert found.sample.valid == 1
    assert found.responses == 2


def test_questionnaire_is_satisfied_from_four_fifths_of_its_base_on() -> None:
    rows = [row("parent", letters) for letters in ("yyyyn", "yyynn", "yddd-", "yyynd", "ddd--")]
    found = recognition(rows, NATIONAL)
    # 4/5 and 1/1 are satisfied, 3/5 and 3/4 are not, the last has no answer in the base
    assert found.by_questionnaire == (2, 4)
    assert found.rate == 0.5
    assert found.by_answer == (11, 15)


def test_items_have_rates_of_their_own_questions() -> None:
    found = recognition([row("parent", "yyyyn"), row("parent", "nnnny"), row("student", "yyyy-")])
    assert {item: (one.recognise, one.base) for item, one in found.items.items()} == {
        "36": (9, 14),
        "8.4": (1, 2),
        "30.8": (0, 0),
    }
    assert found.items["30.8"].rate is None


def test_each_chosen_option_of_a_multi_question_is_an_answer() -> None:
    found = recognition(
        [row("parent", "y", several=(YES, NO)), row("parent", "y", several=(YES, DONT_KNOW)), row("parent", "y")]
    )
    item = found.items["30.8"]
    assert (item.recognise, item.base, item.dont_know, item.missing) == (2, 3, 1, 1)


def test_group_nobody_answered_for_has_no_rate() -> None:
    found = recognition([row("parent", "yyyyn")])
    assert found.groups["parent"].rate == 0.8
    assert [found.groups[group].rate for group in OTHER_GROUPS] == [None] * 6


@pytest.mark.parametrize(
    ("yes", "no", "expected"),
    # 17 of 20 is exactly 85%: turning one answer is enough
    [(17, 3, 1), (18, 2, 2), (20, 0, 4), (16, 4, None), (0, 0, None)],
)
def test_answers_to_fail_are_those_that_must_turn(yes: int, no: int, expected: int | None) -> None:
    letters = "y" * yes + "n" * no
    rows = [row("parent", letters[start : start + 5]) for start in range(0, len(letters), 5)]
    found = recognition(rows)
    assert found.by_answer == (yes, yes + no)
    assert found.answers_to_fail == expected


def test_answers_to_fail_counts_questionnaires_by_that_unit() -> None:
    rows = [row("parent", "yyyyy")] * 18 + [row("parent", "nnnnn")] * 2
    assert recognition(rows, NATIONAL).answers_to_fail == 2


def test_nobody_answered() -> None:
    found = recognition([])
    assert (found.rate, found.answers_to_fail, found.interval_verdict) == (None, None, None)
    assert found.sample.reasons == ("too_few",)
    document = json.loads(json.dumps(recognition_document(found), allow_nan=False))
    assert (document["rate"], document["ci95"], document["interval_sentence"]) == (None, None, None)
    assert document["ci_reliable"] is False


def schools(number: int, people: int, letters: str = "yyyyn", group: str = "parent") -> list[ResponseRow]:
    return [row(group, letters, school=f"s{school:02}") for school in range(number) for _ in range(people)]


def spread(number: int, people: int) -> list[ResponseRow]:
    """Schools that differ, so that there is a variance between them."""
    shapes = ("yyyyy", "yyyyn", "yyynn", "yyyyd")
    return [
        row("parent", shapes[(school + school // 4) % 4], f"s{school:02}")
        for school in range(number)
        for _ in range(people)
    ]


def test_many_schools_that_differ_give_a_reliable_interval() -> None:
    found = recognition(spread(20, 5))
    assert found.answers.ci_reasons == ()
    assert found.answers.psus == 20
    assert found.answers.deff > 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (spread(5, 10), "few_psus"),
        (schools(10, 4), "no_variance"),
        (spread(1, 40), "one_school"),
        ([row("parent", "yyyyn")] * 20 + [row("parent", "yyyyy")] * 20, "one_school"),
        (spread(20, 3) + [row("parent", "yyyyn", "big")] * 30, "dominant_school"),
        (spread(20, 1), "small_base"),
        ([*spread(40, 2), row("public", "nnnnn")], "lonely"),
    ],
)
def test_each_reason_against_an_interval(rows: list[ResponseRow], reason: str) -> None:
    found = recognition(rows).answers
    assert reason in found.ci_reasons
    assert not found.ci_reliable


def test_without_variance_the_number_of_schools_speaks() -> None:
    found = recognition(schools(54, 2, "yyyyy")).answers
    assert (found.rate, found.se, found.deff, found.df, found.n_eff) == (1, 0, None, None, 54)
    assert found.ci95 == pytest.approx((0.025 ** (1 / 54), 1))


def test_rate_of_zero_has_an_interval_from_zero() -> None:
    found = recognition(schools(10, 5, "nnnnn")).answers
    assert (found.rate, found.ci95[0]) == (0, 0)
    assert found.ci95[1] == pytest.approx(1 - 0.025 ** (1 / 10))


def test_order_of_responses_changes_nothing() -> None:
    rows = [*spread(20, 3), row("public", "yynnd"), row("public", "yyyyy"), row("npc_deputy", "yyyy-")]
    forward, backward = (recognition_document(recognition(part)) for part in (rows, rows[::-1]))
    for document in (forward, backward):
        document["estimates"] = json.loads(
            json.dumps(document["estimates"]), parse_float=lambda text: round(float(text), 12)
        )
        document["ci95"] = [round(limit, 12) for limit in document["ci95"]]
    assert forward == backward


def test_limits_of_clopper_and_pearson() -> None:
    # 8 of 10: 0.4439 to 0.9748 in any table
    assert korn_graubard(0.8, 10) == pytest.approx((0.4439045, 0.9747893), abs=1e-7)


@pytest.mark.parametrize(
    ("ci95", "verdict"),
    [
        ((0.85, 0.9), "above"),
        ((0.8, 0.84), "below"),
        ((0.8, 0.85), "cannot_tell"),
        ((0.84, 0.9), "cannot_tell"),
        (None, None),
    ],
)
def test_verdict_of_the_interval(ci95: tuple[float, float] | None, verdict: str | None) -> None:
    assert interval_verdict(ci95, 0.85) == verdict


def test_sentences_about_sampling_error() -> None:
    assert sampling_error_sentence("above", 0.85, "en") == "above 85% beyond sampling error"
    assert "85%" in sampling_error_sentence("cannot_tell", 0.85, "zh")
    assert sampling_error_sentence("below", 0.875, "en") == "below 87.5% beyond sampling error"


def test_sentence_belongs_to_the_unit_that_decides() -> None:
    # every sheet agrees to three fifths: by answers the interval lies low, by questionnaires all fail
    rows = spread(30, 5)
    by_answer, by_questionnaire = recognition(rows), recognition(rows, NATIONAL)
    assert by_answer.estimate == by_questionnaire.answers
    assert by_questionnaire.estimate == by_questionnaire.questionnaires
    assert by_questionnaire.interval_verdict == interval_verdict(by_questionnaire.questionnaires.ci95, 0.85)


def test_plan_follows_the_frames_and_a_campaigns_own_plan_stands() -> None:
    rows = [row("parent", "yyyyy")] * 3 + [row("principal", "yyyyy")]
    assert recognition(rows, population=400_000, frames={"principal": 1}).plan["principal"] == 1
    kept = dict.fromkeys(GROUPS, 2)
    assert recognition(rows, plan=kept).plan == kept


def test_document_has_the_fields_that_are_promised() -> None:
    document = recognition_document(recognition(spread(20, 5)))
    assert set(document) >= {
        *("unit", "rate", "recognise", "base", "by_answer", "by_questionnaire", "items", "groups", "plan", "signals"),
        *("ci95", "ci_reliable", "ci_reasons", "answers_to_fail", "sample", "estimates", "interval_verdict"),
        *("dont_know_share", "missing_share"),
    }
    estimate = document["estimates"]["items"]["36"]
    assert {"recognise", "base", "rate", "se", "deff", "n_eff", "df", "ci95", "ci_reliable", "ci_reasons"} <= set(
        estimate
    )
    assert document["signals"] == []
    assert document["sample"] == {
        "required": 6,
        "valid": 100,
        "is_valid": False,
        "reasons": [f"unbalanced:{','.join(OTHER_GROUPS)}"],
        "by_group": {"parent": 100, **dict.fromkeys(OTHER_GROUPS, 0)},
        "band": None,
        "parents_share": 0.5,
        "balance_tolerance": 0.2,
        "withheld": dict.fromkeys(GROUPS, 0),
    }
    assert all(math.isfinite(limit) for limit in document["ci95"])


def test_item_that_no_question_counts_toward_is_an_input_problem() -> None:
    with pytest.raises(InvalidInput) as caught:
        recognition([], XIANGTAN.model_copy(update={"item": "40"}))
    assert [problem.kind for problem in caught.value.problems] == ["no_question_for_item"]


def test_mistakes_of_all_files_come_together(tmp_path: Path) -> None:
    questionnaires = REPOSITORY / "tests" / "files" / "questionnaires" / "valid"
    frames = tmp_path / "frames.csv"
    frames.write_text("类别,总体人数\n园长,1\n", encoding="utf-8")
    responses = tmp_path / "responses.csv"
    responses.write_text("group,school,valid,q01,q02\nparent,,1,5,\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        recognition_from_files(responses, questionnaires, 4000, XIANGTAN, frames)
    assert [problem.kind for problem in caught.value.problems] == ["unknown_group", "unknown_option"]
    with pytest.raises(InvalidInput) as caught:
        recognition_from_files(responses, tmp_path / "none", 4000, XIANGTAN, frames)
    assert [problem.kind for problem in caught.value.problems] == ["unknown_group", "no_questionnaires"]


def test_files_without_frames_are_enough(tmp_path: Path) -> None:
    responses = tmp_path / "responses.csv"
    responses.write_text("group,school,valid,q01,q02\nparent,,1,1,\nparent,,1,3,1;2\n", encoding="utf-8")
    questionnaires = REPOSITORY / "tests" / "files" / "questionnaires" / "valid"
    assert recognition_from_files(responses, questionnaires, 4000, XIANGTAN).by_answer == (1, 2)
