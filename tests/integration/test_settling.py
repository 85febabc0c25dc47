"""What does not agree is told, stops its group, and is settled: no code votes twice, nothing passes unseen. On both engines."""

from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from survey_app.domain.campaigns import State
from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import hash_code
from survey_app.domain.errors import CodeUsed, DatabaseMismatch, GroupStopped, WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.services.campaigns.closing import close_campaign
from survey_app.services.mixing.settling import WriteOff, settle
from survey_app.services.mixing.turnover import clean_key_directory, count_sheets
from survey_app.services.starting_up import find_mismatches
from survey_app.storage import tables
from survey_app.storage.session import Database
from survey_app.storage.staff_tables import audit
from tests.builders_closing import KeyCopy, campaign_of, close, entries, hand_in, imbalances, intrude, work
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

PARENTS_1, PARENTS_2 = Crowd("parent", "s1", 15), Crowd("parent", "s2", 15)
PUBLIC = Crowd("public", "", 15)
envelope, code = tables.envelope, tables.code


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    """7 parents of one school, 6 of another and 7 of the public have answered, and all was turned over."""
    survey = open_survey(database, keys, clock, [PARENTS_1, PARENTS_2, PUBLIC], min_seconds=0)
    hand_in(survey, "parent", "s1", 7)
    hand_in(survey, "parent", "s2", 6)
    hand_in(survey, "public", "", 7)
    assert work(survey) == [CAMPAIGN]
    return survey


def an_envelope(survey: Survey, label: str = PUBLIC.label) -> bytes:
    with survey.database.read() as connection:
        wanted = select(envelope.c.id).where(envelope.c.label == label).order_by(envelope.c.id).limit(1)
        return bytes(connection.execute(wanted).scalar_one())


def a_code(survey: Survey, label: str = PUBLIC.label, *, used: bool = True) -> bytes:
    with survey.database.read() as connection:
        wanted = (
            select(code.c.code_hash)
            .where(code.c.label == label, code.c.used == used)
            .order_by(code.c.code_hash)
            .limit(1)
        )
        return bytes(connection.execute(wanted).scalar_one())


def an_unused(survey: Survey, group: str) -> str:
    """A code in clear that nobody has used, an intruder neither."""
    key = survey.keys.campaign_key(CAMPAIGN)
    used = {bytes(h) for h, is_used in survey.stored(code, "code_hash", "used") if is_used}
    known = survey.codes[group, "" if group == "public" else "s1"]
    return next(one for one in known if hash_code(key, one) not in used)


def counters(survey: Survey, group: str) -> tuple[int, int, int]:
    """Used codes, taken places and lost sheets of a group."""
    return {one[0]: one[1:] for one in survey.stored(tables.quota, "group", "answered", "taken", "lost")}[group]


def stopped(survey: Survey) -> set[str]:
    return {group for group, is_stopped in survey.stored(tables.quota, "group", "stopped") if is_stopped}


def settled(survey: Survey) -> list[WriteOff]:
    """Settles; afterwards everything agrees, the groups go on, and there is nothing more to settle."""
    found = settle(survey.database, survey.keys, survey.clock, CAMPAIGN, "lead-1")
    assert imbalances(survey) == []
    assert count_sheets(survey.database, survey.keys, campaign_of(survey), is_thorough=True) == set()
    assert stopped(survey) == set()
    assert settle(survey.database, survey.keys, survey.clock, CAMPAIGN) == []
    cells = survey.stored(tables.allocation, "group", "answered")
    for group in ("parent", "public"):
        assert sum(number for of, number in cells if of == group) == counters(survey, group)[0]
    return found


def is_stopped_until_settled(survey: Survey, group: str = "public") -> WriteOff:
    """A round stops the group and no other; closing is refused; settling lets both go on."""
    work(survey)
    assert stopped(survey) == {group}
    with pytest.raises(GroupStopped):
        survey.submit(an_unused(survey, group))
    close_campaign(survey.database, survey.keys, survey.clock, CAMPAIGN)
    survey.clock.move(campaign_of(survey).grace_end - survey.clock.now())
    with pytest.raises(DatabaseMismatch, match="junheng settle c1"):
        close_campaign(survey.database, survey.keys, survey.clock, CAMPAIGN)
    assert survey.counts()["responses"] == 0
    (difference,) = settled(survey)
    assert difference.group == group
    assert close_campaign(survey.database, survey.keys, survey.clock, CAMPAIGN).state == State.CLOSED
    assert imbalances(survey) == []
    return difference


