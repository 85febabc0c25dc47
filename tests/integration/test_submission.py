"""A submission: once, or not at all, and the same receipt for the same form. On both engines."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import hash_code, make_code, place_tag, print_code
from survey_app.domain.envelope import padded_length
from survey_app.domain.errors import (
    CampaignClosed,
    CampaignNotOpen,
    CodeUsed,
    DatabaseMismatch,
    GroupFull,
    GroupStopped,
    HastySheet,
    InvalidAnswers,
    MalformedCode,
    SurveyError,
    UnknownCode,
)
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.receipts import read_receipt
from survey_app.services.mixing.turnover import turn_over_all
from survey_app.services.submission import submitting
from survey_app.services.submission.submitting import Receipt, look_up
from survey_app.storage import tables
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.session import Database, open_database
from survey_app.storage.submission.statements import Submission
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

SCHOOL = "430302001"
NOTHING_STORED = dict.fromkeys(
    (
        "used",
        "envelopes",
        "texts",
        "responses",
        "comments",
        "answered",
        "taken",
        "withheld",
        "lost",
        "void",
        "cells",
        "fast",
    ),
    0,
)


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
    one_sheet = dict.fromkeys(("used", "envelopes", "texts", "answered", "taken", "cells"), 1)
    assert survey.counts() == NOTHING_STORED | one_sheet
    assert survey.stored(tables.code, "used_on", "receipt").count((date(2026, 11, 23), receipt.text)) == 1
    assert state_of(survey, code) == "used"


def test_the_same_form_sent_again_shows_the_same_receipt_and_stores_nothing(survey: Survey, code: str) -> None:
    first = survey.submit(code, nonce="a")
    assert not first.is_repeat
    again = Receipt(first.text, is_repeat=True)
    assert survey.submit(code, nonce="a") == again
    assert survey.submit(code, nonce="a", q01="3") == again, "a changed answer on a retry is not taken"
    assert survey.submit(code, nonce="a", q01="wrong") == again
    assert survey.submit(code, nonce="a", started=survey.form(code, 0)) == again
    assert survey.counts()["envelopes"] == 1
    assert survey.counts()["answered"] == 1


def test_a_form_without_a_nonce_is_one_with_the_empty_nonce(survey: Survey, code: str) -> None:
    assert survey.submit(code, nonce="").text == survey.submit(code, nonce="").text


def test_another_form_for_a_used_code_is_refused(survey: Survey, code: str) -> None:
    survey.submit(code, nonce="a")
    with pytest.raises(CodeUsed) as refused:
        survey.submit(code, nonce="b")
    assert (refused.value.group, refused.value.campaign_name) == ("parent", "测试县2026年社会认可度调查")
    assert survey.counts()["envelopes"] == 1


def test_a_retry_after_the_closing_still_shows_the_receipt(survey: Survey, code: str, clock: FixedClock) -> None:
    first = survey.submit(code, nonce="a")
    clock.move(timedelta(days=3))
    assert survey.submit(code, nonce="a").text == first.text


@pytest.mark.parametrize("writing", [str.lower, print_code, lambda code: f" {code[:5]} {code[5:]} "])
def test_a_code_is_read_in_any_writing(survey: Survey, code: str, writing: object) -> None:
    assert callable(writing)
    survey.submit(writing(code))
    assert state_of(survey, code) == "used"


def test_a_wrong_copy_and_an_unknown_code_are_told_apart(survey: Survey, code: str) -> None:
    other = next(mark for mark in "23456" if mark != code[3])
    with pytest.raises(MalformedCode):
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
    assert survey.counts() == NOTHING_STORED


def test_looking_up_changes_nothing(survey: Survey) -> None:
    before = [survey.stored(table, *table.c.keys()) for table in tables.metadata.sorted_tables]
    for code in survey.all_codes() * 5:
        assert state_of(survey, code) == "usable"
    assert [survey.stored(table, *table.c.keys()) for table in tables.metadata.sorted_tables] == before


# --- quotas ----------------------------------------------------------------------------------------------------------------------


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


def test_a_full_group_refuses_every_sheet_hasty_or_careful(survey: Survey) -> None:
    *first, late = survey.codes["npc_deputy", ""][:16]
    for code in first:
        survey.submit(code)
    for seconds in (0.0, 0.5, 120, 30 * 3_600):
        with pytest.raises(GroupFull):
            survey.submit(late, started=survey.form(late, seconds))
    with pytest.raises(GroupFull):
        survey.submit(late, started="")
    assert (survey.counts()["used"], survey.counts()["taken"]) == (15, 15)


def test_a_stopped_group_takes_nothing_until_it_goes_on_and_the_others_do(survey: Survey, code: str) -> None:
    deputy = survey.codes["npc_deputy", ""][0]
    survey.change_group("npc_deputy", stopped=True)
    assert state_of(survey, deputy) == "stopped"
    with pytest.raises(GroupStopped) as refused:
        survey.submit(deputy)
    assert refused.value.group == "npc_deputy"
    survey.submit(code)
    assert (survey.counts()["used"], survey.counts()["envelopes"]) == (1, 1)
    survey.change_group("npc_deputy", stopped=False)
    survey.submit(deputy)


# --- too soon --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("min_seconds", "seconds_ago", "wait_s"),
    [
        (None, 1.0, 0),  # one required question: one second
        (None, 0.999, 1),
        (5, 5, 0),
        (5, 4.999, 1),
        (5, 0.5, 5),
        (30, 8, 0),  # never more than two seconds a question, and there are four
        (30, 7.5, 1),
        (0, 0, 0),
        (5, 30 * 3_600, 0),  # opened thirty hours ago
    ],
)
def test_a_sheet_sent_sooner_than_the_least_time_is_handed_back(
    database: Database,
    keys: KeyDirectory,
    clock: FixedClock,
    min_seconds: float | None,
    seconds_ago: float,
    wait_s: int,
) -> None:
    survey = open_survey(database, keys, clock, [Crowd("parent", SCHOOL, 1)], min_seconds=min_seconds)
    (code,) = survey.all_codes()
    form = survey.form(code, seconds_ago)
    if not wait_s:
        survey.submit(code, started=form)
        return
    with pytest.raises(HastySheet) as handed_back:
        survey.submit(code, started=form)
    told = handed_back.value
    assert (told.wait_s, told.started, told.group) == (wait_s, None, "parent")
    assert told.campaign_name == "测试县2026年社会认可度调查"
    assert (survey.counts(), state_of(survey, code)) == (NOTHING_STORED, "usable")
    clock.move(timedelta(seconds=wait_s))
    survey.submit(code, started=form)
    assert survey.counts()["used"] == 1


def test_a_sheet_without_a_start_time_of_ours_is_handed_back_with_one(survey: Survey, clock: FixedClock) -> None:
    codes = survey.codes["parent", SCHOOL]
    forged = survey.form(codes[3]).replace(".", "0.")
    of_another_code = survey.form(codes[29])
    tokens = ("", "x", "0.0", forged, "二.三", "9" * 5_000, of_another_code)
    new = {}
    for code, token in zip(codes, tokens, strict=False):
        with pytest.raises(HastySheet) as handed_back:
            survey.submit(code, started=token)
        assert handed_back.value.wait_s == 1
        new[code] = handed_back.value.started
    assert survey.counts() == NOTHING_STORED
    clock.move(timedelta(seconds=1))
    for code, started in new.items():
        survey.submit(code, started=started)
    assert survey.counts()["used"] == len(tokens)


def test_what_can_not_be_taken_is_told_before_that_it_came_too_soon(survey: Survey, code: str) -> None:
    with pytest.raises(InvalidAnswers):
        survey.submit(code, started=survey.form(code, 0), q01="7")


def test_hasty_sheets_use_no_places_of_honest_ones(database: Database, keys: KeyDirectory, clock: FixedClock) -> None:
    """Five places, seven codes: three teachers are hasty, and the four careful ones get in; a hasty one who reads it gets the last."""
    survey = open_survey(database, keys, clock, [Crowd("teacher", SCHOOL, 7)], caps={"teacher": 5}, min_seconds=8)
    codes = survey.all_codes()
    for code in codes[:3]:
        with pytest.raises(HastySheet):
            survey.submit(code, started=survey.form(code, 6))
    assert survey.counts() == NOTHING_STORED
    for code in codes[3:]:
        survey.submit(code, started=survey.form(code, 19))
    assert survey.counts()["taken"] == 4
    survey.submit(codes[0], started=survey.form(codes[0], 8))
    with pytest.raises(GroupFull):
        survey.submit(codes[1], started=survey.form(codes[1], 8))
    assert (survey.counts()["used"], survey.counts()["taken"], survey.counts()["envelopes"]) == (5, 5, 5)


def test_start_times_outlast_their_secret_by_two_days(survey: Survey, clock: FixedClock) -> None:
    """A form is signed, the secret retires a day later; forty-seven hours after that the form is good, forty-nine hours after it isn't."""
    early, late = survey.codes["parent", SCHOOL][:2]
    survey.change_campaign(closes=clock.now() + timedelta(days=9))
    forms = {code: survey.form(code, 0) for code in (early, late)}
    secrets = survey.keys.start_secrets
    clock.move(timedelta(hours=25))
    secrets.rotate(clock.now())
    clock.move(timedelta(hours=47))
    survey.submit(early, started=forms[early])
    clock.move(timedelta(hours=2))
    with pytest.raises(HastySheet) as handed_back:  # the worker has not destroyed it yet
        survey.submit(late, started=forms[late])
    secrets.rotate(clock.now())
    with pytest.raises(HastySheet):
        survey.submit(late, started=forms[late])
    clock.move(timedelta(seconds=2))
    survey.submit(late, started=handed_back.value.started)
    assert survey.counts()["used"] == 2


