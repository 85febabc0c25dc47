"""`junheng template` and `junheng check`: the statistics workbook, empty and filled in."""

from pathlib import Path
from typing import Final

import click

from evaluation.errors import InputProblem, InvalidInput
from survey_app.cli.reporting import WRONG_INPUT, input_problems_reported, language_of, print_json, print_problems
from survey_app.cli.wording import CHECKED_BY

DEFAULT_RULEBOOK: Final = "xiangtan-2018"


@click.command()
@click.option("--rulebook", "name", required=True, help="A rulebook's name or its .yaml file.")
@click.option(
    "--out", "out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The .xlsx file to write."
)
@click.pass_context
def template(ctx: click.Context, name: str, out: Path) -> None:
    """Write an empty workbook with notes, units and drop-downs for a rulebook."""
    from evaluation.evaluating import write_workbook_template
    from evaluation.rulebook.loading import load_rulebook

    if out.suffix.lower() != ".xlsx":
        raise click.BadParameter("expected a file name ending in .xlsx", param_hint="--out")
    with input_problems_reported(ctx):
        write_workbook_template(out, load_rulebook(name))
    click.echo(f"written: {out}")


@click.command()
@click.argument("workbook", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--rulebook", "named", help=f"The rulebook (name or file) whose workbook it is.  [default: {DEFAULT_RULEBOOK}]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def check(ctx: click.Context, workbook: Path, named: str | None, as_json: bool) -> None:
    """Check WORKBOOK (.xlsx, or a folder of .csv) and say what is wrong in it, and what is plausible but odd.

    Exit status 3 if something is wrong; warnings alone leave 0.
    """
    name = named or DEFAULT_RULEBOOK
    problems, warnings = _check(workbook, name)
    language = language_of(ctx)
    if as_json:
        print_json(
            {
                "file": workbook.name,
                "rulebook": name,
                "problems": [one.document(language) for one in problems],
                "warnings": [one.document(language) for one in warnings],
            }
        )
    else:
        if named is None:
            click.echo(CHECKED_BY.text(language, {"rulebook": name}))
        print_problems(problems, language)
        for warning in warnings:
            click.echo(f"warning: {warning.text(language)}")
        click.echo(f"{workbook.name}: {_count(problems, 'problem')}, {_count(warnings, 'warning')}")
    if problems:
        ctx.exit(WRONG_INPUT)


def _count(found: list[InputProblem], word: str) -> str:
    return f"{len(found)} {word}{'' if len(found) == 1 else 's'}"


def _check(workbook: Path, name: str) -> tuple[list[InputProblem], list[InputProblem]]:
    try:
        from evaluation.evaluating import check_workbook

        return [], check_workbook(workbook, name)
    except InvalidInput as error:
        return list(error.problems), list(error.warnings)
