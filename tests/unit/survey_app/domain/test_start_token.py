"""The signed start time of a form."""

from datetime import UTC, datetime, timedelta

import pytest

from survey_app.domain.start_token import make_start_token, read_start_token, seconds_open

SECRET, RETIRED = b"s" * 32, b"r" * 32
CODE = "23456789ABC"
START = datetime(2026, 11, 23, 4, 0, 0, 123_456, tzinfo=UTC)


def token() -> str:
    return make_start_token(SECRET, START, CODE)


def test_a_token_tells_when_the_form_was_handed_out_to_the_millisecond() -> None:
    assert read_start_token([SECRET], token(), CODE) == START.replace(microsecond=123_000)


@pytest.mark.parametrize("seconds", [0, 1, 29.5, 600, 30 * 3600])
def test_a_form_was_open_from_its_start_on(seconds: float) -> None:
    assert seconds_open(START, START + timedelta(seconds=seconds)) == seconds


def test_a_start_that_lies_ahead_is_as_good_as_one_long_ago() -> None:
    assert seconds_open(START, START - timedelta(milliseconds=1)) == float("inf")


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
    assert read_start_token([SECRET], text, CODE) is None


def test_a_token_of_another_installation_is_not_ours() -> None:
    assert read_start_token([b"t" * 32], token(), CODE) is None
    assert read_start_token([], token(), CODE) is None


def test_a_token_of_another_form_is_not_this_ones() -> None:
    """One token, opened long ago, must not make a stack of codes look filled in without haste."""
    assert read_start_token([SECRET], token(), "3" + CODE[1:]) is None


def test_a_token_signed_with_a_retired_secret_is_read() -> None:
    old = make_start_token(RETIRED, START, CODE)
    assert read_start_token([SECRET, RETIRED], old, CODE) is not None
    assert read_start_token([SECRET], old, CODE) is None


def test_a_token_does_not_hold_the_code() -> None:
    assert CODE not in token()
    assert token() != make_start_token(SECRET, START, "3" + CODE[1:])
