"""A rulebook file is refused for each mistake, with its place; a broken example stands in tests/files/rulebooks/invalid for every refusal."""

import re
from pathlib import Path

import pytest

from evaluation import strict_model, strict_yaml
from evaluation.errors import InvalidInput, Message
from evaluation.rulebook import wording
from evaluation.rulebook.loading import list_rulebooks, load_rulebook
from tests.paths import REPOSITORY

FILES = REPOSITORY / "tests" / "files" / "rulebooks"
INVALID = sorted((FILES / "invalid").glob("*.yaml"))


def refused_kind(file: Path) -> str:
    return file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# refused: ")


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_broken_file_is_refused_with_its_place(file: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_rulebook(file)
    assert refused_kind(file) in [problem.kind for problem in caught.value.problems]
    for problem in caught.value.problems:
        assert re.fullmatch(rf"{file.name}:\d+:\d+", problem.where)
        assert problem.text("en") != problem.text("zh")


def test_every_refusal_has_a_broken_file() -> None:
    modules = (wording, strict_model, strict_yaml)
    public = (value for module in modules for name, value in vars(module).items() if not name.startswith("_"))
    messages = [one for one in public if isinstance(one, Message)]
    without_file_of_its_own = {"yaml_not_readable", "rulebook_unknown"}  # not a file at all: tested below
    assert {one.kind for one in messages} - without_file_of_its_own == {refused_kind(file) for file in INVALID}


def test_place_points_at_the_mistake() -> None:
    with pytest.raises(InvalidInput) as caught:
        load_rulebook(FILES / "invalid" / "unknown-place.yaml")
    (problem,) = caught.value.problems
    line = (
        (FILES / "invalid" / "unknown-place.yaml")
        .read_text(encoding="utf-8")
        .splitlines()[int(problem.where.split(":")[1]) - 1]
    )
    assert "jahr" in line


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    text = (FILES / "minimal.yaml").read_text(encoding="utf-8")
    broken = (
        text.replace("share: 0.85", "share: 85")
        .replace("kind: B", "kind: C")
        .replace("        citation: 第1条第1款\n", "")
    )
    (tmp_path / "broken.yaml").write_text(broken, encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_rulebook(tmp_path / "broken.yaml")
    assert len(caught.value.problems) == 3


def test_minimal_file_is_accepted() -> None:
    assert load_rulebook(FILES / "minimal.yaml").id == "minimal"


def test_unknown_name_lists_the_rulebooks_there_are() -> None:
    with pytest.raises(InvalidInput, match="xiangtan-2018"):
        load_rulebook("xiangtan-2081")


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gbk.yaml").write_bytes("title: 规则".encode("gb18030"))
    with pytest.raises(InvalidInput) as caught:
        load_rulebook(tmp_path / "gbk.yaml")
    assert caught.value.problems[0].kind == "yaml_not_readable"


@pytest.mark.parametrize("name", list_rulebooks())
def test_rulebooks_that_come_along_cite_everything(name: str) -> None:
    rulebook = load_rulebook(name)
    assert all(clause.citation for clause in rulebook.clauses())
    assert rulebook.id == name


def test_xiangtan_has_the_published_shape() -> None:
    rulebook = load_rulebook("xiangtan-2018")
    kinds = [indicator.kind for indicator in rulebook.indicators]
    assert (kinds.count("A"), kinds.count("B"), len(rulebook.vetoes.items)) == (26, 10, 6)
    assert [indicator.id for indicator in rulebook.indicators] == [str(number) for number in range(1, 37)]
