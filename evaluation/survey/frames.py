"""The sizes of respondent groups, from a .csv file with the columns 类别 and 总体人数 (contract, sections 1 and 2)."""

import unicodedata
from pathlib import Path

from evaluation.errors import InputProblem
from evaluation.survey import wording
from evaluation.survey.csv_text import CsvText, read_csv_text
from evaluation.survey.groups import GROUPS, Group

GROUPS_BY_NAME: dict[str, Group] = {name["zh"]: group for group, name in wording.GROUP_NAMES.items()} | {
    group: group for group in GROUPS
}
"""A group by its Chinese name or its identifier."""


def read_frames(file: Path) -> dict[Group, int]:
    """The number of people of each group that the file names. Raises `InvalidInput` with every mistake in it."""
    text = read_csv_text(file)
    missing = [column for column in wording.FRAME_COLUMNS if column not in text.header]
    if missing:
        text.require_sound(
            InputProblem(text.where_column(column), wording.COLUMN_MISSING, {"column": column}) for column in missing
        )
    frames: dict[Group, int] = {}
    problems: list[InputProblem] = []
    for row in range(len(text.rows)):
        _read_row(text, row, frames, problems)
    text.require_sound(problems)
    return frames


def _read_row(text: CsvText, row: int, frames: dict[Group, int], problems: list[InputProblem]) -> None:
    """Take one row into `frames`, or say into `problems` what is wrong with it."""
    name_column, people_column = wording.FRAME_COLUMNS
    name = text.rows[row][text.header.index(name_column)]
    people = whole_number(text.rows[row][text.header.index(people_column)])
    group = GROUPS_BY_NAME.get(name)
    if group is None:
        known = "、".join(GROUPS_BY_NAME)
        problems.append(
            InputProblem(text.where(row, name_column), wording.UNKNOWN_GROUP, {"group": name, "known": known})
        )
    elif group in frames:
        problems.append(InputProblem(text.where(row, name_column), wording.FRAME_TWICE, {"group": name}))
    if people is None:
        got = text.rows[row][text.header.index(people_column)]
        problems.append(InputProblem(text.where(row, people_column), wording.FRAME_NOT_A_NUMBER, {"got": got}))
    elif group is not None:
        frames.setdefault(group, people)


def whole_number(text: str) -> int | None:
    """A whole number as people type it: full-width digits, thousands separators, 人 behind it; None if it is none."""
    digits = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").removesuffix(wording.PEOPLE_UNIT)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None
