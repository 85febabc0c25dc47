"""A submission: once, or not at all, and the same receipt for the same form. On both engines."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import hash_code, make_code, print_code
from survey_app.domain.concealment import open_run
from survey_app.domain.envelope import padded_length
from survey_app.domain.errors import (
    CampaignClosed,
    CampaignNotOpen,
    CodeUsed,
    GroupFull,
    InvalidAnswers,
    SurveyError,
    UnknownCode,
    WrongCopy,
)
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.receipts import read_receipt
from survey_app.services import submission
from survey_app.services.mixing import mix_due_pools
from survey_app.services.submission import look_up
from survey_app.storage import claiming, tables
from survey_app.storage.accepting import Acceptance
from survey_app.storage.campaigns import find_campaign
from survey_app.storage.session import Database
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

SCHOOL = "430302001"


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    """Thirty parents of one school, twenty deputies without a school, of whom fifteen may answer."""
    crowds = [Crowd("parent", SCHOOL, 30), Crowd("npc_deputy", "", 20)]
    return open_survey(database, keys, clock, crowds, caps={"npc_deputy": 15})


@pytest.fixture
def code(survey: Survey) -> str:
    return survey.codes["parent", SCHOOL][0]


def state_of(survey: Survey, code: str) -> str:
    return look_up(survey.database, survey.keys, survey.clock, code).state


def test_an_answer_is_stored_sealed_and_counted_in_its_cells(survey: Survey, code: str) -> None:
    receipt = survey.submit(code)
    assert read_receipt(receipt.text) == receipt.text
    assert survey.counts() == {
        "used": 1, "envelopes": 1, "responses": 0, "comments": 0,
        "answered": 1, "taken": 1, "valid": 1, "cells": 1, "labels": 1,
    }  # fmt: skip
    assert survey.stored(tables.code, "used_on", "receipt").count((date(2026, 11, 23), receipt.text)) == 1
    assert state_of(survey, code) == "used"


def test_the_same_form_sent_again_shows_the_same_receipt_and_stores_nothing(survey: Survey, code: str) -> None:
    first = survey.submit(code, nonce="a")
    assert survey.submit(code, nonce="a") == first
    assert survey.submit(code, nonce="a", q01="3") == first, "a changed answer on a retry is not taken"
    assert survey.submit(code, nonce="a", q01="wrong") == first
    assert survey.counts()["envelopes"] == 1
    assert survey.counts()["answered"] == 1


def test_a_form_without_a_nonce_is_one_with_the_empty_nonce(survey: Survey, code: str) -> None:
    assert survey.submit(code, nonce="") == survey.submit(code, nonce="")


def test_another_form_for_a_used_code_is_refused(survey: Survey, code: str) -> None:
    survey.submit(code, nonce="a")
    with pytest.raises(CodeUsed) as refused:
        survey.submit(code, nonce="b")
    assert (refused.value.group, refused.value.campaign_name) == ("parent", "测试县2026年社会认可度调查")
    assert survey.counts()["envelopes"] == 1


def test_a_retry_after_the_closing_still_shows_the_receipt(survey: Survey, code: str, clock: FixedClock) -> None:
    first = survey.submit(code, nonce="a")
    clock.move(timedelta(days=3))
    assert survey.submit(code, nonce="a") == first


@pytest.mark.parametrize("writing", [str.lower, print_code, lambda code: f" {code[:5]} {code[5:]} "])
def test_a_code_is_read_in_any_writing(survey: Survey, code: str, writing: object) -> None:
    assert callable(writing)
    survey.submit(writing(code))
    assert state_of(survey, code) == "used"


def test_a_wrong_copy_and_an_unknown_code_are_told_apart(survey: Survey, code: str) -> None:
    other = next(mark for mark in "23456" if mark != code[3])
    with pytest.raises(WrongCopy):
        survey.submit(code[:3] + other + code[4:])
    with pytest.raises(UnknownCode):
        survey.submit(make_code())


def test_a_cancelled_code_is_unknown(survey: Survey) -> None:
    with survey.database.write() as connection:
        connection.execute(update(tables.code).values(cancelled=True))
    for code in survey.all_codes()[:3]:
        with pytest.raises(UnknownCode):
            survey.submit(code)


def test_answers_that_can_not_be_taken_leave_the_code_as_it_was(survey: Survey, code: str) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        survey.submit(code, q01="7", q02="x")
    assert [problem.field for problem in refused.value.problems] == ["q01", "q02"]
    assert state_of(survey, code) == "usable"
    assert survey.counts()["answered"] == 0


def test_looking_up_changes_nothing(survey: Survey) -> None:
    before = [survey.stored(table, *table.c.keys()) for table in tables.metadata.sorted_tables]
    for code in survey.all_codes() * 5:
        assert state_of(survey, code) == "usable"
    assert [survey.stored(table, *table.c.keys()) for table in tables.metadata.sorted_tables] == before


# --- quotas and validity ---------------------------------------------------------------------------------------------------------


def test_a_full_group_refuses_politely_and_the_code_stays_unused(survey: Survey) -> None:
    codes = survey.codes["npc_deputy", ""]
    for code in codes[:15]:
        survey.submit(code)
    for code in codes[15:]:
        assert state_of(survey, code) == "full"
        with pytest.raises(GroupFull):
            survey.submit(code)
    survey.change_group("npc_deputy", cap=16)
    assert state_of(survey, codes[15]) == "usable"
    survey.submit(codes[15])


def test_a_sheet_that_does_not_count_gives_its_place_back_when_it_is_mixed(survey: Survey) -> None:
    codes = survey.codes["npc_deputy", ""]
    for code in codes[:5]:
        survey.submit(code, started=survey.form(code, 0.5))
    assert (survey.counts()["answered"], survey.counts()["taken"], survey.counts()["valid"]) == (5, 5, 0)
    for code in codes[5:15]:
        survey.submit(code)
    assert state_of(survey, codes[15]) == "full"
    counts = survey.counts()
    assert (counts["answered"], counts["taken"], counts["valid"], counts["labels"]) == (15, 15, 10, 10)
    assert mix_due_pools(survey.database, survey.keys, survey.randomness) == 1
    counts = survey.counts()
    assert (counts["answered"], counts["valid"], counts["labels"]) == (15, 10, 10)
    left = survey.stored(tables.response, "valid").count(False)
    assert left > 0
    assert counts["taken"] == 15 - left, "places of those that still wait are kept"
    for code in codes[15 : 15 + left]:
        survey.submit(code)
    assert (survey.counts()["taken"], survey.counts()["valid"]) == (15, 10 + left)


def test_what_waits_does_not_move_the_counters_of_valid_answers(survey: Survey) -> None:
    """Copies of the database before and after a submission don't tell whether it counts."""
    fast, slow = survey.codes["parent", SCHOOL][:2]
    for code, seconds in ((fast, 0.5), (slow, 60)):
        survey.submit(code, started=survey.form(code, seconds))
    assert set(survey.stored(tables.quota, "valid")) == set(survey.stored(tables.label, "valid")) == {0}
    assert len({len(mark) for mark in survey.stored(tables.envelope, "mark")}) == 1


