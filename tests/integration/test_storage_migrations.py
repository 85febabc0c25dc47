"""Migrations: one head, tracked; they apply to an empty database; the models are what they make. On both engines."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import randbytes

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text

from survey_app.storage import assessment_tables, job_tables, staff_tables
from survey_app.storage.assessments.files import read_file
from survey_app.storage.migrating import (
    DatabaseOfOldRelease,
    migration_config,
    newest_revision,
    upgrade_database,
)
from survey_app.storage.office_tables import guess_hour
from survey_app.storage.schema import metadata
from survey_app.storage.session import open_database
from tests.paths import REPOSITORY

ACCOUNT = {"name": "li", "role": "evaluator", "password": "", "created_at": datetime(2026, 11, 23, tzinfo=UTC)}


def test_there_is_one_head_and_the_tracked_file_names_it() -> None:
    heads = ScriptDirectory.from_config(migration_config()).get_heads()
    assert heads == [(REPOSITORY / "migrations" / "HEAD").read_text().strip()]


def test_migrations_are_numbered_without_gaps_and_named_by_their_revision() -> None:
    scripts = list(ScriptDirectory.from_config(migration_config()).walk_revisions())[::-1]
    assert [script.revision[:4] for script in scripts] == [f"{number:04d}" for number in range(1, len(scripts) + 1)]
    assert [Path(script.path).stem for script in scripts] == [script.revision for script in scripts]


def test_an_empty_database_is_brought_to_what_the_models_say(make_database_url: Callable[..., str]) -> None:
    url = make_database_url(empty=True)
    upgrade_database(url)
    database = open_database(url)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_upgrading_twice_changes_nothing(make_database_url: Callable[..., str]) -> None:
    url = make_database_url(empty=True)
    upgrade_database(url)
    database = open_database(url)
    with database.write() as connection:
        connection.execute(guess_hour.insert().values(hour=1, n=2, most=3))
    upgrade_database(url)
    with database.read() as connection:
        assert [tuple(row) for row in connection.execute(guess_hour.select())] == [(1, 2, 3)]
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_a_database_of_the_first_migration_is_brought_up_with_its_data(make_database_url: Callable[..., str]) -> None:
    url = make_database_url(empty=True)
    database, config = open_database(url), migration_config()
    content = randbytes(600_000)
    stored = {"name": sha256(content).hexdigest(), "size": len(content), "content": content}
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001_create_tables")
        connection.execute(insert(staff_tables.account), ACCOUNT)
        connection.execute(text("INSERT INTO stored_file VALUES (:name, :size, :content)"), stored)
    upgrade_database(url)
    with database.read() as connection:
        assert connection.execute(select(staff_tables.account.c.name)).scalars().all() == ["li"]
        assert read_file(connection, stored["name"]) == content
        assert connection.execute(select(assessment_tables.stored_file)).one() == (stored["name"], len(content))
        assert connection.execute(select(job_tables.job)).all() == []
        assert MigrationContext.configure(connection).get_current_revision() == newest_revision()
    database.close()


def test_answers_have_no_order_of_arrival_in_the_schema(
    make_database_url: Callable[..., str], engine_name: str
) -> None:
    url = make_database_url()
    database = open_database(url)
    with database.read() as connection:
        if engine_name == "sqlite":
            made = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
            with_rowid = {name for name, sql in made if "WITHOUT ROWID" not in sql}
            assert with_rowid <= {"alembic_version"}
        else:
            sequences = connection.execute(text("SELECT count(*) FROM pg_class WHERE relkind = 'S'")).scalar_one()
            assert sequences == 0
    database.close()


def test_an_sqlite_file_is_made_with_its_folder(tmp_path: Path) -> None:
    upgrade_database(f"sqlite:///{tmp_path}/new/folder/file.sqlite3")
    assert (tmp_path / "new/folder/file.sqlite3").stat().st_size > 0


def test_a_database_of_release_0_1_is_refused_and_left_as_it_is(make_database_url: Callable[..., str]) -> None:
    url = make_database_url(empty=True)
    database = open_database(url)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0005_lay_out_hot_tables')"))
    with pytest.raises(DatabaseOfOldRelease, match=r"made by junheng 0\.1"):
        upgrade_database(url)
    with database.read() as connection:
        assert (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            == "0005_lay_out_hot_tables"
        )
    database.close()
