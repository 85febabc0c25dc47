"""Units of schools: formed once over all groups, neighbours together, nobody alone in one (docs/anonymity.md, "Units and labels")."""

import math

import pytest

from survey_app.domain.units import (
    campaign_of,
    form_units,
    group_of,
    is_text_label,
    label_of,
    name_units,
    split_label,
    text_label,
)

FULL_RETURN = 1.0  # then a unit must hold k + 1 codes


def formed(*groups: dict[str, int], k: int = 5, expected_return: float = FULL_RETURN) -> list[tuple[str, ...]]:
    return form_units(groups, k, expected_return)


def test_schools_with_enough_codes_stay_by_themselves_in_order_of_code() -> None:
    assert formed({"S3": 6, "S1": 10, "S2": 6}) == [("S1",), ("S2",), ("S3",)]


def test_a_school_with_k_codes_is_too_small_for_one_may_stay_away() -> None:
    assert formed({"S1": 5, "S2": 9}) == [("S1", "S2")]


@pytest.mark.parametrize(("expected_return", "least"), [(1.0, 6), (0.8, 8), (0.5, 11), (0.3, 18)])
def test_the_lower_the_expected_return_the_more_codes_a_unit_needs(expected_return: float, least: int) -> None:
    assert least == math.ceil(5 / expected_return) + 1
    assert formed({"S1": least, "S2": 99}, expected_return=expected_return) == [("S1",), ("S2",)]
    assert formed({"S1": least - 1, "S2": 99}, expected_return=expected_return) == [("S1", "S2")]


def test_small_neighbours_are_joined_until_they_have_enough() -> None:
    assert formed({"S1": 2, "S2": 2, "S3": 2, "S4": 9}) == [("S1", "S2", "S3"), ("S4",)]


def test_of_two_that_are_as_near_the_earlier_is_joined() -> None:
    assert formed({"S1": 9, "S2": 2, "S3": 9}) == [("S1", "S2"), ("S3",)]


def test_the_last_joins_its_predecessor() -> None:
    assert formed({"S1": 6, "S2": 6, "S3": 2, "S4": 2}) == [("S1",), ("S2", "S3", "S4")]


def test_nearest_is_who_has_codes_of_the_group_whoever_lies_between() -> None:
    parents = {f"S{number}": 9 for number in range(1, 7)}
    assert formed(parents, {"S1": 9, "S5": 3}) == [("S1", "S5"), ("S2",), ("S3",), ("S4",), ("S6",)]
    assert formed(parents, {"S1": 9, "S4": 3, "S6": 9}) == [("S1",), ("S2",), ("S3",), ("S4", "S6"), ("S5",)]


def test_the_distance_of_a_unit_is_that_of_its_nearest_school() -> None:
    parents = {f"S{number}": 9 for number in range(1, 8)}
    # S1 joins S5 for teachers; S6 then is one away from the unit (S1, S5), two from nobody else
    assert formed(parents, {"S1": 3, "S5": 3, "S6": 2}) == [("S1", "S5", "S6"), ("S2",), ("S3",), ("S4",), ("S7",)]


def test_what_one_group_joins_is_joined_for_all() -> None:
    parents, teachers = {"S1": 20, "S2": 20, "S3": 20}, {"S1": 4, "S2": 4, "S3": 9}
    assert formed(parents, teachers) == formed(teachers, parents) == [("S1", "S2"), ("S3",)]


def test_a_group_of_fewer_than_k_in_all_has_no_unit_and_joins_nobody() -> None:
    assert formed({"S1": 2, "S2": 2}) == []
    assert formed({"S1": 9, "S2": 9}, {"S1": 2, "S2": 2}) == [("S1",), ("S2",)]


def test_a_group_that_is_large_enough_only_as_a_whole_is_one_unit() -> None:
    assert formed({"S1": 3, "S2": 2}) == [("S1", "S2")]
    assert formed({"S1": 5}) == [("S1",)]


def test_schools_without_codes_belong_to_no_unit() -> None:
    assert formed({"S1": 0, "S2": 6}) == [("S2",)]
    assert formed({}) == formed() == []


def test_a_unit_of_one_school_bears_its_code_and_others_are_numbered() -> None:
    names = name_units([("S1",), ("S2", "S3"), ("S4", "S5")])
    assert names == {"S1": "S1", "S2": "U001", "S3": "U001", "S4": "U002", "S5": "U002"}


def test_a_school_that_is_called_like_a_unit_keeps_its_name() -> None:
    assert name_units([("U001",), ("S2", "U002")]) == {"U001": "U001", "S2": "U003", "U002": "U003"}


def test_a_label_names_campaign_group_and_unit() -> None:
    assert label_of("c1", "parent", "U001") == "c1/parent/U001"
    assert label_of("c1", "public", "") == "c1/public/"
    for label in ("c1/parent/U001", "c1/parent/", "c1/parent/U001~2", "c1/parent/!text~3", "c1/parent/a/b"):
        assert (campaign_of(label), group_of(label)) == ("c1", "parent")


def test_parts_of_a_large_label_are_numbered_from_the_second_on() -> None:
    assert [split_label("c1/parent/U001", part) for part in range(3)] == [
        "c1/parent/U001",
        "c1/parent/U001~2",
        "c1/parent/U001~3",
    ]
    assert [text_label("c1", "parent", part) for part in range(2)] == ["c1/parent/!text", "c1/parent/!text~2"]


def test_a_label_of_texts_is_told_from_that_of_any_unit() -> None:
    assert [is_text_label(label) for label in ("c1/parent/!text", "c1/parent/!text~2", "c1/parent/text", "c1/p/")] == [
        True,
        True,
        False,
        False,
    ]
