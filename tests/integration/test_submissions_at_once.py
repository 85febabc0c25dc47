"""Submissions that one process works on at once: one commit for them, and each with its own fate. On both engines."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, text

from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import hash_code, make_code
from survey_app.domain.errors import SurveyError
from survey_app.domain.keys import KeyDirectory
from survey_app.services.mixing.turnover import turn_over_all
from survey_app.services.submission import submitting
from survey_app.storage import tables
from survey_app.storage.prepared import Step
from survey_app.storage.session import Database, open_database
from survey_app.storage.submission import statements as submissions
from survey_app.storage.submission.committing import Interrupted
from survey_app.storage.submission.statements import Submission
from tests.at_once import at_once, in_one_commit
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey
from tests.engines import on_postgresql, on_sqlite

SCHOOLS = [f"43030200{number}" for number in range(1, 7)]

Store = Callable[[Database, Sequence[Step]], bool]


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    crowds = [Crowd("parent", school, 20) for school in SCHOOLS] + [Crowd("principal", school, 1) for school in SCHOOLS]
    crowds.append(Crowd("npc_deputy", "", 20))
    return open_survey(database, keys, clock, crowds, caps={"npc_deputy": 15}, min_seconds=0)


@pytest.fixture
def parents(survey: Survey) -> list[str]:
    """One code of each school, in each of which somebody has answered."""
    for school in SCHOOLS:
        survey.submit(survey.codes["parent", school].pop())
    return [survey.codes["parent", school][0] for school in SCHOOLS]


def change_storing(monkeypatch: pytest.MonkeyPatch, change: Callable[[Store, Database, Sequence[Step]], bool]) -> None:
    """Lets `change` do what stores some submissions in one transaction."""
    store = submissions.all_or_nothing
    monkeypatch.setattr(submissions, "all_or_nothing", lambda database, steps: change(store, database, steps))


def number_of_sheets(steps: Sequence[Step]) -> int:
    return len(steps[0].values)


@pytest.fixture
def commits(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many submissions each try to store some was for."""
    sizes: list[int] = []

    def count(store: Store, database: Database, steps: Sequence[Step]) -> bool:
        sizes.append(number_of_sheets(steps))
        return store(database, steps)

    change_storing(monkeypatch, count)
    return sizes