def test_where_all_agrees_nothing_is_settled(survey: Survey) -> None:
    assert settled(survey) == []
    assert entries(survey) == []
    assert survey.stored(audit, "action") == []


def test_a_deleted_envelope_is_lost(survey: Survey) -> None:
    intrude(survey, delete(envelope).where(envelope.c.id == an_envelope(survey)))
    assert is_stopped_until_settled(survey).balance.missing == 1
    assert entries(survey, "lost") == [{"kind": "lost", "label": PUBLIC.label, "n": 1, "by": "lead-1"}]
    assert counters(survey, "public") == (7, 6, 1)
    assert survey.counts()["responses"] == 19
    assert "settled" in survey.stored(audit, "action")


def test_a_deleted_envelope_of_a_unit_gives_its_group_another_code(survey: Survey) -> None:
    before = dict(survey.stored(tables.quota, "group", "to_issue"))["parent"]
    intrude(survey, delete(envelope).where(envelope.c.id == an_envelope(survey, PARENTS_2.label)))
    is_stopped_until_settled(survey, "parent")
    assert dict(survey.stored(tables.quota, "group", "to_issue"))["parent"] == before + 1
    planned = {
        school: number
        for group, school, number in survey.stored(tables.allocation, "group", "school", "planned")
        if group == "parent"
    }
    assert sum(planned.values()) == 31


def test_an_envelope_that_was_overwritten_is_lost(survey: Survey) -> None:
    """As many rows as before: found because what is there can't be opened."""
    intrude(survey, update(envelope).where(envelope.c.id == an_envelope(survey)).values(ciphertext=b"\1" * 1072))
    hand_in(survey, "public", "", 1)  # so that the pool is turned over
    assert is_stopped_until_settled(survey).balance.missing == 1
    assert (survey.counts()["responses"], survey.counts()["lost"]) == (20, 1)


def test_an_envelope_that_is_said_to_be_of_another_batch_is_lost(survey: Survey) -> None:
    intrude(survey, update(envelope).where(envelope.c.id == an_envelope(survey)).values(batch=99))
    hand_in(survey, "public", "", 1)
    assert is_stopped_until_settled(survey).balance.missing == 1


def test_an_envelope_that_was_moved_to_another_group_is_lost_there_and_foreign_here(survey: Survey) -> None:
    moved = an_envelope(survey)
    intrude(survey, update(envelope).where(envelope.c.id == moved).values(label=PARENTS_1.label))
    assert count_sheets(survey.database, survey.keys, campaign_of(survey)) == {"public"}
    assert moved not in survey.stored(tables.envelope, "id"), "parents' numbers agree without it"
    assert is_stopped_until_settled(survey).balance.missing == 1
    assert survey.counts()["responses"] == 19


def test_a_copied_envelope_is_foreign_wherever_it_is_put(survey: Survey) -> None:
    with survey.database.read() as connection:
        row = connection.execute(select(envelope).where(envelope.c.label == PUBLIC.label)).first()
    assert row
    copies = [
        {"id": bytes([number]) * 16, "label": label, "batch": row.batch, "ciphertext": row.ciphertext}
        for number, label in enumerate([PUBLIC.label, PARENTS_1.label, PARENTS_2.label])
    ]
    intrude(survey, *[insert(envelope).values(**one) for one in copies])
    work(survey)
    assert stopped(survey) == set()
    assert survey.counts()["envelopes"] == 20
    close(survey)
    assert (survey.counts()["responses"], imbalances(survey)) == (20, [])


def test_many_foreign_envelopes_are_deleted(survey: Survey) -> None:
    rows = [
        {"id": number.to_bytes(16), "label": PUBLIC.label, "batch": 2, "ciphertext": b"x"} for number in range(3_000)
    ]
    with survey.database.write() as connection:
        connection.execute(insert(envelope), rows)
    assert count_sheets(survey.database, survey.keys, campaign_of(survey)) == set()
    assert survey.counts()["envelopes"] == 20


