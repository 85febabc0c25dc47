"""Submissions that one process works on at once: one commit for them, and each with its own fate. On both engines."""

import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import Connection, literal, select, text, update

from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import hash_code, make_code
from survey_app.domain.concealment import open_run
from survey_app.domain.errors import SurveyError
from survey_app.domain.keys import KeyDirectory
from survey_app.services import submission
from survey_app.services.mixing import mix_due_pools
from survey_app.storage import accepting, tables
from survey_app.storage.acceptance import Acceptance
from survey_app.storage.direct import DirectConnection, Prepared, direct
from survey_app.storage.direct_sqlite import SqliteConnection
from survey_app.storage.session import Database, open_database
from survey_app.storage.together import MOST_AT_ONCE, ask
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey
from tests.gathering import at_once

SCHOOLS = [f"43030200{number}" for number in range(1, 7)]


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    crowds = [Crowd("parent", school, 20) for school in SCHOOLS] + [Crowd("principal", school, 1) for school in SCHOOLS]
    crowds.append(Crowd("npc_deputy", "", 20))
    return open_survey(database, keys, clock, crowds, caps={"npc_deputy": 15}, min_seconds=0)


@pytest.fixture
def parents(survey: Survey) -> list[str]:
    """One code of each school; their schools' runs have begun."""
    for school in SCHOOLS:
        survey.submit(survey.codes["parent", school].pop())
    return [survey.codes["parent", school][0] for school in SCHOOLS]


