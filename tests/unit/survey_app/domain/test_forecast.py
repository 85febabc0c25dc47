"""The number of valid answers at the closing."""

from random import Random

import pytest
from scipy.stats import nbinom

from survey_app.domain import forecast as module
from survey_app.domain.forecast import ASSUMED_DISPERSION, Forecast, forecast, pooled_dispersion


def test_the_mean_pace_goes_on_for_the_days_left() -> None:
    ahead = forecast(100, [10, 12, 8], 2.0, dispersion=1.0)
    assert ahead is not None
    assert ahead.expected == 120
    assert ahead.low < 120 < ahead.high


def test_without_a_whole_day_nothing_is_said() -> None:
    assert forecast(100, [], 2.0, dispersion=1.0) is None


def test_at_the_closing_nothing_comes_any_more() -> None:
    assert forecast(100, [10, 12], 0.0, dispersion=3.0) == Forecast(100, 100, 100)


def test_a_silent_group_may_still_wake_up() -> None:
    ahead = forecast(5, [0, 0], 2.0, dispersion=1.0)
    assert ahead is not None
    assert (ahead.expected, ahead.low) == (5, 5)
    assert ahead.high > 5


def test_the_limit_holds_all_three_numbers_but_not_what_is_there() -> None:
    assert forecast(100, [50], 4.0, dispersion=1.0, most=120) == Forecast(120, 120, 120)
    assert forecast(130, [50], 4.0, dispersion=1.0, most=120) == Forecast(130, 130, 130)


def test_clusters_widen_the_interval() -> None:
    loose, tight = (forecast(0, [30, 30, 30], 3.0, dispersion) for dispersion in (6.0, 1.0))
    assert loose is not None
    assert tight is not None
    assert loose.high - loose.low > 1.8 * (tight.high - tight.low)


def test_fewer_days_widen_the_interval() -> None:
    many, one = (forecast(0, [30] * days, 3.0, dispersion=2.0) for days in (7, 1))
    assert many is not None
    assert one is not None
    assert one.high - one.low > many.high - many.low


@pytest.mark.parametrize(("shape", "success"), [(0.5, 0.3), (3.5, 0.6), (120.5, 0.5), (40_000.5, 0.7), (0.5, 0.999)])
@pytest.mark.parametrize("level", [0.05, 0.95])
def test_quantiles_are_those_of_the_negative_binomial_distribution(shape: float, success: float, level: float) -> None:
    assert module._quantile(shape, success, level) == nbinom.ppf(level, shape, success)


@pytest.mark.parametrize("cluster", [1, 4])
def test_the_interval_holds_the_truth_as_often_as_it_says(cluster: int) -> None:
    randomness, hits, rounds = Random(2026), 0, 600
    for _ in range(rounds):
        days = [cluster * poisson(randomness, 24 / cluster) for _ in range(4)]
        further = sum(cluster * poisson(randomness, 24 / cluster) for _ in range(3))
        ahead = forecast(0, days, 3.0, dispersion=float(cluster))
        assert ahead is not None
        hits += ahead.low <= further <= ahead.high
    assert 0.86 <= hits / rounds <= 0.95


def poisson(randomness: Random, mean: float) -> int:
    """Arrivals within a unit of time."""
    count, at = 0, randomness.expovariate(mean)
    while at < 1:
        count, at = count + 1, at + randomness.expovariate(mean)
    return count


def test_dispersion_is_pooled_over_the_groups() -> None:
    # ȳ = 10: (5² + 5²)/10 = 5 on 1; ȳ = 4: 0 on 1
    assert pooled_dispersion([[5, 15], [4, 4], [0, 0]]) == pytest.approx(2.5)


def test_dispersion_is_never_below_that_of_chance() -> None:
    assert pooled_dispersion([[10, 10, 10], [7, 7, 7]]) == 1.0


def test_one_day_tells_no_dispersion() -> None:
    assert pooled_dispersion([[10], [20], []]) == ASSUMED_DISPERSION