def test_an_envelope_that_was_overwritten_by_a_copy_is_lost(survey: Survey) -> None:
    with survey.database.read() as connection:
        rows = connection.execute(select(envelope).where(envelope.c.label == PUBLIC.label)).all()
    intrude(survey, update(envelope).where(envelope.c.id == rows[0].id).values(ciphertext=rows[1].ciphertext))
    close_campaign(survey.database, survey.keys, survey.clock, CAMPAIGN)
    survey.clock.move(campaign_of(survey).grace_end - survey.clock.now())
    with pytest.raises(DatabaseMismatch):
        close_campaign(survey.database, survey.keys, survey.clock, CAMPAIGN)
    settled(survey)
    close_campaign(survey.database, survey.keys, survey.clock, CAMPAIGN)
    assert (survey.counts()["responses"], survey.counts()["lost"]) == (19, 1)


def test_a_used_code_made_unused_does_not_vote_twice(survey: Survey) -> None:
    h = a_code(survey)
    intrude(
        survey, update(code).where(code.c.code_hash == h).values(used=False, retry=None, receipt=None, used_on=None)
    )
    difference = is_stopped_until_settled(survey)
    assert (difference.balance.missing, difference.forgotten) == (0, 1)
    assert entries(survey, "lost") == []
    assert counters(survey, "public") == (7, 7, 0)
    assert survey.counts()["responses"] == 20


def test_a_code_that_was_used_since_the_last_round_and_made_unused_does_not_vote_twice_either(survey: Survey) -> None:
    """The book does not know it yet; that it was used is noted beside it."""
    (typed,) = hand_in(survey, "public", "", 1)
    h = hash_code(survey.keys.campaign_key(CAMPAIGN), typed)
    intrude(survey, update(code).where(code.c.code_hash == h).values(used=False, retry=None, receipt=None))
    work(survey)
    assert stopped(survey) == {"public"}
    (difference,) = settled(survey)
    assert (difference.balance.missing, difference.forgotten) == (0, 1)
    with pytest.raises(CodeUsed):
        survey.submit(typed)
    close(survey)
    assert (survey.counts()["responses"], imbalances(survey)) == (21, [])


def test_a_slip_that_is_used_again_and_again_between_two_rounds_is_told(survey: Survey) -> None:
    """With somebody else's envelope taken away each time, all numbers agree at the next round."""
    own = survey.codes["public", ""].pop()
    h = hash_code(survey.keys.campaign_key(CAMPAIGN), own)
    survey.submit(own, nonce="first")
    intrude(
        survey,
        update(code).where(code.c.code_hash == h).values(used=False, retry=None, receipt=None, used_on=None),
        update(tables.quota)
        .where(tables.quota.c.group == "public")
        .values(answered=tables.quota.c.answered - 1, taken=tables.quota.c.taken - 1),
        update(tables.allocation)
        .where(tables.allocation.c.group == "public")
        .values(answered=tables.allocation.c.answered - 1),
        delete(envelope).where(envelope.c.id == an_envelope(survey)),
    )
    survey.submit(own, nonce="second")
    difference = is_stopped_until_settled(survey)
    assert (difference.balance.missing, difference.repeated) == (0, 1)


def test_a_note_of_a_use_that_comes_after_the_round_is_no_repetition(survey: Survey) -> None:
    """Between the commit and its note a round may have read the table."""
    (typed,) = hand_in(survey, "public", "", 1)
    h = hash_code(survey.keys.campaign_key(CAMPAIGN), typed)
    uses = survey.keys.take_uses(CAMPAIGN)
    survey.keys.write_uses(CAMPAIGN, [one for one in uses if one != h])
    work(survey)
    survey.keys.note_uses(CAMPAIGN, [h])
    work(survey)
    work(survey)
    assert stopped(survey) == set()


def test_an_unused_code_made_used_is_a_lost_sheet(survey: Survey) -> None:
    h = a_code(survey, used=False)
    intrude(survey, update(code).where(code.c.code_hash == h).values(used=True))
    assert is_stopped_until_settled(survey).balance.missing == 1
    assert counters(survey, "public") == (8, 7, 1), "as many places are taken as there are sheets"


def test_a_used_code_that_was_removed_stops_every_group_and_is_noted(survey: Survey) -> None:
    intrude(survey, delete(code).where(code.c.code_hash == a_code(survey)))
    assert count_sheets(survey.database, survey.keys, campaign_of(survey)) == {"parent", "public"}
    (difference,) = settled(survey)
    assert (difference.group, difference.balance.missing) == ("public", -1)
    close(survey)
    assert (survey.counts()["responses"], imbalances(survey)) == (20, [])