def test_a_form_signed_by_another_process_with_a_new_secret_is_known_at_once(
    survey: Survey, code: str, clock: FixedClock
) -> None:
    survey.form(code)
    survey.keys.start_secrets.newest(clock.now())
    other = KeyDirectory(survey.keys.path)
    other.start_secrets.rotate(clock.now() + timedelta(hours=25))
    there = Survey(survey.database, other, clock)
    survey.submit(code, started=there.form(code, 60))
    assert survey.counts()["used"] == 1


def test_sheets_sent_sooner_than_anybody_reads_are_counted_as_fast_by_their_label(survey: Survey) -> None:
    """Two seconds for each of the two questions of one choice, whatever was answered."""
    codes = survey.codes["parent", SCHOOL]
    for code, seconds in zip(codes, (1, 3.9, 4, 100), strict=False):
        survey.submit(code, started=survey.form(code, seconds))
    assert {row for row in survey.stored(tables.pace, "label", "fast") if row[1]} == {
        (f"{CAMPAIGN}/parent/{SCHOOL}", 2)
    }


def test_a_respondent_does_not_pay_for_a_clock_that_was_set_back(survey: Survey, code: str, clock: FixedClock) -> None:
    token = survey.form(code, 0)
    clock.move(timedelta(hours=-1))
    survey.submit(code, started=token)
    assert (survey.counts()["used"], survey.counts()["fast"]) == (1, 0)


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
        text = dict(survey.stored(tables.questionnaire, "group", "text"))["parent"].replace("问卷", "问卷二")
        others_text = {"text": text, "sha256": sha256(text.encode()).hexdigest()}
        connection.execute(
            update(tables.questionnaire)
            .where(tables.questionnaire.c.campaign == "c2", tables.questionnaire.c.group == "parent")
            .values(others_text)
        )
        h, label = hash_code(key, other), "c2/parent/"
        place = {"campaign": "c2", "group": "parent", "school": SCHOOL, "label": label}
        connection.execute(
            insert(tables.code), {"code_hash": h, "tag": place_tag(key, h, "parent", SCHOOL, label), **place}
        )
    for _ in range(2):
        mine, others = (look_up(survey.database, survey.keys, survey.clock, one) for one in (code, other))
        assert (mine.campaign.id, mine.campaign.name) == (CAMPAIGN, "测试县2026年社会认可度调查")
        assert (others.campaign.id, others.campaign.name) == ("c2", "另一个县的调查")
        assert (mine.questionnaire.title.zh, others.questionnaire.title.zh) == ("parent问卷", "parent问卷二")


