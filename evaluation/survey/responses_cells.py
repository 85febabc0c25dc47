"""The cells of a responses file: texts into groups, times and option values, or problems with line and column.

Each column is checked by its distinct texts, which are few, and then translated for all rows at once.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.errors import InputProblem, Message
from evaluation.survey import wording
from evaluation.survey.csv_text import CsvText, is_scientific
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.questionnaire import Question, Questionnaires

Whole = npt.NDArray[np.int64]
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
    answer_response: Whole
    answer_question: Whole
    answer_value: Whole


@dataclass(frozen=True)
class _Wrong:
    """A text that is no value: what to say about it."""

    message: Message
    values: dict[str, object]


@dataclass(frozen=True)
class _Column:
    """A column as codes (one a row) of its distinct texts."""

    name: str
    codes: Whole
    texts: list[str]


class _Reader:
    """One file being read: gives columns by name and collects problems."""

    def __init__(self, text: CsvText, questionnaires: Questionnaires) -> None:
        self.text = text
        self.questionnaires = questionnaires
        self.problems: list[InputProblem] = []
        self._cells = np.array(text.rows, dtype=object).reshape(len(text.rows), len(text.header))

    def column(self, name: str) -> _Column:
        """The column `name`; empty texts if the file has none."""
        if name not in self.text.header:
            return _Column(name, np.zeros(len(self.text.rows), dtype=np.int64), [""])
        codes, texts = pd.factorize(self._cells[:, self.text.header.index(name)])
        return _Column(name, codes.astype(np.int64), [str(one) for one in texts])

    def report(self, column: str, rows: Whole, wrong: _Wrong) -> None:
        """Add a problem for each of `rows`, or for the first of them and one that counts the rest."""
        for row in rows[:PROBLEMS_A_COLUMN]:
            self.problems.append(InputProblem(self.text.where(int(row), column), wrong.message, wrong.values))
        if len(rows) > PROBLEMS_A_COLUMN:
            rest = {"count": len(rows) - PROBLEMS_A_COLUMN}
            self.problems.append(InputProblem(self.text.where_column(column), wording.MORE_OF_THE_KIND, rest))

    def translate(self, column: _Column, read: Callable[[str], Value | _Wrong], instead: Value) -> list[Value]:
        """The value of each distinct text by `read`; `instead` for a wrong one, which is reported."""
        values = []
        for code, text in enumerate(column.texts):
            value = read(text)
            if isinstance(value, _Wrong):
                self.report(column.name, np.flatnonzero(column.codes == code), value)
                value = instead
            values.append(value)
        return values


def read_columns(text: CsvText, questionnaires: Questionnaires) -> Columns:
    """Translate all cells. Raises `InvalidInput` with every problem, in the order of the file."""
    header_problems = list(_header_problems(text, questionnaires))
    if not text.rows and not text.ragged:
        header_problems.append(InputProblem(text.name, wording.NO_RESPONSES))
    if not text.rows or not set(REQUIRED_COLUMNS) <= set(text.header):
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
    group = reader.column("group")
    groups = np.array(reader.translate(group, _read_group(reader.questionnaires), -1), dtype=np.int64)[group.codes]
    school = reader.column("school")
    schools = np.array(reader.translate(school, _read_school, ""), dtype=object)[school.codes]
    submitted = reader.column("submitted_at")
    times = np.array(reader.translate(submitted, _read_time, None), dtype="datetime64[s]")[submitted.codes]
    duration = reader.column("duration_s")
    seconds = np.array(reader.translate(duration, _read_seconds, math.nan), dtype=np.float64)[duration.codes]
    valid = reader.column("valid")
    is_valid = np.array(reader.translate(valid, _read_valid, False), dtype=np.bool_)[valid.codes]
    answers = [
        _answers(reader, code, question, groups)
        for code, question in enumerate(reader.questionnaires.question_ids)
        if question in reader.text.header
    ]
    numbers, questions, values = np.concatenate([np.empty((3, 0), dtype=np.int64), *answers], axis=1)
    return Columns(groups, schools, times, seconds, is_valid, numbers, questions, values)


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


def _answers(reader: _Reader, code: int, name: str, groups: Whole) -> Whole:
    """The chosen options of one column: rows response, question, value."""
    column = reader.column(name)
    numbers: list[Whole] = []
    values: list[Whole] = []
    for group_code, group in enumerate(GROUPS):
        rows = np.flatnonzero(groups == group_code)
        if len(rows):
            part = _Column(name, *_distinct(column.codes[rows], column.texts))
            question = reader.questionnaires[group].by_id.get(name)
            row_of, value = _chosen(reader, part, rows, question, group)
            numbers.append(row_of)
            values.append(value)
    found = np.concatenate([np.empty(0, dtype=np.int64), *numbers])
    chosen = np.concatenate([np.empty(0, dtype=np.int64), *values])
    order = np.argsort(found, kind="stable")
    return np.stack([found[order], np.full(len(found), code), chosen[order]])


def _distinct(codes: Whole, texts: list[str]) -> tuple[Whole, list[str]]:
    kept, recoded = np.unique(codes, return_inverse=True)
    return recoded.astype(np.int64), [texts[code] for code in kept]


def _chosen(
    reader: _Reader, column: _Column, rows: Whole, question: Question | None, group: Group
) -> tuple[Whole, Whole]:
    """The response and the value of each option that the people of one group chose in one column."""
    values: list[tuple[int, ...]] = []
    for code, text in enumerate(column.texts):
        read = _read_answer(question, text, group)
        if isinstance(read, _Wrong):
            reader.report(column.name, rows[column.codes == code], read)
            read = ()
        values.append(read)
    lengths = np.array([len(one) for one in values], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    flat = np.array([value for one in values for value in one], dtype=np.int64)
    chosen = lengths[column.codes]
    within = np.arange(chosen.sum()) - np.repeat(np.cumsum(chosen) - chosen, chosen)
    return np.repeat(rows, chosen), flat[np.repeat(starts[column.codes], chosen) + within]


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
