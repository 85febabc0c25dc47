"""The sizes of respondent groups, from a .csv file with the columns 类别 and 总体人数 (docs/interfaces.md, "Responses file")."""

import unicodedata
from pathlib import Path

from evaluation.errors import InputProblem
from evaluation.survey import wording
from evaluation.survey.csv_text import CsvText, read_csv_text
from evaluation.survey.groups import Group


def read_frames(file: Path) -> dict[Group, int]:
    """The number of people of each group that the file names. Raises `InvalidInput` with every mistake in it."""
    text = read_csv_text(file)
    names, people = text.cells_of(wording.FRAME_COLUMNS)
    frames: dict[Group, int] = {}
    problems: list[InputProblem] = []
    for row, (name, number) in enumerate(zip(names, people, strict=True)):
        _read_row(text, row, name, number, frames, problems)
    text.require_sound(problems)
    return frames


def group_named(text: str) -> Group | None:
    """The group that a word of the field or an identifier means."""
    word = wording.GROUP_WORDS.find(text)
    return wording.GROUPS_BY_WORD[word] if word else None


def _read_row(
    text: CsvText, row: int, name: str, number: str, frames: dict[Group, int], problems: list[InputProblem]
) -> None:
    """Take one row into `frames`, or say into `problems` what is wrong with it."""
    name_column, people_column = wording.FRAME_COLUMNS
    group, people = group_named(name), whole_number(number)
    if group is None:
        known = "、".join((*wording.GROUPS_BY_WORD, *wording.GROUPS_BY_WORD.values()))
        problems.append(
            InputProblem(text.where(row, name_column), wording.UNKNOWN_GROUP, {"group": name, "known": known})
        )
    elif group in frames:
        problems.append(InputProblem(text.where(row, name_column), wording.FRAME_TWICE, {"group": name}))
    if people is None:
        problems.append(InputProblem(text.where(row, people_column), wording.FRAME_NOT_A_NUMBER, {"got": number}))
    elif group is not None:
        frames.setdefault(group, people)


def whole_number(text: str) -> int | None:
    """A whole number as people type it: full-width digits, thousands separators, 人 behind it; None if it is none."""
    digits = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").removesuffix(wording.PEOPLE_UNIT)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None
