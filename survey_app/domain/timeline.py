"""A campaign's counts over time, from readings of its counters at whole hours.

The readings are taken by the server's worker from the totals, never by a submission: no row of theirs is written in the transaction of an
answer, and none holds more than how many of a group have taken part by then (docs/decisions/0014-readings-of-the-counters.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from evaluation.survey.groups import GROUPS, Group
from survey_app.domain.forecast import MOST_DAYS

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
BURST_LEAST: Final = 20
BURST_TIMES: Final = 5
"""An hour is a burst with this many answers at least, and this many times the usual hour in which anybody answers."""


@dataclass(frozen=True, slots=True)
class CounterReading:
    """The counters of the groups as they stood at a moment; a group that is not named had none."""

    at: datetime
    answered: Mapping[Group, int]
    valid: Mapping[Group, int]


@dataclass(frozen=True, slots=True)
class Span:
    """How many answers came between two readings; `hours` is 1 unless readings are missing."""

    begins: datetime
    ends: datetime
    answered: Mapping[Group, int]

    @property
    def total(self) -> int:
        """Answers of all groups."""
        return sum(self.answered.values())

    @property
    def is_hour(self) -> bool:
        """Whether the readings are no more than an hour apart."""
        return self.ends - self.begins <= HOUR


@dataclass(frozen=True, slots=True)
class Burst:
    """An hour in which far more of a group answered than usual."""

    group: Group
    begins: datetime
    answered: int
    usual: float


def hour_of(moment: datetime) -> datetime:
    """The whole hour that a moment is in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def spans_between(readings: Sequence[CounterReading]) -> list[Span]:
    """The answers between each reading and the next, in order. Counters that went down (lost answers) count as no answer."""
    return [
        Span(
            one.at,
            other.at,
            {group: max(0, other.answered.get(group, 0) - one.answered.get(group, 0)) for group in GROUPS},
        )
        for one, other in pairwise(readings)
    ]


def valid_by_day(readings: Sequence[CounterReading], opened: datetime) -> dict[Group, list[int]]:
    """Valid answers of each group in the last whole periods of 24 hours, the latest first, none from before the opening."""
    if not readings:
        return {group: [] for group in GROUPS}
    latest = readings[-1].at
    ends: list[CounterReading] = []
    for back in range(MOST_DAYS + 1):
        moment = latest - back * DAY
        if moment < opened - HOUR:
            break
        reading = _as_of(readings, moment)
        if reading is None:
            break
        ends.append(reading)
    return {
        group: [max(0, one.valid.get(group, 0) - before.valid.get(group, 0)) for one, before in pairwise(ends)]
        for group in GROUPS
    }


def find_bursts(spans: Sequence[Span], since: datetime) -> list[Burst]:
    """For each group its greatest burst since a moment; spans over several hours are left out, nobody knows when they filled."""
    hours = [span for span in spans if span.is_hour]
    found = []
    for group in GROUPS:
        busy = [span.answered[group] for span in hours if span.answered[group] > 0]
        if not busy:
            continue
        usual = median(busy)
        recent = [span for span in hours if span.begins >= since]
        most = max(recent, key=lambda span: span.answered[group], default=None)
        if most and most.answered[group] >= max(BURST_LEAST, BURST_TIMES * usual):
            found.append(Burst(group, most.begins, most.answered[group], usual))
    return found


def _as_of(readings: Sequence[CounterReading], moment: datetime) -> CounterReading | None:
    """The latest reading up to a moment."""
    return next((one for one in reversed(readings) if one.at <= moment), None)
