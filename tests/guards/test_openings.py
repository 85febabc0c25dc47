"""A package opens with what it does and names its modules: a newcomer finds the file in one guess, and the list stays true."""

import ast
import re
from pathlib import Path

import pytest

from tests.paths import REPOSITORY

ANYWHERE = {"__init__", "__main__", "wording"}  # what these are, their names say

PACKAGES = [file for name in ("evaluation", "survey_app") for file in sorted((REPOSITORY / name).rglob("__init__.py"))]


def names_of(opening: Path) -> set[str]:
    """The modules of a package that only its opening can explain."""
    return {file.stem for file in opening.parent.glob("*.py")} - ANYWHERE


@pytest.mark.parametrize("opening", PACKAGES, ids=lambda file: str(file.parent.relative_to(REPOSITORY)))
def test_a_package_s_opening_names_its_modules(opening: Path) -> None:
    text = ast.get_docstring(ast.parse(opening.read_text(encoding="utf-8"))) or ""
    named = set(re.findall(r"`([a-z_]+)`", text))
    assert names_of(opening) - named == set(), "not named"
    assert {name for name in re.findall(r"`([a-z_]+/)`", text) if not (opening.parent / name).is_dir()} == set()


def test_each_opening_has_more_than_one_module_to_name() -> None:
    assert sum(len(names_of(opening)) > 1 for opening in PACKAGES) > 15, "the guard looks at packages"