@pytest.mark.parametrize(
    ("min_seconds", "seconds_ago", "is_valid"),
    [
        (None, 1.0, 1),  # one required question: one second
        (None, 0.999, 0),
        (30, 30, 1),
        (30, 29.999, 0),
        (0, 0, 1),
        (30, 30 * 3600, 1),  # thirty hours
    ],
)
def test_a_sheet_counts_from_the_least_time_on(
    database: Database,
    keys: KeyDirectory,
    clock: FixedClock,
    min_seconds: float | None,
    seconds_ago: float,
    is_valid: int,
) -> None:
    survey = open_survey(database, keys, clock, [Crowd("parent", SCHOOL, 1)], min_seconds=min_seconds)
    (code,) = survey.all_codes()
    survey.submit(code, started=survey.form(code, seconds_ago))
    assert (survey.counts()["answered"], survey.counts()["valid"]) == (1, is_valid)


def test_without_a_start_time_of_ours_a_sheet_is_stored_and_does_not_count(survey: Survey) -> None:
    codes = survey.codes["parent", SCHOOL]
    forged = survey.form(codes[3]).replace(".", "0.")
    of_another_code = survey.form(codes[29])
    for code, token in zip(codes, ("", "x", "0.0", forged, "二.三", "9" * 5000, of_another_code), strict=False):
        survey.submit(code, started=token)
    assert (survey.counts()["answered"], survey.counts()["valid"]) == (7, 0)


