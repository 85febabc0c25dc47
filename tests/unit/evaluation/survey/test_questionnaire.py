"""The questionnaire loader: what it gives, and each refusal with its place (one broken example file each)."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluation.errors import InvalidInput
from evaluation.survey.groups import GROUPS
from evaluation.survey.questionnaire import (
    Questionnaire,
    load_questionnaires,
    questionnaire_from_document,
)
from tests.paths import GOLDEN, REPOSITORY

FILES = REPOSITORY / "tests" / "files" / "questionnaires"

REFUSALS = {
    "choice-without-options": [("options_missing", "16:5")],
    "empty": [("yaml_wrong_value", "1:1")],
    "full-width-colon": [("yaml_syntax", "3:1")],
    "gb18030": [("yaml_not_readable", "")],
    "group-unknown": [("yaml_wrong_value", "3:1")],
    "item-full-width": [("yaml_wrong_value", "19:13")],
    "item-twice": [("second_item", "19:19")],
    "items-decimal-number": [("yaml_wrong_value", "19:13")],
    "items-not-list": [("yaml_wrong_value", "19:5")],
    "items-number": [("yaml_wrong_value", "19:13")],
    "key-twice": [("yaml_duplicate_key", "3:1")],
    "list": [("yaml_wrong_value", "1:1")],
    "many-mistakes": [
        ("yaml_wrong_value", "2:1"),
        ("second_option_value", "8:8"),
        ("second_question_id", "20:5"),
        ("unknown_option_set", "23:5"),
        ("yaml_wrong_value", "27:5"),
    ],
    "multi-without-options": [("options_missing", "22:5")],
    "not-closed": [("yaml_syntax", "27:9")],
    "nothing-recognises": [("nothing_to_recognise", "17:5")],
    "option-label-twice": [("second_option_label", "8:26")],
    "option-set-of-one": [("option_set_too_small", "10:3")],
    "option-value-negative": [("yaml_wrong_value", "8:8")],
    "option-value-text": [("yaml_wrong_value", "8:8")],
    "option-value-twice": [("second_option_value", "8:8")],
    "option-without-label": [("yaml_missing_key", "8:7")],
    "question-id-reserved": [("reserved_question_id", "20:5")],
    "question-id-twice": [("second_question_id", "20:5")],
    "question-id-with-capitals": [("yaml_wrong_value", "20:5")],
    "questions-empty": [("no_questions", "13:1")],
    "recognises-missing": [("recognises_missing", "9:7")],
    "recognises-word": [("yaml_wrong_value", "8:36")],
    "required-missing": [("yaml_missing_key", "25:5")],
    "required-word": [("yaml_wrong_value", "28:5")],
    "text-with-items": [("items_on_text", "29:5")],
    "text-with-options": [("options_on_text", "28:5")],
    "title-plain": [("yaml_wrong_value", "4:1")],
    "type-unknown": [("yaml_wrong_value", "22:5")],
    "unknown-key-in-option": [("yaml_unknown_key", "12:35")],
    "unknown-key": [("yaml_unknown_key", "29:5")],
    "unknown-option-set": [("unknown_option_set", "17:5")],
    "version-missing": [("yaml_missing_key", "1:1")],
    "version-text": [("yaml_wrong_value", "2:1")],
    "zh-blank": [("yaml_wrong_value", "26:12")],
    "zh-missing": [("yaml_missing_key", "4:1")],
}
"""A broken file → the kind and the line and column of each problem, in the order of the file."""


def problems_of(load: Callable[[Path], object], path: Path) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        load(path)
    return [(problem.kind, problem.where) for problem in caught.value.problems]


def alone(file: Path, folder: Path) -> Path:
    """A folder with nothing but a copy of the file."""
    shutil.copy(file, folder)
    return folder


@pytest.mark.parametrize("name", REFUSALS)
def test_broken_file_is_refused_with_kind_and_place(name: str, tmp_path: Path) -> None:
    file = f"{name}.yaml"
    expected = [(kind, f"{file}:{place}" if place else file) for kind, place in REFUSALS[name]]
    assert problems_of(load_questionnaires, alone(FILES / "invalid" / file, tmp_path)) == expected


def test_every_broken_file_is_listed() -> None:
    assert {file.stem for file in (FILES / "invalid").iterdir()} == set(REFUSALS)


def test_every_problem_has_words_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_questionnaires(alone(FILES / "invalid" / "many-mistakes.yaml", tmp_path))
    for problem in caught.value.problems:
        assert "{" not in problem.text("en") + problem.text("zh")
        assert problem.text("zh") != problem.text("en")


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("two-for-one-group", [("second_questionnaire_for_group", "b.yaml:3:1")]),
        ("one-id-twice", [("second_questionnaire_id", "b.yaml:1:1")]),
        ("mistakes-in-two-files", [("yaml_wrong_value", "a.yaml:2:1"), ("yaml_wrong_value", "b.yaml:3:1")]),
        ("absent", [("no_questionnaires", "absent")]),
    ],
)
def test_folder_is_refused_with_the_mistakes_of_all_files(folder: str, expected: list[tuple[str, str]]) -> None:
    assert problems_of(load_questionnaires, FILES / "invalid-folders" / folder) == expected


def test_folder_without_a_questionnaire_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("id: parent")
    assert problems_of(load_questionnaires, tmp_path) == [("no_questionnaires", tmp_path.name)]


@pytest.fixture
def parent() -> Questionnaire:
    return load_questionnaires(FILES / "valid")["parent"]


def test_questions_carry_their_options(parent: Questionnaire) -> None:
    first, second, comment = parent.questions
    assert [(option.value, option.label.zh, option.recognises) for option in first.options] == [
        (1, "满意", True),
        (3, "不满意", False),
        (9, "不了解", None),
    ]
    assert (first.items, first.values, first.required) == (("36",), {1, 3, 9}, True)
    assert (second.type, second.items, second.values) == ("multi", (), {1, 2})
    assert (comment.type, comment.options, comment.required) == ("text", (), False)
    assert parent.by_id["q02"] is second
    assert parent.key == "parent/1"


def test_english_falls_back_to_chinese_where_nothing_was_translated(parent: Questionnaire) -> None:
    assert parent.title.in_language("en") == "Parents"
    assert parent.title.in_language("zh") == "家长问卷"
    assert parent.questions[0].text.in_language("en") == "您对孩子就近入学的情况是否满意？"


def test_stored_document_gives_the_same_questionnaire(parent: Questionnaire) -> None:
    stored = json.dumps(parent.document(), ensure_ascii=False)
    assert questionnaire_from_document(json.loads(stored)) == parent


def test_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    text = (FILES / "valid" / "parent.yaml").read_text(encoding="utf-8")
    (tmp_path / "parent.yaml").write_text(text, encoding="utf-8-sig")
    assert [one.group for one in load_questionnaires(tmp_path)] == ["parent"]


def test_folder_gives_the_groups_in_their_order() -> None:
    questionnaires = load_questionnaires(GOLDEN / "counties" / "good-11" / "questionnaires")
    assert tuple(questionnaires.by_group) == GROUPS
    assert questionnaires.question_ids == (*(f"q{number:02}" for number in range(1, 13)), "comment")
    assert questionnaires.items == ("36", "30.8", "8.4")
    assert "student" in questionnaires
    assert questionnaires["student"].title.zh == "学生问卷"


def test_questionnaires_and_sampling_load_no_pandas() -> None:
    code = (
        "import sys, evaluation.survey.questionnaire, evaluation.survey.sampling, evaluation.survey.completion;"
        "print(sorted({'pandas', 'scipy'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
