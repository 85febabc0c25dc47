"""What tests of reading ask: the facts, the kinds of problems with their cells, the warnings."""

from pathlib import Path

import pytest

from evaluation.errors import InvalidInput
from evaluation.facts import Facts
from evaluation.reading.county import read_county
from evaluation.rulebook.asked import asked_by
from evaluation.rulebook.loading import load_rulebook

ASKED = asked_by(load_rulebook("xiangtan-2018"))


def facts_of(path: Path) -> Facts:
    return read_county(path, ASKED).facts


def problems_of(path: Path) -> list[tuple[str, str]]:
    """(where, kind) of every problem; the file must be refused."""
    with pytest.raises(InvalidInput) as refusal:
        read_county(path, ASKED)
    for problem in refusal.value.problems:
        assert problem.text("zh")
        assert problem.text("en")
    return [(problem.where, problem.kind) for problem in refusal.value.problems]


def warnings_of(path: Path) -> list[tuple[str, str]]:
    """(where, kind) of every warning; the file must be read."""
    warnings = read_county(path, ASKED).warnings
    for warning in warnings:
        assert warning.text("zh")
        assert warning.text("en")
    return [(warning.where, warning.kind) for warning in warnings]
