"""YAML read strictly: what only looks like a time stays text, so that its mistake stands with the others."""

from pathlib import Path

import pytest

from evaluation.errors import InvalidInput
from evaluation.strict_yaml import StrictModel, load_strict, read_document


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
