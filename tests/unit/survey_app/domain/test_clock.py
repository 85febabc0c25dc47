"""An end is told in one way: midnight belongs to the day that it ends."""

from datetime import UTC, date, datetime, timedelta

import pytest

from survey_app.domain.clock import LOCAL_ZONE, told_end, told_moment, written_end
from survey_app.output.wording import local_moment
from survey_app.web.wording import moment_in_words

MIDNIGHT = datetime(2026, 12, 5, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("moment", [MIDNIGHT, MIDNIGHT.astimezone(LOCAL_ZONE)])
def test_midnight_is_the_last_hour_of_the_day_that_ends_and_the_first_of_the_one_that_begins(moment: datetime) -> None:
    assert told_end(moment) == (date(2026, 12, 5), "24:00")
    assert told_moment(moment) == (date(2026, 12, 6), "00:00")
    assert written_end(moment) == "2026-12-05 24:00"


def test_every_other_minute_is_told_as_it_is() -> None:
    for minutes in (-1, 1, 600):
        moment = MIDNIGHT + timedelta(minutes=minutes)
        assert told_end(moment) == told_moment(moment)


def test_paper_and_pages_use_the_same_words() -> None:
    assert local_moment(MIDNIGHT) == moment_in_words(*told_end(MIDNIGHT), "zh") == "2026年12月5日 24:00"
    assert moment_in_words(*told_end(MIDNIGHT), "en") == "5 December 2026, 24:00 (Beijing time)"
    first_of_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert local_moment(first_of_year) == "2026年12月31日 24:00"
