"""Closing: the grace, what is let out or withheld, the last entry, a clock set back, a crash anywhere. On both engines."""

import itertools
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, select

from evaluation.errors import InvalidInput
from survey_app.domain.campaigns import Admission, State
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import CampaignClosed, CampaignNotOpen, DatabaseMismatch, WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import SealedAnswer, set_root
from survey_app.services.campaigns import closing
from survey_app.services.campaigns.closing import advance_campaigns, close_campaign, forget_campaign_codes, move_closing
from survey_app.services.campaigns.lifecycle import create_campaign, open_campaign
from survey_app.services.campaigns.voiding import void_unit
from survey_app.services.cockpit.monitoring import show_campaign
from survey_app.services.codes.issuing import issue_codes
from survey_app.services.mixing import releasing
from survey_app.services.mixing.settling import settle
from survey_app.services.submission.submitting import look_up, start_token, submit
from survey_app.storage import tables
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.results import count_labels
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import list_entries
from tests.builders_campaign import write_campaign
from tests.builders_closing import campaign_of, close, entries, hand_in, imbalances, intrude, work
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class OpenSurvey:
    """An open campaign, its codes, and people who answer them."""

    def __init__(
        self, database: Database, keys: KeyDirectory, clock: FixedClock, folder: Path, **changes: object
    ) -> None:
        self.database, self.keys, self.clock = database, keys, clock
        self.id = create_campaign(database, keys, clock, write_campaign(folder, **changes))
        self.codes = [one.code for one in issue_codes(database, keys, clock, self.id)]
        open_campaign(database, keys, clock, self.id)

    def form(self, code: str, ago: timedelta = 2 * MINUTE) -> str:
        """The start time of the form of a code that was opened a while ago."""
        return start_token(self.keys, FixedClock(self.clock.now() - ago), code)

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

    def withheld(self) -> int:
        with self.database.read() as connection:
            return int(connection.execute(select(func.sum(tables.quota.c.withheld))).scalar_one())

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
    assert survey.withheld() == 1
    assert show_campaign(survey.database, survey.id)["closes"] == "2026-11-27T18:00:00+08:00"


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
    assert survey.count(tables.comment) == 0, "nobody wrote anything"
    assert last["unused"] == len(survey.codes) - 20
    assert last["groups"]["parent"] == {"used": 20, "lost": 0, "withheld": 0}  # type: ignore[index]


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
        open_campaign(database, keys, clock, campaign)
    keys.destroy_campaign(campaigns[0])
    clock.move(timedelta(days=30))
    advance_campaigns(database, keys, clock)
    assert [show_campaign(database, campaign)["state"] for campaign in campaigns] == ["closing", "closed"]


def test_a_draft_can_not_be_closed(database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path) -> None:
    draft = create_campaign(database, keys, clock, write_campaign(tmp_path))
    with pytest.raises(WrongState, match="is draft"):
        close_campaign(database, keys, clock, draft)


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
    assert survey.count(tables.response) + survey.withheld() == len(accepted) == len(set(accepted))
    groups = show_campaign(database, survey.id)["groups"].values()
    assert sum(counts["answered"] for counts in groups) == len(accepted)


# --- a crash anywhere ------------------------------------------------------------------------------------------------------------

CROWDS = [
    Crowd("parent", "s1", 9),
    Crowd("parent", "s2", 9),
    Crowd("parent", "s3", 9),
    Crowd("parent", "s4", 9),
    Crowd("teacher", "s1", 9),
    Crowd("public", "", 9),
]


def busy_survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    """A crowd that keeps its unit, two that join, one that is withheld, a void one, a lost key, and texts."""
    survey = open_survey(database, keys, clock, CROWDS, min_seconds=0, k=2)
    for group, school, number in [("parent", "s1", 3), ("parent", "s2", 1), ("parent", "s3", 2), ("teacher", "s1", 2)]:
        hand_in(survey, group, school, number, q04="c")
    hand_in(survey, "public", "", 1, q04="c")
    hand_in(survey, "parent", "s4", 1)
    void_unit(database, clock, CAMPAIGN, "s4", "x")
    keys.destroy_pool_key(f"{CAMPAIGN}/teacher/s1", 1)
    return survey


