"""A bug report says where, and not with what."""

import pytest

from survey_app.domain.bug_reports import steps_of


def look_up(code: str) -> str:
    try:
        return {"another": "x"}[code]
    except KeyError as error:
        raise ValueError(f"no {code}") from error


def look_up_quietly(code: str) -> str:
    try:
        return look_up(code)
    except ValueError:
        raise LookupError(code) from None


def test_every_step_of_a_chain_is_told_and_no_message() -> None:
    with pytest.raises(ValueError, match="7K3M9QXA4HT") as raised:
        look_up("7K3M9QXA4HT")
    report = steps_of(raised.value)
    assert [line for line in report.splitlines() if not line.startswith(" ")] == [
        "builtins.KeyError",
        "which led to:",
        "builtins.ValueError",
    ]
    assert report.count("in look_up") == 2
    assert "7K3M" not in report.replace('look_up("7K3M9QXA4HT")', "")  # the line of code that asked for it


def test_what_was_hidden_on_purpose_stays_hidden() -> None:
    with pytest.raises(LookupError) as raised:
        look_up_quietly("x")
    assert "which led to" not in steps_of(raised.value)