@pytest.fixture(autouse=True)
def failures(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What storing in one transaction has raised; a test that lets it fail says what it expects by clearing the list."""
    found: list[str] = []
    store = submissions.all_or_nothing

    def note_failures(database: Database, steps: Sequence[Step]) -> bool:
        try:
            return store(database, steps)
        except Exception as error:
            found.append(type(error).__name__)
            raise

    monkeypatch.setattr(submissions, "all_or_nothing", note_failures)
    yield found
    assert found == [], "and be it deadlocks"


def outcome_of(survey: Survey, code: str, **fields: object) -> Callable[[], str]:
    """A request that hands in a form: its receipt, or the name of what refused it."""

    def run() -> str:
        try:
            return survey.submit(code, **fields).text  # type: ignore[arg-type]
        except SurveyError as refused:
            return type(refused).__name__

    return run


def is_balanced(survey: Survey, number: int) -> bool:
    counts = survey.counts()
    return {counts[name] for name in ("used", "envelopes", "texts", "answered", "taken", "cells")} == {number}


def test_they_share_a_commit(survey: Survey, parents: list[str], commits: list[int]) -> None:
    receipts = in_one_commit(survey.database, [outcome_of(survey, code) for code in parents])
    assert commits == [6]
    assert len(set(receipts)) == 6
    assert is_balanced(survey, 12)
    if survey.database.dialect == "postgresql":
        assert sorted(transactions_of_envelopes(survey).values()) == [2] * 6 + [12]


def test_not_more_share_one_than_a_commit_may_be_long(survey: Survey, commits: list[int]) -> None:
    codes = [code for school in SCHOOLS for code in survey.codes["parent", school]][:70]
    assert len(set(in_one_commit(survey.database, [outcome_of(survey, code) for code in codes]))) == 70
    assert commits == [32, 32, 6]
    assert is_balanced(survey, 70)


def transactions_of_envelopes(survey: Survey) -> Counter[str]:
    with survey.database.read() as connection:
        return Counter(connection.execute(text("SELECT xmin::text FROM envelope")).scalars())


def test_each_is_the_answer_of_its_own_code(survey: Survey, parents: list[str]) -> None:
    """Rows are matched with values by name and key, not by where they stand."""
    receipts = in_one_commit(survey.database, [outcome_of(survey, code, nonce=code) for code in parents])
    for code, receipt in zip(parents, receipts, strict=True):
        before = survey.counts()
        assert survey.submit(code, nonce=code).text == receipt
        assert survey.counts() == before
    turn_over_all(survey.database, survey.keys)
    labels = Counter(survey.stored(tables.envelope, "label"))
    assert labels == {f"{CAMPAIGN}/parent/{school}": 2 for school in SCHOOLS} | {f"{CAMPAIGN}/parent/!text": 12}
    assert sorted(survey.stored(tables.allocation, "group", "school", "answered"))[-6:] == [
        ("principal", school, 0) for school in SCHOOLS
    ]
    assert {row for row in survey.stored(tables.allocation, "group", "answered") if row[0] == "parent"} == {
        ("parent", 2)
    }


def test_a_group_that_fills_up_takes_as_many_as_it_has_room_for(survey: Survey) -> None:
    codes = survey.codes["npc_deputy", ""]
    outcomes = in_one_commit(survey.database, [outcome_of(survey, code) for code in codes])
    assert Counter(outcomes)["GroupFull"] == 5
    assert len(set(outcomes)) == 16
    assert is_balanced(survey, 15)
    survey.change_group("npc_deputy", cap=17)
    late = [code for code, outcome in zip(codes, outcomes, strict=True) if outcome == "GroupFull"]
    assert Counter(at_once([outcome_of(survey, code) for code in late]))["GroupFull"] == 3, (
        "their codes were left unused"
    )


def test_the_same_form_several_times_is_one_answer_with_one_receipt(survey: Survey, parents: list[str]) -> None:
    receipts = in_one_commit(survey.database, [outcome_of(survey, parents[0])] * 4)
    assert len(set(receipts)) == 1
    assert is_balanced(survey, 7)


def test_different_forms_for_one_code_are_one_answer_and_polite_refusals(survey: Survey, parents: list[str]) -> None:
    requests = [outcome_of(survey, parents[0], nonce=str(number)) for number in range(4)]
    assert Counter(in_one_commit(survey.database, requests))["CodeUsed"] == 3
    assert is_balanced(survey, 7)


def test_all_kinds_of_submissions_can_meet(survey: Survey, parents: list[str]) -> None:
    mixed = [parents[0], survey.codes["npc_deputy", ""][0], survey.codes["principal", SCHOOLS[0]][0], parents[1]]
    mixed += [make_code(), survey.codes["principal", SCHOOLS[1]][0], parents[0][:5] + "×" + parents[0][6:], parents[2]]
    outcomes = in_one_commit(survey.database, [outcome_of(survey, code) for code in mixed])
    assert [outcome for outcome in outcomes if "-" not in outcome] == ["UnknownCode", "MalformedCode"]
    assert outcomes[4] == "UnknownCode"
    assert outcomes[6] == "MalformedCode"
    assert is_balanced(survey, 12)


def test_an_answer_that_is_wrong_and_one_that_fails_leave_the_others_alone(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = submitting.seal_envelope
    failing = iter([False, True, *[False] * 4])

    def fail_once(*of: Any) -> bytes:
        if next(failing):
            raise OSError("no randomness")
        return seal(*of)

    monkeypatch.setattr(submitting, "seal_envelope", fail_once)
    requests = [outcome_of(survey, code) for code in parents[:3]] + [outcome_of(survey, parents[3], q01="7")]
    with pytest.raises(OSError, match="no randomness"):
        in_one_commit(survey.database, requests)
    assert is_balanced(survey, 8)


def test_one_that_the_database_refuses_fails_alone(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch, failures: list[str]
) -> None:
    """Storing them together fails then; each is tried alone, and only the one shows an error."""
    taken = survey.stored(tables.envelope, "id")[0]
    h = hash_code(survey.keys.campaign_key(CAMPAIGN), parents[1])
    store = submitting.store_submissions

    def clash(database: Database, news: Sequence[Submission]) -> Sequence[bool | Exception]:
        return store(database, [with_a_taken_id(new) if new.code_hash == h else new for new in news])

    def with_a_taken_id(new: Submission) -> Submission:
        return replace(new, envelopes=(replace(new.envelopes[0], id=taken), *new.envelopes[1:]))

    monkeypatch.setattr(submitting, "store_submissions", clash)
    with pytest.raises(Exception, match=r"(?i)unique"):
        in_one_commit(survey.database, [outcome_of(survey, code) for code in parents[:4]])
    assert is_balanced(survey, 9)
    error = "UniqueViolation" if survey.database.dialect == "postgresql" else "IntegrityError"
    assert failures == [error, error], "all together, and it alone"
    failures.clear()
    monkeypatch.undo()
    assert survey.submit(parents[1], nonce="again"), "its code was left unused"


class Ended(BaseException):
    """A request's end, as a web server makes it."""


def test_a_request_that_is_ended_while_it_stores_for_others_leaves_nobody_waiting(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = iter([True])

    def end_once(store: Store, database: Database, steps: Sequence[Step]) -> bool:
        if next(ends, False):
            raise Ended
        return store(database, steps)

    change_storing(monkeypatch, end_once)
    with pytest.raises((Ended, Interrupted)):
        in_one_commit(survey.database, [outcome_of(survey, code) for code in parents[:4]])
    assert is_balanced(survey, 6)
    assert len(set(at_once([outcome_of(survey, code) for code in parents[:4]]))) == 4
    assert is_balanced(survey, 10)


# --- where it can't be stored ------------------------------------------------------------------------------------------------------


def names_of_errors(survey: Survey, codes: list[str]) -> list[str]:
    """What handing in gave: receipts, or kinds of errors."""
    outcomes: list[str] = []

    def hand_in(code: str) -> None:
        try:
            outcomes.append(survey.submit(code).text)
        except Exception as error:
            outcomes.append(type(error).__name__)

    in_one_commit(survey.database, [partial(hand_in, code) for code in codes])
    return outcomes


def test_where_a_commit_is_done_and_says_that_it_failed_sending_again_settles_it(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whether it was stored: each of them hears of it, gets its receipt by sending again, and is there once."""
    error = psycopg.OperationalError if survey.database.dialect == "postgresql" else sqlite3.OperationalError
    lost = iter([True])

    def lose_the_answer(store: Store, database: Database, steps: Sequence[Step]) -> bool:
        is_stored = store(database, steps)
        if next(lost, False):
            raise error("disk I/O error")
        return is_stored

    change_storing(monkeypatch, lose_the_answer)
    assert names_of_errors(survey, parents[:4]) == ["OperationalError"] * 4
    assert is_balanced(survey, 10)
    assert len(set(at_once([outcome_of(survey, code) for code in parents[:4]]))) == 4
    assert is_balanced(survey, 10)


@on_postgresql
def test_a_server_that_goes_away_between_reading_and_storing_is_an_error_for_each_and_then_forgotten(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch, failures: list[str]
) -> None:
    lives = iter([True])

    def store_over_a_dead_connection(store: Store, database: Database, steps: Sequence[Step]) -> bool:
        if next(lives, False):
            end_connections(database)
        return store(database, steps)

    change_storing(monkeypatch, store_over_a_dead_connection)
    assert set(names_of_errors(survey, parents[:4])) <= {"AdminShutdown", "OperationalError"}
    assert len(failures) == 1
    failures.clear()
    assert is_balanced(survey, 6)
    assert len(set(at_once([outcome_of(survey, code) for code in parents[:4]]))) == 4, "one error, not one a connection"
    assert is_balanced(survey, 10)


@on_postgresql
def test_a_server_that_goes_away_before_it_is_asked_costs_one_try(survey: Survey, parents: list[str]) -> None:
    at_once([outcome_of(survey, parents[0], nonce="other") for _ in range(5)])  # some connections
    before = survey.counts()["used"]
    end_connections(survey.database)
    with pytest.raises((psycopg.OperationalError, psycopg.errors.AdminShutdown)):
        survey.submit(parents[1])
    assert len(set(at_once([outcome_of(survey, code) for code in parents[1:5]]))) == 4
    assert is_balanced(survey, before + 4)


def end_connections(database: Database) -> None:
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with database.write() as connection:
        connection.execute(text(others))


@on_sqlite
def test_a_lock_that_cannot_be_had_is_waited_for_once(
    survey: Survey, parents: list[str], commits: list[int], failures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey_app.storage.session.BUSY_TIMEOUT_MS", 50)
    database = open_database(str(survey.database.engine.url))
    file = survey.database.file
    assert file is not None
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # a shell that somebody has left open, in no line
    survey.database = database
    assert names_of_errors(survey, parents[:4]) == ["OperationalError"] * 4
    assert (commits, failures) == ([4], ["OperationalError"])
    failures.clear()
    other.execute("ROLLBACK")
    other.close()
    assert len(set(at_once([outcome_of(survey, code) for code in parents[:4]]))) == 4
    database.close()


@on_sqlite
def test_a_lock_that_is_lost_while_each_is_tried_alone_is_not_waited_for_by_each(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def refuse(store: Store, database: Database, steps: Sequence[Step]) -> bool:
        tries.append(number_of_sheets(steps))
        if len(tries) == 1:
            return False  # as where one of them is a retry
        if len(tries) == 3:
            raise sqlite3.OperationalError("database is locked")
        return store(database, steps)

    change_storing(monkeypatch, refuse)
    assert Counter(names_of_errors(survey, parents[:4]))["OperationalError"] == 3
    assert tries == [4, 1, 1]
    assert is_balanced(survey, 7)


@on_postgresql
@pytest.mark.parametrize("error", [psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure])
def test_a_serialization_conflict_is_settled_by_storing_each_alone_and_once_more(
    survey: Survey,
    parents: list[str],
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
) -> None:
    conflicts = iter([True, False, True, True, False, False, False])

    def conflict(store: Store, database: Database, steps: Sequence[Step]) -> bool:
        if next(conflicts):
            raise error("somebody else was first")
        return store(database, steps)

    change_storing(monkeypatch, conflict)
    assert len(set(in_one_commit(survey.database, [outcome_of(survey, code) for code in parents[:4]]))) == 4
    assert is_balanced(survey, 10)
    assert next(conflicts, "no more") == "no more", "three of seven tries failed"


@on_postgresql
def test_a_respondent_does_not_pay_for_a_deadlock(survey: Survey, parents: list[str], failures: list[str]) -> None:
    """A real one: an administrator's shell holds the group's row and wants the code's."""
    with survey.database.write() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET deadlock_timeout = '3s'"))
    survey.database.close()
    h = hash_code(survey.keys.campaign_key(CAMPAIGN), parents[0])
    outcomes: list[str] = []
    thread = threading.Thread(target=lambda: outcomes.append(outcome_of(survey, parents[0])()))
    with survey.database.write() as connection:
        connection.execute(text("SET LOCAL deadlock_timeout = '10min'"))
        connection.execute(text("SELECT 1 FROM quota WHERE \"group\" = 'parent' FOR UPDATE"))
        thread.start()
        wait_until_somebody_waits(connection)
        connection.execute(text("SELECT 1 FROM code WHERE code_hash = :h FOR UPDATE"), {"h": h})
    thread.join()
    assert "-" in outcomes[0]
    assert is_balanced(survey, 7)
    assert failures == ["DeadlockDetected"]
    failures.clear()


def test_pools_that_were_turned_over_meanwhile_are_sealed_for_anew(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, moved = submissions.all_or_nothing, iter([True])
    sealed: list[str] = []
    seal = submitting._seal_one

    def note_seal(*of: Any) -> Any:
        sealed.append(of[2].label)
        return seal(*of)

    def be_overtaken(database: Database, steps: Sequence[Step]) -> bool:
        if next(moved, False):
            turn_over_all(database, survey.keys)
        return store(database, steps)

    monkeypatch.setattr(submissions, "all_or_nothing", be_overtaken)
    monkeypatch.setattr(submitting, "_seal_one", note_seal)
    deputy = survey.codes["npc_deputy", ""][0]  # in whose pool nothing is yet, so that it is not turned over
    codes = [deputy, *parents[:2]]
    assert len(set(in_one_commit(survey.database, [outcome_of(survey, code) for code in codes]))) == 3
    assert set(survey.stored(tables.envelope, "label", "batch")) == {
        *((f"{CAMPAIGN}/parent/{school}", 2) for school in SCHOOLS),
        (f"{CAMPAIGN}/parent/!text", 2),
        *((f"{CAMPAIGN}/npc_deputy/{unit}", 1) for unit in ("", "!text")),
    }
    of_deputies = [label for label in sealed if "npc_deputy" in label]
    assert (len(sealed), len(of_deputies)) == (10, 2), "who was not overtaken is not sealed again"
    assert is_balanced(survey, 9)


def test_many_from_several_threads_that_want_the_same_rows_in_any_order_do_not_lock_each_other_out(
    survey: Survey,
) -> None:
    """On PostgreSQL a deadlock would show as a warning after a second."""
    for school in SCHOOLS:
        survey.submit(survey.codes["parent", school].pop())
    orders = [SCHOOLS, SCHOOLS[::-1], SCHOOLS[3:] + SCHOOLS[:3]]
    codes = [[survey.codes["parent", school].pop() for _ in range(5) for school in order] for order in orders]
    outcomes: list[str] = []

    def hand_in(few: list[str]) -> None:
        outcomes.extend(at_once([outcome_of(survey, code, started=survey.form(code, 1)) for code in few]))

    threads = [threading.Thread(target=hand_in, args=(few,)) for few in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(outcomes)) == 90
    assert all("-" in outcome for outcome in outcomes)
    assert is_balanced(survey, 96)


@on_postgresql
@pytest.mark.parametrize(
    ("table", "key"), [("code", "code_hash"), ("pool", "label"), ("allocation", "school"), ("pace", "label")]
)
def test_rows_are_locked_in_the_order_of_their_keys(survey: Survey, parents: list[str], table: str, key: str) -> None:
    """Whoever waits for one row holds none with a later key, in whatever order the forms came: so nobody waits in a circle."""
    chosen = parents[:4]
    schools = dict(zip(chosen, SCHOOLS, strict=False))
    hashes = {code: hash_code(survey.keys.campaign_key(CAMPAIGN), code) for code in chosen}
    labels = {code: f"{CAMPAIGN}/parent/{school}" for code, school in schools.items()}
    keys_of = {"allocation": schools, "pool": labels, "pace": labels, "code": hashes}[table]
    in_order = sorted(chosen, key=lambda code: keys_of[code])
    lock = f"SELECT 1 FROM {table} WHERE {key} = :key FOR UPDATE NOWAIT"
    outcomes: list[str] = []
    latest_first = [outcome_of(survey, code, started=survey.form(code, 1)) for code in reversed(in_order)]
    thread = threading.Thread(target=lambda: outcomes.extend(in_one_commit(survey.database, latest_first)))
    with survey.database.write() as connection:
        connection.execute(text(lock), {"key": keys_of[in_order[0]]})
        thread.start()
        wait_until_somebody_waits(connection)
        for code in in_order[1:]:
            connection.execute(text(lock), {"key": keys_of[code]})  # raises if somebody holds it
    thread.join()
    assert len(set(outcomes)) == 4
    assert is_balanced(survey, 10)


def wait_until_somebody_waits(connection: Connection) -> None:
    """For a lock, in this database."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(600):
        connection.execute(text("SELECT pg_stat_clear_snapshot()"))
        if connection.execute(text(waiting)).scalar_one():
            return
        time.sleep(0.05)
    raise AssertionError("nobody waited")
