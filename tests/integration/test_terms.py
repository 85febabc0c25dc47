"""A writer of the database changes nothing of what a campaign was opened with: it is refused, and told. On both engines."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Executable, update

from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import hash_code
from survey_app.domain.errors import DatabaseMismatch, GroupFull, HastySheet, KeysMissing, SurveyError, UnknownCode
from survey_app.domain.keys import KeyDirectory
from survey_app.services.campaigns.terms import terms_of
from survey_app.services.starting_up import find_mismatches
from survey_app.services.submission import submitting
from survey_app.storage import tables
from survey_app.storage.session import Database
from tests.builders_closing import campaign_of, close, hand_in, intrude, work
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

CROWDS = [Crowd("parent", "s1", 15), Crowd("parent", "s2", 15), Crowd("public", "", 15)]
campaign, quota, code = tables.campaign, tables.quota, tables.code


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    survey = open_survey(database, keys, clock, CROWDS, min_seconds=10, caps={"public": 8}, k=5)
    hand_in(survey, "parent", "s1", 6)
    return survey


def of_public(**columns: object) -> Executable:
    return update(quota).where(quota.c.group == "public").values(columns)


OF_THE_CAMPAIGN: dict[str, Callable[[], Executable]] = {
    "k": lambda: update(campaign).values(anonymity_k=1),
    "opens": lambda: update(campaign).values(opens=campaign.c.created_at),
    "seed": lambda: update(campaign).values(seed="another"),
    "base_url": lambda: update(campaign).values(base_url="https://elsewhere.example"),
    "grace_minutes": lambda: update(campaign).values(grace_minutes=1_000),
    "min_seconds": lambda: update(campaign).values(min_seconds=0),
    "no min_seconds": lambda: update(campaign).values(min_seconds=None),
}
OF_A_GROUP: dict[str, Callable[[], Executable]] = {
    "cap": lambda: of_public(cap=100),
    "no cap": lambda: of_public(cap=None),
    "least_crowd": lambda: of_public(least_crowd=1),
    "questionnaire": lambda: (
        update(tables.questionnaire).where(tables.questionnaire.c.group == "public").values(sha256="0" * 64)
    ),
}


@pytest.mark.parametrize("name", OF_THE_CAMPAIGN)
def test_what_was_changed_of_the_campaign_stops_web_worker_and_closing(
    survey: Survey, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    intrude(survey, OF_THE_CAMPAIGN[name]())
    with pytest.raises(DatabaseMismatch, match="is not what it was opened as"):
        hand_in(survey, "public", "", 1)
    assert work(survey) == []
    assert "is not what it was opened as" in caplog.text
    (told,) = find_mismatches(survey.database, survey.keys)
    assert "is not what it was opened as" in told
    with pytest.raises(DatabaseMismatch):
        close(survey)
    assert (survey.counts()["used"], survey.counts()["responses"]) == (6, 0)


@pytest.mark.parametrize("name", OF_A_GROUP)
def test_what_was_changed_of_a_group_stops_its_sheets_and_the_closing(
    survey: Survey, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    hand_in(survey, "public", "", 4)
    intrude(survey, OF_A_GROUP[name]())
    with pytest.raises(DatabaseMismatch, match="group public of campaign c1"):
        hand_in(survey, "public", "", 1)
    hand_in(survey, "parent", "s1", 1)
    assert work(survey) == [CAMPAIGN], "what waits is turned over all the same"
    told = "group public of campaign c1 is not what it was opened as"
    assert told in caplog.text
    assert find_mismatches(survey.database, survey.keys) == [told]
    with pytest.raises(DatabaseMismatch, match="group public"):
        close(survey)
    assert (survey.counts()["used"], survey.counts()["responses"]) == (11, 0), "no small crowd came out"


@pytest.mark.parametrize(
    "changed",
    [
        {"void": True},
        {"unit": "s2"},
        {"base_unit": "s2"},
        {"text_label": f"{CAMPAIGN}/public/!text"},
        {"group": "public"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_label_that_was_changed_is_told_and_stops_the_closing(survey: Survey, changed: dict[str, object]) -> None:
    """With another unit, or without one, answers would come out among others than they were given for."""
    of_label = tables.label.c.label == f"{CAMPAIGN}/parent/s1"
    intrude(survey, update(tables.label).where(of_label).values(changed))
    assert "is not where it belongs" in " ".join(find_mismatches(survey.database, survey.keys))
    with pytest.raises(DatabaseMismatch):
        close(survey)
    assert survey.counts()["responses"] == 0


def test_the_least_seconds_are_those_of_the_terms(survey: Survey) -> None:
    one = survey.codes["public", ""][0]
    with pytest.raises(HastySheet):
        survey.submit(one, started=survey.form(one, seconds_ago=5))
    survey.submit(one, started=survey.form(one, seconds_ago=10))


def test_a_cap_is_that_of_the_terms_up_to_the_transaction(survey: Survey) -> None:
    hand_in(survey, "public", "", 8)
    with pytest.raises(GroupFull):
        hand_in(survey, "public", "", 1)


def test_another_text_under_the_same_hash_is_not_shown(survey: Survey) -> None:
    submitting._known.clear()
    changed = update(tables.questionnaire).where(tables.questionnaire.c.group == "public")
    intrude(survey, changed.values(text=json.dumps({"id": "public"})))
    with pytest.raises(DatabaseMismatch, match="questionnaire"):
        hand_in(survey, "public", "", 1)


@pytest.mark.parametrize(
    "moved",
    [
        {"label": f"{CAMPAIGN}/parent/s2"},
        {"school": "s2"},
        {"group": "public"},
        {"label": f"{CAMPAIGN}/parent/s2", "school": "s2"},
        {"tag": b"t" * 32},
    ],
    ids=lambda moved: "+".join(moved),
)
def test_a_code_that_was_moved_or_whose_tag_was_changed_is_unknown_and_told(
    survey: Survey, moved: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    one = survey.codes["parent", "s1"][0]
    h = hash_code(survey.keys.campaign_key(CAMPAIGN), one)
    intrude(survey, update(code).where(code.c.code_hash == h).values(moved))
    with pytest.raises(UnknownCode):
        survey.submit(one)
    assert "the database was changed" in caplog.text
    assert survey.counts()["used"] == 6
    if "tag" not in moved:
        assert len(find_mismatches(survey.database, survey.keys)) == 1


def test_a_tag_of_another_code_is_no_good(survey: Survey) -> None:
    one, other = survey.codes["parent", "s1"][:2]
    key = survey.keys.campaign_key(CAMPAIGN)
    tags = {bytes(h): tag for h, tag in survey.stored(code, "code_hash", "tag")}
    mine, others = hash_code(key, one), hash_code(key, other)
    intrude(survey, update(code).where(code.c.code_hash == mine).values(tag=tags[others]))
    with pytest.raises(UnknownCode):
        survey.submit(one)
    survey.submit(other)


def test_without_terms_nothing_is_taken_turned_over_or_closed(survey: Survey) -> None:
    (survey.keys.path / "campaigns" / f"{CAMPAIGN}.terms").unlink()
    with pytest.raises(KeysMissing):
        hand_in(survey, "public", "", 1)
    assert work(survey) == []
    with pytest.raises(SurveyError):
        close(survey)
    assert survey.counts()["responses"] == 0


def test_a_closing_time_that_was_moved_in_the_open_is_no_change_of_terms(survey: Survey) -> None:
    intrude(survey, update(campaign).values(closes=survey.clock.now() + timedelta(days=3)))
    assert terms_of(survey.keys, campaign_of(survey)).groups["public"].cap == 8
    hand_in(survey, "public", "", 1)
