"""The table of responses: its columns, with the questions they hold, and its rows, the same in every format.

Question ids may coincide between groups and mean different questions, so a column's meaning always names its group.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from evaluation.survey.groups import Group
from evaluation.survey.questionnaire import Question, Questionnaires
from survey_app.output.exported import Answer, Export, ExportedResponse, Progress

BASE_COLUMNS = ("group", "school", "submitted_at", "duration_s", "valid")

CellValue = str | int | None


@dataclass(frozen=True)
class AnswerColumn:
    """A column of answers, with the question it holds for each group that is asked one of this id."""

    name: str
    asked: Mapping[Group, Question]

    @cached_property
    def is_multi(self) -> bool:
        """Whether any group may choose several options: then all its cells are texts such as 1;3."""
        return any(question.type == "multi" for question in self.asked.values())

    @cached_property
    def option_labels(self) -> dict[int, str]:
        """Option value → its label; labels that differ between groups joined by a slash."""
        labels: dict[int, list[str]] = {}
        for question in self.asked.values():
            for option in question.options:
                labels.setdefault(option.value, []).append(option.label.zh)
        return {value: "/".join(dict.fromkeys(texts)) for value, texts in sorted(labels.items())}

    @cached_property
    def values_without_opinion(self) -> list[int]:
        """Values such as 9 (不了解): outside the base of the rate for every group that may choose them, in questions that have a base."""
        marks: dict[int, set[bool | None]] = {}
        for question in self.asked.values():
            has_base = any(option.recognises is not None for option in question.options)
            for option in question.options:
                marks.setdefault(option.value, set()).add(option.recognises if has_base else True)
        return sorted(value for value, found in marks.items() if found == {None})

    def cell(self, response: ExportedResponse) -> CellValue:
        """The chosen value; several of a `multi` question joined by ; and nothing where the question was not answered."""
        answer = response.answers.get(self.name)
        if answer is None:
            return None
        return ";".join(map(str, _values(answer))) if self.is_multi else _values(answer)[0]


def answer_columns(questionnaires: Questionnaires) -> list[AnswerColumn]:
    """The columns of answers, in the order of the responses file; free text has none."""
    columns = [AnswerColumn(name, _asked(questionnaires, name)) for name in questionnaires.question_ids]
    return [column for column in columns if column.asked]


def response_header(columns: list[AnswerColumn]) -> list[str]:
    """The header of the responses file."""
    return [*BASE_COLUMNS, *(column.name for column in columns)]


def response_rows(export: Export, columns: list[AnswerColumn], progress: Progress) -> Iterator[list[CellValue]]:
    """One row a response, in the order they come; `submitted_at` and `duration_s`, which an answer does not bear, are always empty."""
    for response in export.responses:
        base: list[CellValue] = [response.group, response.school, None, None, int(response.valid)]
        yield base + [column.cell(response) for column in columns]
        progress()


def _asked(questionnaires: Questionnaires, name: str) -> dict[Group, Question]:
    found = {one.group: one.by_id.get(name) for one in questionnaires}
    return {group: question for group, question in found.items() if question is not None and question.options}


def _values(answer: Answer) -> list[int]:
    return [answer] if isinstance(answer, int) else list(answer)
