"""The signed start time of a form."""

from datetime import UTC, datetime, timedelta

import pytest

from survey_app.domain.clock import FixedClock
from survey_app.domain.start_token import BUCKETS_S, TimeTaken, make_start_token, read_time_taken

SECRET = b"s" * 32
CODE = "23456789ABC"
START = datetime(2026, 11, 23, 4, 0, 0, 123_456, tzinfo=UTC)


def token() -> str:
    return make_start_token(SECRET, FixedClock(START), CODE)


@pytest.mark.parametrize("seconds", [0, 1, 29.5, 600, 30 * 3600])
def test_a_token_tells_how_long_the_form_was_out(seconds: float) -> None:
    taken = read_time_taken(SECRET, token(), CODE, START + timedelta(seconds=seconds))
    assert taken.seconds == pytest.approx(seconds, abs=0.001)
    assert taken.is_at_least(seconds)
    assert not taken.is_at_least(seconds + 0.002)


@pytest.mark.parametrize(
    ("seconds", "bucket_s"),
    [
        (0, 0),
        (4.999, 0),
        (5, 5),
        (9.9, 5),
        (14, 10),
        (44.9, 30),
        (45, 45),
        (119, 90),
        (599, 300),
        (600, 600),
        (108_000, 600),
    ],
)
def test_the_time_is_kept_as_the_lower_bound_of_its_class(seconds: float, bucket_s: int) -> None:
    assert TimeTaken(START, START + timedelta(seconds=seconds)).bucket_s == bucket_s
    assert bucket_s in BUCKETS_S


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "0",
        "ffff.",
        token()[:-1],
        token() + "=",
        "0" + token(),
        token().upper(),
        f"{10**30:x}." + "A" * 22,
        "零.壹",
        token() * 9,
    ],
)
def test_a_token_that_is_not_ours_tells_nothing(text: str) -> None:
    taken = read_time_taken(SECRET, text, CODE, START)
    assert (taken.started, taken.seconds, taken.bucket_s) == (None, None, 0)
    assert not taken.is_at_least(0.1)
    assert taken.is_at_least(0)


def test_a_token_of_another_installation_is_not_ours() -> None:
    assert read_time_taken(b"t" * 32, token(), CODE, START).started is None


def test_a_token_of_another_form_is_not_this_ones() -> None:
    """One token, opened long ago, must not make a stack of codes look filled in without haste."""
    assert read_time_taken(SECRET, token(), "3" + CODE[1:], START).started is None


def test_a_token_from_the_future_is_trusted_but_tells_no_duration() -> None:
    taken = read_time_taken(SECRET, token(), CODE, START - timedelta(hours=1))
    assert taken.started is not None
    assert (taken.opened, taken.seconds, taken.bucket_s) == (None, None, 0)
    assert taken.is_at_least(30)
