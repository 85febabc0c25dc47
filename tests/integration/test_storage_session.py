"""Transactions, writers that queue, moments: on both engines."""

import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from psycopg import DatabaseError, OperationalError
from psycopg.errors import UniqueViolation
from sqlalchemy import bindparam, func, insert, literal, select, text, update
from sqlalchemy.exc import StatementError

from survey_app.storage.prepared import Prepared, Step, all_or_nothing, read_rows
from survey_app.storage.session import Database, open_database
from survey_app.storage.tables import Instant, guess
from tests.engines import on_postgresql, on_sqlite


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


@on_sqlite
def test_sqlite_keeps_a_log_and_syncs_every_commit(database: Database) -> None:
    with database.read() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]


@on_postgresql
def test_a_connection_whose_server_has_gone_is_replaced_before_it_is_used(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey_app.storage.session.IDLE_S", -1.0)
    with database.read() as connection:
        process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = open_database(database.engine.url.render_as_string(hide_password=False))
    with other.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    other.close()
    with database.read() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != process


@on_postgresql
def test_a_quick_connection_whose_server_has_gone_is_replaced_before_it_is_used(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Prepared(select(func.pg_backend_pid()))
    ((process,),) = read_rows(database, ask, {})
    assert read_rows(database, ask, {}) == [[process]], "a connection is used again"
    with database.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    with pytest.raises(OperationalError, match="terminat"):
        read_rows(database, ask, {})
    ((second,),) = read_rows(database, ask, {})
    assert second != process, "after an error the dead connection is not used again"
    with database.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": second})
    monkeypatch.setattr("survey_app.storage.session.IDLE_S", -1.0)
    assert read_rows(database, ask, {}) != [[second]], "one that was idle is tried first"


ADD = Prepared(insert(guess).values(source=bindparam("source"), window=bindparam("window"), n=bindparam("n")))
COUNT_UP = Prepared(update(guess).where(guess.c.source == bindparam("of")).values(n=guess.c.n + 1))


def row(source: str) -> dict[str, Any]:
    return {"source": source, "window": 1, "n": 1}


def sources(database: Database) -> list[str]:
    return sorted(name for (name,) in read_rows(database, Prepared(select(guess.c.source)), {}))


def test_steps_are_done_together_in_their_order(database: Database) -> None:
    steps = [Step(ADD, [row("a"), row("b")]), Step(COUNT_UP, [{"of": "a"}, {"of": "b"}]), Step(COUNT_UP, [{"of": "a"}])]
    assert all_or_nothing(database, steps)
    asked = Prepared(select(guess.c.source, guess.c.n).order_by(guess.c.source))
    assert read_rows(database, asked, {}) == [["a", 3], ["b", 2]]


@pytest.mark.parametrize("missing", [[{"of": "x"}], [{"of": "a"}, {"of": "x"}], [{"of": "x"}, {"of": "a"}]])
def test_where_one_step_finds_too_little_nothing_is_done(database: Database, missing: list[dict[str, str]]) -> None:
    assert not all_or_nothing(database, [Step(ADD, [row("a")]), Step(COUNT_UP, missing), Step(ADD, [row("b")])])
    assert sources(database) == []
    assert all_or_nothing(database, [Step(ADD, [row("c")])]), "neither the line of writers nor the database is held"
    assert sources(database) == ["c"]


def test_an_exception_within_all_or_nothing_undoes_it(database: Database) -> None:
    steps = [Step(ADD, [row("a")]), Step(ADD, [row("b")]), Step(ADD, [row("a")])]
    with pytest.raises((sqlite3.IntegrityError, UniqueViolation)):
        all_or_nothing(database, steps)
    assert sources(database) == []
    assert all_or_nothing(database, [Step(ADD, [row("c")])])


class FailingDriver:
    """A driver of SQLite whose commit fails as it does when the disk is locked, and cannot roll back either."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def execute(self, sql: str, *values: Any) -> Any:
        if sql in ("COMMIT", "ROLLBACK"):
            raise sqlite3.OperationalError("database is locked")
        return self._driver.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)


@on_sqlite
def test_a_commit_that_failed_is_read_by_nobody(database: Database) -> None:
    """Else the same form sent again would find its code used, and get a receipt for an answer that is not stored."""
    pooled = database.quick_engine.raw_connection()
    failing = FailingDriver(pooled.driver_connection)
    pooled.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "quick", failing_once(Database.quick, failing))
        with pytest.raises(sqlite3.OperationalError):
            all_or_nothing(database, [Step(ADD, [row("a")])])
    assert sources(database) == []
    assert all_or_nothing(database, [Step(ADD, [row("b")])])
    assert sources(database) == ["b"]


def failing_once(quick: Any, failing: FailingDriver) -> Any:
    @contextmanager
    def wrapped(self: Database) -> Iterator[Any]:
        with quick(self) as connection:
            assert connection is failing._driver, "the only connection that is open"
            yield failing

    return wrapped


@on_postgresql
def test_text_that_postgresql_cannot_hold_is_refused(database: Database) -> None:
    with pytest.raises(DatabaseError, match=r"0x00|NUL"):
        all_or_nothing(database, [Step(ADD, [row("a\0b")])])
    assert sources(database) == []


def test_closing_ends_all_connections_and_it_can_be_opened_again(database: Database) -> None:
    ask = Prepared(select(literal(1)))
    assert read_rows(database, ask, {}) == [[1]]
    database.close()
    assert database.quick_engine.pool.checkedin() == database.engine.pool.checkedin() == 0  # type: ignore[attr-defined]
    assert read_rows(database, ask, {}) == [[1]]


@on_postgresql
def test_writers_go_on_from_what_others_wrote_whatever_the_servers_default(
    database: Database, database_url: str
) -> None:
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
    assert read_rows(fresh, asked, {}) == [["read committed"]]

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
