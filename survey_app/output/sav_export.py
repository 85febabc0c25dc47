"""The .sav export for SPSS: variable and value labels, and values without an opinion declared as missing.

SPSS counts bytes, so labels are cut between characters; it does not tell letter case apart in names and has words of its own, so a variable
may get another name than its column, which its label then tells. A question with several choices has, beside the text of the responses file, a
variable of 0 and 1 for each option. The format is written in one piece: the table is held as columns of numbers.
"""

import re
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from math import nan
from pathlib import Path
from typing import Any

from evaluation.survey.wording import GROUP_NAMES
from survey_app.output import wording
from survey_app.output.cells import cut_to_bytes, visible
from survey_app.output.columns import BASE_COLUMNS, AnswerColumn, CellValue, answer_columns, response_rows
from survey_app.output.exported import Export, Progress

NAME_BYTES, VARIABLE_LABEL_BYTES, VALUE_LABEL_BYTES, FILE_LABEL_BYTES, STRING_BYTES = 64, 256, 120, 64, 32_767
_MOST_MISSING_VALUES = 3
_RESERVED = frozenset(["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"])
_REFUSED = "Unable to write"
_TEXTS = ("group", "school", "submitted_at")


@dataclass
class _Variable:
    """One variable: numbers (`nan` for nothing) or texts, with its labels. `wanted` is the name it should have."""

    wanted: str
    label: str
    values: Any
    value_labels: Mapping[int, str] = field(default_factory=dict)
    missing: list[int] = field(default_factory=list)
    name: str = ""


def write_sav(path: Path, export: Export, progress: Progress) -> None:
    """The whole file, with compressed rows. Raises `OSError` where it can't be written."""
    import pyreadstat

    variables = _variables(export, progress)
    try:
        _write_variables(path, variables, cut_to_bytes(visible(export.title), FILE_LABEL_BYTES))
    except pyreadstat.ReadstatError as error:  # of what the system refuses it says no more than this
        if _REFUSED not in str(error):
            raise
        raise OSError(str(error)) from error


def _write_variables(path: Path, variables: Sequence[_Variable], title: str) -> None:
    import pyreadstat
    from pandas import DataFrame, Series

    frame = DataFrame({one.name: Series(one.values, dtype=_dtype(one)) for one in variables})
    labelled = [one for one in variables if one.value_labels]
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=title,
        column_labels={one.name: cut_to_bytes(visible(one.label), VARIABLE_LABEL_BYTES) for one in variables},
        variable_value_labels={one.name: _cut_labels(one.value_labels) for one in labelled},
        missing_ranges={one.name: [*one.missing] for one in variables if one.missing},
        variable_measure={one.name: "scale" if one.name == "duration_s" else "nominal" for one in variables},
        variable_format={one.name: "F8.0" for one in variables if isinstance(one.values, array)},
        row_compress=True,
    )


def variable_names(wanted: Sequence[str]) -> list[str]:
    """A name that SPSS takes for each wanted one, no two of them alike in whatever letter case.

    A wanted name that SPSS takes stays, at its first place; only then the others get names that are free.
    """
    taken: set[str] = set()
    names: dict[int, str] = {}
    for only_as_wanted in (True, False):
        for place, name in enumerate(wanted):
            free = _free_name(name, taken)
            if place not in names and (free == name or not only_as_wanted):
                names[place] = free
                taken.add(free.lower())
    return [names[place] for place in range(len(wanted))]


def _free_name(wanted: str, taken: Collection[str]) -> str:
    """The wanted name, or the first like it that has a letter in front, no other marks, an end that SPSS takes, and is not taken."""
    stem = re.sub(r"[^A-Za-z0-9_.]", "_", wanted)
    stem = stem if stem[:1].isalpha() else f"v{stem}"
    for ending in chain(("", "_", "__"), (f"_{number}" for number in count(2))):
        name = stem[: NAME_BYTES - len(ending)] + ending
        if not name.endswith(".") and name.lower() not in _RESERVED and name.lower() not in taken:
            break
    return name


def _variables(export: Export, progress: Progress) -> list[_Variable]:
    columns = answer_columns(export.questionnaires)
    variables = _base_variables() + _answer_variables(columns)
    for row in response_rows(export, columns, progress):
        for variable, cell in zip(variables, row, strict=True):
            variable.values.append(_stored(variable, cell))
    return _named([*variables, *_choice_variables(columns, variables)])


def _named(variables: list[_Variable]) -> list[_Variable]:
    """The variables with their names; the label of one that could not have the name it should says that name first."""
    for variable, name in zip(variables, variable_names([one.wanted for one in variables]), strict=True):
        variable.name = name
        if name != variable.wanted:
            variable.label = f"{variable.wanted}｜{variable.label}"
    return variables


def _base_variables() -> list[_Variable]:
    return [_Variable(name, wording.BASE_MEANINGS[name], [] if name in _TEXTS else array("d")) for name in BASE_COLUMNS]


def _answer_variables(columns: list[AnswerColumn]) -> list[_Variable]:
    return [
        _Variable(one.name, variable_label(one), [])
        if one.is_multi
        else _Variable(one.name, variable_label(one), array("d"), one.option_labels, declared_missing(one))
        for one in columns
    ]


def _choice_variables(columns: list[AnswerColumn], variables: list[_Variable]) -> Iterator[_Variable]:
    """For each option of a question with several choices whether it was chosen; nothing where the question was not answered."""
    for column, variable in zip(columns, variables[len(BASE_COLUMNS) :], strict=True):
        for value, label in column.option_labels.items() if column.is_multi else ():
            chosen = array("d", (_was_chosen(text, value) for text in variable.values))
            yield _Variable(f"{column.name}_{value}", f"{label}｜{variable.label}", chosen, wording.CHOSEN)


def variable_label(column: AnswerColumn) -> str:
    """The question; where groups are asked different ones, each with its group and an equal share of the room."""
    texts: dict[str, list[str]] = {}
    for group, question in column.asked.items():
        texts.setdefault(question.text.zh, []).append(GROUP_NAMES[group]["zh"])
    if len(texts) == 1:
        return next(iter(texts))
    room = VARIABLE_LABEL_BYTES // len(texts)
    return "".join(cut_to_bytes(f"{'、'.join(groups)}：{text}", room) for text, groups in texts.items())


def declared_missing(column: AnswerColumn) -> list[int]:
    """Values without an opinion, as many as SPSS can declare; none if there are more."""
    return column.values_without_opinion if len(column.values_without_opinion) <= _MOST_MISSING_VALUES else []


def _stored(variable: _Variable, cell: CellValue) -> str | float:
    if isinstance(variable.values, array):
        return nan if cell is None else float(cell)
    return cut_to_bytes(visible(str(cell)), STRING_BYTES) if cell is not None else ""


def _was_chosen(text: str, value: int) -> float:
    return float(str(value) in text.split(";")) if text else nan


def _cut_labels(labels: Mapping[int, str]) -> dict[int | float, str]:
    return {value: cut_to_bytes(visible(label), VALUE_LABEL_BYTES) for value, label in labels.items()}


def _dtype(variable: _Variable) -> str:
    return "float64" if isinstance(variable.values, array) else "object"
