"""What waits is turned over whole, and comes out at the closing as it was given; old keys open nothing. On both engines."""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, update

from survey_app.domain.answers import clean_text
from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import place_tag
from survey_app.domain.envelope import Destination, UnreadableEnvelope, open_envelope
from survey_app.domain.errors import DatabaseMismatch, GroupStopped
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import SealedAnswer, set_root
from survey_app.domain.units import is_text_label
from survey_app.services.mixing import releasing, turnover
from survey_app.services.mixing.envelopes import Opened
from survey_app.services.mixing.turnover import Mixer, clean_key_directory, turn_over_all
from survey_app.storage import tables
from survey_app.storage.mixing.pools import StoredEnvelope
from survey_app.storage.session import Database
from tests.builders_closing import campaign_of, close, entries, hand_in, imbalances, intrude, work
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

PARENTS_1 = Crowd("parent", "s1", 40)
PARENTS_2 = Crowd("parent", "s2", 40)
DEPUTIES = Crowd("npc_deputy", "", 20)
TEXTS = f"{CAMPAIGN}/parent/!text"


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_survey(database, keys, clock, [PARENTS_1, PARENTS_2, DEPUTIES], min_seconds=0)


def fill(survey: Survey, crowd: Crowd, count: int, **fields: object) -> list[str]:
    return hand_in(survey, crowd.group, crowd.school, count, **fields)


def batch_of(survey: Survey, label: str) -> int:
    return dict(survey.stored(tables.pool, "label", "batch"))[label]


def envelopes(survey: Survey, label: str) -> list[tuple[bytes, int, bytes]]:
    rows = survey.stored(tables.envelope, "label", "id", "batch", "ciphertext")
    return [(bytes(id_), batch, bytes(ciphertext)) for name, id_, batch, ciphertext in rows if name == label]


# --- turning over ---------------------------------------------------------------------------------------------------------------


def test_turning_over_gives_new_ids_keys_and_ciphertexts(survey: Survey) -> None:
    fill(survey, PARENTS_1, 6)
    before = envelopes(survey, PARENTS_1.label) + envelopes(survey, TEXTS)
    old = [file for file in (survey.keys.path / "pools").glob("*parent*") if "s2" not in file.name]
    assert work(survey) == [CAMPAIGN]
    after = envelopes(survey, PARENTS_1.label) + envelopes(survey, TEXTS)
    assert len(after) == len(before) == 12
    assert not {id_ for id_, _, _ in before} & {id_ for id_, _, _ in after}
    assert not {ciphertext for _, _, ciphertext in before} & {ciphertext for _, _, ciphertext in after}
    assert not {ciphertext[:32] for _, _, ciphertext in before} & {ciphertext[:32] for _, _, ciphertext in after}
    assert len(old) == 4
    assert not any(file.exists() for file in old)
    assert imbalances(survey) == []


