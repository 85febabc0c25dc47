"""The counters are read at whole hours, by the worker and never by a submission."""

from datetime import timedelta

from sqlalchemy import func, select, text

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.cockpit.readings import take_readings
from survey_app.services.submission.guessing import count_unknown_code, forget_old_guesses, unknown_codes_since
from survey_app.storage import office_tables, tables
from survey_app.storage.cockpit.readings import list_readings
from survey_app.storage.session import Database
from tests.builders_survey import CAMPAIGN, Crowd, open_survey

HOUR = timedelta(hours=1)


def readings(database: Database, clock: FixedClock) -> list[tuple[int, int, int]]:
    with database.read() as connection:
        found = list_readings(connection, CAMPAIGN, clock.now() - timedelta(days=30))
    return [(one.at.hour, one.answered["parent"], one.valid["parent"]) for one in found]


def test_each_hour_has_one_reading_of_the_counters(database: Database, keys: KeyDirectory, clock: FixedClock) -> None:
    survey = open_survey(database, keys, clock, [Crowd("parent", "S1", 8)])
    take_readings(database, clock)
    survey.submit(survey.all_codes()[0])
    later = FixedClock(clock.now() + timedelta(minutes=59))
    take_readings(database, later)
    next_hour = FixedClock(clock.now() + HOUR)
    take_readings(database, next_hour)
    take_readings(database, next_hour)
    assert readings(database, clock) == [(4, 0, 0), (5, 1, 1)]


def test_a_campaign_that_takes_nothing_is_not_read(database: Database, keys: KeyDirectory, clock: FixedClock) -> None:
    survey = open_survey(database, keys, clock, [Crowd("parent", "S1", 8)])
    survey.change_campaign(opens=clock.now() + HOUR, admission=0)
    take_readings(database, clock)
    survey.change_campaign(state="closed")
    take_readings(database, FixedClock(clock.now() + 2 * HOUR))
    assert readings(database, clock) == []


def test_no_row_beside_the_counters_is_of_a_submissions_transaction(
    database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    """On PostgreSQL a row tells the transaction that wrote it: an hour must not be told that way of a code (docs/anonymity.md, "The idea")."""
    survey = open_survey(database, keys, clock, [Crowd("parent", "S1", 8)])
    for code in survey.all_codes()[:3]:
        survey.submit(code)
        take_readings(database, clock)
        clock = FixedClock(clock.now() + HOUR)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(office_tables.counter_reading)).scalar_one() == 3
        assert (
            connection.execute(select(func.count()).select_from(tables.code).where(tables.code.c.used)).scalar_one()
            == 3
        )
        if database.dialect == "postgresql":
            joined = text("SELECT count(*) FROM counter_reading r JOIN code c ON c.xmin = r.xmin")
            assert connection.execute(joined).scalar_one() == 0


def test_unknown_codes_are_kept_by_hour_without_their_sources(
    database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    for address, times in (("10.0.0.1", 3), ("10.0.0.2", 5)):
        for _ in range(times):
            count_unknown_code(database, keys, clock, address)
    minute_later = FixedClock(clock.now() + timedelta(minutes=1))
    count_unknown_code(database, keys, minute_later, "10.0.0.1")
    forget_old_guesses(database, minute_later)
    forget_old_guesses(database, FixedClock(clock.now() + timedelta(minutes=2)))
    with database.read() as connection:
        assert unknown_codes_since(connection, clock.now()) == (9, 5)
        assert unknown_codes_since(connection, clock.now() + HOUR) == (0, 0)
        assert connection.execute(select(func.count()).select_from(tables.guess)).scalar_one() == 0


def test_hours_of_unknown_codes_are_forgotten_after_two_weeks(
    database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    count_unknown_code(database, keys, clock, "10.0.0.1")
    forget_old_guesses(database, FixedClock(clock.now() + timedelta(minutes=1)))
    weeks_later = FixedClock(clock.now() + timedelta(days=15))
    count_unknown_code(database, keys, weeks_later, "10.0.0.1")
    forget_old_guesses(database, FixedClock(weeks_later.now() + timedelta(minutes=1)))
    with database.read() as connection:
        assert unknown_codes_since(connection, clock.now()) == (1, 1)
