"""Questionnaires: the instrument as data, which the form renders and validates and the statistics count by.

One YAML file a group (docs/interfaces.md, "Questionnaires"). `load_questionnaires` reads a folder strictly: every mistake of every file, with line and column.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, Strict

from evaluation.errors import InputProblem, InvalidInput, Language, Message
from evaluation.strict_model import StrictModel, refusal
from evaluation.strict_yaml import Document, check_shape, read_document
from evaluation.survey import wording
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.parameters import Item
from evaluation.survey.questionnaire_checks import meaning_problems

QuestionType = Literal["choice", "multi", "text"]


def _matching(pattern: str, expected: Message) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise refusal(expected)
        return text

    return AfterValidator(check)


Identifier = Annotated[str, _matching("[a-z][a-z0-9_]{0,39}", wording.EXPECTED_ID)]
Words = Annotated[str, _matching(r"(?s).*\S.*", wording.EXPECTED_WORDS)]


class Text(StrictModel):
    """A text in Chinese and, where it was translated, in English."""

    zh: Words
    en: Words | None = None

    def in_language(self, language: Language) -> str:
        """The text in `language`; the Chinese one where it was not translated."""
        return self.en if language == "en" and self.en else self.zh


class Option(StrictModel):
    """An answer to choose. `recognises`: true or false counts in the base of the rate, null (don't know) does not."""

    value: Annotated[int, Field(ge=0, le=999)]
    label: Text
    recognises: bool | None = None


OptionSet = Annotated[tuple[Option, ...], Strict(False)]


class _QuestionPart(StrictModel):
    """A question as the file has it; `options` names an option set."""

    id: Identifier
    text: Text
    type: QuestionType
    options: str | None = None
    required: bool
    items: Annotated[tuple[Item, ...], Strict(False)] = ()


class _QuestionnaireFile(StrictModel):
    id: Identifier
    version: Annotated[int, Field(ge=1)]
    group: Group
    title: Text
    option_sets: Annotated[dict[Identifier, OptionSet], Field(default_factory=dict)]
    questions: Annotated[tuple[_QuestionPart, ...], Strict(False)]


@dataclass(frozen=True)
class Question:
    """A question with its options in the order of the form (none for a text); `items` is what its answers count toward."""

    id: str
    text: Text
    type: QuestionType
    required: bool
    items: tuple[str, ...]
    option_set: str | None
    options: tuple[Option, ...]

    @cached_property
    def values(self) -> frozenset[int]:
        """The values that an answer may have."""
        return frozenset(option.value for option in self.options)

    @cached_property
    def value_by_text(self) -> Mapping[str, int]:
        """The same by the text that a form posts for them."""
        return {str(option.value): option.value for option in self.options}


@dataclass(frozen=True)
class Questionnaire:
    """The questionnaire of one group."""

    id: str
    version: int
    group: Group
    title: Text
    option_sets: Mapping[str, tuple[Option, ...]]
    questions: tuple[Question, ...]

    @property
    def key(self) -> str:
        """Id and version, as stored with each answer: `parent/1`."""
        return f"{self.id}/{self.version}"

    @cached_property
    def by_id(self) -> Mapping[str, Question]:
        """The questions by their id."""
        return {question.id: question for question in self.questions}

    def document(self) -> dict[str, Any]:
        """Plain values of the shape of the file, for JSON: what is stored and hashed when a campaign opens."""
        return {
            "id": self.id,
            "version": self.version,
            "group": self.group,
            "title": self.title.model_dump(),
            "option_sets": {
                name: [option.model_dump() for option in options] for name, options in self.option_sets.items()
            },
            "questions": [
                {
                    "id": question.id,
                    "text": question.text.model_dump(),
                    "type": question.type,
                    "options": question.option_set,
                    "required": question.required,
                    "items": list(question.items),
                }
                for question in self.questions
            ],
        }


@dataclass(frozen=True)
class Questionnaires:
    """The questionnaires of a survey, at most one a group, in the order of `GROUPS`."""

    by_group: Mapping[Group, Questionnaire]

    def __iter__(self) -> Iterator[Questionnaire]:
        return iter(self.by_group.values())

    def __getitem__(self, group: Group) -> Questionnaire:
        return self.by_group[group]

    def __contains__(self, group: object) -> bool:
        return group in self.by_group

    @cached_property
    def question_ids(self) -> tuple[str, ...]:
        """Ids of the questions of all groups, each once, in the order of the questionnaires: the columns of a responses file."""
        return tuple(dict.fromkeys(question.id for one in self for question in one.questions))

    @cached_property
    def items(self) -> tuple[str, ...]:
        """The items that answers count toward, each once, in the order in which questions name them."""
        return tuple(dict.fromkeys(item for one in self for question in one.questions for item in question.items))


def load_questionnaires(directory: Path) -> Questionnaires:
    """Read every .yaml file of a folder. Raises `InvalidInput` with the mistakes of all files."""
    files = _files(directory)
    problems: list[InputProblem] = [] if files else [InputProblem(directory.name, wording.NO_QUESTIONNAIRES)]
    read: list[tuple[Questionnaire, Document]] = []
    for file in files:
        try:
            read.append(_read(file))
        except InvalidInput as invalid:
            problems += invalid.problems
    problems += _clashes(read)
    if problems:
        raise InvalidInput(problems)
    found = {questionnaire.group: questionnaire for questionnaire, _ in read}
    return Questionnaires({group: found[group] for group in GROUPS if group in found})


def questionnaire_from_document(document: Mapping[str, Any]) -> Questionnaire:
    """The questionnaire that `Questionnaire.document` gave: one that was checked before, so a mistake in it is a bug."""
    return _resolved(_QuestionnaireFile.model_validate(document))


def _files(directory: Path) -> list[Path]:
    if not directory.is_dir():
        return []
    return sorted(
        file
        for file in directory.iterdir()
        if file.suffix.lower() in {".yaml", ".yml"} and not file.name.startswith(".") and file.is_file()
    )


def _read(file: Path) -> tuple[Questionnaire, Document]:
    document = read_document(file)
    problems = meaning_problems(document)
    shaped: _QuestionnaireFile | None = None
    try:
        shaped = check_shape(document, _QuestionnaireFile)
    except InvalidInput as invalid:
        problems = [*invalid.problems, *problems]
    if shaped is None or problems:
        raise InvalidInput(sorted(problems, key=_place))
    return _resolved(shaped), document


def _place(problem: InputProblem) -> tuple[int, int]:
    _, line, column = problem.where.rsplit(":", 2)
    return int(line), int(column)


def _resolved(file: _QuestionnaireFile) -> Questionnaire:
    questions = tuple(
        Question(
            part.id,
            part.text,
            part.type,
            part.required,
            part.items,
            part.options,
            file.option_sets[part.options] if part.options else (),
        )
        for part in file.questions
    )
    return Questionnaire(file.id, file.version, file.group, file.title, file.option_sets, questions)


def _clashes(read: list[tuple[Questionnaire, Document]]) -> list[InputProblem]:
    """Questionnaires that share their group or their id with one of another file."""
    problems = []
    groups: dict[str, str] = {}
    ids: dict[str, str] = {}
    for questionnaire, document in read:
        group, id_ = questionnaire.group, questionnaire.id
        name = document.file.name
        if (other := groups.setdefault(group, name)) != name:
            problems.append(document.problem(("group",), wording.SECOND_FOR_GROUP, group=group, other=other))
        if (other := ids.setdefault(id_, name)) != name:
            problems.append(document.problem(("id",), wording.SECOND_QUESTIONNAIRE_ID, id=id_, other=other))
    return problems
