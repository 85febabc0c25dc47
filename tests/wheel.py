"""The wheel as somebody else gets it: built from the sources, installed into an environment that has nothing but what it asks for."""

import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import REPOSITORY

PACKAGES = ("evaluation", "survey_app", "questionnaires", "migrations")
"""The folders of the sources that the wheel is made of."""

_REFUSES_REPOSITORY = """
import sys

OURS = {ours!r}

def refuse(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(OURS):
        raise RuntimeError(f"a file of the repository was opened: {{arguments[0]}}")

sys.addaudithook(refuse)
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the wheel in it, and an empty folder to work in."""

    folder: Path
    work: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def command(self) -> Path:
        """The console script."""
        return self.folder / "bin" / "junheng"

    def surroundings(self, **variables: str) -> dict[str, str]:
        """The variables of a shell in which the environment is active, and no others."""
        return {"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", "HOME": str(self.work), "LANG": "C.UTF-8", **variables}


def build_wheel(folder: Path) -> Path:
    """The wheel, built from a copy of the sources: a build leaves files beside them."""
    sources = folder / "sources"
    for package in PACKAGES:
        shutil.copytree(REPOSITORY / package, sources / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, sources)
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(sources))
    (wheel,) = folder.glob("*.whl")
    return wheel


def install_wheel(wheel: Path, folder: Path, extras: Iterable[str] = ()) -> Environment:
    """An environment with the wheel and what it asks for (with `extras`), linked from the environment of the tests: nothing is fetched.

    What was not asked for, directly or by what was asked for, is not there; and whoever opens a file of the repository fails.
    """
    made = Environment(folder / "environment", folder / "empty")
    made.work.mkdir(parents=True)
    venv.create(made.folder, symlinks=True)
    (site,) = made.folder.glob("lib/python*/site-packages")
    _pip("--python", str(made.python), "install", "--no-deps", "--no-index", str(wheel))
    (installed,) = Distribution.discover(name="junheng", path=[str(site)])
    for needed in _closure(installed, extras):
        for name in {file.parts[0] for file in needed.files or ()} - {"..", "__pycache__"}:
            if not (site / name).exists():
                (site / name).symlink_to(Path(str(needed.locate_file(name))).absolute())
    (site / "sitecustomize.py").write_text(
        _REFUSES_REPOSITORY.format(ours=tuple(f"{REPOSITORY / one}/" for one in (*PACKAGES, "tests")))
    )
    return made


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def _closure(installed: Distribution, extras: Iterable[str]) -> list[Distribution]:
    """What `installed[extras]` asks for, and what that asks for in turn, as the environment of the tests has it."""
    found: dict[str, Distribution] = {}
    open_ends = [(installed, frozenset(extras))]
    seen = set()
    while open_ends:
        one, asked = open_ends.pop()
        for requirement in _requirements(one, asked):
            name, wanted = canonicalize_name(requirement.name), frozenset(requirement.extras)
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                found[name] = distribution(name)
                open_ends.append((found[name], wanted))
    return list(found.values())


def _requirements(one: Distribution, extras: frozenset[str]) -> list[Requirement]:
    """What it asks for on this machine, with these extras."""
    asked = [Requirement(text) for text in one.requires or ()]
    return [each for each in asked if not each.marker or any(each.marker.evaluate({"extra": e}) for e in extras | {""})]
