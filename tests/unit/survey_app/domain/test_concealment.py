"""What a submission hides: one length whatever it says, and nothing without the key or in another's place."""

from datetime import UTC, datetime, timedelta

import pytest

from survey_app.domain.chain import Link, Run, lengthen
from survey_app.domain.concealment import open_mark, open_run, seal_mark, seal_run

KEY, OTHER = b"k" * 32, b"o" * 32
LABEL, ID = "c1/parent/s1", b"i" * 16
NOON = datetime(2026, 11, 23, 4, 0, 0, 123_456, tzinfo=UTC)


@pytest.mark.parametrize("is_valid", [True, False])
def test_a_mark_tells_whether_the_sheet_counts_to_who_has_the_key(is_valid: bool) -> None:
    mark = seal_mark(KEY, LABEL, 1, ID, is_valid=is_valid)
    assert open_mark(KEY, mark, LABEL, 1, ID) is is_valid
    for key, label, batch, id_ in [
        (OTHER, LABEL, 1, ID),
        (KEY, "x", 1, ID),
        (KEY, LABEL, 2, ID),
        (KEY, LABEL, 1, b"x"),
    ]:
        assert open_mark(key, mark, label, batch, id_) is None
    assert open_mark(KEY, b"", LABEL, 1, ID) is None


def test_marks_have_one_length_and_are_never_the_same() -> None:
    marks = [seal_mark(KEY, LABEL, 1, ID, is_valid=number % 2 == 0) for number in range(100)]
    assert len({len(mark) for mark in marks}) == 1
    assert len(set(marks)) == 100


def test_a_run_comes_back_to_the_microsecond_and_only_in_its_place() -> None:
    run = Run(NOON, 3, 7)
    sealed = seal_run(KEY, "c1", "s1", run)
    assert open_run(KEY, sealed, "c1", "s1") == run
    assert len(sealed) == len(seal_run(KEY, "c1", "s1", Run(NOON, 400_000, 400_000)))
    assert sealed != seal_run(KEY, "c1", "s1", run)
    for key, campaign, school in [(OTHER, "c1", "s1"), (KEY, "c2", "s1"), (KEY, "c1", "s2")]:
        assert open_run(key, sealed, campaign, school) is None
    assert open_run(KEY, b"short", "c1", "s1") is None


@pytest.mark.parametrize(("pause_s", "length"), [(-0.001, 1), (0, 4), (120, 4), (120.001, 1), (None, 1)])
def test_a_run_goes_on_while_a_form_is_opened_within_two_minutes(pause_s: float | None, length: int) -> None:
    opened = None if pause_s is None else NOON + timedelta(seconds=pause_s)
    link = Link(opened, NOON + timedelta(seconds=300))
    assert lengthen(Run(NOON, 3, 3), link) == Run(link.submitted, length, max(3, length))


def test_the_first_submission_starts_a_run() -> None:
    assert lengthen(None, Link(NOON, NOON)) == Run(NOON, 1, 1)