def test_what_is_used_while_a_group_is_stopped_goes_into_the_book_too(survey: Survey) -> None:
    intrude(survey, update(code).where(code.c.code_hash == a_code(survey)).values(used=False))
    work(survey)
    (later,) = hand_in(survey, "parent", "s1", 1)
    work(survey)
    h = hash_code(survey.keys.campaign_key(CAMPAIGN), later)
    assert h in survey.keys.book(CAMPAIGN)
    intrude(survey, update(code).where(code.c.code_hash == h).values(used=False))
    work(survey)
    assert stopped(survey) == {"parent", "public"}
    assert {one.group: one.forgotten for one in settled(survey)} == {"parent": 1, "public": 1}
    with pytest.raises(CodeUsed):
        survey.submit(later)


def test_counters_that_were_changed_are_set_right(survey: Survey) -> None:
    intrude(survey, update(tables.quota).values(answered=1, taken=0), update(tables.allocation).values(answered=0))
    settled(survey)
    assert (counters(survey, "public"), counters(survey, "parent")) == ((7, 7, 0), (13, 13, 0))


def test_a_draft_or_closed_campaign_has_nothing_to_settle(survey: Survey) -> None:
    close(survey)
    with pytest.raises(WrongState):
        settle(survey.database, survey.keys, survey.clock, CAMPAIGN)


# --- an older database, an older key directory -------------------------------------------------------------------------------------


Rows = dict[str, list[dict[str, object]]]
OF_CAMPAIGNS = [table for table in tables.metadata.sorted_tables if table.name != "audit"]


@pytest.fixture
def older(survey: Survey) -> Rows:
    """The rows of the database after the first round."""
    return rows_of(survey)


def rows_of(survey: Survey) -> Rows:
    with survey.database.read() as connection:
        return {table.name: [dict(row._mapping) for row in connection.execute(select(table))] for table in OF_CAMPAIGNS}


def put_back(survey: Survey, rows: Rows) -> None:
    with survey.database.write() as connection:
        for table in reversed(OF_CAMPAIGNS):
            connection.execute(delete(table))
        for table in OF_CAMPAIGNS:
            if rows[table.name]:
                connection.execute(insert(table), rows[table.name])