def test_a_respondent_does_not_pay_for_a_clock_that_was_set_back(survey: Survey, code: str, clock: FixedClock) -> None:
    token = survey.form(code, 0)
    clock.move(timedelta(hours=-1))
    survey.submit(code, started=token)
    assert survey.counts()["valid"] == 1


# --- opening and closing -----------------------------------------------------------------------------------------------------------


def test_before_opening_nothing_is_taken(survey: Survey, code: str, clock: FixedClock) -> None:
    clock.move(timedelta(hours=-1, seconds=-1))
    survey.change_campaign(admission=0)
    assert state_of(survey, code) == "not_open"
    with pytest.raises(CampaignNotOpen):
        survey.submit(code)
    clock.move(timedelta(seconds=1))
    survey.submit(code)


def test_a_form_opened_before_the_closing_is_taken_until_the_grace_ends(survey: Survey, clock: FixedClock) -> None:
    codes = survey.codes["parent", SCHOOL]
    closes = clock.now() + timedelta(days=1)
    clock.moment = closes - timedelta(seconds=1)
    just_before = [survey.form(code, 0) for code in codes[:3]]
    clock.moment = closes
    just_after = survey.form(codes[2], 0)
    clock.moment = closes - timedelta(seconds=1)
    survey.submit(codes[0], started=survey.form(codes[0], 60))
    clock.moment = closes + timedelta(minutes=29)
    assert state_of(survey, codes[1]) == "closed"
    survey.submit(codes[1], started=just_before[1])
    for started in (just_after, ""):
        with pytest.raises(CampaignClosed):
            survey.submit(codes[2], started=started)
    clock.moment = closes + timedelta(minutes=31)
    with pytest.raises(CampaignClosed):
        survey.submit(codes[2], started=just_before[2])
    assert survey.counts()["answered"] == 2


def test_a_clock_set_back_reopens_nothing(survey: Survey, code: str, clock: FixedClock) -> None:
    clock.move(timedelta(days=1, minutes=31))
    survey.change_campaign(admission=3)
    clock.move(timedelta(hours=-1))
    assert state_of(survey, code) == "closed"
    with pytest.raises(CampaignClosed):
        survey.submit(code)


def test_what_a_submission_reads_directly_is_what_the_office_reads(survey: Survey, code: str) -> None:
    survey.change_campaign(min_seconds=7.5, closing_at=survey.clock.now() + timedelta(hours=1))
    with survey.database.read() as connection:
        assert look_up(survey.database, survey.keys, survey.clock, code).campaign == find_campaign(connection, CAMPAIGN)


def test_a_process_finds_codes_of_campaigns_that_were_made_after_its_start(survey: Survey, code: str) -> None:
    """It looks among the keys it knows first, and into the folder only where they find nothing."""
    other_process = KeyDirectory(survey.keys.path)
    survey.keys.make_campaign_key("older")
    assert other_process.campaign_keys().keys() == {"older", CAMPAIGN}
    newcomer = KeyDirectory(survey.keys.path)
    newcomer.campaign_key("older")
    for keys in (other_process, newcomer):
        assert look_up(survey.database, keys, survey.clock, code).state == "usable"
        with pytest.raises(UnknownCode):
            look_up(survey.database, keys, survey.clock, make_code())


def test_two_campaigns_of_one_process_never_show_each_others_terms(survey: Survey, code: str) -> None:
    """Of the same group, school and times: only their names and questionnaires differ, as those of two counties do."""
    key, other = survey.keys.make_campaign_key("c2"), make_code()
    with survey.database.write() as connection:
        for table in (tables.campaign, tables.questionnaire, tables.quota):
            column = "id" if table is tables.campaign else "campaign"
            rows = [dict(row) | {column: "c2"} for row in connection.execute(select(table)).mappings()]
            connection.execute(insert(table), rows)
        connection.execute(update(tables.campaign).where(tables.campaign.c.id == "c2").values(name="另一个县的调查"))
        connection.execute(
            update(tables.questionnaire).where(tables.questionnaire.c.campaign == "c2").values(sha256="e" * 64)
        )
        row = {"h": hash_code(key, other), "campaign": "c2", "group": "parent", "school": SCHOOL, "label": "c2/parent/"}
        connection.execute(insert(tables.code), row)
    for _ in range(2):
        mine, others = (look_up(survey.database, survey.keys, survey.clock, one) for one in (code, other))
        assert (mine.campaign.id, mine.campaign.name) == (CAMPAIGN, "测试县2026年社会认可度调查")
        assert (others.campaign.id, others.campaign.name) == ("c2", "另一个县的调查")
        assert others.questionnaire_sha256 == "e" * 64 != mine.questionnaire_sha256


