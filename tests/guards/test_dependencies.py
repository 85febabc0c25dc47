"""What the product imports is declared, and what is declared is imported."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

from packaging.utils import canonicalize_name

from tests.paths import REPOSITORY
from tests.wheel import PACKAGES

OURS = {*PACKAGES, "_typeshed"}


def project() -> dict[str, list[str]]:
    """The names that pyproject.toml declares: the project's own under "", then those of each extra."""
    declared = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"": declared["dependencies"], **declared["optional-dependencies"]}


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(re.split(r"[\[<>=~!; ]", one)[0]) for one in requirements}


def imported() -> Iterator[str]:
    """The top-level packages that the product imports, its own and the standard library's left out."""
    files = [file for package in PACKAGES for file in sorted((REPOSITORY / package).rglob("*.py"))]
    for file in [*files, REPOSITORY / "wsgi.py", REPOSITORY / "gunicorn.conf.py"]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found = [node.module]
            else:
                continue
            yield from {name.split(".")[0] for name in found} - OURS - sys.stdlib_module_names


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    known = packages_distributions()
    used = {canonicalize_name(known[name][0]) for name in imported()}
    assert used == set().union(*(names(one) for one in project().values()))


def test_the_lock_is_made_from_what_is_declared() -> None:
    lines = (REPOSITORY / "requirements" / "run.in").read_text(encoding="utf-8").split()
    assert names(lines) == set().union(*(names(one) for one in project().values()))