@pytest.fixture
def commits(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many submissions each try to store some was for."""
    sizes: list[int] = []
    store = accepting._STORE[survey.database.dialect]

    def count(connection: DirectConnection, news: Any) -> Any:
        sizes.append(len(news))
        return store(connection, news)

    monkeypatch.setattr(accepting, "_STORE", {survey.database.dialect: count})
    return sizes


@pytest.fixture(autouse=True)
def _no_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Storing together works, where a test does not make it fail."""
    yield
    warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert warned == [], "and be it deadlocks"


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
    return {counts[name] for name in ("used", "envelopes", "answered", "taken", "valid", "cells", "labels")} == {number}


def test_they_share_a_commit(survey: Survey, parents: list[str], commits: list[int]) -> None:
    receipts = at_once([outcome_of(survey, code) for code in parents[:MOST_AT_ONCE]])
    assert commits == [MOST_AT_ONCE]
    assert len(set(receipts)) == MOST_AT_ONCE
    assert is_balanced(survey, len(SCHOOLS) + MOST_AT_ONCE)
    if survey.database.dialect == "postgresql":
        assert sorted(transactions_of_envelopes(survey).values()) == [1] * len(SCHOOLS) + [MOST_AT_ONCE]


def transactions_of_envelopes(survey: Survey) -> Counter[str]:
    with survey.database.read() as connection:
        return Counter(connection.execute(text("SELECT xmin::text FROM envelope")).scalars())


def test_each_is_the_answer_of_its_own_code(survey: Survey, parents: list[str]) -> None:
    """Rows are matched with values by name and key, not by where they stand."""
    at_once([outcome_of(survey, code, nonce=code) for code in parents])
    for code in parents:
        before = survey.counts()
        assert survey.submit(code, nonce=code)
        assert survey.counts() == before
    assert mix_due_pools(survey.database, survey.keys) == 0
    labels = Counter(survey.stored(tables.envelope, "label"))
    assert labels == {f"{CAMPAIGN}/parent/{school}": 2 for school in SCHOOLS}
    assert sorted(survey.stored(tables.cell, "group", "school", "answered"))[-6:] == [
        ("principal", school, 0) for school in SCHOOLS
    ]
    assert {row for row in survey.stored(tables.cell, "group", "answered") if row[0] == "parent"} == {("parent", 2)}


def test_a_group_that_fills_up_takes_as_many_as_it_has_room_for(survey: Survey) -> None:
    codes = survey.codes["npc_deputy", ""]
    outcomes = at_once([outcome_of(survey, code) for code in codes])
    assert Counter(outcomes)["GroupFull"] == 5
    assert len(set(outcomes)) == 16
    assert is_balanced(survey, 15)
    survey.change_group("npc_deputy", cap=17)
    late = [code for code, outcome in zip(codes, outcomes, strict=True) if outcome == "GroupFull"]
    assert Counter(at_once([outcome_of(survey, code) for code in late]))["GroupFull"] == 3, (
        "their codes were left unused"
    )


def test_the_same_form_several_times_is_one_answer_with_one_receipt(survey: Survey, parents: list[str]) -> None:
    receipts = at_once([outcome_of(survey, parents[0])] * MOST_AT_ONCE)
    assert len(set(receipts)) == 1
    assert is_balanced(survey, len(SCHOOLS) + 1)


def test_different_forms_for_one_code_are_one_answer_and_polite_refusals(survey: Survey, parents: list[str]) -> None:
    requests = [outcome_of(survey, parents[0], nonce=str(number)) for number in range(MOST_AT_ONCE)]
    assert Counter(at_once(requests))["CodeUsed"] == MOST_AT_ONCE - 1
    assert is_balanced(survey, len(SCHOOLS) + 1)


def test_a_class_that_sends_at_once_makes_one_run(survey: Survey, clock: FixedClock) -> None:
    """Each sheet carries on the run that the one before it has left, also the very first of a school."""
    codes = survey.codes["parent", SCHOOLS[0]][:6]
    assert len(set(at_once([outcome_of(survey, code, started=survey.form(code, 0)) for code in codes]))) == 6
    assert is_balanced(survey, 6)
    (sealed,) = survey.stored(tables.run, "sealed")
    run = open_run(survey.keys.run_key(CAMPAIGN), sealed, CAMPAIGN, SCHOOLS[0])
    assert run is not None
    assert run.longest == 6


def test_all_kinds_of_submissions_can_meet(survey: Survey, parents: list[str]) -> None:
    mixed = [parents[0], survey.codes["npc_deputy", ""][0], survey.codes["principal", SCHOOLS[0]][0], parents[1]]
    mixed += [make_code(), survey.codes["principal", SCHOOLS[1]][0], parents[0][:5] + "×" + parents[0][6:], parents[2]]
    outcomes = at_once([outcome_of(survey, code) for code in mixed])
    assert [outcome for outcome in outcomes if "-" not in outcome] == ["UnknownCode", "WrongCopy"]
    assert outcomes[4] == "UnknownCode"
    assert outcomes[6] == "WrongCopy"
    assert is_balanced(survey, len(SCHOOLS) + 6)


def test_an_answer_that_is_wrong_and_one_that_fails_leave_the_others_alone(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = submission.seal_envelope
    failing = iter([False, True, False, False])

    def fail_once(*of: Any) -> bytes:
        if next(failing):
            raise OSError("no randomness")
        return seal(*of)

    monkeypatch.setattr(submission, "seal_envelope", fail_once)
    requests = [outcome_of(survey, code) for code in parents[:3]] + [outcome_of(survey, parents[3], q01="7")]
    with pytest.raises(OSError, match="no randomness"):
        at_once(requests)
    assert is_balanced(survey, len(SCHOOLS) + 2)


def change_before_storing(
    survey: Survey, monkeypatch: pytest.MonkeyPatch, places: set[int], change: Callable[[Acceptance], Acceptance]
) -> None:
    """Changes some of the submissions that are stored together first."""
    store, dialect = accepting._STORE[survey.database.dialect], survey.database.dialect
    seen: list[bytes] = []

    def store_changed(connection: DirectConnection, news: Any) -> Any:
        seen.extend(new.h for new in news if new.h not in seen)
        return store(connection, [change(new) if seen.index(new.h) in places else new for new in news])

    monkeypatch.setattr(accepting, "_STORE", {dialect: store_changed})


def test_one_that_the_database_refuses_fails_alone(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Storing them together fails then; each is tried alone, and only the one shows an error."""
    taken = survey.stored(tables.envelope, "id")[0]

    def clash(new: Acceptance) -> Acceptance:
        return replace(new, envelope=replace(new.envelope, id=taken))

    change_before_storing(survey, monkeypatch, {1}, clash)
    with pytest.raises(Exception, match=r"(?i)unique"):
        at_once([outcome_of(survey, code) for code in parents[:4]])
    assert is_balanced(survey, len(SCHOOLS) + 3)
    error = "UniqueViolation" if survey.database.dialect == "postgresql" else "IntegrityError"
    assert [record.getMessage() for record in caplog.records] == [
        f"4 submissions can't be stored together, each is tried alone: {error}"
    ]
    caplog.clear()
    monkeypatch.undo()
    assert survey.submit(parents[1], nonce="again"), "its code was left unused"


class LosingCommits:
    """A driver of SQLite whose next commit is done, and then says that it failed."""

    def __init__(self, driver: Any) -> None:
        self.driver, self.is_first = driver, True

    def execute(self, sql: str, *values: Any) -> Any:
        result = self.driver.execute(sql, *values)
        if sql == "COMMIT" and self.is_first:
            self.is_first = False
            raise sqlite3.OperationalError("disk I/O error")
        return result

    def rollback(self) -> None:
        self.driver.rollback()


def lose_a_commit(database: Database) -> None:
    line = database.own_line()
    line.driver = LosingCommits(line.driver)
    database.of_thread.direct = SqliteConnection(line, database)


def lose_the_server(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading the codes and storing."""
    store, lives = accepting._STORE["postgresql"], iter([True])

    def store_over_a_dead_connection(connection: DirectConnection, news: Any) -> Any:
        if next(lives, False):
            end_server_of(connection, database)
        return store(connection, news)

    monkeypatch.setattr(accepting, "_STORE", {"postgresql": store_over_a_dead_connection})


def end_server_of(connection: Any, database: Database) -> None:
    with database.write() as other:
        other.execute(text("SELECT pg_terminate_backend(:p)"), {"p": connection._driver.info.backend_pid})


def names_of_errors(survey: Survey, codes: list[str]) -> list[str]:
    """What handing in gave: receipts, or kinds of errors."""
    outcomes: list[str] = []

    def hand_in(code: str) -> None:
        try:
            outcomes.append(survey.submit(code).text)
        except Exception as error:
            outcomes.append(type(error).__name__)

    at_once([partial(hand_in, code) for code in codes])
    return outcomes


def test_where_nobody_knows_whether_it_was_stored_each_gets_its_receipt_by_sending_again_and_is_there_once(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit that was done and says that it failed; a server that goes away."""
    if survey.database.dialect == "sqlite":
        lose_a_commit(survey.database)
    else:
        lose_the_server(survey.database, monkeypatch)
    outcomes = names_of_errors(survey, parents[:4])
    assert len(set(outcomes)) == 1, outcomes
    assert outcomes[0] in ("OperationalError", "AdminShutdown")
    assert len(set(at_once([outcome_of(survey, code) for code in parents[:4]]))) == 4
    assert is_balanced(survey, len(SCHOOLS) + 4)


def test_a_lock_that_cannot_be_had_is_waited_for_once(
    survey: Survey, parents: list[str], commits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    if survey.database.dialect != "sqlite":
        pytest.skip("PostgreSQL's writers wait for rows")
    monkeypatch.setattr("survey_app.storage.session.BUSY_TIMEOUT_MS", 50)
    database = open_database(str(survey.database.engine.url))
    file = survey.database.file
    assert file is not None
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # a shell that somebody has left open, in no line
    survey.database = database
    assert names_of_errors(survey, parents[:4]) == ["OperationalError"] * 4
    assert commits == [4]
    other.execute("ROLLBACK")
    other.close()
    assert len(set(at_once([outcome_of(survey, code) for code in parents[:4]]))) == 4
    database.close()


def test_a_server_that_goes_away_while_several_ask_is_an_error_for_each_and_then_forgotten(
    survey: Survey, parents: list[str]
) -> None:
    if survey.database.dialect != "postgresql":
        pytest.skip("SQLite has no server")
    gone = direct(survey.database)
    end_server_of(gone, survey.database)
    assert set(names_of_errors(survey, parents[:4])) <= {"AdminShutdown", "OperationalError"}
    assert direct(survey.database) is not gone
    assert len(set(at_once([outcome_of(survey, code) for code in parents[:4]]))) == 4
    assert is_balanced(survey, len(SCHOOLS) + 4)


def test_a_quarrel_about_rows_is_settled_by_storing_each_alone(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if survey.database.dialect != "postgresql":
        pytest.skip("SQLite's writers stand in line")
    store = accepting._STORE["postgresql"]

    def quarrel(connection: DirectConnection, news: Any) -> Any:
        if len(news) > 1:
            raise DeadlockDetected("deadlock detected")
        return store(connection, news)

    monkeypatch.setattr(accepting, "_STORE", {"postgresql": quarrel})
    assert len(set(at_once([outcome_of(survey, code) for code in parents[:4]]))) == 4
    assert is_balanced(survey, len(SCHOOLS) + 4)
    assert len(caplog.records) == 1
    caplog.clear()


def test_who_asks_while_anothers_work_costs_the_connection_gets_a_new_one(database: Database) -> None:
    found: list[list[tuple[Any, ...]]] = []
    one = Prepared(select(literal(1)))

    def lose(of: Database, jobs: Any) -> list[None]:
        direct(of)._line.close()  # type: ignore[attr-defined]
        return [None] * len(jobs)

    at_once([partial(ask, lose, database, None), lambda: found.append(list(direct(database).run(one, {}).rows))] * 2)
    assert found == [[(1,)], [(1,)]]


def test_pools_that_were_mixed_meanwhile_are_sealed_for_anew(
    survey: Survey, parents: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make = submission._acceptance
    moved = iter([True])

    def make_and_be_overtaken(*of: Any) -> Acceptance:
        made = make(*of)
        if next(moved, False):
            name = f"{CAMPAIGN}/parent/{SCHOOLS[1]}"
            batch = {"batch": 2, "public_key": survey.keys.make_pool_key(name, 2)}
            with survey.database.write() as connection:
                connection.execute(update(tables.pool).where(tables.pool.c.label == name).values(batch))
        return made

    later = parents[1]
    envelopes = set(survey.stored(tables.envelope, "id"))
    monkeypatch.setattr(submission, "_acceptance", make_and_be_overtaken)
    seals: list[int] = []
    seal = submission.seal_envelope
    monkeypatch.setattr(submission, "seal_envelope", lambda *of: (seals.append(1), seal(*of))[1])
    at_once([outcome_of(survey, code) for code in (later, parents[0], parents[2])])
    new = [row for row in survey.stored(tables.envelope, "id", "label", "batch") if row[0] not in envelopes]
    assert Counter(row[2] for row in new) == {1: 2, 2: 1}
    assert len(seals) == 4, "the others are not sealed again"
    assert is_balanced(survey, len(SCHOOLS) + 3)


def test_many_from_several_threads_that_want_the_same_rows_in_any_order_do_not_lock_each_other_out(
    survey: Survey, caplog: pytest.LogCaptureFixture
) -> None:
    """On PostgreSQL a deadlock would show as a warning after a second."""
    for school in SCHOOLS:
        survey.submit(survey.codes["parent", school].pop())
    orders = [SCHOOLS, SCHOOLS[::-1], SCHOOLS[3:] + SCHOOLS[:3]]
    codes = [[survey.codes["parent", school].pop() for _ in range(5) for school in order] for order in orders]
    outcomes: list[str] = []

    def hand_in(few: list[str]) -> None:
        outcomes.extend(at_once([outcome_of(survey, code) for code in few]))

    threads = [threading.Thread(target=hand_in, args=(few,)) for few in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(outcomes)) == 90
    assert all("-" in outcome for outcome in outcomes)
    assert is_balanced(survey, 96)


@pytest.mark.parametrize(("table", "key"), [("run", "school"), ("pool", "label"), ("code", "h")])
def test_rows_are_locked_in_the_order_of_their_keys(survey: Survey, parents: list[str], table: str, key: str) -> None:
    """Whoever waits for one row holds none with a later key, in whatever order the forms came: so nobody waits in a circle."""
    if survey.database.dialect != "postgresql":
        pytest.skip("SQLite's writers stand in line")
    chosen = parents[:4]
    hashes = {code: hash_code(survey.keys.campaign_key(CAMPAIGN), code) for code in chosen}
    labels = {code: f"{CAMPAIGN}/parent/{school}" for code, school in zip(chosen, SCHOOLS, strict=False)}
    keys_of = {"run": dict(zip(chosen, SCHOOLS, strict=False)), "pool": labels, "code": hashes}[table]
    in_order = sorted(chosen, key=lambda code: keys_of[code])
    lock = f"SELECT 1 FROM {table} WHERE {key} = :key FOR UPDATE NOWAIT"
    outcomes: list[str] = []
    latest_first = [outcome_of(survey, code) for code in reversed(in_order)]
    thread = threading.Thread(target=lambda: outcomes.extend(at_once(latest_first)))
    with survey.database.write() as connection:
        connection.execute(text(lock), {"key": keys_of[in_order[0]]})
        thread.start()
        wait_until_somebody_waits(connection)
        for code in in_order[1:]:
            connection.execute(text(lock), {"key": keys_of[code]})  # raises if somebody holds it
    thread.join()
    assert len(set(outcomes)) == 4
    assert is_balanced(survey, len(SCHOOLS) + 4)


def wait_until_somebody_waits(connection: Connection) -> None:
    """For a lock, in this database."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(600):
        connection.execute(text("SELECT pg_stat_clear_snapshot()"))
        if connection.execute(text(waiting)).scalar_one():
            return
        time.sleep(0.05)
    raise AssertionError("nobody waited")
