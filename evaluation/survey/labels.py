"""What the service knows of a campaign beside its answers, by label (a group, and in it a unit or none): counts, and the schools of units.

A survey that has this is the service's own, an imported one has none of it. Withheld sheets count for the sample, never for a rate; lost
ones for neither (docs/anonymity.md, "Closing"; docs/statistics.md, 1.2).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.errors import InputProblem, InvalidInput
from evaluation.survey import wording
from evaluation.survey.csv_text import CsvText, is_scientific, read_csv_text
from evaluation.survey.frames import group_named, whole_number
from evaluation.survey.groups import GROUPS, UNIT_NAME, Group

if TYPE_CHECKING:
    from evaluation.survey.responses import Responses

Units = Mapping[str, str]
"""The unit that each school belongs to."""

NO_UNITS: Units = {}

COUNT_COLUMNS = ("group", "unit", "answered", "withheld", "lost", "fast")
_NUMBERS = COUNT_COLUMNS[2:]


@dataclass(frozen=True, slots=True)
class LabelCount:
    """The sheets of a label: taken, withheld at closing, lost with a key, and how many of those taken were sent in fast.

    `unit` is what stands in the column `school` of its answers. Answers that came out = `answered` − `withheld` − `lost`, summed over a
    group: few answers may have left their label for one without unit. Withheld sheets of a voided unit are neither here nor in `answered`.
    """

    group: Group
    unit: str
    answered: int
    withheld: int
    lost: int
    fast: int


@dataclass(frozen=True)
class Labels:
    """Counts by label, and the units that schools belong to; a school that is not named is a unit of its own."""

    counts: Sequence[LabelCount] = ()
    units: Units = field(default_factory=dict)

    @property
    def withheld(self) -> dict[Group, int]:
        """The sheets of each group that count for the sample alone."""
        return {group: sum(one.withheld for one in self.counts if one.group == group) for group in GROUPS}


def read_labels(counts_file: Path | None, units_file: Path | None) -> Labels | None:
    """The labels that the files tell; None without a file. Raises `InvalidInput` with the mistakes of both."""
    if counts_file is None and units_file is None:
        return None
    problems: list[InputProblem] = []
    counts, units = [], {}
    try:
        counts = read_counts(counts_file) if counts_file else []
    except InvalidInput as invalid:
        problems += invalid.problems
    try:
        units = read_units(units_file) if units_file else {}
    except InvalidInput as invalid:
        problems += invalid.problems
    if problems:
        raise InvalidInput(problems)
    return Labels(counts, units)


def read_counts(file: Path) -> list[LabelCount]:
    """The counts by label, as an export writes them (NAME-counts.csv). Raises `InvalidInput` with every mistake, by line and column."""
    text = read_csv_text(file)
    cells = [dict(zip(COUNT_COLUMNS, row, strict=True)) for row in zip(*text.cells_of(COUNT_COLUMNS), strict=True)]
    problems = [problem for number, row in enumerate(cells) for problem in _count_problems(text, number, row)]
    text.require_sound([*problems, *_second_labels(text, cells)])
    return [
        LabelCount(group, row["unit"], *(whole_number(row[name]) or 0 for name in _NUMBERS))
        for row in cells
        if (group := group_named(row["group"]))
    ]


def read_units(file: Path) -> dict[str, str]:
    """The unit of each school, from the columns 单元 and 学校代码. Raises `InvalidInput` with every mistake, by line and column."""
    text = read_csv_text(file)
    units: dict[str, str] = {}
    problems: list[InputProblem] = []
    for number, (unit, school) in enumerate(zip(*text.cells_of(wording.UNIT_COLUMNS), strict=True)):
        problems += _unit_problems(text, number, unit, school, units)
        units.setdefault(school, unit)
    text.require_sound(problems)
    return units


def require_fitting_labels(
    labels: Labels, responses: "Responses", counts_file: Path | None, units_file: Path | None
) -> None:
    """Raises `InvalidInput` where the files are not of one export.

    That is where the responses of a group are not as many as its counts say, or name a unit that the list of units does not have.
    """
    problems = [*_misfit_counts(labels, responses, counts_file), *_unlisted_units(labels, responses, units_file)]
    if problems:
        raise InvalidInput(problems)


def _misfit_counts(labels: Labels, responses: "Responses", file: Path | None) -> list[InputProblem]:
    stored = responses.responses["group"].value_counts()
    expected: dict[Group, int] = {}
    for one in labels.counts:
        expected[one.group] = expected.get(one.group, 0) + one.answered - one.withheld - one.lost
    return [
        InputProblem(
            file.name if file else "",
            wording.COUNTS_OF_OTHER_RESPONSES,
            {"group": wording.GROUP_NAMES[group]["zh"], "counted": number, "found": int(stored[group])},
        )
        for group, number in expected.items()
        if number != stored[group]
    ]


def _unlisted_units(labels: Labels, responses: "Responses", file: Path | None) -> list[InputProblem]:
    if file is None:
        return []
    named = {str(one) for one in responses.responses["school"].unique() if UNIT_NAME.fullmatch(str(one))}
    return [
        InputProblem(file.name, wording.UNIT_NOT_LISTED, {"unit": unit})
        for unit in sorted(named - set(labels.units.values()))
    ]


def _count_problems(text: CsvText, number: int, row: Mapping[str, str]) -> Iterator[InputProblem]:
    if group_named(row["group"]) is None:
        values = {"group": row["group"], "known": ", ".join(GROUPS)}
        yield InputProblem(text.where(number, "group"), wording.UNKNOWN_GROUP, values)
    numbers = {name: whole_number(row[name]) for name in _NUMBERS}
    for name, value in numbers.items():
        if value is None:
            yield InputProblem(text.where(number, name), wording.COUNT_NOT_A_NUMBER, {"got": row[name]})
    answered = numbers.pop("answered")
    if answered is None or None in numbers.values():
        return
    apart = (numbers["withheld"] or 0) + (numbers["lost"] or 0)
    if max(apart, numbers["fast"] or 0) > answered:
        yield InputProblem(text.where(number, "answered"), wording.COUNT_TOO_SMALL, {"got": answered})


def _second_labels(text: CsvText, rows: Sequence[Mapping[str, str]]) -> Iterator[InputProblem]:
    seen = set()
    for number, row in enumerate(rows):
        label = group_named(row["group"]), row["unit"]
        if label in seen:
            values = {"group": row["group"], "unit": row["unit"] or "–"}
            yield InputProblem(text.where(number, "unit"), wording.LABEL_TWICE, values)
        seen.add(label)


def _unit_problems(text: CsvText, number: int, unit: str, school: str, units: Units) -> Iterator[InputProblem]:
    for column, cell in zip(wording.UNIT_COLUMNS, (unit, school), strict=True):
        if not cell:
            yield InputProblem(text.where(number, column), wording.UNIT_CELL_EMPTY, {"column": column})
        elif is_scientific(cell):
            yield InputProblem(text.where(number, column), wording.SCHOOL_SCIENTIFIC, {"got": cell})
    if school and units.get(school, unit) != unit:
        values = {"school": school, "unit": units[school]}
        yield InputProblem(text.where(number, wording.UNIT_COLUMNS[1]), wording.SCHOOL_IN_TWO_UNITS, values)
