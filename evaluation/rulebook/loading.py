"""Reads a rulebook: shape first, then everything the shape can't say; each mistake with file:line:column, all at once."""

import hashlib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from evaluation.errors import InputProblem, InvalidInput
from evaluation.rulebook import wording
from evaluation.rulebook.checks import check_rulebook
from evaluation.rulebook.model import Rulebook
from evaluation.strict_yaml import load_strict

_FOLDER = Path(str(resources.files("evaluation.rulebooks")))


def list_rulebooks() -> list[str]:
    """The names of the bundled rulebooks, sorted."""
    return sorted(file.stem for file in _FOLDER.glob("*.yaml"))


def rulebook_file(name_or_file: str | Path) -> Path:
    """The file that a name or a path stands for. Raises `InvalidInput` if there is none."""
    return _find(name_or_file)


def load_rulebook(name_or_file: str | Path) -> Rulebook:
    """A rulebook by its name or its file. Raises `InvalidInput` with every mistake in it, or if there is no such rulebook."""
    file = _find(name_or_file)
    rulebook, document = load_strict(file, Rulebook)
    problems = list(check_rulebook(rulebook, document))
    if problems:
        raise InvalidInput(problems)
    return rulebook.model_copy(update={"sha256": hashlib.sha256(file.read_bytes()).hexdigest()})


def _find(name_or_file: str | Path) -> Path:
    file = Path(name_or_file)
    named = _FOLDER / f"{name_or_file}.yaml"
    for candidate in _candidates(file, named):
        if candidate.is_file():
            return candidate
    raise InvalidInput(
        [InputProblem(str(name_or_file), wording.UNKNOWN_RULEBOOK, {"expected": ", ".join(list_rulebooks())})]
    )


def _candidates(file: Path, named: Path) -> Iterator[Path]:
    if file.name == str(file) and file.suffix not in {".yaml", ".yml"}:
        yield named
    yield file
