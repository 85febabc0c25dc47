"""Transactions, writers that queue, moments: on both engines."""

import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, insert, literal, select, text, update
from sqlalchemy.exc import StatementError

from survey_app.storage.direct import Prepared, glance
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
    with glance(fresh) as direct:
        assert direct.run(Prepared(select(func.current_setting("transaction_isolation"))), {}).rows == [
            ("read committed",)
        ]

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
