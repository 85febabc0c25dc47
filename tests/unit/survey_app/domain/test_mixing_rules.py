"""Who is mixed with whom."""

from collections import Counter
from random import Random

import pytest

from survey_app.domain.mixing_rules import Remainder, choose_staying, is_due, plan_remainders


def test_a_pool_is_due_from_twice_k_on() -> None:
    assert [is_due(pending, 5) for pending in (0, 9, 10, 11)] == [False, False, True, True]


def test_everybody_is_as_likely_to_stay() -> None:
    """4,000 draws of 5 of 12: each stays 1,667 times on average, standard deviation 31; five of them are never exceeded by a fair draw."""
    randomness = Random(7)
    drawn = Counter(position for _ in range(4_000) for position in choose_staying(12, 5, randomness))
    assert sum(drawn.values()) == 20_000
    assert all(abs(drawn[position] - 4_000 * 5 / 12) < 5 * 31.2 for position in range(12))


@pytest.mark.parametrize(
    ("pending", "expected"),
    [
        ({}, []),
        ({"": 0}, []),
        ({"": 3}, [Remainder(("",), True)]),
        ({"": 30}, [Remainder(("",), True)]),
        ({"a": 5, "b": 6}, [Remainder(("a",), True), Remainder(("b",), True)]),
        ({"a": 5, "b": 0}, [Remainder(("a",), True)]),
        ({"a": 4, "b": 1, "c": 9}, [Remainder(("a", "b"), False), Remainder(("c",), True)]),
        ({"a": 4, "b": 7, "c": 6}, [Remainder(("a", "c"), False), Remainder(("b",), True)]),
        ({"a": 1, "b": 2}, [Remainder(("a", "b"), False)]),  # the whole group is smaller than k
        ({"a": 4}, [Remainder(("a",), False)]),
    ],
)
def test_remainders_come_out_in_crowds(pending: dict[str, int], expected: list[Remainder]) -> None:
    assert plan_remainders(pending, 5) == expected
