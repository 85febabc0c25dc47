"""Codes for answers that were lost, over the schools of a unit."""

import pytest

from survey_app.services.mixing.turnover import share_out


@pytest.mark.parametrize(
    ("number", "answered", "expected"),
    [
        (3, {"s1": 9}, {"s1": 3}),
        (6, {"s1": 4, "s2": 2}, {"s1": 4, "s2": 2}),
        (5, {"s1": 4, "s2": 2}, {"s1": 3, "s2": 2}),  # 3 1/3 and 1 2/3: the larger remainder first
        (1, {"s1": 1, "s2": 1, "s3": 1}, {"s1": 1, "s2": 0, "s3": 0}),  # equal remainders: in the order of schools
        (2, {"s1": 0, "s2": 5}, {"s1": 0, "s2": 2}),
        (4, {}, {}),
        (4, {"s1": 0}, {}),
    ],
)
def test_new_codes_go_where_codes_were_used(number: int, answered: dict[str, int], expected: dict[str, int]) -> None:
    assert share_out(number, answered) == expected
