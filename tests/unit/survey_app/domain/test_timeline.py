"""Counts over time from hourly readings."""

from datetime import UTC, datetime, timedelta

from survey_app.domain.timeline import CounterReading, Span, find_bursts, hour_of, spans_between, valid_by_day

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def reading(hours: float, **answered: int) -> CounterReading:
    return CounterReading(NOON + hours * HOUR, answered, answered)  # type: ignore[arg-type]


def test_an_hour_is_told_without_its_minutes() -> None:
    assert hour_of(NOON + timedelta(minutes=59, seconds=59)) == NOON


def test_spans_hold_what_came_between_two_readings() -> None:
    spans = spans_between([reading(0, parent=3), reading(1, parent=5, teacher=1), reading(4, parent=5, teacher=7)])
    assert [(span.answered["parent"], span.answered["teacher"], span.total) for span in spans] == [(2, 1, 3), (0, 6, 6)]
    assert [span.is_hour for span in spans] == [True, False]


def test_a_counter_that_went_down_counts_as_no_answer() -> None:
    assert spans_between([reading(0, parent=3), reading(1, parent=2)])[0].total == 0


def test_days_are_whole_periods_back_from_the_latest_reading() -> None:
    readings = [reading(hours, parent=hours) for hours in range(51)]
    assert valid_by_day(readings, NOON)["parent"] == [24, 24]


def test_a_day_that_began_before_the_opening_is_left_out() -> None:
    readings = [reading(hours, parent=hours) for hours in range(23)]
    assert valid_by_day(readings, NOON)["parent"] == []
    assert valid_by_day([], NOON)["parent"] == []


def test_a_missing_reading_leaves_what_is_known_at_the_time() -> None:
    readings = [reading(0), reading(20, parent=8), reading(48, parent=20)]
    assert valid_by_day(readings, NOON)["parent"] == [12, 8]


def test_no_more_than_a_week_is_looked_at() -> None:
    readings = [reading(24 * day, parent=day * day) for day in range(12)]
    assert valid_by_day(readings, NOON)["parent"] == [21, 19, 17, 15, 13, 11, 9]


def hourly(*counts: int) -> list[Span]:
    groups = {"parent": 0, "student": 0, "teacher": 0, "principal": 0, "npc_deputy": 0, "cppcc_member": 0, "public": 0}
    return [
        Span(NOON + n * HOUR, NOON + (n + 1) * HOUR, groups | {"teacher": count})  # type: ignore[arg-type]
        for n, count in enumerate(counts)
    ]


def test_a_burst_is_far_above_the_usual_hour_and_not_a_handful() -> None:
    found = find_bursts(hourly(2, 3, 4, 0, 25), since=NOON)
    assert [(one.group, one.answered, one.usual, one.begins) for one in found] == [
        ("teacher", 25, 3.5, NOON + 4 * HOUR)
    ]
    assert find_bursts(hourly(1, 1, 1, 19), since=NOON) == []
    assert find_bursts(hourly(10, 12, 11, 40), since=NOON) == []


def test_a_burst_that_is_past_is_not_told_again() -> None:
    assert find_bursts(hourly(25, 2, 3, 4), since=NOON + HOUR) == []


def test_hours_that_nobody_read_are_no_burst() -> None:
    spans = hourly(2, 3, 4)
    long = Span(NOON + 3 * HOUR, NOON + 9 * HOUR, spans[0].answered | {"teacher": 60})
    assert find_bursts([*spans, long], since=NOON) == []
