"""Who comes out with whom at the closing (docs/anonymity.md, "Closing")."""

import pytest

from survey_app.domain.crowds import Crowd, plan_crowds, plan_void_crowds


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        ({}, []),
        ({"": 0, "a": 0}, []),
        ({"": 30}, [Crowd(("",), "")]),
        ({"": 5}, [Crowd(("",), "")]),
        ({"": 4}, [Crowd(("",), "", is_withheld=True)]),
        ({"a": 5, "b": 6}, [Crowd(("a",), "a"), Crowd(("b",), "b")]),
        ({"a": 5, "b": 0}, [Crowd(("a",), "a")]),
        ({"a": 4, "b": 1, "c": 9}, [Crowd(("a", "b"), ""), Crowd(("c",), "c")]),
        (
            {"a": 4, "b": 7, "c": 6},
            [Crowd(("a", "c"), ""), Crowd(("b",), "b")],
        ),  # the smallest of the larger ones joins
        ({"a": 4, "c": 6, "b": 6}, [Crowd(("a", "b"), ""), Crowd(("c",), "c")]),  # of two as small, the earlier
        ({"a": 1, "b": 2}, [Crowd(("a", "b"), "", is_withheld=True)]),  # the whole group is smaller than k
        ({"a": 4}, [Crowd(("a",), "", is_withheld=True)]),
    ],
)
def test_sheets_come_out_in_crowds_or_not_at_all(waiting: dict[str, int], expected: list[Crowd]) -> None:
    assert plan_crowds(waiting, 5) == expected


def test_void_units_come_out_by_themselves_with_their_unit_or_not_at_all() -> None:
    assert plan_void_crowds({"b": 4, "a": 5, "c": 0}, 5) == [Crowd(("a",), "a"), Crowd(("b",), "b", is_withheld=True)]


def test_small_crowds_that_the_office_has_accepted_come_out() -> None:
    assert plan_crowds({"": 3}, 3) == [Crowd(("",), "")]
