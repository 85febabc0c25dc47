"""What the shape of a questionnaire file can't say: ids and values once, option sets that exist, options that can be counted.

The checks read the parsed file as it stands and pass over what has the wrong shape, so that mistakes of shape hide none of these.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from evaluation.errors import InputProblem, KeyPath, Message
from evaluation.strict_yaml import Document
from evaluation.survey import wording

RESERVED_IDS: Final = frozenset(
    {"group", "school", "submitted_at", "duration_s", "valid", "county", "response", "nonce", "started", "csrf_token"}
)
"""Columns of the responses file and of its tables, and hidden fields of the form."""


def meaning_problems(document: Document) -> list[InputProblem]:
    """Every mistake of meaning in a parsed questionnaire file, whatever its shape."""
    return [*_option_set_problems(document), *_question_problems(document), *_empty_problems(document)]


def _mappings(node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """The mappings of a list, each with its path; nothing if the node isn't a list."""
    for index, one in enumerate(node if isinstance(node, list) else []):
        if isinstance(one, dict):
            yield (*path, index), one


def _option_sets(document: Document) -> dict[str, list[tuple[KeyPath, dict[str, Any]]]]:
    sets = document.root.get("option_sets") if isinstance(document.root, dict) else None
    if not isinstance(sets, dict):
        return {}
    return {str(name): list(_mappings(options, ("option_sets", name))) for name, options in sets.items()}


def _questions(document: Document) -> list[tuple[KeyPath, dict[str, Any]]]:
    root = document.root
    return list(_mappings(root.get("questions"), ("questions",))) if isinstance(root, dict) else []


def _repeated(named: Iterable[tuple[KeyPath, Any]]) -> Iterator[tuple[KeyPath, Any]]:
    """The places at which a string or number stands again."""
    seen = set()
    for path, value in named:
        if isinstance(value, str | int) and value in seen:
            yield path, value
        elif isinstance(value, str | int):
            seen.add(value)


def _option_set_problems(document: Document) -> Iterator[InputProblem]:
    for name, options in _option_sets(document).items():
        for path, value in _repeated(((*path, "value"), option.get("value")) for path, option in options):
            yield document.problem(path, wording.SECOND_OPTION_VALUE, value=value, name=name)
        for path, label in _repeated(((*path, "label", "zh"), _label(option)) for path, option in options):
            yield document.problem(path, wording.SECOND_OPTION_LABEL, label=label, name=name)


def _empty_problems(document: Document) -> Iterator[InputProblem]:
    """Too few options to choose from, and no question at all."""
    for name, options in _option_sets(document).items():
        if len(options) < 2:
            yield _problem(document, ("option_sets", name), wording.OPTION_SET_TOO_SMALL, name)
    if isinstance(document.root, dict) and document.root.get("questions") == []:
        yield document.problem(("questions",), wording.NO_QUESTIONS)


def _label(option: dict[str, Any]) -> Any:
    label = option.get("label")
    return label.get("zh") if isinstance(label, dict) else None


def _question_problems(document: Document) -> Iterator[InputProblem]:
    questions = _questions(document)
    for path, id_ in _repeated(((*path, "id"), question.get("id")) for path, question in questions):
        yield document.problem(path, wording.SECOND_QUESTION_ID, id=id_)
    for path, question in questions:
        if str(question.get("id")) in RESERVED_IDS:
            yield document.problem((*path, "id"), wording.RESERVED_QUESTION_ID, id=question["id"])
        yield from _options_problems(document, path, question)
        yield from _items_problems(document, path, question)
    yield from _counting_problems(document, questions)


def _options_problems(document: Document, path: KeyPath, question: dict[str, Any]) -> Iterator[InputProblem]:
    kind, name = question.get("type"), question.get("options")
    known = _option_sets(document)
    if kind in ("choice", "multi") and name is None:
        yield document.problem((*path, "type"), wording.OPTIONS_MISSING, type=kind)
    elif kind == "text" and name is not None:
        yield document.problem((*path, "options"), wording.OPTIONS_ON_TEXT)
    elif isinstance(name, str) and name not in known:
        yield document.problem((*path, "options"), wording.UNKNOWN_OPTION_SET, name=name, known=", ".join(known) or "–")


def _items_problems(document: Document, path: KeyPath, question: dict[str, Any]) -> Iterator[InputProblem]:
    items = question.get("items")
    if not isinstance(items, list):
        return
    for place, item in _repeated(((*path, "items", index), item) for index, item in enumerate(items)):
        yield document.problem(place, wording.SECOND_ITEM, item=item)
    if items and question.get("type") == "text":
        yield document.problem((*path, "items"), wording.ITEMS_ON_TEXT)


def _counting_problems(document: Document, questions: list[tuple[KeyPath, dict[str, Any]]]) -> Iterator[InputProblem]:
    """Option sets of questions that count toward an item: each option says how it counts, and it can count either way."""
    sets = _option_sets(document)
    counted = {
        str(question["options"]): (*path, "options")
        for path, question in reversed(questions)
        if question.get("items") and isinstance(question.get("options"), str) and question["options"] in sets
    }
    for name, path in reversed(counted.items()):
        yield from _silent_options(document, name, sets[name])
        ways = [option.get("recognises") for _, option in sets[name]]
        if all(way is None or isinstance(way, bool) for way in ways) and not (True in ways and False in ways):
            yield _problem(document, path, wording.NOTHING_TO_RECOGNISE, name)


def _silent_options(
    document: Document, name: str, options: list[tuple[KeyPath, dict[str, Any]]]
) -> Iterator[InputProblem]:
    for path, option in options:
        if "recognises" not in option:
            yield _problem(document, path, wording.RECOGNISES_MISSING, name)


def _problem(document: Document, path: KeyPath, message: Message, name: str) -> InputProblem:
    return document.problem(path, message, name=name)
