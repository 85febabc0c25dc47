from datetime import UTC, datetime, timedelta, timezone

from survey_app.output.wording import local_moment


def test_moment_is_told_in_the_countys_time():
    assert local_moment(datetime(2026, 12, 5, 10, 0, tzinfo=UTC)) == "2026年12月5日 18:00"
    assert local_moment(datetime(2026, 12, 5, 6, 5, tzinfo=timezone(timedelta(hours=-4)))) == "2026年12月5日 18:05"


def test_midnight_belongs_to_the_day_that_ends():
    assert local_moment(datetime(2026, 12, 5, 16, 0, tzinfo=UTC)) == "2026年12月5日 24:00"
