"""Units: what an answer keeps of its school, chosen so that nobody stands alone in it (integrity: A.3).

Within each group, neighbours in order of school code are merged until a unit has at least k codes; a last one that stays smaller joins
its predecessor. A unit of one school bears the school's code, others are numbered U001, U002, … over the whole campaign, so that one
name always means one set of schools.
"""

from collections.abc import Mapping, Sequence
from itertools import count


def merge_neighbours(codes: Mapping[str, int], k: int) -> list[tuple[str, ...]]:
    """The units of a group, each the tuple of its schools; `codes` is the number of codes by school."""
    units: list[tuple[str, ...]] = []
    open_unit: tuple[str, ...] = ()
    for school in sorted(school for school, number in codes.items() if number > 0):
        open_unit = (*open_unit, school)
        if sum(codes[one] for one in open_unit) >= k:
            units.append(open_unit)
            open_unit = ()
    if open_unit:
        units.append((*units.pop(), *open_unit) if units else open_unit)
    return units


def name_units(units: Sequence[tuple[str, ...]], taken: Mapping[tuple[str, ...], str]) -> dict[tuple[str, ...], str]:
    """A name for each unit. `taken` are the names given before, which stay."""
    names = dict(taken)
    for unit in units:
        if unit not in names:
            names[unit] = unit[0] if len(unit) == 1 else _next_number(names, units)
    return {unit: names[unit] for unit in units}


def _next_number(names: Mapping[tuple[str, ...], str], units: Sequence[tuple[str, ...]]) -> str:
    """The first U-number that neither a unit nor a school bears."""
    used = {*names.values(), *(school for unit in (*units, *names) for school in unit)}
    return next(name for number in count(1) if (name := f"U{number:03d}") not in used)


def label_of(campaign: str, group: str, unit: str) -> str:
    """The label that codes and answers of a unit bear."""
    return f"{campaign}/{group}/{unit}"


def comments_label(campaign: str) -> str:
    """The label of the pool in which a campaign's comments wait for its closing."""
    return f"{campaign}/comments"


def campaign_of(label: str) -> str:
    """The campaign that a label belongs to."""
    return label.partition("/")[0]