def test_every_answer_comes_out_as_it_was_given_however_often_it_was_turned_over(survey: Survey) -> None:
    fill(survey, PARENTS_1, 4, q01="1")
    work(survey)
    fill(survey, PARENTS_1, 5, q01="3", q02="9", q03=["1", "9"], q04="修好操场 😀 𠮷 =1+1")
    work(survey)
    fill(survey, PARENTS_1, 6, q01="2")
    work(survey)
    close(survey)
    rows = survey.stored(tables.response, "label", "questionnaire", "answers")
    assert Counter(rows) == {
        (PARENTS_1.label, "parent/1", '{"q01":1}'): 4,
        (PARENTS_1.label, "parent/1", '{"q01":3,"q02":9,"q03":[1,9]}'): 5,
        (PARENTS_1.label, "parent/1", '{"q01":2}'): 6,
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
    fill(survey, PARENTS_1, 5, q04=text)
    work(survey)
    assert survey.stored(tables.comment, "text") == []
    close(survey)
    assert set(survey.stored(tables.comment, "text")) == {clean_text(text)}


def test_nothing_leaves_a_pool_before_the_closing(survey: Survey) -> None:
    fill(survey, PARENTS_1, 40, q04="c")
    for _ in range(3):
        work(survey)
    counts = survey.counts()
    assert (counts["envelopes"], counts["texts"], counts["responses"], counts["comments"]) == (40, 40, 0, 0)
    assert entries(survey) == []


def test_answers_and_texts_lie_in_the_order_of_their_random_ids(survey: Survey, engine_name: str) -> None:
    fill(survey, PARENTS_1, 30, q04="c")
    fill(survey, PARENTS_2, 30, q04="c")
    close(survey)
    order = "ctid" if engine_name == "postgresql" else "id"

    def ids(table: str, where: str) -> list[bytes]:
        with survey.database.read() as connection:
            rows = connection.exec_driver_sql(f"SELECT id FROM {table} WHERE {where} ORDER BY {order}")
            return [bytes(row[0]) for row in rows]

    for label in (PARENTS_1.label, PARENTS_2.label):
        found = ids("response", f"label = '{label}'")
        assert len(found) == 30
        assert found == sorted(found)
    texts = ids("comment", "1 = 1")
    assert len(texts) == 60
    assert texts == sorted(texts)


def test_what_is_turned_over_is_put_down_in_the_order_of_its_random_ids(survey: Survey) -> None:
    fill(survey, PARENTS_1, 30, q04="c")
    put_down: list[list[bytes]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.startswith("INSERT INTO envelope"):
            rows = [tuple(row.values()) if isinstance(row, dict) else row for row in parameters]
            put_down.append([bytes(getattr(row[0], "obj", row[0])) for row in rows])  # psycopg wraps them

    event.listen(survey.database.engine, "before_cursor_execute", note)
    work(survey)
    event.remove(survey.database.engine, "before_cursor_execute", note)
    assert [len(ids) for ids in put_down] == [30, 30]
    assert all(ids == sorted(ids) for ids in put_down)


def test_after_a_turnover_the_old_key_is_gone_and_envelopes_of_a_backup_can_not_be_opened(survey: Survey) -> None:
    fill(survey, PARENTS_1, 12)
    backup = envelopes(survey, PARENTS_1.label)
    private_key = survey.keys.pool_key(PARENTS_1.label, 1)
    assert private_key
    work(survey)
    assert [batch for label, batch in survey.keys.pool_batches() if label == PARENTS_1.label] == [2]
    destination = Destination(CAMPAIGN, PARENTS_1.label, 1)
    id_, _, ciphertext = backup[0]
    for key_file in survey.keys.path.rglob("*.*"):
        if key_file.is_file():
            assert private_key not in key_file.read_bytes()
            with pytest.raises(UnreadableEnvelope):
                open_envelope(ciphertext, key_file.read_bytes(), destination, id_)
    assert open_envelope(ciphertext, private_key, destination, id_), "the test would notice a key that is still there"


def test_a_pool_is_turned_over_at_the_start_and_then_where_something_came_and_it_is_time(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(turnover.time, "monotonic", lambda: now[0])
    fill(survey, PARENTS_1, 3)
    mixer = Mixer()

    def batches_after(seconds: float) -> tuple[int, int]:
        now[0] += seconds
        assert mixer.round(survey.database, survey.keys) == [CAMPAIGN]
        return batch_of(survey, PARENTS_1.label), batch_of(survey, PARENTS_2.label)

    assert batches_after(0) == (2, 1), "at a start nobody knows when it was last"
    assert batches_after(3600) == (2, 1), "nothing came"
    fill(survey, PARENTS_1, 1)
    fill(survey, PARENTS_2, 1)
    assert batches_after(0) == (3, 2)
    fill(survey, PARENTS_1, 1)
    assert batches_after(599) == (3, 2)
    assert batches_after(1) == (4, 2)
    assert Mixer().round(survey.database, survey.keys) == [CAMPAIGN]
    assert (batch_of(survey, PARENTS_1.label), batch_of(survey, PARENTS_2.label)) == (5, 3)


def test_envelopes_that_come_in_while_others_are_opened_are_turned_over_too(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(survey, PARENTS_1, 10)
    opening, late = turnover.Opener.open, [2]

    def then_two_more(self: turnover.Opener, waiting: Iterable[StoredEnvelope]) -> Opened:
        opened = opening(self, waiting)
        if late and self.label == PARENTS_1.label:
            fill(survey, PARENTS_1, late.pop())
        return opened

    monkeypatch.setattr(turnover.Opener, "open", then_two_more)
    work(survey)
    assert Counter(batch for _, batch, _ in envelopes(survey, PARENTS_1.label)) == {2: 12}
    monkeypatch.undo()
    close(survey)
    assert survey.counts()["responses"] == 12


def test_who_comes_back_with_the_key_of_a_batch_that_was_turned_over_is_sealed_for_the_next(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pool was read before the turnover, and the sheet comes in after it."""
    from survey_app.services.submission import submitting

    fill(survey, PARENTS_1, 5)
    storing, turned = submitting.store_submissions, []

    def after_a_turnover(database: Database, news: Sequence[submitting.Submission]) -> Sequence[bool | Exception]:
        if not turned:
            turned.append(work(survey))
        return storing(database, news)

    monkeypatch.setattr(submitting, "store_submissions", after_a_turnover)
    fill(survey, PARENTS_1, 1)
    assert Counter(batch for _, batch, _ in envelopes(survey, PARENTS_1.label)) == {2: 6}


def test_turning_everything_over_makes_no_difference_to_what_comes_out(survey: Survey) -> None:
    fill(survey, PARENTS_1, 6)
    fill(survey, DEPUTIES, 5)
    turn_over_all(survey.database, survey.keys)
    turn_over_all(survey.database, survey.keys, campaign_of(survey))
    assert {batch_of(survey, label) for label in (PARENTS_1.label, DEPUTIES.label, TEXTS)} == {3}
    assert batch_of(survey, PARENTS_2.label) == 1, "nothing to hide"
    close(survey)
    assert survey.counts()["responses"] == 11


# --- the log -----------------------------------------------------------------------------------------------------------------------


def test_the_log_holds_number_and_root_of_each_crowd(survey: Survey) -> None:
    fill(survey, PARENTS_1, 5)
    fill(survey, PARENTS_2, 7, q03=["1", "2"])
    close(survey)
    leaves: dict[str, list[bytes]] = {}
    for id_, label, questionnaire, answers in survey.stored(tables.response, "id", "label", "questionnaire", "answers"):
        answer = SealedAnswer(bytes(id_), "parent", label.rpartition("/")[2], questionnaire, json.loads(answers))
        leaves.setdefault(answer.unit, []).append(answer.leaf_data)
    expected = [
        {"kind": "mix", "group": "parent", "unit": unit, "n": len(data), "root": set_root(data).hex()}
        for unit, data in leaves.items()
    ]
    assert sorted(entries(survey, "mix"), key=str) == sorted(expected, key=str)
    assert sorted(entry["n"] for entry in entries(survey, "mix")) == [5, 7]


def test_an_error_of_the_database_does_not_spell_out_answers(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(survey, PARENTS_1, 10, q04="小声说")
    with monkeypatch.context() as patch:
        patch.setattr(releasing, "_new_id", lambda: bytes(16))  # the same id twice
        with pytest.raises(Exception, match=r"(?i)unique") as failed:
            close(survey)
    assert "小声说" not in str(failed.value)
    assert '"q01"' not in str(failed.value)
    close(survey)
    assert survey.counts()["responses"] == survey.counts()["comments"] == 10, "nothing was lost"


# --- the key directory ---------------------------------------------------------------------------------------------------------------


def test_keys_of_past_batches_that_a_crash_left_are_destroyed_at_the_start(survey: Survey, tmp_path: Path) -> None:
    fill(survey, PARENTS_1, 10)
    shutil.copytree(survey.keys.path / "pools", tmp_path / "left")
    work(survey)
    shutil.copytree(tmp_path / "left", survey.keys.path / "pools", dirs_exist_ok=True)
    assert (PARENTS_1.label, 1) in survey.keys.pool_batches()
    survey.keys.make_pool_key(PARENTS_2.label, 2)  # made for a turnover that did not happen
    assert clean_key_directory(survey.database, survey.keys) == 2  # that of the texts too
    assert [batch for label, batch in survey.keys.pool_batches() if label == PARENTS_1.label] == [2]
    fill(survey, PARENTS_2, 10)
    work(survey)
    assert [batch for label, batch in survey.keys.pool_batches() if label == PARENTS_2.label] == [2]
    close(survey)
    assert survey.counts()["responses"] == 20


def test_a_key_of_a_pool_that_is_not_stored_yet_is_left_alone(survey: Survey) -> None:
    """Issuing makes the key first and the pool after it."""
    survey.keys.make_pool_key(f"{CAMPAIGN}/parent/s9", 1)
    clean_key_directory(survey.database, survey.keys)
    assert (f"{CAMPAIGN}/parent/s9", 1) in survey.keys.pool_batches()


def test_a_key_of_a_closed_campaign_is_destroyed(survey: Survey) -> None:
    fill(survey, PARENTS_1, 10)
    close(survey)
    survey.keys.make_pool_key(PARENTS_1.label, 7)
    assert clean_key_directory(survey.database, survey.keys) == 1
    assert survey.keys.pool_batches() == []


def test_the_key_that_opens_what_waits_is_kept_whatever_the_pool_says(survey: Survey) -> None:
    """A writer of the database who names a batch that a crash has left a key of would have the real one destroyed."""
    fill(survey, PARENTS_1, 10)
    public_key = survey.keys.make_pool_key(PARENTS_1.label, 2)
    following = turnover.Pool.of_key(PARENTS_1.label, 2, public_key)
    of_label = tables.pool.c.label == PARENTS_1.label
    intrude(survey, update(tables.pool).where(of_label).values(batch=2, pub_sha256=following.pub_sha256))
    assert clean_key_directory(survey.database, survey.keys) == 0
    intrude(survey, update(tables.envelope).where(tables.envelope.c.label == PARENTS_1.label).values(batch=2))
    assert clean_key_directory(survey.database, survey.keys) == 0
    intrude(survey, update(tables.envelope).where(tables.envelope.c.label == PARENTS_1.label).values(batch=1))
    intrude(survey, update(tables.pool).where(of_label).values(pub_sha256=bytes(32)))
    assert clean_key_directory(survey.database, survey.keys) == 0
    intrude(survey, update(tables.pool).where(of_label).values(batch=1))
    work(survey)
    close(survey)
    assert survey.counts()["responses"] == 10


def test_with_a_lost_key_its_envelopes_are_written_off_and_as_many_codes_may_be_issued(survey: Survey) -> None:
    fill(survey, PARENTS_1, 8)
    work(survey)
    fill(survey, PARENTS_2, 3)
    survey.keys.destroy_pool_key(PARENTS_1.label, 2)
    assert work(survey) == [CAMPAIGN]
    counts = survey.counts()
    assert (counts["used"], counts["envelopes"], counts["lost"], counts["taken"]) == (11, 3, 8, 3)
    assert entries(survey) == [{"kind": "lost", "label": PARENTS_1.label, "n": 8, "by": "(system)"}]
    assert ("parent", "s1", 48) in survey.stored(tables.allocation, "group", "school", "planned")
    assert ("parent", 88) in survey.stored(tables.quota, "group", "to_issue")
    assert (PARENTS_1.label, 8) in survey.stored(tables.label, "label", "lost")
    fill(survey, PARENTS_1, 10)
    work(survey)
    close(survey)
    assert Counter(survey.stored(tables.response, "label")) == {f"{CAMPAIGN}/parent/": 13}
    assert imbalances(survey) == []


def test_a_lost_key_of_an_empty_pool_is_replaced_without_an_entry(survey: Survey) -> None:
    survey.keys.destroy_pool_key(DEPUTIES.label, 1)
    work(survey)
    assert entries(survey) == []
    fill(survey, DEPUTIES, 10)
    close(survey)
    assert survey.counts()["responses"] == 10


def test_with_a_lost_key_of_texts_the_answers_stay_and_later_texts_come_out(survey: Survey) -> None:
    fill(survey, PARENTS_1, 6, q04="前")
    work(survey)
    survey.keys.destroy_pool_key(TEXTS, 2)
    work(survey)
    assert entries(survey) == [{"kind": "lost", "label": TEXTS, "n": 6, "by": "(system)"}]
    assert (survey.counts()["lost"], survey.counts()["taken"]) == (0, 6)
    fill(survey, PARENTS_2, 10, q04="后")
    work(survey)
    close(survey)
    assert sorted(survey.stored(tables.comment, "text")) == ["后"] * 10
    assert survey.counts()["responses"] == 16


def test_nothing_is_sealed_for_a_dead_key_and_the_code_stays(survey: Survey) -> None:
    fill(survey, PARENTS_1, 6)
    survey.keys.destroy_pool_key(PARENTS_1.label, 1)
    with pytest.raises(DatabaseMismatch):
        fill(survey, PARENTS_1, 1)
    assert survey.counts()["used"] == 6
    work(survey)
    fill(survey, PARENTS_1, 1)
    assert survey.counts()["used"] == 7


def test_a_damaged_envelope_stops_its_group_and_the_others_stay_safe(
    survey: Survey, caplog: pytest.LogCaptureFixture
) -> None:
    fill(survey, PARENTS_1, 11)
    fill(survey, DEPUTIES, 6)
    damaged = envelopes(survey, PARENTS_1.label)[0][0]
    intrude(survey, update(tables.envelope).where(tables.envelope.c.id == damaged).values(ciphertext=b"\0" * 100))
    work(survey)
    assert batch_of(survey, PARENTS_1.label) == 1, "not turned over, so that nothing of it is destroyed"
    assert batch_of(survey, DEPUTIES.label) == 2
    assert "junheng settle c1" in caplog.text
    with pytest.raises(GroupStopped):
        fill(survey, PARENTS_2, 1)
    fill(survey, DEPUTIES, 1)
    assert [name for name, _ in survey.keys.pool_batches()].count(PARENTS_1.label) == 1, "no key is left over"


def test_a_damaged_envelope_of_texts_is_dropped_and_told(survey: Survey, caplog: pytest.LogCaptureFixture) -> None:
    fill(survey, PARENTS_1, 11, q04="c")
    damaged = envelopes(survey, TEXTS)[0][0]
    intrude(survey, update(tables.envelope).where(tables.envelope.c.id == damaged).values(ciphertext=b"\0" * 100))
    work(survey)
    assert f"1 envelopes of {TEXTS} can't be opened" in caplog.text
    close(survey)
    assert (survey.counts()["comments"], survey.counts()["responses"]) == (10, 11)


def test_a_wrong_key_directory_is_not_taken_for_lost_keys(
    survey: Survey, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(survey, PARENTS_1, 12)
    elsewhere = KeyDirectory(tmp_path / "elsewhere")
    assert Mixer().round(survey.database, elsewhere) == []
    assert "JUNHENG_KEYS" in caplog.text
    assert clean_key_directory(survey.database, elsewhere) == 0
    assert survey.counts()["envelopes"] == 12
    assert batch_of(survey, PARENTS_1.label) == 1


# --- a label that is split -----------------------------------------------------------------------------------------------------------


def test_parts_of_a_split_label_come_out_as_one_crowd_with_their_unit(survey: Survey) -> None:
    part = f"{PARENTS_1.label}~2"
    pool = turnover.Pool.of_key(part, 1, survey.keys.make_pool_key(part, 1))
    row = {"label": part, "campaign": CAMPAIGN, "group": "parent", "unit": "s1", "base_unit": "s1"}
    with survey.database.write() as connection:
        connection.execute(insert(tables.label), row | {"text_label": TEXTS})
        connection.execute(insert(tables.pace), {"label": part})
        connection.execute(insert(tables.pool), {"label": part, "batch": 1, "pub_sha256": pool.pub_sha256})
        hashes = connection.execute(
            select(tables.code.c.code_hash).where(tables.code.c.label == PARENTS_1.label)
        ).scalars()
        for h in sorted(bytes(h) for h in hashes)[::2]:
            tag = place_tag(survey.keys.campaign_key(CAMPAIGN), h, "parent", "s1", part)
            connection.execute(update(tables.code).where(tables.code.c.code_hash == h).values(label=part, tag=tag))
    fill(survey, PARENTS_1, 40)
    fill(survey, PARENTS_2, 6)
    work(survey)
    assert len(envelopes(survey, part)) == len(envelopes(survey, PARENTS_1.label)) == 20
    close(survey)
    assert Counter(survey.stored(tables.response, "label")) == {PARENTS_1.label: 40, PARENTS_2.label: 6}
    assert [entry["n"] for entry in entries(survey, "mix") if entry["unit"] == "s1"] == [40]
    assert imbalances(survey) == []


def test_texts_wait_apart_from_answers(survey: Survey) -> None:
    fill(survey, PARENTS_1, 3, q04="c")
    fill(survey, PARENTS_1, 2)
    with survey.database.read() as connection:
        rows = connection.execute(
            select(tables.envelope.c.label, func.length(tables.envelope.c.ciphertext), func.count()).group_by(
                tables.envelope.c.label, func.length(tables.envelope.c.ciphertext)
            )
        ).all()
    lengths = {label: length for label, length, _ in rows}
    assert {label: number for label, _, number in rows} == {PARENTS_1.label: 5, TEXTS: 5}, "an empty one too"
    assert lengths == {PARENTS_1.label: 1024 + 48, TEXTS: 8192 + 48}
    assert [is_text_label(label) for label in lengths].count(True) == 1
