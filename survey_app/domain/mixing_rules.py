"""When a pool is mixed, who stays in it, and who is joined with whom at closing (integrity.md A.6).

A mix of n ≥ 2k envelopes lets n − k answers out and seals k anew, drawn at random: a pool always keeps a crowd, and an old answer may
come out late. At closing everything comes out; what would come out in a crowd smaller than k gives up its unit instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Remainder:
    """Units of one group whose pending answers come out together; with `keeps_unit` false they come out without a unit."""

    units: tuple[str, ...]
    keeps_unit: bool


def is_due(pending: int, k: int) -> bool:
    """Whether a pool holds enough for a mix during the campaign."""
    return pending >= 2 * max(k, 1)


def choose_staying(pending: int, k: int, randomness: Random) -> frozenset[int]:
    """The positions (of 0 … pending − 1) that stay in the pool, each as likely as any other."""
    return frozenset(randomness.sample(range(pending), max(k, 1)))


def plan_remainders(pending: Mapping[str, int], k: int) -> list[Remainder]:
    """How the pending answers of one group come out at closing; `pending` counts them by unit.

    A unit with k or more comes out by itself. Smaller ones join each other without a unit and, if they are still fewer than k, the
    smallest of the larger units joins them. A group that has fewer than k in all can't be helped, which its form has said.
    """
    waiting = {unit: count for unit, count in pending.items() if count > 0}
    small = sorted(unit for unit, count in waiting.items() if count < k)
    large = sorted((unit for unit in waiting if unit not in small), key=lambda unit: (waiting[unit], unit))
    if small and large and sum(waiting[unit] for unit in small) < k:
        small.append(large.pop(0))
    together = [Remainder(tuple(small), keeps_unit=small == [""])] if small else []
    return [*together, *(Remainder((unit,), keeps_unit=True) for unit in sorted(large))]
