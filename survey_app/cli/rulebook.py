"""`junheng rulebook`: the rulebooks that come along, their clauses with citations, and a file's every mistake."""

from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from evaluation.errors import InvalidInput
from evaluation.rulebook.loading import list_rulebooks, load_rulebook
from evaluation.rulebook.model import Cited, Clause, Indicator, Resources, Rulebook
from survey_app.cli.reporting import WRONG_INPUT, input_problems_reported, language_of, print_json, print_problems


@click.group()
def rulebook() -> None:
    """List, show and check rulebooks."""


@rulebook.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_command(as_json: bool) -> None:
    """List the rulebooks that come along."""
    books = [load_rulebook(name) for name in list_rulebooks()]
    if as_json:
        print_json([_summary(book) for book in books])
        return
    for book in books:
        click.echo(f"{book.id}  {book.title}  ({len(book.indicators)} indicators, {len(book.clauses())} clauses)")


@rulebook.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show_command(ctx: click.Context, name: str, as_json: bool) -> None:
    """Show the clauses of rulebook NAME (or of a .yaml file) with their tests and citations."""
    with input_problems_reported(ctx):
        book = load_rulebook(name)
    if as_json:
        print_json(book.model_dump(mode="json", by_alias=True))
        return
    click.echo("\n".join(_lines(book)))


@rulebook.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def check_command(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Check the rulebook FILE and print its every mistake with line and column."""
    language = language_of(ctx)
    try:
        book = load_rulebook(file.absolute())
    except InvalidInput as error:
        if as_json:
            print_json({"file": file.name, "problems": [one.document(language) for one in error.problems]})
        else:
            print_problems(error.problems, language)
        ctx.exit(WRONG_INPUT)
    if as_json:
        print_json({"file": file.name, "problems": []})
    else:
        click.echo(
            f"{file.name}: {book.id}, {len(book.indicators)} indicators, {len(book.clauses())} clauses, no mistakes"
        )


def _summary(book: Rulebook) -> dict[str, object]:
    return {"id": book.id, "title": book.title, "indicators": len(book.indicators), "sha256": book.sha256}


def _lines(book: Rulebook) -> list[str]:
    lines = [book.title, book.document, f"published {book.published}", f"SHA-256 {book.sha256}", ""]
    lines += [f"column {one.field}  {one.header} ({one.unit})" for one in book.columns]
    lines += [*_resource_lines(book.resources), ""]
    for indicator in book.indicators:
        lines += _indicator_lines(indicator)
    lines += [*_scoring_lines(book), ""]
    lines += [*(f"veto {item.id}  {item.text}" for item in book.vetoes.items), *_cited(book.vetoes), ""]
    lines += [f"survey  {_parameters(book.survey.parameters)}", *_cited(book.survey)]
    for check in book.cross_checks:
        lines += [f"cross-check {check.clause}  {_test(check.test)}", *_cited(check)]
    for target in book.targets:
        lines += [
            f"target {target.id} (by {target.due})  {target.text}",
            f"        {_test(target.test)}",
            *_cited(target),
        ]
    return lines


def _resource_lines(resources: Resources) -> list[str]:
    lines = [f"scope  {_parameters(resources.scope, 'citation', 'note')}", *_cited(resources.scope)]
    for one in resources.indicators:
        thresholds = ", ".join(f"{stage} {threshold:g}" for stage, threshold in one.thresholds.items())
        lines.append(f"resource {one.id}  {one.name}  at least {thresholds} {one.unit}")
    if resources.excuse is None:
        lines.append("excuse  none")
    else:
        lines += [f"excuse  {_parameters(resources.excuse, 'citation', 'note')}", *_cited(resources.excuse)]
    limits = ", ".join(f"{stage} {limit:g}" for stage, limit in resources.coefficient.limits.items())
    return [*lines, f"coefficient  at most {limits}", *_cited(resources.coefficient)]


def _scoring_lines(book: Rulebook) -> list[str]:
    lines = []
    if book.scoring is not None:
        lines += [f"scoring  {_parameters(book.scoring, 'citation', 'note')}", *_cited(book.scoring)]
    for grade in book.grades:
        lines += [f"grade  {grade.name} from {grade.from_:g}", *_cited(grade)]
    return lines


def _cited(part: Cited) -> list[str]:
    lines = [f"   [{part.citation}]"]
    return [*lines, f"        note: {part.note}"] if part.note else lines


def _parameters(part: BaseModel, *left_out: str) -> str:
    parameters = part.model_dump(mode="json", exclude=set(left_out), exclude_none=True)
    return ", ".join(f"{key}={value}" for key, value in parameters.items())


def _test(test: Any) -> str:
    return f"{test.name}({_parameters(test, 'name')})"


def _indicator_lines(indicator: Indicator) -> list[str]:
    points = f" {indicator.points:g}" if indicator.points else ""
    head = f"{indicator.id}  {indicator.kind}{points}  {indicator.title}  [{indicator.citation}]"
    return [head, *(line for clause in indicator.clauses for line in _clause_lines(clause)), ""]


def _clause_lines(clause: Clause) -> list[str]:
    lines = [f"   {clause.id}  {clause.text}  [{clause.citation}]", f"        {_test(clause.test)}"]
    return [*lines, f"        note: {clause.note}"] if clause.note else lines
