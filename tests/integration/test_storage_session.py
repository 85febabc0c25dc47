"""Transactions, writers that queue, moments: on both engines."""

import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from psycopg import DatabaseError, OperationalError
from psycopg.errors import UniqueViolation
from sqlalchemy import bindparam, func, insert, literal, select, text, update
from sqlalchemy.exc import StatementError

from survey_app.storage.direct import DirectConnection, Prepared, direct
from survey_app.storage.direct_sqlite import SqliteConnection
from survey_app.storage.session import Database, open_database
from survey_app.storage.tables import Instant, guess


def test_a_write_is_kept_and_seen_by_the_next_reader(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(guess), {"source": "a", "window": 1, "n": 1})
    with database.read() as connection:
        assert connection.execute(select(guess.c.n)).scalar_one() == 1


def test_an_exception_undoes_the_whole_transaction(database: Database) -> None:
    def write_and_fail() -> None:
        with database.write() as connection:
            connection.execute(insert(guess), {"source": "a", "window": 1, "n": 1})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with database.read() as connection:
        assert connection.execute(select(guess)).all() == []


def test_the_lock_is_free_again_after_an_exception(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write():
        raise RuntimeError
    with database.write() as connection:
        connection.execute(insert(guess), {"source": "a", "window": 1, "n": 1})


def test_twenty_writers_at_once_lose_nothing(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(guess), {"source": "a", "window": 1, "n": 0})

    def count_twenty() -> None:
        for _ in range(20):
            with database.write() as connection:
                connection.execute(update(guess).values(n=guess.c.n + 1))

    threads = [threading.Thread(target=count_twenty) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.execute(select(guess.c.n)).scalar_one() == 400


def test_a_reader_is_not_held_up_by_a_writer_and_sees_the_state_before(database: Database) -> None:
    with database.write() as writer:
        writer.execute(insert(guess), {"source": "a", "window": 1, "n": 1})
        with database.read() as reader:
            assert reader.execute(select(guess)).all() == []


def test_a_reader_sees_one_state_from_its_first_query_to_its_last(database: Database) -> None:
    with database.read() as reader:
        assert reader.execute(select(guess)).all() == []
        with database.write() as writer:
            writer.execute(insert(guess), {"source": "a", "window": 1, "n": 1})
        assert reader.execute(select(guess)).all() == []
    with database.read() as reader:
        assert len(reader.execute(select(guess)).all()) == 1


def test_a_moment_comes_back_the_same_in_utc_whatever_zone_it_was_given_in(database: Database) -> None:
    given = datetime(2026, 11, 23, 12, 30, 1, 250_000, tzinfo=timezone(timedelta(hours=8)))
    with database.read() as connection:
        kept = connection.execute(select(literal(given, Instant()))).scalar_one()
    assert kept == given
    assert kept.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    statement = select(literal(naive, Instant()))
    with database.read() as connection, pytest.raises(StatementError, match="without a zone"):
        connection.execute(statement)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name"])
def test_a_database_that_workers_can_not_share_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SQLite"):
        open_database(url)


def test_sqlite_keeps_a_log_and_syncs_every_commit(database: Database, engine_name: str) -> None:
    if engine_name != "sqlite":
        pytest.skip("pragmas are SQLite's")
    with database.read() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]


def test_a_connection_whose_server_has_gone_is_replaced_before_it_is_used(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect != "postgresql":
        pytest.skip("SQLite has no server")
    monkeypatch.setattr("survey_app.storage.session.IDLE_S", -1.0)
    with database.read() as connection:
        process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = open_database(database.engine.url.render_as_string(hide_password=False))
    with other.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    other.close()
    with database.read() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != process


def test_a_direct_connection_whose_server_has_gone_is_replaced_before_it_is_used(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect != "postgresql":
        pytest.skip("SQLite has no server")
    ask = Prepared(select(func.pg_backend_pid()))
    (process,) = direct(database).run(ask, {}).rows[0]
    assert direct(database).run(ask, {}).rows == [(process,)], "a thread keeps its connection"
    with database.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    with pytest.raises(OperationalError, match="terminat"):
        direct(database).run(ask, {})
    (second,) = direct(database).run(ask, {}).rows[0]
    assert second != process, "after an error the dead connection is not used again"
    with database.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": second})
    monkeypatch.setattr("survey_app.storage.session.IDLE_S", -1.0)
    assert direct(database).run(ask, {}).rows != [(second,)], "one that was idle is tried first"


def test_each_thread_has_a_direct_connection_of_its_own_and_closing_ends_all(database: Database) -> None:
    found: list[DirectConnection] = [direct(database)]
    thread = threading.Thread(target=lambda: found.append(direct(database)))
    thread.start()
    thread.join()
    mine, others = found
    assert mine is not others
    assert direct(database) is mine
    database.close()
    assert not mine.is_alive()
    assert not others.is_alive()
    assert direct(database).run(Prepared(select(literal(1))), {}).rows == [(1,)], "it can be opened again"


def add_guess(source: str) -> tuple[Prepared, dict[str, Any]]:
    add = insert(guess).values(source=bindparam("source"), window=bindparam("window"), n=bindparam("n"))
    return Prepared(add), {"source": source, "window": 1, "n": 1}


class FailingDriver:
    """A driver of SQLite whose commit fails as it does when the disk is locked, and cannot roll back either."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def execute(self, sql: str, *values: Any) -> Any:
        if sql == "COMMIT":
            raise sqlite3.OperationalError("database is locked")
        return self.driver.execute(sql, *values)

    def rollback(self) -> None:
        raise sqlite3.OperationalError("disk I/O error")


def test_a_commit_that_failed_is_read_by_nobody(database: Database) -> None:
    """Else the same form sent again would find its code used, and get a receipt for an answer that is not stored."""
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL's statement commits itself")
    line = database.own_line()
    line.driver = FailingDriver(line.driver)
    failing = SqliteConnection(line, database)
    with pytest.raises(sqlite3.OperationalError), failing.all_or_nothing():
        failing.run(*add_guess("a"))
    assert not failing.is_alive()
    asked = Prepared(select(guess.c.source))
    assert direct(database).run(asked, {}).rows == []
    with direct(database).all_or_nothing():  # neither the line of writers nor the database is held
        direct(database).run(*add_guess("b"))
    assert direct(database).run(asked, {}).rows == [("b",)]


def test_an_exception_within_all_or_nothing_undoes_it(database: Database) -> None:
    if database.dialect != "sqlite":
        pytest.skip("on PostgreSQL it is one statement")
    connection = direct(database)

    def write_and_fail() -> None:
        with connection.all_or_nothing():
            connection.run(*add_guess("a"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert direct(database).run(Prepared(select(guess.c.source)), {}).rows == []


def test_a_connection_that_lost_its_prepared_statements_is_not_used_again(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("SQLite prepares by itself")
    one = Prepared(select(literal(1)))
    first = direct(database)
    first.run(one, {})
    first.run(Prepared(text("DEALLOCATE ALL")), {})
    with pytest.raises(DatabaseError):
        first.run(one, {})
    assert direct(database) is not first
    assert direct(database).run(one, {}).rows == [(1,)]


def test_text_that_postgresql_cannot_hold_is_refused(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("SQLite can")
    with pytest.raises(ValueError, match="character 0"):
        direct(database).run(*add_guess("a\0b"))


def test_an_error_of_a_direct_statement_names_no_values(database: Database) -> None:
    add, values = add_guess("a secret source")
    assert direct(database).run(add, values).count == 1
    with pytest.raises((sqlite3.IntegrityError, UniqueViolation)) as caught:
        direct(database).run(add, values)
    assert "secret" not in str(caught.value)


def test_writers_go_on_from_what_others_wrote_whatever_the_servers_default(
    database: Database, database_url: str
) -> None:
    if database.dialect != "postgresql":
        pytest.skip("SQLite knows one level of isolation")
    with database.write() as connection:
        connection.execute(insert(guess), {"source": "a", "window": 1, "n": 0})
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'"))
    fresh = open_database(database_url)
    with fresh.read() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"
    with fresh.write() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"
    asked = Prepared(select(func.current_setting("transaction_isolation")))
    assert direct(fresh).run(asked, {}).rows == [("read committed",)]

    def count_ten() -> None:
        for _ in range(10):
            with fresh.write() as connection:
                connection.execute(select(guess)).all()  # under repeatable read, what is read here would be out of date
                connection.execute(update(guess).values(n=guess.c.n + 1))

    threads = [threading.Thread(target=count_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh.read() as connection:
        assert connection.execute(select(guess.c.n)).scalar_one() == 80
    fresh.close()


def test_a_new_sqlite_file_and_the_files_beside_it_are_their_owners_only(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    with database.write() as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    database.close()
    assert modes.keys() >= {"new.sqlite3", "new.sqlite3-wal"}
    assert set(modes.values()) == {0o600}
