"""`junheng rulebook`: the rulebooks that come along, their clauses with citations, and a file's every mistake."""

from pathlib import Path

import click

from evaluation.errors import InvalidInput
from evaluation.rulebook.loading import list_rulebooks, load_rulebook
from evaluation.rulebook.model import Clause, Indicator, Rulebook
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
    lines = [book.title, book.document, f"SHA-256 {book.sha256}", ""]
    for indicator in book.indicators:
        lines += _indicator_lines(indicator)
    lines += [f"{item.id}  {item.text}" for item in book.vetoes.items]
    return [*lines, f"   [{book.vetoes.citation}]"]


def _indicator_lines(indicator: Indicator) -> list[str]:
    points = f" {indicator.points:g}" if indicator.points else ""
    head = f"{indicator.id}  {indicator.kind}{points}  {indicator.title}  [{indicator.citation}]"
    return [head, *(line for clause in indicator.clauses for line in _clause_lines(clause)), ""]


def _clause_lines(clause: Clause) -> list[str]:
    parameters = clause.test.model_dump(mode="json", exclude={"name"}, exclude_none=True)
    shown = ", ".join(f"{key}={value}" for key, value in parameters.items())
    lines = [f"   {clause.id}  {clause.text}  [{clause.citation}]", f"        {clause.test.name}({shown})"]
    return [*lines, f"        note: {clause.note}"] if clause.note else lines