def test_terms_that_moved_while_they_were_read_are_not_kept(
    survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closes = survey.clock.now() + timedelta(days=1)
    read = claiming.campaign_from_row

    def read_what_moved(values: Any) -> Any:
        monkeypatch.undo()
        return replace(read(values), closes=closes + timedelta(hours=1))

    monkeypatch.setattr(claiming, "campaign_from_row", read_what_moved)
    look_up(survey.database, survey.keys, survey.clock, code)
    assert look_up(survey.database, survey.keys, survey.clock, code).campaign.closes == closes


def just_before_the_transaction(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Lets something happen after a submission has read the code and before its first transaction."""

    make = submission._acceptance

    def make_and_be_overtaken(*of: Any) -> Acceptance:
        monkeypatch.undo()
        made = make(*of)
        happens()
        return made

    monkeypatch.setattr(submission, "_acceptance", make_and_be_overtaken)


def test_a_submission_that_was_under_way_does_not_overtake_the_closing(
    survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read an open campaign; before it locks its group, the closing ends admission."""
    just_before_the_transaction(monkeypatch, lambda: survey.change_group("parent", ended=True))
    with pytest.raises(CampaignClosed):
        survey.submit(code)
    assert (survey.counts()["used"], survey.counts()["envelopes"], survey.counts()["answered"]) == (0, 0, 0)


def test_a_submission_that_was_under_way_does_not_pass_the_cap(
    survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    just_before_the_transaction(monkeypatch, lambda: survey.change_group("parent", cap=0))
    with pytest.raises(GroupFull):
        survey.submit(code)
    assert (survey.counts()["used"], survey.counts()["envelopes"], survey.counts()["answered"]) == (0, 0, 0)


def test_a_code_that_was_cancelled_meanwhile_is_unknown(
    survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel_all() -> None:
        with survey.database.write() as connection:
            connection.execute(update(tables.code).values(cancelled=True))

    just_before_the_transaction(monkeypatch, cancel_all)
    with pytest.raises(UnknownCode):
        survey.submit(code)
    assert (survey.counts()["used"], survey.counts()["envelopes"], survey.counts()["answered"]) == (0, 0, 0)


def test_a_submission_whose_pool_was_mixed_meanwhile_seals_for_the_next_batch(
    survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move_pools() -> None:
        with survey.database.write() as connection:
            for name in survey.stored(tables.pool, "label"):
                next_batch = {"batch": 2, "public_key": survey.keys.make_pool_key(name, 2)}
                connection.execute(update(tables.pool).where(tables.pool.c.label == name).values(next_batch))

    just_before_the_transaction(monkeypatch, move_pools)
    survey.submit(code)
    assert survey.stored(tables.envelope, "batch") == [2]
    assert mix_due_pools(survey.database, survey.keys) == 0, "its key is there"
    assert (survey.counts()["used"], survey.counts()["answered"]) == (1, 1)


def test_a_submission_whose_pool_went_with_the_closing_is_refused(
    survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_pools() -> None:
        with survey.database.write() as connection:
            connection.execute(delete(tables.pool))

    just_before_the_transaction(monkeypatch, remove_pools)
    with pytest.raises(CampaignClosed):
        survey.submit(code)
    assert survey.counts()["used"] == 0


# --- one length, one transaction -----------------------------------------------------------------------------------------------------


def test_all_envelopes_have_one_length_whether_there_is_a_comment_or_not(survey: Survey) -> None:
    codes = survey.codes["parent", SCHOOL]
    survey.submit(codes[0])
    survey.submit(codes[1], q02="9", q03=["1", "2", "3", "9"], q04="学校很好" * 500)
    survey.submit(codes[2], q04="😀" * 1500)
    assert {padded_length(ct) for ct in survey.stored(tables.envelope, "ct")} == {8_192}


def test_without_a_comment_question_envelopes_are_short(
    database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    survey = open_survey(database, keys, clock, [Crowd("student", SCHOOL, 2)], with_comment=False)
    survey.submit(survey.all_codes()[0])
    assert {padded_length(ct) for ct in survey.stored(tables.envelope, "ct")} == {1_024}


def test_the_same_form_posted_many_times_at_once_is_one_answer_with_one_receipt(survey: Survey, code: str) -> None:
    receipts: list[str] = []
    threads = [threading.Thread(target=lambda: receipts.append(survey.submit(code, nonce="x").text)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 12
    assert len(set(receipts)) == 1
    assert (survey.counts()["used"], survey.counts()["envelopes"], survey.counts()["answered"]) == (1, 1, 1)


def test_different_forms_for_one_code_at_once_are_one_answer_and_polite_refusals(survey: Survey, code: str) -> None:
    outcomes: list[str] = []

    def post(number: int) -> None:
        try:
            survey.submit(code, nonce=str(number))
            outcomes.append("stored")
        except SurveyError as refused:
            outcomes.append(type(refused).__name__)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["CodeUsed"] * 11 + ["stored"]
    assert survey.counts()["envelopes"] == 1


# --- the signal `chain` ------------------------------------------------------------------------------------------------------------


def test_forms_opened_right_after_one_another_make_a_run(survey: Survey, clock: FixedClock) -> None:
    codes = iter(survey.codes["parent", SCHOOL])
    for seconds_between, seconds_taken in [(60, 30), (30, 30), (150, 30), (60, 61), (151, 30), (40, 20)]:
        clock.move(timedelta(seconds=seconds_between))
        code = next(codes)
        survey.submit(code, started=survey.form(code, seconds_taken))
    # run 1, 2 (pause 0), 3 (pause 120), 1 (overlap), 1 (pause 121), 2 (pause 20)
    assert run_lengths(survey) == (2, 3)
    survey.submit(next(codes), started="")
    assert run_lengths(survey) == (1, 3)


def run_lengths(survey: Survey) -> tuple[int, int]:
    """How long the school's run is and was at most, as who has the key reads it."""
    ((school, sealed, longest),) = survey.stored(tables.run, "school", "sealed", "longest")
    assert (school, longest) == (SCHOOL, None), "nothing of it is in clear before the closing"
    run = open_run(survey.keys.run_key(CAMPAIGN), sealed, CAMPAIGN, school)
    assert run is not None
    assert run.last_submit == survey.clock.now()
    return run.length, run.longest


def test_a_run_whose_key_was_lost_begins_anew(survey: Survey, clock: FixedClock) -> None:
    codes = survey.codes["parent", SCHOOL]
    survey.submit(codes[0])
    survey.keys.destroy_run_key(CAMPAIGN)
    clock.move(timedelta(seconds=30))
    survey.submit(codes[1], started=survey.form(codes[1], 20))
    assert run_lengths(survey) == (1, 1)


def test_a_principal_who_is_alone_in_a_school_leaves_no_run(
    database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    survey = open_survey(database, keys, clock, [Crowd("principal", SCHOOL, 1, unit="")])
    survey.submit(survey.all_codes()[0])
    assert survey.stored(tables.run, "school") == []


def test_a_sheet_that_another_of_its_school_overtook_carries_on_the_run_it_finds(
    survey: Survey, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = survey.codes["parent", SCHOOL][:3]
    survey.submit(first)
    clock.move(timedelta(seconds=30))
    form = survey.form(third, 0)
    just_before_the_transaction(monkeypatch, lambda: survey.submit(second, started=survey.form(second, 10)))
    survey.submit(third, started=form)
    assert run_lengths(survey) == (3, 3)
    assert survey.counts()["envelopes"] == 3


def test_a_group_without_schools_has_no_run(survey: Survey) -> None:
    survey.submit(survey.codes["npc_deputy", ""][0])
    assert survey.stored(tables.run, "school") == []