def just_before_the_transaction(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Lets something happen after a submission has read the code and before its first transaction."""
    store = submitting.store_submissions

    def be_overtaken(database: Database, news: Sequence[Submission]) -> Sequence[bool | Exception]:
        monkeypatch.undo()
        happens()
        return store(database, news)

    monkeypatch.setattr(submitting, "store_submissions", be_overtaken)


def test_a_submission_that_was_under_way_does_not_overtake_the_closing(
    survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read an open campaign; before it locks its group, the closing ends admission."""
    just_before_the_transaction(monkeypatch, lambda: survey.change_group("parent", ended=True))
    with pytest.raises(CampaignClosed):
        survey.submit(code)
    assert survey.counts() == NOTHING_STORED


def test_a_submission_that_was_under_way_does_not_pass_the_cap(
    survey: Survey, code: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey.change_group("parent", cap=1)
    of_another_process = replace(survey, database=open_database(database_url))
    other = survey.codes["parent", SCHOOL][1]
    just_before_the_transaction(monkeypatch, lambda: of_another_process.submit(other))
    with pytest.raises(GroupFull):
        survey.submit(code)
    assert (survey.counts()["used"], survey.counts()["envelopes"], survey.counts()["taken"]) == (1, 1, 1)


def test_a_code_that_was_cancelled_meanwhile_is_unknown(
    survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel_all() -> None:
        with survey.database.write() as connection:
            connection.execute(update(tables.code).values(cancelled=True))

    just_before_the_transaction(monkeypatch, cancel_all)
    with pytest.raises(UnknownCode):
        survey.submit(code)
    assert survey.counts() == NOTHING_STORED


def test_a_submission_that_was_under_way_does_not_get_into_a_group_that_was_stopped(
    survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    just_before_the_transaction(monkeypatch, lambda: survey.change_group("parent", stopped=True))
    with pytest.raises(GroupStopped):
        survey.submit(code)
    assert survey.counts() == NOTHING_STORED


def test_a_submission_whose_pools_were_turned_over_meanwhile_seals_for_the_next_batch(
    survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey.submit(survey.codes["parent", SCHOOL][1])
    just_before_the_transaction(monkeypatch, lambda: turn_over_all(survey.database, survey.keys))
    survey.submit(code)
    assert survey.stored(tables.envelope, "batch") == [2] * 4
    turn_over_all(survey.database, survey.keys)
    assert survey.stored(tables.envelope, "batch") == [3] * 4, "what was sealed can be opened"
    assert (survey.counts()["used"], survey.counts()["answered"]) == (2, 2)


@pytest.mark.parametrize("table", [tables.allocation, tables.pace])
def test_a_row_that_was_taken_away_is_told_and_does_not_keep_the_respondent_waiting(
    survey: Survey, code: str, table: Any
) -> None:
    with survey.database.write() as connection:
        connection.execute(delete(table))
    with pytest.raises(DatabaseMismatch, match="nothing can be stored"):
        survey.submit(code, started=survey.form(code, 2))
    assert (survey.counts(), state_of(survey, code)) == (NOTHING_STORED, "usable")


def test_nothing_is_taken_for_a_dead_key(survey: Survey, code: str) -> None:
    """The private half is gone: what is sealed with the public one could never be opened."""
    (file,) = (survey.keys.path / "pools").glob(f"*{SCHOOL}.1.key")
    file.unlink()
    with pytest.raises(DatabaseMismatch, match="nothing can be stored"):
        survey.submit(code)
    assert survey.counts() == NOTHING_STORED


def test_a_code_whose_place_was_changed_in_the_database_is_unknown_and_told(
    survey: Survey, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with survey.database.write() as connection:
        connection.execute(update(tables.code).values(label=f"{CAMPAIGN}/npc_deputy/"))
    for request in (survey.submit, lambda code: state_of(survey, code)):
        with pytest.raises(UnknownCode):
            request(code)
    assert "not where it was issued to" in caplog.text
    assert survey.counts() == NOTHING_STORED


def test_a_submission_whose_pool_went_with_the_closing_is_refused(
    survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_pools() -> None:
        with survey.database.write() as connection:
            connection.execute(update(tables.quota).values(ended=True))
            connection.execute(delete(tables.pool))

    just_before_the_transaction(monkeypatch, remove_pools)
    with pytest.raises(CampaignClosed):
        survey.submit(code)
    assert survey.counts() == NOTHING_STORED


# --- one length, one transaction -----------------------------------------------------------------------------------------------------


def test_all_envelopes_have_one_length_whatever_was_answered_or_written(survey: Survey) -> None:
    codes = survey.codes["parent", SCHOOL]
    survey.submit(codes[0])
    survey.submit(codes[1], q02="9", q03=["1", "2", "3", "9"], q04="学校很好" * 500)
    survey.submit(codes[2], q04="😀" * 1500)
    lengths = Counter(
        (label, padded_length(ciphertext))
        for label, ciphertext in survey.stored(tables.envelope, "label", "ciphertext")
    )
    assert lengths == {(f"{CAMPAIGN}/parent/{SCHOOL}", 1_024): 3, (f"{CAMPAIGN}/parent/!text", 8_192): 3}


def test_where_no_text_is_asked_for_there_is_one_envelope_a_sheet(
    database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    survey = open_survey(database, keys, clock, [Crowd("student", SCHOOL, 2)], with_comment=False)
    survey.submit(survey.all_codes()[0])
    assert [padded_length(ciphertext) for ciphertext in survey.stored(tables.envelope, "ciphertext")] == [1_024]


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
