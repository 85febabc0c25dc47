"""Units of schools: k codes or more, neighbours together, names that mean one set of schools (integrity, A.3)."""

from hypothesis import given
from hypothesis import strategies as st

from survey_app.domain.units import label_of, merge_neighbours, name_units


def test_schools_with_enough_codes_stay_by_themselves_in_order_of_code() -> None:
    assert merge_neighbours({"S3": 5, "S1": 10, "S2": 5}, k=5) == [("S1",), ("S2",), ("S3",)]


def test_small_neighbours_are_merged_until_they_have_enough() -> None:
    assert merge_neighbours({"S1": 2, "S2": 2, "S3": 2, "S4": 9}, k=5) == [("S1", "S2", "S3"), ("S4",)]


def test_a_large_school_ends_the_unit_of_its_small_predecessor() -> None:
    assert merge_neighbours({"S1": 2, "S2": 9, "S3": 9}, k=5) == [("S1", "S2"), ("S3",)]


def test_the_last_unit_joins_its_predecessor_if_it_is_too_small() -> None:
    assert merge_neighbours({"S1": 5, "S2": 5, "S3": 2, "S4": 2}, k=5) == [("S1",), ("S2", "S3", "S4")]


def test_a_group_smaller_than_k_is_one_unit() -> None:
    assert merge_neighbours({"S1": 2, "S2": 1}, k=5) == [("S1", "S2")]


def test_schools_without_codes_belong_to_no_unit() -> None:
    assert merge_neighbours({"S1": 0, "S2": 5}, k=5) == [("S2",)]
    assert merge_neighbours({}, k=5) == []


@given(
    st.dictionaries(st.text("0123456789", min_size=1, max_size=4), st.integers(0, 12), max_size=30), st.integers(2, 12)
)
def test_units_hold_each_school_once_and_enough_codes_and_only_neighbours(codes: dict[str, int], k: int) -> None:
    units = merge_neighbours(codes, k)
    schools = [school for unit in units for school in unit]
    assert schools == sorted(school for school, number in codes.items() if number)
    if sum(codes.values()) >= k:
        assert all(sum(codes[school] for school in unit) >= k for unit in units)
    else:
        assert len(units) <= 1


def test_a_unit_of_one_school_bears_its_code_and_others_are_numbered() -> None:
    units = [("S1",), ("S2", "S3"), ("S4", "S5")]
    assert name_units(units, {}) == {("S1",): "S1", ("S2", "S3"): "U001", ("S4", "S5"): "U002"}


def test_the_same_schools_bear_the_same_name_in_every_group_and_others_another() -> None:
    parents = name_units([("S1", "S2")], {})
    assert name_units([("S1", "S2"), ("S3", "S4")], parents) == {("S1", "S2"): "U001", ("S3", "S4"): "U002"}


def test_a_school_that_is_called_like_a_unit_keeps_its_name() -> None:
    assert name_units([("U001",), ("S2", "U002")], {}) == {("U001",): "U001", ("S2", "U002"): "U003"}


def test_a_label_names_campaign_group_and_unit() -> None:
    assert label_of("c1", "parent", "U001") == "c1/parent/U001"
    assert label_of("c1", "public", "") == "c1/public/"
