"""`junheng keys recovery`, `backup` and `restore`: what they ask for, say, and refuse; a full disk, a service that runs."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from survey_app.cli import main
from survey_app.domain.keys import KeyDirectory
from survey_app.services.campaigns.lifecycle import freeze_terms
from survey_app.storage import tables
from survey_app.storage.assessments.files import keep_file
from survey_app.storage.session import Database, open_database
from survey_app.storage.transparency_log import append_entry
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey
from tests.paths import REPOSITORY

Junheng = Callable[..., Result]


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUNHENG_DATABASE_URL", database_url)
    monkeypatch.setenv("JUNHENG_KEYS", str(tmp_path / "keys"))
    (tmp_path / "copies").mkdir()
    return tmp_path


@pytest.fixture
def survey(place: Path, database: Database, keys: KeyDirectory, clock) -> Survey:
    """Nine answers wait."""
    made = open_survey(database, keys, clock, [Crowd("public", "", 20)], min_seconds=0)
    with database.write() as connection:
        append_entry(connection, CAMPAIGN, freeze_terms(connection, keys, CAMPAIGN))
    for code in made.codes["public", ""][:9]:
        made.submit(code)
    database.close()
    return made


def junheng(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments], input=typed)


def make_key() -> str:
    made = junheng("keys", "recovery")
    assert made.exit_code == 0, made.stderr
    return made.stdout


def test_the_recovery_key_is_printed_once(place: Path) -> None:
    first = make_key()
    assert re.fullmatch(r"(([0-9A-Z]{5} ){2}[0-9A-Z]{5}\n){4}", first)
    again = junheng("keys", "recovery")
    assert (again.exit_code, again.stdout) == (3, "")
    assert "--replace" in again.stderr
    other = junheng("keys", "recovery", "--replace")
    assert other.exit_code == 0
    assert other.stdout != first
    files = [file for file in (place / "keys").rglob("*") if file.is_file()]
    assert [(file.name, file.stat().st_mode & 0o777, file.stat().st_size) for file in files] == [
        ("recovery.pub", 0o600, 32)
    ]


def test_there_and_back(survey: Survey, place: Path, make_database_url, monkeypatch) -> None:
    refused = junheng("backup", place / "copies" / "c.jh")
    assert (refused.exit_code, "junheng keys recovery" in refused.stderr) == (3, True)
    paper = make_key()
    made = junheng("backup", place / "copies" / "c.jh")
    assert (made.exit_code, made.stderr) == (0, "")
    assert "9 answers that wait" in made.stdout
    url = make_database_url(empty=True)
    monkeypatch.setenv("JUNHENG_DATABASE_URL", url)
    monkeypatch.setenv("JUNHENG_KEYS", str(place / "new keys"))
    came = junheng("restore", place / "copies" / "c.jh", typed=f"\n{paper.lower()}")
    assert (came.exit_code, came.stderr) == (0, "")
    assert f"campaign {CAMPAIGN} (open): 0 answers are lost" in came.stdout
    database = open_database(url)
    back = Survey(database, KeyDirectory(place / "new keys"), survey.clock, survey.codes)
    assert (back.counts()["used"], back.counts()["envelopes"]) == (9, 9)
    database.close()
    again = junheng("restore", place / "copies" / "c.jh", typed=paper)
    assert (again.exit_code, "the database is not empty" in again.stderr) == (3, True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda paper: paper[:-4], "57 were typed"),
        (lambda paper: "", "0 were typed"),
        (lambda paper: ("3" if paper[0] != "3" else "4") + paper[1:], "line 1 of the recovery key"),
    ],
)
def test_a_key_that_was_copied_wrongly_writes_nothing(
    survey: Survey, place: Path, make_database_url, monkeypatch, change, said
) -> None:
    paper = make_key()
    junheng("backup", place / "copies" / "c.jh")
    monkeypatch.setenv("JUNHENG_DATABASE_URL", make_database_url(empty=True))
    monkeypatch.setenv("JUNHENG_KEYS", str(place / "new keys"))
    came = junheng("restore", place / "copies" / "c.jh", typed=change(paper))
    assert (came.exit_code, said in came.stderr) == (3, True)
    assert not (place / "new keys").exists()


def test_without_keys_says_what_is_lost(survey: Survey, place: Path, make_database_url, monkeypatch) -> None:
    make_key()
    copy = place / "copies" / "c.jh"
    junheng("backup", copy)
    (place / "copies" / "c.jh.keys").unlink()
    monkeypatch.setenv("JUNHENG_DATABASE_URL", make_database_url(empty=True))
    monkeypatch.setenv("JUNHENG_KEYS", str(place / "new keys"))
    refused = junheng("restore", copy)
    assert (refused.exit_code, "up to 9 answers" in refused.stderr, "--without-keys" in refused.stderr) == (
        3,
        True,
        True,
    )
    came = junheng("restore", copy, "--without-keys")
    assert (came.exit_code, came.stderr) == (0, "")
    assert f"campaign {CAMPAIGN} (open): 9 answers are lost" in came.stdout
    assert "the 11 codes that are out are cancelled" in came.stdout


@pytest.mark.parametrize(
    ("file", "said"),
    [("nowhere/c.jh", "nowhere"), ("c.jh", "c.jh"), ("copies", "copies")],
    ids=["folder", "file", "is one"],
)
def test_what_is_not_there_is_told(survey: Survey, place: Path, file: str, said: str) -> None:
    make_key()
    came = junheng("restore", place / file)
    assert came.exit_code in (2, 3)
    assert said in came.stderr
    if file != "c.jh":
        made = junheng("backup", place / file)
        assert made.exit_code in (2, 3)
        assert said in made.stderr
    assert list((place / "copies").iterdir()) == []


def test_a_key_directory_that_can_not_be_written_leaves_the_database_empty(
    survey: Survey, place: Path, make_database_url, monkeypatch
) -> None:
    paper = make_key()
    junheng("backup", place / "copies" / "c.jh")
    url = make_database_url(empty=True)
    monkeypatch.setenv("JUNHENG_DATABASE_URL", url)
    (place / "a file").write_text("")
    monkeypatch.setenv("JUNHENG_KEYS", str(place / "a file" / "keys"))
    came = junheng("restore", place / "copies" / "c.jh", typed=paper)
    assert (came.exit_code, "Traceback" in came.stderr) == (3, False)
    database = open_database(url)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(tables.campaign)).scalar_one() == 0
    database.close()


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (2_500_000, 2_500_000))
from survey_app.cli import main
main(sys.argv[1:])
"""


