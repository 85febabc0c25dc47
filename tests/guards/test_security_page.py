"""docs/security.md names the test that holds each attack off: every one of them exists."""

import ast
import re

from tests.paths import REPOSITORY

NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def functions_of(file: str) -> set[str]:
    path = REPOSITORY / "tests" / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_page_names_is_there() -> None:
    named = NAMED.findall((REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8"))
    assert len(named) > 100
    assert [f"{file}::{test}" for file, test in named if test not in functions_of(file)] == []
