"""Chinese stands where the data and the words for users live, not in the logic."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import REPOSITORY

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# the words for users, the words of the workbook, and the made-up county
HOMES = ("wording.py", "columns.py", "vocabulary.py", "school_columns.py")
HOME_FOLDERS = ("demo_county",)


def files() -> list[Path]:
    return [
        file
        for package in ("evaluation", "survey_app")
        for file in sorted((REPOSITORY / package).rglob("*.py"))
        if file.name not in HOMES and not set(file.parts) & set(HOME_FOLDERS)
    ]


def docstrings(tree: ast.Module) -> set[int]:
    nodes = [
        tree,
        *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)),
    ]
    bodies = [node.body[0] for node in nodes if node.body]
    strings = [body.value for body in bodies if isinstance(body, ast.Expr)]
    return {id(string) for string in strings}


def literals(file: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    skipped = docstrings(tree)
    messages = {id(part) for call in ast.walk(tree) if is_message(call) for part in ast.walk(call)}
    attribute_docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped | messages | attribute_docs
        ):
            yield node.lineno, node.value


def is_message(node: ast.AST) -> bool:
    """A `Message(...)` is wording wherever it stands."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message"


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_no_chinese_literal_in_the_logic(file: Path) -> None:
    assert [(line, text) for line, text in literals(file) if CHINESE.search(text)] == []
