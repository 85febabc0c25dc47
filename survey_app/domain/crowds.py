"""Who comes out with whom at the closing (docs/anonymity.md, "Closing").

A crowd of at least k keeps its unit. Smaller ones join each other without a unit and, if they are still fewer than k, the smallest of the
larger ones joins them. What would still come out in a crowd under k is withheld: counted, and destroyed.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crowd:
    """Units of one group whose sheets come out together; `unit` is what they keep of it, "" where several join."""

    units: tuple[str, ...]
    unit: str
    is_withheld: bool = False


def plan_crowds(waiting: Mapping[str, int], k: int) -> list[Crowd]:
    """How the sheets of one group come out, those that join first; `waiting` counts them by unit.

    Where it is made again after a part has come out, the rest comes out as it would have.
    """
    counts = {unit: number for unit, number in waiting.items() if number}
    small = sorted(unit for unit, number in counts.items() if number < k)
    large = sorted((unit for unit in counts if unit not in small), key=lambda unit: (counts[unit], unit))
    if small and large and sum(counts[unit] for unit in small) < k:
        small.append(large.pop(0))
    joined = [Crowd(tuple(small), "", is_withheld=sum(counts[unit] for unit in small) < k)] if small else []
    return joined + [Crowd((unit,), unit) for unit in sorted(large)]


def plan_void_crowds(waiting: Mapping[str, int], k: int) -> list[Crowd]:
    """How the sheets of units that do not count come out: each by itself, with its unit."""
    return [Crowd((unit,), unit, is_withheld=number < k) for unit, number in sorted(waiting.items()) if number]
