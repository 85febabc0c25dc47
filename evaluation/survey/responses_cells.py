"""The cells of a responses file: texts into groups, times and option values, or problems with line and column.

Each column is checked by its distinct texts, which are few, and then translated for all rows at once.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from evaluation.errors import InputProblem, Message
from evaluation.survey import wording
from evaluation.survey.csv_text import CsvText, is_scientific
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.questionnaire import Question, Questionnaires

Whole = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32] | npt.NDArray[np.int16]
"""Of millions of answers: the time goes into memory."""
Value = TypeVar("Value")

REQUIRED_COLUMNS: Final = ("group", "school", "valid")
OPTIONAL_COLUMNS: Final = ("submitted_at", "duration_s")
SHANGHAI: Final = timezone(timedelta(hours=8))

PROBLEMS_A_COLUMN: Final = 1000
"""So many wrong cells of one kind are listed; the others of a column that is wrong throughout are counted."""


@dataclass(frozen=True)
class Columns:
    """The contents of a responses file as arrays: one entry a response, then one entry a chosen option.

    `group` and `answer_question` are indexes into `GROUPS` and `Questionnaires.question_ids`, `answer_response` into the responses.
    """

    group: Whole
    school: npt.NDArray[np.object_]
    submitted_at: npt.NDArray[np.datetime64]
    duration_s: npt.NDArray[np.float64]
    valid: npt.NDArray[np.bool_]
    answer_response: Small
    answer_question: Small
    answer_value: Small


@dataclass(frozen=True)
class _Wrong:
    """A text that is no value: what to say about it."""

    message: Message
    values: dict[str, object]


class _Reader:
    """One file being read: gives columns by name and collects problems."""

    def __init__(self, text: CsvText, questionnaires: Questionnaires) -> None:
        self.text = text
        self.questionnaires = questionnaires
        self.problems: list[InputProblem] = []

    def report(self, column: str, rows: Whole, wrong: _Wrong) -> None:
        """Add a problem for each of `rows`, or for the first of them and one that counts the rest."""
        for row in rows[:PROBLEMS_A_COLUMN]:
            self.problems.append(InputProblem(self.text.where(int(row), column), wrong.message, wrong.values))
        if len(rows) > PROBLEMS_A_COLUMN:
            rest = {"count": len(rows) - PROBLEMS_A_COLUMN}
            self.problems.append(InputProblem(self.text.where_column(column), wording.MORE_OF_THE_KIND, rest))

    def translate(
        self, name: str, read: Callable[[str], Value | _Wrong], instead: Value, dtype: Any
    ) -> npt.NDArray[Any]:
        """The column `name` by way of `read`, which gets each distinct text; `instead` for a wrong one, which is reported."""
        column = self.text.column(name)
        values = []
        for code, text in enumerate(column.texts):
            value = read(text)
            if isinstance(value, _Wrong):
                self.report(name, np.flatnonzero(column.codes == code), value)
                value = instead
            values.append(value)
        return np.array(values, dtype=dtype)[column.codes]


def read_columns(text: CsvText, questionnaires: Questionnaires) -> Columns:
    """Translate all cells. Raises `InvalidInput` with every problem, in the order of the file."""
    header_problems = list(_header_problems(text, questionnaires))
    if not len(text.lines) and not text.ragged:
        header_problems.append(InputProblem(text.name, wording.NO_RESPONSES))
    if not len(text.lines) or not set(REQUIRED_COLUMNS) <= set(text.header):
        text.require_sound(header_problems)
    reader = _Reader(text, questionnaires)
    columns = _translated(reader)
    lost_columns = _question_column_problems(text, questionnaires, columns.group)
    text.require_sound([*header_problems, *lost_columns, *reader.problems])
    return columns


def _header_problems(text: CsvText, questionnaires: Questionnaires) -> Iterator[InputProblem]:
    for column in REQUIRED_COLUMNS:
        if column not in text.header:
            yield InputProblem(text.where_column(column), wording.COLUMN_MISSING, {"column": column})
    known = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)
    for number, column in enumerate(text.header, start=1):
        if not column:
            yield InputProblem(text.where_column(""), wording.UNNAMED_COLUMN, {"number": number})
        elif column not in known and column not in questionnaires.question_ids:
            values = {"column": column, "known": ", ".join(known)}
            yield InputProblem(text.where_column(column), wording.UNKNOWN_QUESTION, values)


def _question_column_problems(text: CsvText, questionnaires: Questionnaires, groups: Whole) -> Iterator[InputProblem]:
    """Questions to groups that answered which have no column: a lost column would shift the rate unseen."""
    named: set[str] = set()
    for questionnaire in questionnaires:
        if not (groups == GROUPS.index(questionnaire.group)).any():
            continue
        for question in questionnaire.questions:
            if question.type != "text" and question.id not in text.header and question.id not in named:
                named.add(question.id)
                values = {"column": question.id, "group": _name(questionnaire.group)}
                yield InputProblem(text.where_column(question.id), wording.QUESTION_COLUMN_MISSING, values)


def _name(group: Group) -> str:
    return wording.GROUP_NAMES[group]["zh"]


def _translated(reader: _Reader) -> Columns:
    groups = reader.translate("group", _read_group(reader.questionnaires), -1, np.int64)
    return Columns(
        groups,
        reader.translate("school", _read_school, "", object),
        reader.translate("submitted_at", _read_time, None, "datetime64[s]"),
        reader.translate("duration_s", _read_seconds, math.nan, np.float64),
        reader.translate("valid", _read_valid, False, np.bool_),
        *_all_answers(reader, groups),
    )


def _all_answers(reader: _Reader, groups: Whole) -> tuple[Small, Small, Small]:
    """The response, the question and the value of each chosen option, question by question."""
    asked = [
        (code, _answers(reader, question, groups))
        for code, question in enumerate(reader.questionnaires.question_ids)
        if question in reader.text.header
    ]
    none = np.empty(0, dtype=np.int16)
    return (
        np.concatenate([none.astype(np.int32), *(rows.astype(np.int32) for _, (rows, _) in asked)]),
        np.concatenate([none, *(np.full(len(rows), code, dtype=np.int16) for code, (rows, _) in asked)]),
        np.concatenate([none, *(values.astype(np.int16) for _, (_, values) in asked)]),
    )


def _read_group(questionnaires: Questionnaires) -> Callable[[str], int | _Wrong]:
    def read(text: str) -> int | _Wrong:
        if text not in GROUPS:
            return _Wrong(wording.UNKNOWN_GROUP, {"group": text, "known": ", ".join(GROUPS)})
        if text not in questionnaires:
            known = ", ".join(questionnaires.by_group)
            return _Wrong(wording.NO_QUESTIONNAIRE_FOR_GROUP, {"group": text, "known": known})
        return GROUPS.index(text)

    return read


def _read_school(text: str) -> str | _Wrong:
    return _Wrong(wording.SCHOOL_SCIENTIFIC, {"got": text}) if is_scientific(text) else text


def _read_time(text: str) -> datetime | _Wrong | None:
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return _Wrong(wording.SUBMITTED_NOT_A_TIME, {"got": text})
    return time.astimezone(SHANGHAI).replace(tzinfo=None) if time.tzinfo else time


def _read_seconds(text: str) -> float | _Wrong:
    if not text:
        return math.nan
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    return seconds if 0 <= seconds < math.inf else _Wrong(wording.DURATION_NOT_SECONDS, {"got": text})


def _read_valid(text: str) -> bool | _Wrong:
    return text == "1" if text in ("0", "1") else _Wrong(wording.VALID_NOT_0_OR_1, {"got": text})


def _answers(reader: _Reader, name: str, groups: Whole) -> tuple[Whole, Whole]:
    """The response and the value of each option chosen in one column: each text is read once for each group that says it."""
    column = reader.text.column(name)
    width = len(column.texts)
    said = np.where(groups >= 0, groups * width + column.codes, len(GROUPS) * width)  # the last: of no known group
    values: list[tuple[int, ...]] = [()] * (len(GROUPS) * width + 1)
    for place in np.flatnonzero(np.bincount(said, minlength=len(values))[:-1]).tolist():
        group = GROUPS[place // width]
        read = _read_answer(reader.questionnaires[group].by_id.get(name), column.texts[place % width], group)
        if isinstance(read, _Wrong):
            reader.report(name, np.flatnonzero(said == place), read)
        else:
            values[place] = read
    return _spread(said, values)


def _spread(said: Whole, values: Sequence[tuple[int, ...]]) -> tuple[Whole, Whole]:
    """For each entry of `said`, in order, the values that stand at its place: the number of the entry, and the value."""
    lengths = np.array([len(one) for one in values], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    flat = np.array([value for one in values for value in one], dtype=np.int64)
    chosen = lengths[said]
    if lengths.max(initial=0) <= 1:  # nearly always
        rows = np.flatnonzero(chosen)
        return rows, flat[starts[said[rows]]]
    rows = np.repeat(np.arange(len(said)), chosen)
    first = np.cumsum(chosen) - chosen
    return rows, flat[starts[said][rows] + np.arange(len(rows)) - first[rows]]


def _read_answer(question: Question | None, text: str, group: Group) -> tuple[int, ...] | _Wrong:
    """The values chosen in a cell; none for a text, whatever it says."""
    if not text or (question and question.type == "text"):
        return ()
    if question is None:
        return _Wrong(wording.NOT_ASKED, {"got": text, "group": _name(group)})
    parts = [part.strip() for part in text.split(";")] if question.type == "multi" else [text]
    by_text = {str(value): value for value in question.values}
    if not all(part in by_text for part in parts):
        return _Wrong(wording.UNKNOWN_OPTION, {"got": text, "group": _name(group), "expected": _expected(question)})
    if len(set(parts)) < len(parts):
        return _Wrong(wording.OPTION_TWICE, {"got": text})
    return tuple(by_text[part] for part in parts)


def _expected(question: Question) -> str:
    options: list[Any] = [option.value for option in question.options]
    return (" ; " if question.type == "multi" else ", ").join(str(value) for value in options)
