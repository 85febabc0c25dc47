"""Which cells may be shown."""

import pytest

from survey_app.domain.disclosure import AT_LEAST, AT_MOST, ShownRate, is_unanimous, merge_small, shown_rate


def test_large_cells_stand_and_small_ones_are_merged() -> None:
    table = merge_small({"a": 20, "b": 3, "c": 15, "d": 9}, least=10)
    assert (table.shown, table.merged) == (("a", "c"), ("b", "d"))


def test_a_single_small_cell_takes_the_smallest_shown_one_along() -> None:
    table = merge_small({"a": 20, "b": 3, "c": 15}, least=10)
    assert (table.shown, table.merged) == (("a",), ("b", "c"))


def test_others_that_are_too_few_take_more_along() -> None:
    table = merge_small({"a": 20, "b": 0, "c": 15, "d": 1}, least=10)
    assert (table.shown, table.merged) == (("a",), ("b", "c", "d"))


def test_a_table_of_nothing_but_small_cells_is_one_line() -> None:
    assert merge_small({"a": 1, "b": 2}, least=10).merged == ("a", "b")
    assert merge_small({"a": 10}, least=10).shown == ("a",)
    assert merge_small({}, least=10).merged == ()


def test_a_cell_that_may_not_stand_is_merged_whatever_its_size() -> None:
    table = merge_small({"a": 20, "b": 30, "c": 15}, least=10, may_stand={"b": False})
    assert (table.shown, table.merged) == (("a",), ("b", "c"))


@pytest.mark.parametrize(
    ("recognise", "base", "people", "expected"),
    [
        (18, 20, 12, ShownRate(0.9)),
        (20, 20, 12, ShownRate(0.95, AT_LEAST)),
        (0, 20, 12, ShownRate(0.05, AT_MOST)),
        (18, 20, 9, ShownRate(None)),
        (0, 0, 12, ShownRate(None)),
    ],
)
def test_a_rate_is_shown_for_ten_people_who_do_not_all_agree(
    recognise: int, base: int, people: int, expected: ShownRate
) -> None:
    assert shown_rate(recognise, base, people, least=10) == expected


def test_unanimous_is_all_or_none() -> None:
    assert [is_unanimous(*pair) for pair in ((0, 5), (5, 5), (1, 5), (0, 0))] == [True, True, False, False]