class Crash(BaseException):
    """As if the machine had stopped."""


def crash_after(monkeypatch: pytest.MonkeyPatch, survey: Survey, commits: int) -> None:
    """Lets so many transactions of the database be committed, and stops before anything else is done."""
    writing, left = type(survey.database).write, [commits]

    @contextmanager
    def write(self: Database) -> Iterator[Connection]:
        if not left[0]:
            raise Crash
        with writing(self) as connection:
            yield connection
        left[0] -= 1
        if not left[0]:
            raise Crash

    monkeypatch.setattr(type(survey.database), "write", write)


def empty(database: Database) -> None:
    """Leaves the log of acts, which nobody can empty."""
    with database.write() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            if table.name != "audit":
                connection.execute(delete(table))


def outcome(survey: Survey) -> dict[str, object]:
    """All that a closing leaves, but for what is random."""
    told = entries(survey, "lost", "decision", "mix", "withheld", "close")
    roots = {"root": "", "answers": "", "comments": "", "receipts": ""}
    return {
        "labels": Counter(survey.stored(tables.response, "label")),
        "entries": [entry | roots for entry in told],
        "counts": survey.counts(),
        "counters of labels": sorted(survey.stored(tables.label, "label", "withheld", "lost")),
    }


def test_a_crash_after_any_transaction_of_the_closing_is_made_good_by_closing_again(
    database: Database, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, outcomes = clock.now(), []
    for commits in itertools.count():
        clock.moment = begun
        empty(database)
        keys = KeyDirectory(tmp_path / f"keys{commits}")
        survey = busy_survey(database, keys, clock)
        is_crashed = False
        if commits:
            with monkeypatch.context() as patch:
                crash_after(patch, survey, commits)
                try:
                    close(survey)
                except Crash:
                    is_crashed = True
            assert imbalances(survey) == []
        if campaign_of(survey).state != State.CLOSED:
            close(survey)
        outcomes.append(outcome(survey))
        assert imbalances(survey) == []
        assert keys.pool_batches() == []
        close_entry = entries(survey)[-1]
        leaves = [
            SealedAnswer(bytes(id_), *label.split("/")[1:], questionnaire, json.loads(answers)).leaf_data
            for id_, label, questionnaire, answers in survey.stored(
                tables.response, "id", "label", "questionnaire", "answers"
            )
        ]
        assert close_entry["answers"] == {"n": 6, "root": set_root(leaves).hex()}
        if commits and not is_crashed:
            break
    assert commits > 12, "every transaction was once the last"
    for one in outcomes:
        assert one == outcomes[0]
    assert outcomes[0]["labels"] == {f"{CAMPAIGN}/parent/": 3, f"{CAMPAIGN}/parent/s1": 3}
    counts = survey.counts()
    assert (counts["withheld"], counts["lost"], counts["comments"]) == (2, 2, 8)


def test_where_the_last_entry_fails_closing_goes_on_from_there(
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


# --- who comes out, and who does not ----------------------------------------------------------------------------------------------


@pytest.fixture
def crowds(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_survey(database, keys, clock, CROWDS, min_seconds=0)


def labels(survey: Survey) -> Counter[str]:
    return Counter(label.partition("/")[2] for label in survey.stored(tables.response, "label"))


def test_large_crowds_keep_their_unit_and_small_ones_come_out_together_without(crowds: Survey) -> None:
    for school, number in [("s1", 6), ("s2", 3), ("s3", 2)]:
        hand_in(crowds, "parent", school, number)
    close(crowds)
    assert labels(crowds) == {"parent/s1": 6, "parent/": 5}
    assert [(entry["unit"], entry["n"]) for entry in entries(crowds, "mix")] == [("", 5), ("s1", 6)]


def test_a_lonely_crowd_is_joined_by_the_smallest_large_one(crowds: Survey) -> None:
    for school, number in [("s1", 8), ("s2", 2), ("s3", 7)]:
        hand_in(crowds, "parent", school, number)
    close(crowds)
    assert labels(crowds) == {"parent/s1": 8, "parent/": 9}


def test_a_group_below_k_is_withheld_with_its_texts(crowds: Survey) -> None:
    hand_in(crowds, "parent", "s1", 2, q04="秘密")
    hand_in(crowds, "parent", "s2", 2)
    hand_in(crowds, "teacher", "s1", 5, q04="公开")
    close(crowds)
    assert labels(crowds) == {"teacher/s1": 5}
    assert crowds.stored(tables.comment, "group", "text") == [("teacher", "公开")] * 5
    assert entries(crowds, "withheld") == [{"kind": "withheld", "group": "parent", "unit": "", "n": 4, "void": 0}]
    assert sorted(number for number in crowds.stored(tables.label, "withheld") if number) == [2, 2]
    assert (crowds.counts()["envelopes"], crowds.counts()["texts"]) == (0, 0)
    assert entries(crowds)[-1]["groups"]["parent"] == {"used": 4, "withheld": 4, "lost": 0}


def test_texts_come_out_by_group_where_the_sheets_are_enough_however_few_wrote(crowds: Survey) -> None:
    hand_in(crowds, "parent", "s1", 4)
    hand_in(crowds, "parent", "s2", 4, q04="只有我们写了")
    close(crowds)
    assert crowds.stored(tables.comment, "group", "text") == [("parent", "只有我们写了")] * 4
    assert entries(crowds)[-1]["comments"]["n"] == 4


def test_texts_of_fewer_than_k_that_are_left_after_a_lost_key_are_withheld(crowds: Survey) -> None:
    hand_in(crowds, "parent", "s1", 8, q04="前")
    crowds.keys.destroy_pool_key(f"{CAMPAIGN}/parent/!text", 1)
    work(crowds)
    hand_in(crowds, "parent", "s1", 1, q04="后")
    close(crowds)
    assert crowds.stored(tables.comment, "text") == []
    assert labels(crowds) == {"parent/s1": 9}


def test_one_answer_after_a_lost_key_is_withheld_where_nobody_is_left_to_join(crowds: Survey) -> None:
    """A key is destroyed, one more answers, the campaign is closed: on the first build that one stood alone."""
    hand_in(crowds, "public", "", 8)
    crowds.keys.destroy_pool_key(f"{CAMPAIGN}/public/", 1)
    work(crowds)
    hand_in(crowds, "public", "", 1)
    close(crowds)
    assert labels(crowds) == {}
    assert (crowds.counts()["withheld"], crowds.counts()["lost"]) == (1, 8)


def test_a_key_that_is_lost_before_the_closing_is_written_off_by_it(crowds: Survey) -> None:
    hand_in(crowds, "parent", "s1", 8)
    hand_in(crowds, "parent", "s2", 6)
    crowds.keys.destroy_pool_key(f"{CAMPAIGN}/parent/s2", 1)
    close(crowds)
    assert labels(crowds) == {"parent/s1": 8}
    assert [(entry["kind"], entry["n"]) for entry in entries(crowds, "mix", "lost")] == [("lost", 6), ("mix", 8)]


def test_a_crowd_that_shrinks_after_it_was_counted_does_not_come_out(
    crowds: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(crowds, "public", "", 6)
    counting = releasing.list_pools

    def then_thin_out(connection: Connection, campaign: str) -> object:
        found = counting(connection, campaign)
        monkeypatch.undo()
        waiting = crowds.stored(tables.envelope, "id", "label")
        victims = sorted(id_ for id_, label in waiting if label == f"{CAMPAIGN}/public/")[:4]
        intrude(crowds, delete(tables.envelope).where(tables.envelope.c.id.in_(victims)))
        return found

    monkeypatch.setattr(releasing, "list_pools", then_thin_out)
    with pytest.raises(DatabaseMismatch, match="came or went"):
        close(crowds)
    assert crowds.counts()["responses"] == 0
    with pytest.raises(DatabaseMismatch, match="settle"):
        close(crowds)
    settle(crowds.database, crowds.keys, crowds.clock, CAMPAIGN)
    close(crowds)
    assert (crowds.counts()["responses"], crowds.counts()["withheld"], crowds.counts()["lost"]) == (0, 2, 4)


# --- a campaign that accepts a small crowd -----------------------------------------------------------------------------------------


def test_a_small_crowd_that_the_office_has_accepted_comes_out(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    path = write_campaign(tmp_path, grace_minutes=0, frames={"npc_deputy": 3}, min_seconds=0)
    id_ = create_campaign(database, keys, clock, path, may_be_small=True)
    codes = [one for one in issue_codes(database, keys, clock, id_) if one.group in ("npc_deputy", "public")]
    open_campaign(database, keys, clock, id_)
    assert look_up(database, keys, clock, codes[0].code).is_small_group
    assert not look_up(database, keys, clock, codes[-1].code).is_small_group
    for group, number in [("npc_deputy", 3), ("public", 4)]:
        for one in [one for one in codes if one.group == group][:number]:
            questions = look_up(database, keys, clock, one.code).questionnaire.questions
            fields = {question.id: ["1"] for question in questions if question.required}
            submit(database, keys, clock, one.code, fields, "n", start_token(keys, clock, one.code))
    close_campaign(database, keys, clock, id_)
    groups = show_campaign(database, id_)["groups"]
    assert (groups["npc_deputy"]["responses"], groups["npc_deputy"]["withheld"]) == (3, 0)
    assert (groups["public"]["responses"], groups["public"]["withheld"]) == (0, 4)


# --- moving the end ------------------------------------------------------------------------------------------------------------------


def moved(survey: OpenSurvey, closes: str) -> None:
    move_closing(survey.database, survey.clock, survey.id, closes, "lead-1")


def test_the_end_is_moved_with_an_entry_and_holds(survey: OpenSurvey) -> None:
    old = survey.campaign().closes
    moved(survey, "2026-11-30")
    assert survey.campaign().closes.isoformat() == "2026-11-30T16:00:00+00:00", "to the end of that day"
    assert survey.entries()[-1] == {
        "kind": "term", "by": "lead-1", "old": "2026-11-27T10:00:00+00:00", "new": "2026-11-30T16:00:00+00:00",
    }  # fmt: skip
    survey.clock.moment = old + HOUR
    advance_campaigns(survey.database, survey.keys, survey.clock)
    assert survey.campaign().state == State.OPEN
    survey.answer(survey.codes[0])
    moved(survey, "2026-11-28 08:00")
    survey.clock.moment = survey.campaign().closes
    advance_campaigns(survey.database, survey.keys, survey.clock)
    assert survey.campaign().state == State.CLOSING


@pytest.mark.parametrize("closes", ["", "morgen", "2026-11-23 11:59", "2026-11-19", "2026-13-01"])
def test_an_end_that_is_past_or_none_is_refused(survey: OpenSurvey, closes: str) -> None:
    before = survey.campaign()
    with pytest.raises(InvalidInput):
        moved(survey, closes)
    assert (survey.campaign(), survey.entries()[-1]["kind"]) == (before, "open")


def test_the_end_is_not_moved_once_the_grace_has_begun(survey: OpenSurvey) -> None:
    survey.clock.moment = survey.campaign().closes
    with pytest.raises(WrongState):
        moved(survey, "2026-12-30")
    survey.close()
    with pytest.raises(WrongState):
        moved(survey, "2026-12-30")


# --- what is forgotten afterwards ----------------------------------------------------------------------------------------------------


def test_codes_of_a_closed_campaign_are_forgotten_and_its_numbers_stay(crowds: Survey) -> None:
    hand_in(crowds, "public", "", 6)
    with pytest.raises(WrongState):
        forget_campaign_codes(crowds.database, crowds.keys, crowds.clock, CAMPAIGN)
    close(crowds)
    with crowds.database.read() as connection:
        before = count_labels(connection, CAMPAIGN)
    assert forget_campaign_codes(crowds.database, crowds.keys, crowds.clock, CAMPAIGN) == len(crowds.all_codes()) + 6
    assert crowds.stored(tables.code, "code_hash") == []
    assert CAMPAIGN not in crowds.keys.campaign_keys()
    with crowds.database.read() as connection:
        assert count_labels(connection, CAMPAIGN) == before
    assert [(one.group, one.answered, one.withheld) for one in before] == [("public", 6, 0)]
