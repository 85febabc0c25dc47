"""Where each group is heading, and whether the sample would be valid: now, and at the closing if things go on as they do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final

from evaluation.survey.groups import GROUPS, OTHER_GROUPS, PARENT, Group
from evaluation.survey.sampling import Sample, is_exhausted
from survey_app.domain.forecast import Forecast
from survey_app.domain.quotas import SamplePlan


class Standing(StrEnum):
    """What a group's number means for the sample, the gravest first."""

    OVER = "over"  # more than the sample can bear, now or at the expected closing
    SHORT = "short"  # expected to lack answers at the closing
    MAY_EXCEED = "may_exceed"  # within the bounds, but the upper one is more than the sample can bear
    MAY_LACK = "may_lack"  # within the bounds, but the lower one is too few
    ENOUGH = "enough"  # what was planned is there, or the whole sample is valid without more
    ON_COURSE = "on_course"
    UNKNOWN = "unknown"  # nothing to go by yet


GRAVE: Final = (Standing.OVER, Standing.SHORT)


@dataclass(frozen=True, slots=True)
class GroupOutlook:
    """A group's valid answers now, how many more it needs and can take (None: see `Room`), and where it is heading."""

    group: Group
    valid: int
    needs: int | None
    can_take: int | None
    forecast: Forecast | None
    standing: Standing

    @property
    def floor(self) -> int | None:
        """The fewest valid answers it must end with."""
        return None if self.needs is None else self.valid + self.needs

    @property
    def ceiling(self) -> int | None:
        """The most it can end with; None: no limit, or no sample can become valid any more."""
        return None if self.can_take is None else self.valid + self.can_take


@dataclass(frozen=True, slots=True)
class Outlook:
    """The sample as it is, as it is expected at the closing (None without a forecast), and the groups."""

    now: Sample
    is_reachable: bool
    expected: Sample | None
    groups: Mapping[Group, GroupOutlook]


def look_ahead(plan: SamplePlan, valid: Mapping[Group, int], forecasts: Mapping[Group, Forecast | None]) -> Outlook:
    """The outlook from the valid answers there are and the forecast of each group."""
    room = plan.room(valid)
    expected = {group: one.expected for group, one in forecasts.items() if one}
    sample = plan.judge(expected) if len(expected) == len(GROUPS) else None
    strays = _strays(plan, expected, sample) if sample else {}
    now = plan.judge(valid)
    enough = {group: now.is_valid or valid.get(group, 0) >= plan.planned[group] for group in GROUPS}
    groups = {}
    for group in GROUPS:
        one = GroupOutlook(
            group, valid.get(group, 0), room.needs[group], room.can_take[group], forecasts.get(group), Standing.UNKNOWN
        )
        standing = _standing(one, enough[group], room.is_reachable, strays.get(group))
        groups[group] = replace(one, standing=standing)
    return Outlook(now, room.is_reachable, sample, groups)


def mean_of_others(plan: SamplePlan, valid: Mapping[Group, int]) -> Fraction | None:
    """The mean that each of the six other groups is compared with; None where all of them are exhausted."""
    compared = [
        valid.get(group, 0) for group in OTHER_GROUPS if not is_exhausted(group, valid, plan.planned, plan.frames)
    ]
    return Fraction(sum(compared), len(compared)) if compared else None


def unbalanced_groups(sample: Sample) -> list[Group]:
    """The groups that a sample's reasons name."""
    named = [reason.partition(":")[2].split(",") for reason in sample.reasons if reason.startswith("unbalanced:")]
    return [group for group in GROUPS if any(group in names for names in named)]


def _strays(plan: SamplePlan, expected: Mapping[Group, int], sample: Sample) -> dict[Group, Standing]:
    """Groups too far from the mean at the expected closing: above it or below."""
    mean = mean_of_others(plan, expected) or 0
    strays = {group: Standing.OVER if expected[group] > mean else Standing.SHORT for group in unbalanced_groups(sample)}
    return strays | ({PARENT: Standing.SHORT} if "parents" in sample.reasons else {})


def _standing(one: GroupOutlook, is_enough: bool, is_reachable: bool, stray: Standing | None) -> Standing:
    ahead, floor, ceiling = one.forecast, one.floor, one.ceiling
    is_settled = is_enough and one.needs == 0
    if ahead is None or not is_reachable or floor is None:
        return Standing.ENOUGH if is_reachable and is_settled else Standing.UNKNOWN
    if ceiling is not None and ahead.expected > ceiling:
        return Standing.OVER
    if stray:
        return stray
    if ahead.expected < floor:
        return Standing.SHORT
    if ceiling is not None and ahead.high > ceiling:
        return Standing.MAY_EXCEED
    if ahead.low < floor:
        return Standing.MAY_LACK
    return Standing.ENOUGH if is_settled else Standing.ON_COURSE
