"""Which cells of a table may be shown (docs/statistics.md, 5).

Cells of too few people are merged into one line, "others"; while that still holds too few, the smallest shown cell joins it. Every person is
in exactly one shown line, so the lines sum to the total, and what a line hides can't be found by subtracting others: a line of "others"
always holds two cells or more, or the whole table.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

PUBLISHED: Final = 10
"""People a published figure rests on at least. Inside the office it is the campaign's k."""

TableKey = TypeVar("TableKey", bound=Hashable)


@dataclass(frozen=True, slots=True)
class ShownTable(Generic[TableKey]):
    """The cells that are shown, in the order of the table, and those that went into "others"."""

    shown: tuple[TableKey, ...]
    merged: tuple[TableKey, ...]


@dataclass(frozen=True, slots=True)
class ShownRate:
    """A rate as it may be shown: exact, or as a bound where everybody (nobody) of the line answered alike, or not at all."""

    rate: float | None
    bound: str | None = None  # at_least, at_most


UNANIMITY_MARGIN: Final = 0.05
AT_LEAST: Final = "at_least"
AT_MOST: Final = "at_most"


def merge_small(
    people: Mapping[TableKey, int], least: int, may_stand: Mapping[TableKey, bool] | None = None
) -> ShownTable[TableKey]:
    """The table with cells of fewer than `least` people merged; `people` is the number of people by cell.

    `may_stand` names cells that can't be shown exactly for another reason; a cell that it doesn't name may.
    """
    merged = [cell for cell, number in people.items() if number < least or not (may_stand or {}).get(cell, True)]
    shown = [cell for cell in people if cell not in merged]
    while merged and shown and (len(merged) < 2 or sum(people[cell] for cell in merged) < least):
        smallest = min(shown, key=lambda cell: people[cell])
        shown.remove(smallest)
        merged.append(smallest)
    kept = set(merged)
    return ShownTable(tuple(shown), tuple(cell for cell in people if cell in kept))


def is_unanimous(recognise: int, base: int) -> bool:
    """Whether all or none of those who are counted answered alike."""
    return base > 0 and recognise in (0, base)


def shown_rate(recognise: int, base: int, people: int, least: int) -> ShownRate:
    """The rate of one line."""
    if people < least or base == 0:
        return ShownRate(None)
    if recognise == base:
        return ShownRate(1 - UNANIMITY_MARGIN, AT_LEAST)
    if recognise == 0:
        return ShownRate(UNANIMITY_MARGIN, AT_MOST)
    return ShownRate(recognise / base)
