"""The tables beside the responses: codebook, comments, which schools a unit means, and the counts by label."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from evaluation.survey.groups import Group
from evaluation.survey.labels import COUNT_COLUMNS
from evaluation.survey.questionnaire import Question, Questionnaires
from evaluation.survey.wording import GROUP_NAMES
from survey_app.output import wording
from survey_app.output.columns import CellValue
from survey_app.output.exported import Export

TextRow = Sequence[str]


@dataclass(frozen=True, slots=True)
class SideTable:
    """A table: the word in its file's name, the name of its sheet, its header, and how to read its rows."""

    word: str
    sheet: str
    header: Sequence[str]
    rows: Callable[[Export], Iterable[Sequence[CellValue]]]


def codebook_rows(questionnaires: Questionnaires) -> Iterator[TextRow]:
    """The rows of the codebook, one an option, under `wording.CODEBOOK_HEADER`."""
    for name, meaning in wording.BASE_MEANINGS.items():
        yield (name, "", "", meaning, "", "", "", "", "", "")
    for questionnaire in questionnaires:
        for question in questionnaire.questions:
            yield from _question_rows(questionnaire.group, question)


def _question_rows(group: Group, question: Question) -> Iterator[TextRow]:
    start = (
        question.id if question.options else wording.IN_COMMENTS,
        group,
        GROUP_NAMES[group]["zh"],
        question.text.zh,
        wording.QUESTION_TYPES[question.type],
        wording.YES_OR_NO[question.required],
        " ".join(question.items),
    )
    for option in question.options:
        yield (*start, str(option.value), option.label.zh, wording.RECOGNITION[option.recognises])
    if not question.options:
        yield (*start, "", "", "")


def _comment_rows(export: Export) -> Iterator[TextRow]:
    for comment in export.comments:
        yield (comment.group, GROUP_NAMES[comment.group]["zh"], comment.text)


def _unit_rows(export: Export) -> Iterator[TextRow]:
    """Each school once: units serve all groups."""
    yield from dict.fromkeys((one.unit, one.school, one.school_name) for one in export.units)


def _count_rows(export: Export) -> Iterator[Sequence[CellValue]]:
    for one in export.counts:
        yield (one.group, one.unit, one.answered, one.withheld, one.lost, one.fast)


SIDE_TABLES = (
    SideTable(
        "codebook", wording.CODEBOOK_SHEET, wording.CODEBOOK_HEADER, lambda export: codebook_rows(export.questionnaires)
    ),
    SideTable("comments", wording.COMMENTS_SHEET, wording.COMMENTS_HEADER, _comment_rows),
    SideTable("units", wording.UNITS_SHEET, wording.UNITS_HEADER, _unit_rows),
    SideTable("counts", wording.COUNTS_SHEET, COUNT_COLUMNS, _count_rows),
)
