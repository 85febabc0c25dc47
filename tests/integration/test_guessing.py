"""The limit on unknown codes: shared by processes, blind to known codes, keeping no address. On both engines."""

import threading
from datetime import timedelta

import pytest

from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import make_code
from survey_app.domain.errors import TooManyGuesses, UnknownCode
from survey_app.domain.keys import KeyDirectory
from survey_app.services.submission.guessing import LIMIT, count_unknown_code, forget_old_guesses
from survey_app.services.submission.submitting import look_up
from survey_app.storage import tables
from survey_app.storage.session import Database
from tests.builders_survey import Crowd, Survey, open_survey

SCHOOL_ADDRESS = "203.0.113.7"


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_survey(database, keys, clock, [Crowd("parent", "s1", 300)])


def visit(survey: Survey, code: str, address: str = SCHOOL_ADDRESS) -> str:
    """What the web layer does with a request."""
    try:
        return look_up(survey.database, survey.keys, survey.clock, code).state
    except UnknownCode:
        try:
            count_unknown_code(survey.database, survey.keys, survey.clock, address)
        except TooManyGuesses:
            return "refused"
        return "unknown"


def guess_until_refused(survey: Survey, address: str = SCHOOL_ADDRESS) -> int:
    """How many guesses were answered."""
    return next(number for number in range(2_000) if visit(survey, make_code(), address) == "refused")


def test_two_thousand_guesses_a_minute_are_refused_from_the_limit_on(survey: Survey) -> None:
    outcomes = [visit(survey, make_code()) for _ in range(2_000)]
    assert outcomes == ["unknown"] * LIMIT + ["refused"] * (2_000 - LIMIT)


def test_three_hundred_phones_behind_one_address_are_never_refused_even_beside_a_guesser(survey: Survey) -> None:
    guess_until_refused(survey)
    assert {visit(survey, code) for code in survey.all_codes()} == {"usable"}


def test_three_hundred_phones_with_cancelled_codes_hear_so(survey: Survey) -> None:
    assert {visit(survey, make_code()) for _ in range(300)} == {"unknown"}


def test_the_next_minute_and_another_address_are_free(survey: Survey, clock: FixedClock) -> None:
    guess_until_refused(survey)
    assert visit(survey, make_code(), "203.0.113.8") == "unknown"
    clock.move(timedelta(minutes=1))
    assert visit(survey, make_code()) == "unknown"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("unknown", "unknown", True),
        ("", "203.0.113.7", False),
    ],
)
def test_a_household_is_one_address(survey: Survey, one: str, other: str, is_same: bool) -> None:
    guess_until_refused(survey, one)
    assert (visit(survey, make_code(), other) == "refused") == is_same


def test_no_address_is_kept_and_its_hash_changes_every_day(survey: Survey, clock: FixedClock) -> None:
    visit(survey, make_code())
    clock.move(timedelta(days=1))
    visit(survey, make_code())
    sources = survey.stored(tables.guess, "source")
    assert len(set(sources)) == 2
    assert not any(SCHOOL_ADDRESS in source for source in sources)


def test_counters_of_past_minutes_are_forgotten(survey: Survey, clock: FixedClock) -> None:
    visit(survey, make_code())
    assert forget_old_guesses(survey.database, clock) == 0
    clock.move(timedelta(minutes=1))
    assert forget_old_guesses(survey.database, clock) == 1
    assert survey.stored(tables.guess, "n") == []


def test_guessers_at_once_share_the_limit_exactly(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey_app.services.submission.guessing.LIMIT", 40)
    outcomes: list[str] = []

    def guess() -> None:
        outcomes.extend([visit(survey, make_code()) for _ in range(20)])

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("unknown"), outcomes.count("refused")) == (40, 120)
