"""Mixing: answers come out in crowds, once, sealed in the ledger, and old keys open nothing. On both engines."""

import json
import shutil
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import delete, insert, update

from survey_app.domain.campaigns import Campaign
from survey_app.domain.clock import FixedClock
from survey_app.domain.envelope import Destination, UnreadableEnvelope, open_envelope
from survey_app.domain.errors import KeysMissing
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import SealedAnswer, set_root
from survey_app.services import mixing
from survey_app.services.mixing import clean_key_directory, mix_due_pools, mix_remainders
from survey_app.services.opening_envelopes import Opener
from survey_app.storage import tables
from survey_app.storage.campaigns import find_campaign
from survey_app.storage.session import Database
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

PARENTS_1 = Crowd("parent", "s1", 40)
PARENTS_2 = Crowd("parent", "s2", 40)
DEPUTIES = Crowd("npc_deputy", "", 20)


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_survey(database, keys, clock, [PARENTS_1, PARENTS_2, DEPUTIES])


def fill(survey: Survey, crowd: Crowd, count: int, **fields: object) -> None:
    """Lets the next `count` codes of a crowd answer."""
    codes = survey.codes[crowd.group, crowd.school]
    for _ in range(count):
        survey.submit(codes.pop(), **fields)


def mix(survey: Survey) -> int:
    return mix_due_pools(survey.database, survey.keys, survey.randomness)


def campaign_of(survey: Survey) -> Campaign:
    with survey.database.read() as connection:
        return find_campaign(connection, CAMPAIGN)


def mix_rest(survey: Survey) -> None:
    survey.change_campaign(admission=3)
    mix_remainders(survey.database, survey.keys, campaign_of(survey), survey.randomness)


def entries(survey: Survey) -> list[dict[str, object]]:
    return [json.loads(body) for body in survey.stored(tables.entry, "body")]


# --- during the campaign -----------------------------------------------------------------------------------------------------------


def test_a_pool_with_fewer_than_twice_k_waits(survey: Survey) -> None:
    fill(survey, PARENTS_1, 9)
    assert mix(survey) == 0
    assert (survey.counts()["envelopes"], survey.counts()["responses"]) == (9, 0)


def test_from_twice_k_on_all_but_k_come_out_and_a_crowd_stays(survey: Survey) -> None:
    fill(survey, PARENTS_1, 13)
    assert mix(survey) == 1
    assert (survey.counts()["envelopes"], survey.counts()["responses"]) == (5, 8)
    assert set(survey.stored(tables.response, "label", "batch")) == {(PARENTS_1.label, 1)}
    assert set(survey.stored(tables.envelope, "label", "batch")) == {(PARENTS_1.label, 2)}
    assert (PARENTS_1.label, 2) in survey.stored(tables.pool, "label", "batch")


def test_every_answer_comes_out_as_it_was_given(survey: Survey) -> None:
    fill(survey, PARENTS_1, 4, q01="1")
    fill(survey, PARENTS_1, 5, q01="3", q02="9", q03=["1", "9"], q04="修好操场 😀 𠮷 =1+1")
    for code in [survey.codes["parent", "s1"].pop() for _ in range(6)]:
        survey.submit(code, q01="2", started=survey.form(code, 0.1))
    mix(survey)
    mix_rest(survey)
    rows = survey.stored(tables.response, "questionnaire", "duration_bucket", "valid", "answers")
    assert Counter(rows) == {
        ("parent/1", 120, True, '{"q01":1}'): 4,
        ("parent/1", 120, True, '{"q01":3,"q02":9,"q03":[1,9]}'): 5,
        ("parent/1", 0, False, '{"q01":2}'): 6,
    }
    assert (
        survey.stored(tables.comment, "campaign", "group", "text") == [(CAMPAIGN, "parent", "修好操场 😀 𠮷 =1+1")] * 5
    )
    assert len(set(survey.stored(tables.comment, "id") + survey.stored(tables.response, "id"))) == 20


@pytest.mark.parametrize(
    "text",
    ["=1+1", "＝1", "a\x00b", "a\x0bb", "\ud800半", "😀", "𠮷䶮㛃", "一\r\n二", "\ufffe", "'; DROP TABLE response; --"],
)
def test_odd_comments_survive_the_whole_way(survey: Survey, text: str) -> None:
    from survey_app.domain.answers import clean_text

    fill(survey, PARENTS_1, 10, q04=text)
    mix(survey)
    assert survey.stored(tables.comment, "text") == []
    mix_rest(survey)
    assert set(survey.stored(tables.comment, "text")) == {clean_text(text)}


