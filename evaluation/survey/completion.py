"""What each group still needs and can still take, solved from the joint rule of a valid sample (docs/statistics.md, 2.4).

A *completion* adds valid answers to those there are, within caps and frames, so that `judge_sample` finds the sample valid. All
completions are covered without listing them: for a set of groups that end up exhausted and a total S of the other compared groups, the
rule bounds each group by an interval of its own, and any choice within the intervals that sums to S is a completion.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from evaluation.survey.groups import GROUPS, OTHER_GROUPS, PARENT, Group
from evaluation.survey.parameters import SurveyParameters, exact_share
from evaluation.survey.sampling import Counts

Whole = npt.NDArray[np.int64]

CAP_IN_SAMPLES = 2
"""Caps of the other groups above this many times the required sample are taken as this many: no office waits for a billion answers."""


@dataclass(frozen=True, slots=True)
class Room:
    """For each group the least number of further valid answers it needs, and the most it can take, over all completions.

    Both are None for every group when no completion exists: the sample can't become valid within these caps. Otherwise None in `can_take`
    says that there is no upper limit (parents without frame or cap).
    """

    is_reachable: bool
    needs: Mapping[Group, int | None]
    can_take: Mapping[Group, int | None]


@dataclass(frozen=True, slots=True)
class _Case:
    """One choice of which groups end exhausted: their total, and the bounds of the compared groups (arrays of one entry a group)."""

    exhausted: dict[Group, int]
    compared: tuple[Group, ...]
    low: Whole
    high: Whole


def needs_and_room(
    valid: Counts,
    plan: Counts,
    frames: Counts,
    caps: Mapping[Group, int | None],
    required: int,
    parameters: SurveyParameters,
) -> Room:
    """The room of each group, given the valid answers so far (absent: 0).

    `caps` holds the most valid answers of a group; a group other than parents without a cap is capped at its plan. A frame caps as well.
    """
    now = {group: valid.get(group, 0) for group in GROUPS}
    most = {group: _most(group, now, plan, frames, caps, required) for group in GROUPS}
    ranges = [
        found
        for case in _cases(now, plan, frames, most)
        if (found := _ranges(case, now[PARENT], most[PARENT], required, parameters))
    ]
    if not ranges:
        nothing: dict[Group, int | None] = dict.fromkeys(GROUPS)
        return Room(False, nothing, dict(nothing))
    needs = {group: min(found[group][0] for found in ranges) - now[group] for group in GROUPS}
    can_take: dict[Group, int | None] = {
        group: max(found[group][1] for found in ranges) - now[group] for group in OTHER_GROUPS
    }
    parents = most[PARENT]
    return Room(True, needs, {PARENT: None if parents is None else parents - now[PARENT], **can_take})


def _most(
    group: Group, now: Counts, plan: Counts, frames: Counts, caps: Mapping[Group, int | None], required: int
) -> int | None:
    """The most valid answers the group can end with; None: no limit. More than the cap may be there already."""
    cap = caps.get(group)
    if cap is None and group != PARENT:
        cap = plan[group]
    limits = [limit for limit in (cap, frames.get(group)) if limit is not None]
    if not limits:
        return None
    return max(now[group], min(*limits, required * CAP_IN_SAMPLES) if group != PARENT else min(limits))


def _cases(now: Counts, plan: Counts, frames: Counts, most: Mapping[Group, int | None]) -> Iterator[_Case]:
    """Every choice of groups to end exhausted that the bounds allow."""
    options = [_options(group, now, plan, frames, most[group] or 0) for group in OTHER_GROUPS]
    for choice in product(*options):
        chosen = dict(zip(OTHER_GROUPS, choice, strict=True))
        compared = tuple(group for group, (is_exhausted, _, _) in chosen.items() if not is_exhausted)
        yield _Case(
            {group: low for group, (is_exhausted, low, _) in chosen.items() if is_exhausted},
            compared,
            np.array([chosen[group][1] for group in compared], dtype=np.int64),
            np.array([chosen[group][2] for group in compared], dtype=np.int64),
        )


def _options(group: Group, now: Counts, plan: Counts, frames: Counts, most: int) -> list[tuple[bool, int, int]]:
    """The ways a group may end: (is exhausted, least, most). A compared group has at least one answer, see `judge_sample`."""
    least = max(now[group], 1)
    planned = plan[group]
    if frames.get(group) != planned:
        return [(False, least, most)] if least <= most else []
    ways = []
    if most >= planned:
        end = max(now[group], planned)
        ways.append((True, end, end))
    if least < planned and least <= most:
        ways.append((False, least, min(most, planned - 1)))
    return ways


def _ranges(
    case: _Case, parents_now: int, parents_most: int | None, required: int, parameters: SurveyParameters
) -> dict[Group, tuple[int, int]] | None:
    """Least and most final number of each group over the completions of one case; None if it has none."""
    totals: Whole = np.arange(case.low.sum(), case.high.sum() + 1, dtype=np.int64)
    least, most = _balanced_bounds(case, totals, parameters)
    others = totals + sum(case.exhausted.values())
    parents = _least_parents(others, parents_now, required, parameters)
    possible = (least <= most).all(axis=0) & (least.sum(axis=0) <= totals) & (totals <= most.sum(axis=0))
    if parents_most is not None:
        possible &= parents <= parents_most
    if not possible.any():
        return None
    # what is left of the total when the others take all they can, or no more than they must
    fewest = np.maximum(least, totals - (most.sum(axis=0) - most))[:, possible].min(
        axis=1, initial=np.iinfo(np.int64).max
    )
    largest = np.minimum(most, totals - (least.sum(axis=0) - least))[:, possible].max(axis=1, initial=0)
    found = {group: (int(fewest[i]), int(largest[i])) for i, group in enumerate(case.compared)}
    found |= {group: (number, number) for group, number in case.exhausted.items()}
    return found | {PARENT: (int(parents[possible].min()), parents_now)}


def _balanced_bounds(case: _Case, totals: Whole, parameters: SurveyParameters) -> tuple[Whole, Whole]:
    """Least and most of each compared group (rows) at each total (columns): its own bounds and those of the balance."""
    tolerance = exact_share(parameters.balance_tolerance)
    over, under = tolerance.denominator, tolerance.numerator
    divisor = over * max(len(case.compared), 1)
    least = np.maximum(case.low[:, None], -(-(over - under) * totals // divisor))
    most = np.minimum(case.high[:, None], (over + under) * totals // divisor)
    return least, most


def _least_parents(others: Whole, now: int, required: int, parameters: SurveyParameters) -> Whole:
    """The least number of parents beside `others`: what there is, their share, and what the sample still lacks."""
    share = exact_share(parameters.parents_share)
    by_share = -(-share.numerator * others // (share.denominator - share.numerator))
    return np.maximum(np.maximum(by_share, required - others), now)
