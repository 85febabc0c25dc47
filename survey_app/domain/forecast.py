"""How many valid answers a group will have at the closing, from the pace of the last days.

Method. The days are the last whole periods of 24 hours (at most seven), so that each holds a morning and an evening. Answers come in
clusters (a class meeting, a reminder in the parents' chat) of about φ answers; clusters are taken to arrive at a constant rate λ (Poisson).
With y answers in m days and Jeffreys' prior for λ, the clusters of the remaining h days follow a negative binomial distribution with shape
y/φ + ½ and success probability m/(m + h); its 5% and 95% points, times φ, are the bounds. φ is Pearson's dispersion of the daily counts
(Σ(y−ȳ)²/ȳ over its degrees of freedom), pooled over all groups since one group has few days; never below 1; where there is one day only, it
can't be estimated and is assumed. The expected number is the mean pace times the days left.

What it does not know: a weekend, a reminder that will be sent, the last day's rush. It says how things go on if nothing changes.

Sources: Pearson dispersion: McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, sections 4.5.2 and 9.2; predictive distribution:
Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, section 2.6.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from typing import Final

MOST_DAYS: Final = 7
LEVEL: Final = 0.9
ASSUMED_DISPERSION: Final = 4.0
"""Where there is a single day to go by: a class meeting's worth, on the cautious side."""

_FAR_OUT: Final = 12.0  # standard deviations beyond which a count has no weight


@dataclass(frozen=True, slots=True)
class Forecast:
    """The number at the closing: expected, and between which bounds with a probability of `LEVEL`."""

    expected: int
    low: int
    high: int


def pooled_dispersion(days_of_groups: Iterable[Sequence[int]]) -> float:
    """φ over all groups; a group of which nobody has answered says nothing."""
    squares, freedom = 0.0, 0
    for days in days_of_groups:
        total = sum(days)
        if total == 0 or len(days) < 2:
            continue
        mean = total / len(days)
        squares += sum((count - mean) ** 2 for count in days) / mean
        freedom += len(days) - 1
    return max(1.0, squares / freedom) if freedom else ASSUMED_DISPERSION


def forecast(
    now: int, days: Sequence[int], days_left: float, dispersion: float, most: int | None = None
) -> Forecast | None:
    """The number at the closing of a group that has `now` and had `days` in the last days; None without a whole day to go by.

    `most` is what the group can't pass: its cap, or the codes that are out.
    """
    if not days:
        return None
    if days_left <= 0:
        return Forecast(now, now, now)
    total, number = sum(days), len(days)
    low, high = (
        dispersion * _quantile(total / dispersion + 0.5, number / (number + days_left), level)
        for level in ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    )
    further = (total / number * days_left, low, high)
    expected, least, greatest = (_at_most(now + round(one), now, most) for one in further)
    return Forecast(expected, min(least, expected), max(greatest, expected))


def _at_most(number: int, now: int, most: int | None) -> int:
    """Within the limit; what is there already is there."""
    return number if most is None else max(now, min(number, most))


def _quantile(shape: float, success: float, level: float) -> int:
    """The least k with P(K ≤ k) ≥ level, K negative binomial (failures before `shape` successes)."""
    failure = 1 - success
    mean, deviation = shape * failure / success, sqrt(shape * failure) / success
    count = max(0, int(mean - _FAR_OUT * deviation))
    last = int(mean + 2 * _FAR_OUT * deviation) + 50
    cumulated = 0.0
    while count < last:
        cumulated += exp(
            lgamma(count + shape) - lgamma(shape) - lgamma(count + 1) + shape * log(success) + count * log(failure)
        )
        if cumulated >= level:
            break
        count += 1
    return count
