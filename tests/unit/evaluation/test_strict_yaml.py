"""YAML read strictly: what only looks like a time stays text, so that its mistake stands with the others."""

import re
from pathlib import Path

import pytest

from evaluation.errors import InputProblem, InvalidInput
from evaluation.rulebook.loading import load_rulebook, rulebook_file
from evaluation.strict_model import StrictModel
from evaluation.strict_yaml import load_strict, read_document


class Dated(StrictModel):
    day: str
    count: int


def test_impossible_date_is_text_and_hides_no_other_mistake(tmp_path: Path) -> None:
    file = tmp_path / "dated.yaml"
    file.write_text("day: 2026-11-31\ncount: many\n", encoding="utf-8")
    assert read_document(file).root["day"] == "2026-11-31"
    with pytest.raises(InvalidInput) as caught:
        load_strict(file, Dated)
    assert [problem.where for problem in caught.value.problems] == ["dated.yaml:2:1"]


def problems_of_rulebook(tmp_path: Path, old: str, new: str) -> list[InputProblem]:
    file = tmp_path / "rules.yaml"
    text = rulebook_file("xiangtan-2018").read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_rulebook(str(file))
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "where", "chinese"),
    [
        (
            "name: dispersion,",
            "name: dispersal,",
            "test.name",
            "现为 'dispersal'；应为：'resource_standard', 'dispersion'",
        ),
        ("{name: dispersion, ", "{", "", "缺少必填的键“name”"),
        ("stages: [小学, 初中]", "stages: []", "resources.scope.stages", "至少有 1 项的列表"),
        ("total_unit: 人", 'total_unit: ""', "total_unit", "非空的文字"),
        ("share: 0.85", "share: 85%", "resources.excuse.share", "应为：数字"),
        ("share: 0.85", "share: .nan", "resources.excuse.share", "应为：不大于 1.0"),
        ("at_least_met: 6", "at_least_met: null", "resources.excuse.at_least_met", "应为：整数"),
    ],
)
def test_what_a_schema_expects_is_said_in_the_users_words(
    tmp_path: Path, old: str, new: str, where: str, chinese: str
) -> None:
    (problem,) = problems_of_rulebook(tmp_path, old, new)
    assert where in problem.text("zh")
    assert chinese in problem.text("zh")
    assert not re.search("[Ii]nput|should|[Uu]nable", problem.text("zh"))


def test_a_wrong_name_of_a_test_is_pointed_at(tmp_path: Path) -> None:
    (problem,) = problems_of_rulebook(tmp_path, "{name: dispersion, resource", "{name: dispersal, resource")
    line, column = map(int, problem.where.split(":")[1:])
    assert (
        (tmp_path / "rules.yaml")
        .read_text(encoding="utf-8")
        .splitlines()[line - 1][column - 1 :]
        .startswith("name: dis")
    )


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("'true'", "true"),
        ("~", None),
        ("012", 12),
        ("300_000", 300_000),
        ("0x1F", 31),
        ("12:30", "12:30"),
        ("-1.5e3", -1500.0),
        ("1e3", 1000.0),
        (".inf", float("inf")),
        ("-.inf", float("-inf")),
        ("2026-11-23", "2026-11-23"),
        ("!!str 12", "12"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_what_a_word_means(tmp_path: Path, words: str, value: object) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"key: {words}\n", encoding="utf-8")
    found = read_document(file).root["key"]
    assert (found, type(found)) == (value, type(value))


def test_keys_of_another_mapping_are_taken_over(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("base: &base {a: 1, b: 2}\nmore: {<<: *base, b: 3}\n", encoding="utf-8")
    assert read_document(file).root["more"] == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: &x [*x]\n", "a.yaml"),
        ("a: " + "[" * 20_000, "a.yaml"),
        ("a: !!python/object:os.system x\n", "a.yaml:1:4"),
        ("? [a]\n: b\n", "a.yaml:1:3"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2:1"),
        ("<<: 1\n", "a.yaml:1:5"),
        ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)), "a.yaml"),
    ],
    ids=["within itself", "deep", "tag", "key", "two", "merge", "bomb"],
)
def test_what_no_file_of_ours_needs_is_refused_with_its_place(tmp_path: Path, text: str, where: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_document(file)
    (problem,) = caught.value.problems
    assert problem.where.startswith(where)
