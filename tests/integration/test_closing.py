"""Closing: the grace, the mixing of what is left, the last entry, a clock set back, a crash half-way. On both engines."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey_app.domain.campaigns import Admission, State
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import CampaignClosed, CampaignNotOpen, WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import set_root
from survey_app.services import closing
from survey_app.services.campaigns import (
    advance_campaigns,
    close_campaign,
    create_campaign,
    open_campaign,
    show_campaign,
)
from survey_app.services.issuing import issue_codes
from survey_app.services.submission import look_up, start_token, submit
from survey_app.storage import tables
from survey_app.storage.campaigns import find_campaign
from survey_app.storage.ledger import list_entries
from survey_app.storage.session import Database
from tests.builders_campaign import write_campaign

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class OpenSurvey:
    """An open campaign, its codes, and people who answer them."""

    def __init__(
        self, database: Database, keys: KeyDirectory, clock: FixedClock, folder: Path, **changes: object
    ) -> None:
        self.database, self.keys, self.clock = database, keys, clock
        self.id = create_campaign(database, keys, clock, write_campaign(folder, **changes))
        self.codes = [one.code for one in issue_codes(database, keys, clock, self.id)]
        open_campaign(database, clock, self.id)

    def form(self, code: str, ago: timedelta = 2 * MINUTE) -> str:
        """The start time of the form of a code that was opened a while ago."""
        return start_token(self.keys.session_secret(), FixedClock(self.clock.now() - ago), code)

    def answer(self, code: str, form: str | None = None) -> str:
        """The receipt of a sheet with every required question answered by 1."""
        questionnaire = look_up(self.database, self.keys, self.clock, code).questionnaire
        fields = {question.id: ["1"] for question in questionnaire.questions if question.required}
        return submit(self.database, self.keys, self.clock, code, fields, "nonce", form or self.form(code)).text

    def campaign(self):  # type: ignore[no-untyped-def]
        with self.database.read() as connection:
            return find_campaign(connection, self.id)

    def close(self) -> State:
        return close_campaign(self.database, self.keys, self.clock, self.id).state

    def count(self, table) -> int:  # type: ignore[no-untyped-def]
        with self.database.read() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    def entries(self) -> list[dict[str, object]]:
        with self.database.read() as connection:
            return [json.loads(body) for body in list_entries(connection, self.id)]


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path) -> OpenSurvey:
    return OpenSurvey(database, keys, clock, tmp_path)


def test_before_the_opening_time_an_open_campaign_takes_nothing(survey: OpenSurvey) -> None:
    survey.clock.moment = survey.campaign().opens - SECOND
    with pytest.raises(CampaignNotOpen):
        survey.answer(survey.codes[0])
    assert look_up(survey.database, survey.keys, survey.clock, survey.codes[0]).state == "not_open"


def test_a_form_opened_before_the_closing_time_is_taken_until_the_grace_is_over(survey: OpenSurvey) -> None:
    closes = survey.campaign().closes
    survey.clock.moment = closes - SECOND
    form, late = (survey.form(code, ago=timedelta()) for code in survey.codes[1:3])
    survey.answer(survey.codes[0])
    survey.clock.moment = closes + 29 * MINUTE
    survey.answer(survey.codes[1], form)
    with pytest.raises(CampaignClosed):
        survey.answer(survey.codes[2], survey.form(survey.codes[2], ago=28 * MINUTE))
    survey.clock.moment = closes + 31 * MINUTE
    with pytest.raises(CampaignClosed):
        survey.answer(survey.codes[2], late)


def test_a_clock_set_back_an_hour_reopens_nothing_that_the_server_has_seen_close(survey: OpenSurvey) -> None:
    closes = survey.campaign().closes
    survey.clock.moment = closes + 31 * MINUTE
    advance_campaigns(survey.database, survey.keys, survey.clock)
    survey.clock.moment = closes - 29 * MINUTE
    advance_campaigns(survey.database, survey.keys, survey.clock)
    assert survey.campaign().state == State.CLOSED
    assert look_up(survey.database, survey.keys, survey.clock, survey.codes[0]).state == "closed"
    with pytest.raises(CampaignClosed):
        survey.answer(survey.codes[0])


def test_a_clock_set_back_reopens_nothing_that_a_respondent_has_met_closed(survey: OpenSurvey) -> None:
    closes = survey.campaign().closes
    form = survey.form(survey.codes[0])
    survey.clock.moment = closes + 31 * MINUTE
    with pytest.raises(CampaignClosed):
        survey.answer(survey.codes[0], form)
    survey.clock.move(-HOUR)
    with pytest.raises(CampaignClosed):
        survey.answer(survey.codes[0], form)
    assert look_up(survey.database, survey.keys, survey.clock, survey.codes[0]).state == "closed"


def test_a_clock_set_back_in_the_grace_hands_out_no_new_forms(survey: OpenSurvey) -> None:
    closes = survey.campaign().closes
    survey.clock.moment = closes + MINUTE
    form = survey.form(survey.codes[0], ago=5 * MINUTE)
    advance_campaigns(survey.database, survey.keys, survey.clock)
    survey.clock.moment = closes - 59 * MINUTE
    assert look_up(survey.database, survey.keys, survey.clock, survey.codes[0]).state == "closed"
    assert survey.answer(survey.codes[0], form)


def test_a_campaign_that_has_begun_is_not_unbegun_by_a_clock_set_back(survey: OpenSurvey) -> None:
    survey.answer(survey.codes[0])
    survey.clock.moment = survey.campaign().opens - HOUR
    assert survey.answer(survey.codes[1])


def test_the_server_closes_a_campaign_by_itself_after_its_time_and_grace(survey: OpenSurvey) -> None:
    survey.answer(survey.codes[0])
    closes = survey.campaign().closes
    survey.clock.moment = closes
    advance_campaigns(survey.database, survey.keys, survey.clock)
    assert (survey.campaign().state, survey.campaign().admission) == (State.CLOSING, Admission.GRACE)
    assert survey.campaign().closing_at == closes
    survey.clock.moment = closes + 30 * MINUTE
    advance_campaigns(survey.database, survey.keys, survey.clock)
    assert survey.campaign().state == State.CLOSED


def test_closing_early_gives_forms_that_are_out_their_grace(survey: OpenSurvey) -> None:
    form = survey.form(survey.codes[0], ago=MINUTE)
    now = survey.clock.now()
    assert survey.close() == State.CLOSING
    survey.clock.move(29 * MINUTE)
    assert survey.close() == State.CLOSING
    assert survey.campaign().closing_at == now
    with pytest.raises(CampaignClosed):
        survey.answer(survey.codes[1], survey.form(survey.codes[1], ago=MINUTE))
    survey.answer(survey.codes[0], form)
    survey.clock.move(MINUTE)
    assert survey.close() == State.CLOSED
    assert survey.count(tables.response) == 1
    assert show_campaign(survey.database, survey.keys, survey.id)["closes"] == "2026-11-27T18:00:00+08:00"


def test_without_grace_a_campaign_closes_at_once(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    survey = OpenSurvey(database, keys, clock, tmp_path, grace_minutes=0)
    survey.answer(survey.codes[0])
    assert survey.close() == State.CLOSED


def test_closing_mixes_everything_destroys_the_keys_and_writes_the_last_entry(survey: OpenSurvey) -> None:
    receipts = [survey.answer(code) for code in survey.codes[:20]]
    survey.close()
    survey.clock.move(30 * MINUTE)
    assert survey.close() == State.CLOSED
    assert survey.count(tables.envelope) == survey.count(tables.pool) == 0
    assert survey.count(tables.response) == 20
    assert survey.keys.pool_batches() == []
    last = survey.entries()[-1]
    assert last["kind"] == "close"
    assert last["receipts"] == {"n": 20, "root": set_root(receipt.encode() for receipt in receipts).hex()}
    assert last["answers"]["n"] == 20  # type: ignore[index]
    assert last["comments"] == {"n": 0, "root": set_root([]).hex()}
    assert last["unused"] == len(survey.codes) - 20
    with survey.database.read() as connection:
        runs = connection.execute(select(tables.run.c.sealed, tables.run.c.longest)).all()
    assert {run.sealed for run in runs} == {None}
    assert min(run.longest for run in runs) >= 1
    assert survey.keys.campaigns_with_run_key() == []


def test_closing_again_changes_nothing(survey: OpenSurvey) -> None:
    survey.close()
    survey.clock.move(30 * MINUTE)
    survey.close()
    before = (survey.entries(), survey.campaign())
    survey.clock.move(HOUR)
    assert survey.close() == State.CLOSED
    assert (survey.entries(), survey.campaign()) == before


def test_a_campaign_whose_keys_are_away_does_not_hold_up_the_others(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    path = write_campaign(tmp_path)
    campaigns = [create_campaign(database, keys, clock, path) for _ in range(2)]
    for campaign in campaigns:
        issue_codes(database, keys, clock, campaign)
        open_campaign(database, clock, campaign)
    keys.destroy_campaign_key(campaigns[0])
    clock.move(timedelta(days=30))
    advance_campaigns(database, keys, clock)
    assert [show_campaign(database, keys, campaign)["state"] for campaign in campaigns] == ["closing", "closed"]


def test_a_draft_can_not_be_closed(database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path) -> None:
    draft = create_campaign(database, keys, clock, write_campaign(tmp_path))
    with pytest.raises(WrongState, match="is draft"):
        close_campaign(database, keys, clock, draft)


def test_a_crash_while_the_rest_is_mixed_is_made_good_by_closing_again(
    survey: OpenSurvey, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in survey.codes[:20]:
        survey.answer(code)
    survey.close()
    survey.clock.move(30 * MINUTE)

    def crash(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(closing, "_close_entry", crash)
        with pytest.raises(KeyboardInterrupt):
            survey.close()
    assert (survey.campaign().state, survey.campaign().admission) == (State.CLOSING, Admission.OVER)
    with pytest.raises(CampaignClosed):
        survey.answer(survey.codes[20], survey.form(survey.codes[20], ago=2 * HOUR))
    assert survey.close() == State.CLOSED
    assert survey.count(tables.response) == 20


def test_no_answer_is_lost_or_left_behind_when_many_come_in_while_the_campaign_closes(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    survey = OpenSurvey(database, keys, clock, tmp_path, grace_minutes=0)
    accepted: list[str] = []
    codes = iter(survey.codes)

    def answer_on() -> None:
        for code in codes:
            try:
                accepted.append(survey.answer(code))
            except CampaignClosed:
                return

    threads = [threading.Thread(target=answer_on) for _ in range(6)]
    for thread in threads:
        thread.start()
    while len(accepted) < 10 and any(thread.is_alive() for thread in threads):
        pass
    assert survey.close() == State.CLOSED
    for thread in threads:
        thread.join()
    assert survey.count(tables.envelope) == 0
    assert survey.count(tables.response) == len(accepted) == len(set(accepted))
    groups = show_campaign(database, keys, survey.id)["groups"].values()
    assert sum(counts["answered"] for counts in groups) == len(accepted)