def test_an_older_database_is_told_and_nothing_of_the_newer_one_is_destroyed(
    survey: Survey, older: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    (later,) = hand_in(survey, "public", "", 1)
    work(survey)
    newer = rows_of(survey)
    put_back(survey, older)
    told = " ".join(find_mismatches(survey.database, survey.keys))
    assert "the keys of 5 pools are gone or others, and 40 envelopes in them can't be opened" in told
    assert "1 codes were used and are not in this database" in told
    keys_before = survey.keys.pool_batches()
    assert work(survey) == []
    assert clean_key_directory(survey.database, survey.keys) == 0
    assert "of different times" in caplog.text
    assert survey.keys.pool_batches() == keys_before
    with pytest.raises(DatabaseMismatch):
        close(survey)
    put_back(survey, newer)
    assert find_mismatches(survey.database, survey.keys) == []
    assert work(survey) == [CAMPAIGN]
    assert survey.counts()["envelopes"] == 21
    with pytest.raises(CodeUsed):
        survey.submit(later)


def test_an_older_database_that_is_all_there_is_is_settled(survey: Survey, older: Rows) -> None:
    (later,) = hand_in(survey, "public", "", 1)
    work(survey)
    put_back(survey, older)
    found = [(one.group, one.without_key, one.forgotten, one.balance.missing) for one in settled(survey)]
    assert found == [("parent", 13, 0, 0), ("public", 7, 1, 1)]
    assert counters(survey, "public") == (8, 0, 8)
    assert find_mismatches(survey.database, survey.keys) == []
    with pytest.raises(CodeUsed):
        survey.submit(later)
    hand_in(survey, "public", "", 6)
    close(survey)
    assert (survey.counts()["responses"], imbalances(survey)) == (6, [])
    lost = [(one["label"], one["n"], one["by"]) for one in entries(survey, "lost")]
    assert (PUBLIC.label, 7, "lead-1") in lost
    assert (PUBLIC.label, 1, "lead-1") in lost


def test_an_older_key_directory_is_told_and_the_envelopes_wait_for_the_newer_one(
    survey: Survey, tmp_path: Path
) -> None:
    older = KeyCopy(survey.keys, tmp_path / "older")
    hand_in(survey, "public", "", 1)
    work(survey)
    newer = KeyCopy(survey.keys, tmp_path / "newer")
    older.put_back()
    assert "and 42 envelopes in them can't be opened" in " ".join(find_mismatches(survey.database, survey.keys))
    assert work(survey) == []
    with pytest.raises(DatabaseMismatch):
        survey.submit(survey.codes["public", ""][0])
    newer.put_back()
    assert find_mismatches(survey.database, survey.keys) == []
    assert work(survey) == [CAMPAIGN]
    hand_in(survey, "public", "", 1)
    close(survey)
    assert (survey.counts()["responses"], survey.counts()["lost"]) == (22, 0)


def test_a_swapped_hash_of_a_public_key_gets_nothing_and_loses_nothing(survey: Survey) -> None:
    of_public = tables.pool.c.label == PUBLIC.label
    intrude(survey, update(tables.pool).where(of_public).values(pub_sha256=b"\7" * 32))
    assert "the keys of 1 pools are gone or others" in " ".join(find_mismatches(survey.database, survey.keys))
    with pytest.raises(DatabaseMismatch):
        survey.submit(survey.codes["public", ""][0])
    work(survey)
    assert find_mismatches(survey.database, survey.keys) == []
    hand_in(survey, "public", "", 1)
    close(survey)
    assert (survey.counts()["responses"], survey.counts()["lost"]) == (21, 0)


@pytest.mark.parametrize("change", [1, -1])
def test_a_batch_that_a_pool_never_had_loses_nothing(survey: Survey, change: int) -> None:
    """Every envelope says which batch it was sealed for, and its key is there."""
    of_public = tables.pool.c.label == PUBLIC.label
    intrude(survey, update(tables.pool).where(of_public).values(batch=tables.pool.c.batch + change))
    with pytest.raises(DatabaseMismatch):
        survey.submit(survey.codes["public", ""][0])
    work(survey)
    assert find_mismatches(survey.database, survey.keys) == []
    close(survey)
    assert (survey.counts()["responses"], survey.counts()["lost"]) == (20, 0)


def test_an_empty_pool_of_an_older_database_keeps_the_key_that_the_newer_one_needs(
    database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    survey = open_survey(database, keys, clock, [PARENTS_1, PUBLIC], min_seconds=0)
    empty = rows_of(survey)
    hand_in(survey, "public", "", 7)
    work(survey)
    newer = rows_of(survey)
    put_back(survey, empty)
    assert work(survey) == []
    put_back(survey, newer)
    assert work(survey) == [CAMPAIGN]
    close(survey)
    assert survey.counts()["responses"] == 7


def test_what_agrees_is_no_mismatch(survey: Survey) -> None:
    assert find_mismatches(survey.database, survey.keys) == []


def test_a_removed_code_is_a_mismatch(survey: Survey) -> None:
    intrude(survey, delete(code).where(code.c.code_hash == a_code(survey, used=False)))
    assert find_mismatches(survey.database, survey.keys) == [
        "campaign c1: its codes are not those that it was opened with, nor told in its log"
    ]


def test_an_added_code_is_a_mismatch(survey: Survey) -> None:
    row = {"campaign": CAMPAIGN, "group": "public", "school": "", "label": PUBLIC.label}
    intrude(survey, insert(code).values(code_hash=b"n" * 32, tag=b"t" * 32, **row))
    assert find_mismatches(survey.database, survey.keys) == [
        "campaign c1: its codes are not those that it was opened with, nor told in its log"
    ]


def test_a_cancelled_flag_that_the_log_does_not_tell_is_a_mismatch(survey: Survey) -> None:
    intrude(survey, update(code).where(code.c.code_hash == a_code(survey, used=False)).values(cancelled=True))
    assert len(find_mismatches(survey.database, survey.keys)) == 1


def test_a_missing_key_directory_is_a_mismatch(survey: Survey, tmp_path: Path) -> None:
    (told,) = find_mismatches(survey.database, KeyDirectory(tmp_path / "none"))
    assert "JUNHENG_KEYS" in told
