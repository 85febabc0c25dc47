"""Responses as tables, from a .csv file or from stored answers.

A value of `Responses` holds what the statistics need and nothing of who answered. Free text is passed over: nothing is counted in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.survey.csv_text import read_csv_text
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.questionnaire import Questionnaires
from evaluation.survey.responses_cells import Columns, read_columns


@dataclass(frozen=True)
class Responses:
    """The responses of one county or several, valid or not; times only of imported files.

    `responses`, one row a response: county, response (number within the county, from 0), group (categories in the order of `GROUPS`),
    school ("" for none; a unit such as U001 where a school would be too small), submitted_at (naive, Asia/Shanghai; NaT unknown),
    duration_s (seconds; NaN unknown), valid (bool).
    `answers`, one row a chosen option: county, response, question (categories: all questions), value. A question without a row was not
    answered; a `multi` question may have several.
    """

    responses: pd.DataFrame
    answers: pd.DataFrame


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One stored response: what the service hands over, which keeps no times. `answers` holds the chosen value or values by question id."""

    group: Group
    school: str
    valid: bool
    answers: Mapping[str, int | Sequence[int]]


def read_responses(file: Path, questionnaires: Questionnaires, county: str = "") -> Responses:
    """Read a responses file (docs/interfaces.md, "Responses file"). Raises `InvalidInput` with every mistake in it, by line and column."""
    return _tables(county, questionnaires, read_columns(read_csv_text(file), questionnaires))


def responses_from_rows(rows: Iterable[ResponseRow], questionnaires: Questionnaires, county: str = "") -> Responses:
    """The same value from answers that were checked when they were given. Raises `KeyError` at an unknown group or question."""
    rows = list(rows)
    group_codes = {group: code for code, group in enumerate(GROUPS)}
    question_codes = {question: code for code, question in enumerate(questionnaires.question_ids)}
    chosen = [
        (number, question_codes[question], value)
        for number, row in enumerate(rows)
        for question, values in row.answers.items()
        for value in ((values,) if isinstance(values, int) else values)
    ]
    numbers, questions, values = np.array(chosen, dtype=np.int32).reshape(-1, 3).T
    columns = Columns(
        group=np.array([group_codes[row.group] for row in rows], dtype=np.int64),
        school=np.array([row.school for row in rows], dtype=object),
        submitted_at=np.full(len(rows), "NaT", dtype="datetime64[s]"),
        duration_s=np.full(len(rows), np.nan),
        valid=np.array([row.valid for row in rows], dtype=np.bool_),
        answer_response=numbers,
        answer_question=questions.astype(np.int16),
        answer_value=values.astype(np.int16),
    )
    return _tables(county, questionnaires, columns)


def _tables(county: str, questionnaires: Questionnaires, columns: Columns) -> Responses:
    responses = pd.DataFrame(
        {
            "county": _constant(county, len(columns.group)),
            "response": np.arange(len(columns.group)),
            "group": _categories(columns.group, GROUPS),
            "school": pd.Series(columns.school, dtype=object),
            "submitted_at": columns.submitted_at,
            "duration_s": columns.duration_s,
            "valid": columns.valid,
        }
    )
    answers = pd.DataFrame(
        {
            "county": _constant(county, len(columns.answer_response)),
            "response": columns.answer_response,
            "question": _categories(columns.answer_question, questionnaires.question_ids),
            "value": columns.answer_value,
        }
    )
    return Responses(responses, answers)


def _constant(text: str, length: int) -> "pd.Categorical[str]":
    return _categories(np.zeros(length, dtype=np.int8), [text])


def _categories(codes: npt.NDArray[np.integer[Any]], names: Sequence[str]) -> "pd.Categorical[str]":
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(names), dtype=object))
