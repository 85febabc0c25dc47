"""Sample size, plan, codes to issue, and whether a sample is valid, with the reasons (docs/statistics.md, 2.1 and 2.3). Exact arithmetic throughout.

Source: xiangtan-2018, 附件1, note 3 (1.5‰ of the residents; parents not under 50%; the other groups about equal in number).
"""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

from evaluation.survey.groups import GROUPS, OTHER_GROUPS, PARENT, Group
from evaluation.survey.parameters import SurveyParameters, exact_share

Key = TypeVar("Key", bound=Hashable)

Counts = Mapping[Group, int]


def _nobody() -> Counts:
    return dict.fromkeys(GROUPS, 0)


@dataclass(frozen=True, slots=True)
class Sample:
    """How many valid sheets a sample must have and has, and why it is not valid: `too_few`, `parents`, `unbalanced:GROUP,…`.

    `valid` and `by_group` hold the `withheld` sheets (an entry a group), which count for the sample and for no rate.
    """

    required: int
    valid: int
    is_valid: bool
    reasons: tuple[str, ...]
    by_group: Counts
    band: tuple[int, int] | None
    parents_share: float
    balance_tolerance: float
    withheld: Counts = field(default_factory=_nobody)

    def counts_document(self) -> dict[str, Any]:
        """What the reasons rest on: valid sheets by group, those of them withheld, the parents' share, and the least and most of another group."""
        return {
            "by_group": dict(self.by_group),
            "withheld": dict(self.withheld),
            "band": None if self.band is None else list(self.band),
            "parents_share": self.parents_share,
            "balance_tolerance": self.balance_tolerance,
        }

    def document(self) -> dict[str, Any]:
        """The JSON object `sample` (docs/interfaces.md, "assessment.json")."""
        return {
            "required": self.required,
            "valid": self.valid,
            "is_valid": self.is_valid,
            "reasons": list(self.reasons),
        }


def sample_size(population: int, parameters: SurveyParameters) -> int:
    """How many valid answers a county of `population` residents needs: the share rounded up, at least the floor."""
    if population < 1:
        raise ValueError(f"a county has residents, not {population}")
    return max(math.ceil(exact_share(parameters.sampling_share) * population), parameters.min_sample)


def plan_sample(required: int, frames: Counts, parameters: SurveyParameters) -> dict[Group, int]:
    """How many answers each group is planned to give, in the order of `GROUPS`.

    Parents get their share rounded up, the six others the rest in equal parts. `frames` holds the number of people of a group where it is
    known; a group gets no more than that, the others share what it can't take, and what none of them can take goes to the parents.
    The plan sums to `required`, or to the sum of all frames where the county has fewer people than that.
    """
    parents = _at_most(math.ceil(exact_share(parameters.parents_share) * required), frames.get(PARENT))
    others = fill_equally(required - parents, {group: frames.get(group) for group in OTHER_GROUPS})
    parents = _at_most(required - sum(others.values()), frames.get(PARENT))
    return {PARENT: parents, **others}


def fill_equally(total: int, limits: Mapping[Key, int | None]) -> dict[Key, int]:
    """Share `total` out as equally as the limits (None: no limit) allow; what doesn't divide goes one each to the first with room.

    Two parts differ by more than one only where the smaller is at its limit. Sums to `total`, or to the sum of the limits if that is less.
    """
    parts = dict.fromkeys(limits, 0)
    while total and (takers := [key for key, limit in limits.items() if limit is None or parts[key] < limit]):
        each = total // len(takers)
        for key in takers if each else takers[:total]:
            part = _at_most(parts[key] + (each or 1), limits[key])
            total -= part - parts[key]
            parts[key] = part
    return parts


def _at_most(number: int, limit: int | None) -> int:
    return number if limit is None else min(number, limit)


def codes_to_issue(plan: Counts, frames: Counts, expected_return: float) -> dict[Group, int]:
    """How many codes each group gets so that the plan is reached if `expected_return` (0 to 1) of them come back; never above the frame."""
    share = exact_share(expected_return)
    return {group: _at_most(math.ceil(planned / share), frames.get(group)) for group, planned in plan.items()}


def judge_sample(valid: Counts, plan: Counts, frames: Counts, required: int, parameters: SurveyParameters) -> Sample:
    """Whether the valid answers of each group (absent: 0) make a valid sample, with every reason why not."""
    total = sum(valid.get(group, 0) for group in GROUPS)
    reasons = []
    if total < required:
        reasons.append("too_few")
    if valid.get(PARENT, 0) < exact_share(parameters.parents_share) * total:
        reasons.append("parents")
    if unbalanced := _unbalanced_groups(valid, plan, frames, parameters):
        reasons.append("unbalanced:" + ",".join(unbalanced))
    by_group = {group: valid.get(group, 0) for group in GROUPS}
    band = _balanced_band(valid, plan, frames, parameters)
    shares = parameters.parents_share, parameters.balance_tolerance
    return Sample(required, total, not reasons, tuple(reasons), by_group, band, *shares)


def _unbalanced_groups(valid: Counts, plan: Counts, frames: Counts, parameters: SurveyParameters) -> list[Group]:
    """The groups too far from the mean of the groups that aren't exhausted.

    Once anybody has answered, a group without a valid answer is unbalanced even where the mean is 0: a sample of nothing but parents is not
    one in which the others are about equal.
    """
    compared = _compared_groups(valid, plan, frames)
    total, tolerance = sum(compared.values()), exact_share(parameters.balance_tolerance)
    if not any(valid.values()):
        return []
    return [
        group
        for group, number in compared.items()
        if number == 0 or abs(number * len(compared) - total) > tolerance * total
    ]


def _compared_groups(valid: Counts, plan: Counts, frames: Counts) -> dict[Group, int]:
    return {group: valid.get(group, 0) for group in OTHER_GROUPS if not is_exhausted(group, valid, plan, frames)}


def _balanced_band(valid: Counts, plan: Counts, frames: Counts, parameters: SurveyParameters) -> tuple[int, int] | None:
    """The least and most whole answers, above 0, within the tolerance of the mean of the compared groups; None if there are none."""
    compared, tolerance = _compared_groups(valid, plan, frames), exact_share(parameters.balance_tolerance)
    if not compared:
        return None
    mean = Fraction(sum(compared.values()), len(compared))
    low, high = max(1, math.ceil((1 - tolerance) * mean)), math.floor((1 + tolerance) * mean)
    return (low, high) if low <= high else None


def is_exhausted(group: Group, valid: Counts, plan: Counts, frames: Counts) -> bool:
    """Whether everybody of a group small enough to be asked as a whole has answered: its plan is its frame, and it is reached."""
    return group in frames and plan[group] == frames[group] <= valid.get(group, 0)