def test_a_full_disk_leaves_the_earlier_pair_and_nothing_half_written(survey: Survey, place: Path) -> None:
    make_key()
    copy = place / "copies" / "c.jh"
    junheng("backup", copy)
    before = {file.name: file.read_bytes() for file in (place / "copies").iterdir()}
    content = os.urandom(4_000_000)
    with survey.database.write() as connection:
        keep_file(connection, content)
    survey.database.close()
    with (
        survey.database.read() as connection
    ):  # else the child would move SQLite's log at its end, into a file that is too large
        connection.execute(select(tables.campaign.c.id)).all()
        made = subprocess.run(
            [sys.executable, "-c", LIMITED, "backup", str(copy)],
            capture_output=True,
            text=True,
            check=False,
            cwd=REPOSITORY,
        )
    assert (made.returncode, "File too large" in made.stderr, "Traceback" in made.stderr) == (3, True, False), (
        made.stderr
    )
    assert {file.name: file.read_bytes() for file in (place / "copies").iterdir()} == before
    assert junheng("backup", copy).exit_code == 0
    assert copy.stat().st_size > 4_000_000


def test_a_database_that_a_worker_is_connected_to_is_refused(
    survey: Survey, place: Path, make_database_url, monkeypatch
) -> None:
    paper = make_key()
    junheng("backup", place / "copies" / "c.jh")
    url = make_database_url()
    monkeypatch.setenv("JUNHENG_DATABASE_URL", url)
    monkeypatch.setenv("JUNHENG_KEYS", str(place / "new keys"))
    worker = subprocess.Popen(
        [sys.executable, "-m", "survey_app.cli", "work"], cwd=REPOSITORY, env={**os.environ}, stderr=subprocess.PIPE
    )
    try:
        database = open_database(url)
        wait_for_heartbeat(database, worker)
        database.close()
        refused = junheng("restore", place / "copies" / "c.jh", typed=paper)
        assert (refused.exit_code, "the database is in use" in refused.stderr) == (3, True)
        assert list((place / "new keys").glob("campaigns/*")) == []
    finally:
        worker.terminate()
        worker.communicate()
    came = junheng("restore", place / "copies" / "c.jh", typed=paper)
    assert came.exit_code == 0, came.stderr


def wait_for_heartbeat(database: Database, worker: subprocess.Popen[bytes]) -> None:
    import time

    from survey_app.storage.office_tables import heartbeat

    while worker.poll() is None:
        with database.read() as connection:
            if connection.execute(select(heartbeat.c.part)).first():
                return
        time.sleep(0.1)
    raise AssertionError("the worker has ended")
