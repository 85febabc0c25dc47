"""Posted fields → checked answers (docs/interfaces.md, "Respondents' pages")."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.survey.questionnaire import Questionnaire, questionnaire_from_document
from survey_app.domain.answers import (
    COMMENT_BYTES_LIMIT,
    COMMENT_LIMIT,
    CheckedAnswers,
    check_answers,
    clean_text,
    comment_length,
)
from survey_app.domain.errors import InvalidAnswers

SATISFACTION = [
    {"value": 1, "label": {"zh": "满意"}, "recognises": True},
    {"value": 3, "label": {"zh": "不满意"}, "recognises": False},
    {"value": 9, "label": {"zh": "不了解"}, "recognises": None},
]


def question(id_: str, type_: str = "choice", **more: Any) -> dict[str, Any]:
    options = None if type_ == "text" else "satisfaction"
    return {"id": id_, "text": {"zh": id_}, "type": type_, "options": options, "required": False, "items": [], **more}


def questionnaire(*questions: dict[str, Any]) -> Questionnaire:
    return questionnaire_from_document(
        {
            "id": "parent",
            "version": 1,
            "group": "parent",
            "title": {"zh": "家长问卷"},
            "option_sets": {"satisfaction": SATISFACTION},
            "questions": list(questions),
        }
    )


THREE = questionnaire(question("q01", required=True), question("q02", "multi"), question("q03", "text"))


def problems(fields: dict[str, list[str]], of: Questionnaire = THREE) -> list[tuple[str, str]]:
    with pytest.raises(InvalidAnswers) as raised:
        check_answers(of, fields)
    return [(problem.field, problem.kind) for problem in raised.value.problems]


def test_answers_are_option_values_and_the_comment_stands_apart() -> None:
    checked = check_answers(THREE, {"q01": ["3"], "q02": ["9", "1", "9"], "q03": ["  好\r\n很好 "], "nonce": ["x"]})
    assert checked == CheckedAnswers({"q01": 3, "q02": [1, 9]}, "好\n很好")


def test_unanswered_questions_are_left_out() -> None:
    assert check_answers(THREE, {"q01": ["9"], "q02": [], "q03": [" \n"]}) == CheckedAnswers({"q01": 9}, None)


def test_every_field_that_can_not_be_taken_is_named_once_in_the_order_of_the_form() -> None:
    fields = {"q03": ["字" * (COMMENT_LIMIT + 1)], "q02": ["1", "4"], "q01": [""]}
    assert problems(fields) == [("q01", "missing"), ("q02", "unknown_value"), ("q03", "too_long")]


def test_two_values_for_a_single_choice_are_refused_and_the_same_twice_is_one() -> None:
    assert problems({"q01": ["1", "3"]}) == [("q01", "several")]
    assert check_answers(THREE, {"q01": ["1", "1"]}).answers == {"q01": 1}


@pytest.mark.parametrize("text", ["2", "01", "1.0", "-1", "１", "满意", "1;3", "9" * 5_000])
def test_only_the_values_of_the_options_are_answers(text: str) -> None:
    assert problems({"q01": [text]}) == [("q01", "unknown_value")]


def test_required_multi_and_text_ask_for_something() -> None:
    asked = questionnaire(question("q01", "multi", required=True), question("q02", "text", required=True))
    assert problems({"q02": ["\r\n \x00"]}, asked) == [("q01", "missing"), ("q02", "missing")]


def test_texts_of_several_questions_are_one_comment_that_tells_them_apart() -> None:
    two = questionnaire(question("q01", "text"), question("q02", "text"))
    assert check_answers(two, {"q01": ["甲"], "q02": ["乙"]}).comment == "q01: 甲\n\nq02: 乙"
    assert check_answers(two, {"q02": ["乙"]}).comment == "乙"


def test_a_comment_of_the_limit_is_taken_and_one_of_40000_characters_says_how_long_it_is() -> None:
    assert check_answers(THREE, {"q01": ["1"], "q03": ["字" * COMMENT_LIMIT]}).comment == "字" * COMMENT_LIMIT
    with pytest.raises(InvalidAnswers) as raised:
        check_answers(THREE, {"q01": ["1"], "q03": ["长" * 40_000]})
    assert raised.value.problems[0].values == {"length": 40_000, "limit": 2_000}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("=1+1", "=1+1"),
        ("＝1", "＝1"),
        ("a\x0bb", "a\nb"),
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("a\x00b", "ab"),
        ("半\ud800个", "半\ufffd个"),
        ("\ud842\udfb7", "𠮷"),
        ("𠮷 䶮 㛃 👨‍👩‍👧", "𠮷 䶮 㛃 👨‍👩‍👧"),
        ("a\tb\x1bc\ufffe", "a\tbc\ufffd"),
    ],
)
def test_a_text_keeps_what_every_export_can_hold(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@settings(deadline=None)
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=60))
def test_a_cleaned_text_is_valid_unicode_of_xml_and_cleaning_it_again_changes_nothing(typed: str) -> None:
    kept = clean_text(typed)
    kept.encode("utf-8")
    assert all(mark in "\t\n" or mark >= " " for mark in kept)
    assert "\ufffe" not in kept
    assert "\uffff" not in kept
    assert clean_text(kept) == kept


@settings(deadline=None)
@given(st.text(max_size=60))
def test_the_length_bounds_the_bytes(text: str) -> None:
    assert len(text.encode()) <= comment_length(text) * COMMENT_BYTES_LIMIT / COMMENT_LIMIT
    assert len(text) <= comment_length(text)