def test_answers_and_comments_lie_in_the_order_of_their_random_ids(survey: Survey, engine_name: str) -> None:
    fill(survey, PARENTS_1, 30, q04="c")
    mix(survey)
    fill(survey, PARENTS_2, 30, q04="c")
    mix(survey)
    with survey.database.read() as connection:
        order = "ctid" if engine_name == "postgresql" else "id"
        for table, size in (("response", 25), ("sealed_comment", 25), ("envelope", 5)):
            ids = [bytes(row[0]) for row in connection.exec_driver_sql(f"SELECT id FROM {table} ORDER BY {order}")][
                -size:
            ]
            assert ids == sorted(ids)
    mix_rest(survey)
    with survey.database.read() as connection:
        ids = [bytes(row[0]) for row in connection.exec_driver_sql(f"SELECT id FROM comment ORDER BY {order}")]
    assert len(ids) == 60
    assert ids == sorted(ids)


def test_who_stays_in_the_pool_is_drawn_at_random(survey: Survey) -> None:
    """Over 40 mixes of 10 envelopes of which 5 stay, the first to come stays about half the time: 20 ± 4 standard deviations."""
    stayed = 0
    for _ in range(40):
        with survey.database.write() as connection:
            connection.execute(delete(tables.envelope))
            connection.execute(delete(tables.response))
            connection.execute(update(tables.code).values(used=False))
        codes = survey.codes["parent", "s1"]
        for position, code in enumerate(codes[:10]):
            survey.submit(code, q01="3" if position == 0 else "1")
        mix(survey)
        stayed += '{"q01":3}' not in survey.stored(tables.response, "answers")
    assert 20 - 4 * 3.2 < stayed < 20 + 4 * 3.2


def test_the_ledger_holds_number_and_root_of_each_batch(survey: Survey) -> None:
    fill(survey, PARENTS_1, 10)
    fill(survey, PARENTS_2, 12, q03=["1", "2"])
    mix(survey)
    leaves: dict[str, list[bytes]] = {}
    for id_, label, questionnaire, bucket, answers in survey.stored(
        tables.response, "id", "label", "questionnaire", "duration_bucket", "answers"
    ):
        _, group, unit = label.split("/")
        answer = SealedAnswer(bytes(id_), group, unit, questionnaire, bucket, json.loads(answers))
        leaves.setdefault(label, []).append(answer.leaf_data)
    expected = [{"kind": "mix", "n": len(of_label), "root": set_root(of_label).hex()} for of_label in leaves.values()]
    assert sorted(entries(survey), key=str) == sorted(expected, key=str)
    assert sorted(entry["n"] for entry in entries(survey)) == [5, 7]


def test_after_a_mix_the_old_key_is_gone_and_envelopes_of_a_backup_can_not_be_opened(survey: Survey) -> None:
    fill(survey, PARENTS_1, 12)
    backup = survey.stored(tables.envelope, "id", "label", "batch", "ct")
    (public_key,) = [
        key for label, key in survey.stored(tables.pool, "label", "public_key") if label == PARENTS_1.label
    ]
    private_key = survey.keys.pool_key(PARENTS_1.label, 1)
    mix(survey)
    assert [batch for label, batch in survey.keys.pool_batches() if label == PARENTS_1.label] == [2]
    destination = Destination(CAMPAIGN, PARENTS_1.label, 1, public_key)
    for key_file in survey.keys.path.rglob("*.key"):
        assert key_file.read_bytes() != private_key
        with pytest.raises(UnreadableEnvelope):
            open_envelope(backup[0][3], key_file.read_bytes(), destination)
    assert open_envelope(backup[0][3], private_key, destination), "the test would notice a key that is still there"


def test_a_second_mix_takes_late_comers_and_those_who_stayed(survey: Survey) -> None:
    fill(survey, PARENTS_1, 10)
    mix(survey)
    fill(survey, PARENTS_1, 4)
    assert mix(survey) == 0
    fill(survey, PARENTS_1, 1)
    assert mix(survey) == 1
    assert Counter(survey.stored(tables.response, "batch")) == {1: 5, 2: 5}
    counts = survey.counts()
    assert counts["used"] == counts["answered"] == counts["envelopes"] + counts["responses"] == 15


