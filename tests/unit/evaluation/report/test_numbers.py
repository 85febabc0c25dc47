"""A number as shown never contradicts the verdict beside it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import numeric
from evaluation.report.numbers import (
    COEFFICIENT,
    COUNT,
    PERCENT,
    VALUE,
    Form,
    Limit,
    decimals_needed,
    show,
    show_against,
    show_difference,
    show_threshold,
)

FORMS = st.sampled_from([VALUE, COEFFICIENT, COUNT, PERCENT])
LIMITS: st.SearchStrategy[Limit] = st.sampled_from(["at_least", "at_most", "less_than"])
THRESHOLDS = st.floats(min_value=1e-4, max_value=1e7)
# offsets far below and above the tolerance of 1e-9, on both sides, and the threshold itself
OFFSETS = st.one_of(
    st.just(0.0),
    st.floats(min_value=-1e-12, max_value=1e-12),
    st.floats(min_value=-1e-6, max_value=1e-6),
    st.floats(min_value=-0.9, max_value=5.0),
)


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").removesuffix("%"))


def is_good(value: Decimal, threshold: Decimal, limit: Limit) -> bool:
    return {"at_least": value >= threshold, "at_most": value <= threshold, "less_than": value < threshold}[limit]


TESTS = {"at_least": numeric.is_at_least, "at_most": numeric.is_at_most, "less_than": numeric.is_less}


@given(threshold=THRESHOLDS, offset=OFFSETS, limit=LIMITS, form=FORMS)
def test_shown_number_is_on_the_side_of_the_verdict(threshold: float, offset: float, limit: Limit, form: Form) -> None:
    value = threshold * (1 + offset)
    shown = number(show_against(value, threshold, limit, form))
    assert is_good(shown, number(show_threshold(threshold, form)), limit) == bool(TESTS[limit](value, threshold))


@given(threshold=THRESHOLDS, offset=OFFSETS, form=FORMS)
def test_shown_number_is_on_the_right_side_of_the_lower_bound_too(threshold: float, offset: float, form: Form) -> None:
    basic = 0.85 * threshold
    value = basic * (1 + offset)
    shown = number(show_against(value, threshold, "at_least", form, also=basic))
    for bound in (threshold, basic):
        assert (shown >= number(show_threshold(bound, form))) == bool(numeric.is_at_least(value, bound))


@given(threshold=THRESHOLDS, offset=st.floats(min_value=1e-8, max_value=5.0), form=FORMS)
def test_a_difference_never_stands_as_nothing(threshold: float, offset: float, form: Form) -> None:
    value = threshold * (1 + offset)
    assert number(show_difference(value, threshold, form)) > 0 or value == threshold


@given(value=st.floats(min_value=-1e9, max_value=1e9), form=FORMS)
def test_shown_number_is_the_number_to_its_places(value: float, form: Form) -> None:
    half = Decimal(5).scaleb(-form.places - 1)
    assert abs(number(show(value, form)) - Decimal(repr(value)) * form.scale) <= half


@pytest.mark.parametrize(
    ("value", "threshold", "limit", "form", "shown"),
    [
        (0.501787, 0.50, "at_most", COEFFICIENT, "0.502"),
        (0.5000178, 0.50, "at_most", COEFFICIENT, "0.50002"),
        (0.499999, 0.50, "at_most", COEFFICIENT, "0.500"),
        (4.1996, 4.2, "at_least", VALUE, "4.1996"),
        (21 / 500 * 100, 4.2, "at_least", VALUE, "4.20"),
        (5.753938708044197, 4.2, "at_least", VALUE, "5.75"),
        (0.98999, 0.99, "at_least", PERCENT, "98.999%"),
        (0.84999999, 0.85, "at_least", PERCENT, "84.999999%"),
        (0.149999, 0.15, "less_than", PERCENT, "14.9999%"),
        (0.15, 0.15, "less_than", PERCENT, "15.00%"),
        (None, 0.15, "less_than", PERCENT, "—"),
        (35.7, 42.0, "at_least", COUNT, "35.7"),
        (1205000.0, 2556000.0, "at_least", COUNT, "1,205,000"),
    ],
)
def test_numbers_beside_their_threshold(
    value: float | None, threshold: float, limit: Limit, form: Form, shown: str
) -> None:
    assert show_against(value, threshold, limit, form) == shown


@pytest.mark.parametrize(
    ("threshold", "form", "shown"),
    [
        (4.2, VALUE, "4.2"),
        (2000.0, VALUE, "2000"),
        (0.85 * 4.2, VALUE, "3.57"),
        (3090.6000000000004, COUNT, "3090.6"),
        (0.85, PERCENT, "85%"),
    ],
)
def test_thresholds_stand_as_the_rule_prints_them(threshold: float, form: Form, shown: str) -> None:
    assert show_threshold(threshold, form) == shown


def test_a_rounded_nothing_has_no_sign() -> None:
    assert show(-0.001) == "0.00"


def test_halves_round_up_on_the_digits_that_people_see() -> None:
    assert show(2.675) == "2.68"


def test_decimals_keep_two_numbers_as_they_are() -> None:
    assert decimals_needed(35.7, 42.0) == 1
    assert decimals_needed(0.5, 0.5000178, least=2) == 6
