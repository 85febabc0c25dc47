"""How commands speak: problems one a line on standard error, JSON alone on standard output, exit status 3 for a wrong input."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from evaluation.errors import InputProblem, InvalidInput, Language

WRONG_INPUT = 3


def language_of(ctx: click.Context) -> Language:
    """The language chosen with --lang."""
    return "zh" if ctx.find_root().obj == "zh" else "en"


def print_problems(problems: Iterable[InputProblem], language: Language, prefix: str = "") -> None:
    """Each problem on its own line of standard error."""
    for problem in problems:
        click.echo(f"{prefix}{problem.text(language)}", err=True)


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def exit_wrong_input(problems: Iterable[InputProblem], language: Language) -> None:
    """Print every problem and leave with status 3."""
    print_problems(problems, language)
    sys.exit(WRONG_INPUT)


@contextmanager
def input_problems_reported(ctx: click.Context) -> Iterator[None]:
    """Inside, an `InvalidInput` is printed and ends the command with status 3."""
    try:
        yield
    except InvalidInput as error:
        exit_wrong_input(error.problems, language_of(ctx))
