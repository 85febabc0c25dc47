"""Units: what an answer keeps of its school, chosen so that nobody stands alone in it (docs/anonymity.md, "Units and labels").

They are formed once over the schools and serve all groups. A unit of one school bears the school's code, others are numbered U001, U002, …
A *label* is what a code and its envelope bear of a unit: `CAMPAIGN/GROUP/UNIT`; one of more than `POOL_SIZE` codes is split into several,
`…~2`, and codes issued again for a unit that was declared void come under `….2`. What is written waits under `CAMPAIGN/GROUP/!text`.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import count

POOL_SIZE = 10_000
_TEXT = "!text"


def form_units(codes: Sequence[Mapping[str, int]], k: int, expected_return: float) -> list[tuple[str, ...]]:
    """The units over all schools, each the tuple of its schools in order; `codes` is the number of codes by school, for one group after the other.

    While a unit holds some but fewer than ceil(k / expected_return) + 1 codes of a group that has at least k, it joins the nearest unit
    in order of school code that has codes of this group, of two the earlier.
    """
    groups = [of_school for of_school in codes if sum(of_school.values()) >= k]
    schools = sorted({school for of_school in groups for school, number in of_school.items() if number})
    units: list[list[int]] = [[place] for place in range(len(schools))]
    least = math.ceil(k / expected_return) + 1
    for of_school in groups:
        numbers = [of_school.get(school, 0) for school in schools]
        while joined := _next_to_join(units, numbers, least):
            small, other = joined
            units[other] = sorted(units[other] + units[small])
            del units[small]
            units.sort()
    return [tuple(schools[place] for place in unit) for unit in units]


def _next_to_join(units: Sequence[Sequence[int]], numbers: Sequence[int], least: int) -> tuple[int, int] | None:
    """The first unit that is too small for a group, and the one it joins; None where all are large enough, or nobody is left to join."""
    held = [sum(numbers[place] for place in unit) for unit in units]
    for index, number in enumerate(held):
        others = [other for other in range(len(units)) if other != index and held[other]]
        if 0 < number < least and others:
            return index, min(others, key=lambda other: (_distance(units[index], units[other]), units[other][0]))
    return None


def _distance(unit: Sequence[int], other: Sequence[int]) -> int:
    return min(abs(one - two) for one in unit for two in other)


def name_units(units: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """The name of each school's unit."""
    schools = {school for unit in units for school in unit}
    numbers = (name for number in count(1) if (name := f"U{number:03d}") not in schools)
    names = [unit[0] if len(unit) == 1 else next(numbers) for unit in units]
    return {school: name for unit, name in zip(units, names, strict=True) for school in unit}


def label_of(campaign: str, group: str, unit: str) -> str:
    """The label that codes and answers of a unit bear."""
    return f"{campaign}/{group}/{unit}"


def split_label(label: str, part: int) -> str:
    """The label of a part (from 0) of one that is too large for a single pool."""
    return label if part == 0 else f"{label}~{part + 1}"


def is_unit_of(unit: str, base_unit: str) -> bool:
    """Whether a unit is `base_unit`, or one of codes issued anew in its place."""
    number = unit.removeprefix(f"{base_unit}.")
    return unit == base_unit or (number != unit and number.isdecimal())


def text_label(campaign: str, group: str, part: int = 0) -> str:
    """The label under which what was written waits for the closing."""
    return split_label(f"{campaign}/{group}/{_TEXT}", part)


def is_text_label(label: str) -> bool:
    """Whether what waits under a label is text."""
    return label.rpartition("/")[2].startswith(_TEXT)


def campaign_of(label: str) -> str:
    """The campaign that a label belongs to."""
    return label.partition("/")[0]


def group_of(label: str) -> str:
    """The group that a label belongs to."""
    return label.split("/")[1]
