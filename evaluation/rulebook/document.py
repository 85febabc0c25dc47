"""docs/rulebooks.md, from the models and the files themselves: what a rulebook file may say, and what the bundled ones say."""

import inspect
from collections.abc import Iterator
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from evaluation.reading.columns import RESOURCE_FIELDS
from evaluation.rulebook import model, tests
from evaluation.rulebook.loading import list_rulebooks, load_rulebook
from evaluation.rulebook.model import Clause, Rulebook
from evaluation.strict_model import StrictModel
from evaluation.survey.parameters import SurveyParameters

_INTRODUCTION = """# Rulebooks

A rulebook is a published rule as data: one YAML file, read strictly. `junheng rulebook check FILE.yaml` names its every mistake with line and column;
`junheng rulebook show NAME` prints its clauses with tests and citations. Bundled rulebooks lie in `evaluation/rulebooks/`; a command that takes
`--rulebook` takes a file as well, so that a new province is a new file; tests/files/rulebooks/yunling-2021.yaml is one from end to end.

Ids are quoted strings (`"8.4"`), shares are 0 to 1, every part carries `citation`, and `note` where a gap of the text is closed. Duplicate and unknown keys are refused.
This page is generated (`make docs`); a test holds it to the code.
"""

_PARTS = (
    model.Rulebook,
    model.Resources,
    model.Scope,
    model.SmallSchools,
    model.Excuse,
    model.Coefficient,
    model.Resource,
    model.FurtherColumn,
    model.Indicator,
    model.Clause,
    model.Scoring,
    model.Grade,
    model.Vetoes,
    model.VetoItem,
    model.Survey,
    SurveyParameters,
    model.CrossCheck,
    model.Target,
)


def rulebooks_document() -> str:
    """The whole page, in Markdown."""
    lines = [
        _INTRODUCTION,
        "## The file",
        "",
        *(line for part in _PARTS for line in _part(part, f"### {part.__name__}")),
        "## Tests that a clause may name",
        "",
        *(line for test in tests.TESTS.values() for line in _test(test)),
        "## Tests of a city's targets",
        "",
        *(line for test in get_args(get_args(tests.TargetTest)[0]) for line in _test(test)),
        *(line for name in list_rulebooks() for line in _rulebook(load_rulebook(name))),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _part(part: type[BaseModel], heading: str) -> Iterator[str]:
    yield from (heading, "", _about(part), "")
    yield from ("| key | value |", "| --- | --- |")
    for name, field in part.model_fields.items():
        if field.exclude:
            continue
        optional = "" if field.is_required() else " (optional)"
        yield f"| `{field.alias or name}` | {_type_words(field.annotation)}{optional} |"
    yield ""


def _about(part: type[BaseModel]) -> str:
    return inspect.cleandoc(part.__doc__ or "").replace("{totals}", ", ".join(f"`{name}`" for name in RESOURCE_FIELDS))


_ENTERED: dict[tests.Entered, str] = {
    "workbook": "the workbook",
    "findings": "the findings on site",
    "scores": "the evaluators' scores",
    "survey": "the survey",
}


def _test(test: type[StrictModel]) -> Iterator[str]:
    yield from (f"### `{tests.name_of(test)}`", "", inspect.cleandoc(test.__doc__ or ""), "")
    if issubclass(test, tests.ClauseTest):
        yield from (f"Decided by {_ENTERED[test.entered]}.", "")
    for parameter, field in test.model_fields.items():
        if parameter != "name":
            optional = "" if field.is_required() else ", optional"
            yield f"- `{parameter}`: {_type_words(field.annotation)}{optional}"
    yield ""


def _type_words(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation.__name__
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin is list:
        return f"list of: {_type_words(arguments[0])}"
    if origin is dict:
        return f"{_type_words(arguments[1])} by {_type_words(arguments[0])}"
    return _alternatives(arguments)


_PLAIN: dict[Any, str] = {str: "text", float: "number", int: "whole number", bool: "`true`, `false`"}


def _alternatives(arguments: tuple[Any, ...]) -> str:
    """A union: tests are described below by name; of an optional value, what it is if it is there."""
    known = [one for one in arguments if one is not NoneType]
    if len(known) > 1 and all(isinstance(one, type) and issubclass(one, BaseModel) for one in known):
        return "a test (below), by its `name`"
    return _type_words(known[0])


def _rulebook(rulebook: Rulebook) -> Iterator[str]:
    yield from (f"## {rulebook.id}", "", f"{rulebook.title}. {rulebook.document}.", "")
    yield from ("| clause | text | decided by | citation |", "| --- | --- | --- | --- |")
    yield from (_clause_line(clause) for clause in rulebook.clauses())
    yield ""
    notes = [clause for clause in rulebook.clauses() if clause.note]
    if notes:
        yield from ("Gaps of the text and how they are closed:", "")
        yield from (f"- {clause.id}: {clause.note}" for clause in notes)
        yield ""


def _clause_line(clause: Clause) -> str:
    parameters = clause.test.model_dump(mode="json", exclude={"name"}, exclude_none=True)
    shown = ", ".join(f"{key}: {value}" for key, value in parameters.items())
    test = f"`{clause.test.name}`" + (f" {shown}" if shown else "")
    return f"| {clause.id} | {clause.text} | {test} | {clause.citation} |".replace("\n", " ")