def test_a_mix_that_another_was_faster_with_changes_nothing(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(survey, PARENTS_1, 12)
    slower = mixing._open_ahead

    def another_first(*arguments: object) -> None:
        monkeypatch.setattr(mixing, "_open_ahead", slower)
        monkeypatch.setattr(mixing, "only_mixer", lambda _: nullcontext())
        assert mix(survey) == 1

    monkeypatch.setattr(mixing, "_open_ahead", another_first)
    monkeypatch.setattr(mixing, "only_mixer", lambda _: nullcontext())
    assert mix(survey) == 0
    assert (survey.counts()["responses"], survey.counts()["envelopes"]) == (7, 5)
    mix_rest(survey)
    assert survey.counts()["responses"] == 12


def test_envelopes_that_come_in_while_others_are_opened_are_mixed_too(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(survey, PARENTS_1, 10)
    opening = mixing._open_ahead

    def then_two_more(database: Database, openers: list[Opener]) -> None:
        opening(database, openers)
        fill(survey, PARENTS_1, 2)

    monkeypatch.setattr(mixing, "_open_ahead", then_two_more)
    mix(survey)
    assert (survey.counts()["responses"], survey.counts()["envelopes"]) == (7, 5)
    assert Counter(survey.stored(tables.envelope, "batch")) == {2: 5}


# --- the key directory ---------------------------------------------------------------------------------------------------------------


def test_keys_of_mixed_batches_that_a_crash_left_are_destroyed_at_the_start(survey: Survey) -> None:
    fill(survey, PARENTS_1, 10)
    left_by_crash = survey.keys.path / "copy"
    shutil.copytree(survey.keys.path / "pools", left_by_crash)
    mix(survey)
    shutil.copytree(left_by_crash, survey.keys.path / "pools", dirs_exist_ok=True)
    assert (PARENTS_1.label, 1) in survey.keys.pool_batches()
    survey.keys.make_pool_key(PARENTS_2.label, 2)  # made for a mix that did not happen
    assert clean_key_directory(survey.database, survey.keys) == 1
    assert [batch for label, batch in survey.keys.pool_batches() if label == PARENTS_1.label] == [2]
    fill(survey, PARENTS_2, 10)
    assert mix(survey) == 1


def test_a_key_of_a_pool_that_is_not_stored_yet_is_left_alone(survey: Survey) -> None:
    """Issuing makes the key first and the pool after it."""
    survey.keys.make_pool_key(f"{CAMPAIGN}/parent/s9", 1)
    clean_key_directory(survey.database, survey.keys)
    assert (f"{CAMPAIGN}/parent/s9", 1) in survey.keys.pool_batches()


def test_with_a_lost_key_its_envelopes_are_written_off_and_as_many_codes_may_be_issued(survey: Survey) -> None:
    fill(survey, PARENTS_1, 10)
    mix(survey)  # 5 mixed, 5 stay
    fill(survey, PARENTS_1, 2)
    fill(survey, PARENTS_1, 1, started="")  # does not count
    fill(survey, PARENTS_2, 3)
    survey.keys.destroy_pool_key(PARENTS_1.label, 2)
    assert mix(survey) == 1
    counts = survey.counts()
    assert counts["used"] == counts["answered"] == counts["envelopes"] + counts["responses"] + 8 == 16
    assert (counts["valid"], counts["labels"]) == (8, 8)
    assert entries(survey)[-1] == {"kind": "lost", "label": PARENTS_1.label, "n": 8}
    assert ("parent", "s1", 48) in survey.stored(tables.cell, "group", "school", "planned")
    assert ("parent", 88) in survey.stored(tables.quota, "group", "to_issue")
    fill(survey, PARENTS_1, 10)
    assert mix(survey) == 1, "the pool goes on under a new key"


def test_a_lost_key_of_an_empty_pool_is_replaced_without_a_word(survey: Survey) -> None:
    survey.keys.destroy_pool_key(DEPUTIES.label, 1)
    assert mix(survey) == 1
    assert entries(survey) == []
    fill(survey, DEPUTIES, 10)
    assert mix(survey) == 1


def test_with_a_lost_key_of_comments_the_answers_stay_and_later_comments_come_out(survey: Survey) -> None:
    fill(survey, PARENTS_1, 10, q04="前")
    mix(survey)
    survey.keys.destroy_pool_key(f"{CAMPAIGN}/comments", 1)
    mix(survey)
    assert entries(survey)[-1] == {"kind": "lost", "comments": 5}
    fill(survey, PARENTS_2, 10, q04="后")
    mix(survey)
    mix_rest(survey)
    assert sorted(survey.stored(tables.comment, "text")) == ["前"] * 5 + ["后"] * 10
    assert survey.counts()["responses"] == 20


def test_a_damaged_envelope_is_written_off_and_the_others_stay_safe(survey: Survey) -> None:
    fill(survey, PARENTS_1, 11)
    damaged = survey.stored(tables.envelope, "id")[0]
    with survey.database.write() as connection:
        connection.execute(update(tables.envelope).where(tables.envelope.c.id == damaged).values(ct=b"\0" * 100))
    mix(survey)
    counts = survey.counts()
    assert (counts["envelopes"], counts["responses"], counts["valid"]) == (5, 5, 10)
    assert [entry["kind"] for entry in entries(survey)] == ["lost", "mix"]


def test_a_wrong_key_directory_is_not_taken_for_lost_keys(
    survey: Survey, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(survey, PARENTS_1, 12)
    elsewhere = KeyDirectory(tmp_path / "elsewhere")
    assert mix_due_pools(survey.database, elsewhere, Random(1)) == 0
    assert "JUNHENG_KEYS" in caplog.text
    survey.change_campaign(admission=3)
    with pytest.raises(KeysMissing):
        mix_remainders(survey.database, elsewhere, campaign_of(survey), Random(1))
    assert survey.counts()["envelopes"] == 12


# --- closing -----------------------------------------------------------------------------------------------------------------------


def test_at_closing_large_pools_keep_their_unit_and_small_ones_come_out_together_without(survey: Survey) -> None:
    fill(survey, PARENTS_1, 6)
    fill(survey, PARENTS_2, 3)
    fill(survey, DEPUTIES, 2)
    with survey.database.write() as connection:  # a third unit of parents
        third = f"{CAMPAIGN}/parent/s3"
        row = {"label": third, "campaign": CAMPAIGN, "group": "parent", "unit": "s3"}
        connection.execute(insert(tables.label), row)
        pool = {"label": third, "batch": 1, "public_key": survey.keys.make_pool_key(third, 1)}
        connection.execute(insert(tables.pool), pool)
        connection.execute(update(tables.code).where(tables.code.c.school == "s2").values(label=third))
    fill(survey, PARENTS_2, 2)
    mix_rest(survey)
    by_label = Counter(survey.stored(tables.response, "label"))
    assert by_label == {PARENTS_1.label: 6, f"{CAMPAIGN}/parent/": 5, DEPUTIES.label: 2}
    assert dict(survey.stored(tables.label, "label", "valid")) == {**by_label, PARENTS_2.label: 0, third: 0}
    assert survey.stored(tables.pool, "label") == []
    assert survey.stored(tables.envelope, "id") == []
    assert survey.keys.pool_batches() == []


def test_at_closing_a_lonely_remainder_is_joined_by_the_smallest_large_pool(survey: Survey) -> None:
    fill(survey, PARENTS_1, 8)
    fill(survey, PARENTS_2, 2)
    mix_rest(survey)
    assert Counter(survey.stored(tables.response, "label")) == {f"{CAMPAIGN}/parent/": 10}


def test_at_closing_the_lost_are_written_off_too(survey: Survey) -> None:
    fill(survey, PARENTS_1, 8)
    fill(survey, PARENTS_2, 6)
    survey.keys.destroy_pool_key(PARENTS_2.label, 1)
    mix_rest(survey)
    assert Counter(survey.stored(tables.response, "label")) == {PARENTS_1.label: 8}
    assert sorted(str(entry["kind"]) for entry in entries(survey)) == ["lost", "mix"]
    assert (survey.counts()["valid"], survey.counts()["labels"]) == (8, 8)


def test_mixing_the_rest_twice_changes_nothing(survey: Survey) -> None:
    fill(survey, PARENTS_1, 8)
    mix_rest(survey)
    before = survey.stored(tables.response, "id", "answers"), entries(survey)
    mix_rest(survey)
    assert (survey.stored(tables.response, "id", "answers"), entries(survey)) == before


def test_an_error_of_the_database_does_not_spell_out_answers(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(survey, PARENTS_1, 10, q04="小声说")
    monkeypatch.setattr(type(survey.randomness), "randbytes", lambda _self, length: bytes(length))  # the same id twice
    with pytest.raises(Exception, match=r"(?i)unique") as failed:
        mix(survey)
    assert "小声说" not in str(failed.value)
    assert '"q01"' not in str(failed.value)
    monkeypatch.undo()
    assert mix(survey) == 1, "nothing was lost"
    assert survey.counts()["responses"] == 5
