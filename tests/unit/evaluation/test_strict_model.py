"""Values become a model, or every mistake with the path of its key, whoever brought them."""

import pytest

from evaluation.errors import InvalidKeys, Message, Phrase
from evaluation.strict_model import StrictModel, model_of


class Group(StrictModel):
    name: str
    cap: int = 0


class Plan(StrictModel):
    year: int
    groups: list[Group]


def test_sound_values_become_the_model() -> None:
    assert model_of(Plan, {"year": 2026, "groups": [{"name": "a", "cap": 1}]}).groups[0].cap == 1


def test_every_mistake_has_the_path_of_its_key() -> None:
    with pytest.raises(InvalidKeys) as caught:
        model_of(Plan, {"groups": [{"name": "a"}, {"cap": 1}, {"name": "c", "cap": "many", "size": 1}]})
    assert [(tuple(one.path), one.problem.kind, one.problem.where) for one in caught.value.problems] == [
        (("year",), "yaml_missing_key", ""),
        (("groups", 1, "name"), "yaml_missing_key", ""),
        (("groups", 2, "cap"), "yaml_wrong_value", ""),
        (("groups", 2, "size"), "yaml_unknown_key", ""),
    ]
    assert "groups.2.cap: got 'many'; expected: a whole number" in str(caught.value)


def test_what_is_expected_is_told_in_both_languages() -> None:
    with pytest.raises(InvalidKeys) as caught:
        model_of(Plan, {"year": "x", "groups": []})
    (one,) = caught.value.problems
    assert (one.problem.text("en"), one.problem.text("zh")) == (
        "year: got 'x'; expected: a whole number",
        "year：现为 'x'；应为：整数",
    )
    assert isinstance(one.problem.values["expected"], Phrase)
    assert isinstance(one.problem.message, Message)
