"""When a campaign takes a form: opening, closing, grace, and a clock that is set back (docs/campaigns.md, "Closing")."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from survey_app.domain.campaigns import Admission, Campaign, State

OPENS = datetime(2026, 11, 20, tzinfo=UTC)
CLOSES = datetime(2026, 11, 27, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

OPEN_CAMPAIGN = Campaign(
    id="c1",
    name="",
    county_code="430302",
    county_name="",
    population=1,
    year=2026,
    rulebook="",
    base_url="",
    opens=OPENS,
    closes=CLOSES,
    grace_minutes=30,
    anonymity_k=5,
    min_seconds=None,
    seed="",
    per_school=10,
    expected_return=0.8,
    sample_required=1,
    created_at=OPENS,
    state=State.OPEN,
    admission=Admission.NOT_YET,
    opened_at=OPENS,
    closing_at=None,
    closed_at=None,
)


@pytest.mark.parametrize(
    ("now", "admission"),
    [
        (OPENS - SECOND, Admission.NOT_YET),
        (OPENS, Admission.OPEN),
        (CLOSES - SECOND, Admission.OPEN),
        (CLOSES, Admission.GRACE),
        (CLOSES + 29 * MINUTE, Admission.GRACE),
        (CLOSES + 30 * MINUTE, Admission.OVER),
        (CLOSES + 31 * MINUTE, Admission.OVER),
    ],
)
def test_the_clock_opens_and_closes_a_campaign_that_the_office_has_opened(now: datetime, admission: Admission) -> None:
    assert OPEN_CAMPAIGN.admission_at(now) == admission


def test_a_draft_takes_nothing_even_within_its_time() -> None:
    draft = replace(OPEN_CAMPAIGN, state=State.DRAFT)
    assert draft.admission_at(OPENS + HOUR) == Admission.NOT_YET


def test_a_form_opened_before_the_closing_is_taken_in_the_grace_and_a_later_one_is_not() -> None:
    now = CLOSES + 29 * MINUTE
    assert OPEN_CAMPAIGN.takes_form(now, started=CLOSES - SECOND)
    assert OPEN_CAMPAIGN.takes_form(now, started=CLOSES - 30 * HOUR)
    assert not OPEN_CAMPAIGN.takes_form(now, started=CLOSES)
    assert not OPEN_CAMPAIGN.takes_form(CLOSES + 31 * MINUTE, started=CLOSES - SECOND)


def test_a_clock_that_was_set_back_lowers_nothing_that_was_reached() -> None:
    for reached in Admission:
        kept = replace(OPEN_CAMPAIGN, admission=reached)
        assert kept.admission_at(OPENS - HOUR) == reached
        assert kept.admission_at(CLOSES - SECOND) >= reached


def test_closing_early_counts_the_grace_from_the_moment_of_closing() -> None:
    early = OPENS + HOUR
    closing = replace(OPEN_CAMPAIGN, state=State.CLOSING, closing_at=early, admission=Admission.GRACE)
    assert closing.admission_at(early + 29 * MINUTE) == Admission.GRACE
    assert closing.admission_at(early + 31 * MINUTE) == Admission.OVER
    assert closing.takes_form(early + MINUTE, started=early - MINUTE)
    assert not closing.takes_form(early - HOUR, started=early + MINUTE)  # the clock was set back


def test_a_closed_campaign_takes_nothing_whatever_the_clock_says() -> None:
    closed = replace(OPEN_CAMPAIGN, state=State.CLOSED)
    assert closed.admission_at(OPENS + HOUR) == Admission.OVER
    assert not closed.takes_form(OPENS + HOUR, started=OPENS)


def test_without_grace_the_closing_time_ends_it() -> None:
    assert replace(OPEN_CAMPAIGN, grace_minutes=0).admission_at(CLOSES) == Admission.OVER
