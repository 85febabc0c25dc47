"""What lies on disk before a mix, and what the tables have room for (integrity.md A.4, A.9). On both engines."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import CommitTimesKept
from survey_app.domain.keys import KeyDirectory
from survey_app.services.campaigns import open_campaign
from survey_app.services.mixing import mix_due_pools, mix_remainders
from survey_app.storage import tables
from survey_app.storage.campaigns import find_campaign
from survey_app.storage.health import keeps_commit_times
from survey_app.storage.session import Database
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

COMMENT = "校门口的路灯坏了MARKER"
ANSWER = b'"q03":[1,2,9]'


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_survey(database, keys, clock, [Crowd("parent", "s1", 20)])


def files_with(folders: list[Path], marker: bytes) -> list[Path]:
    """The files that hold the marker somewhere."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if marker in read(file)]


def read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except (FileNotFoundError, PermissionError):  # a server's temporary file
        return b""


def data_folders(survey: Survey, tmp_path: Path) -> list[Path]:
    """Where the database and the keys lie; PostgreSQL's own folder too, with everything in memory written out."""
    if survey.database.dialect == "sqlite":
        return [tmp_path]
    engine = survey.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(str(connection.execute(text("SHOW data_directory")).scalar_one()))
    if not folder.is_dir():
        pytest.skip("the server's files are out of reach")
    return [tmp_path, folder]


def test_before_the_mix_no_file_holds_an_answer_or_a_comment(survey: Survey, tmp_path: Path) -> None:
    for code in survey.all_codes()[:9]:
        survey.submit(code, q03=["1", "2", "9"], q04=COMMENT)
    assert mix_due_pools(survey.database, survey.keys) == 0
    folders = data_folders(survey, tmp_path)
    markers = [COMMENT.encode(), COMMENT.encode("utf-16-le"), b"MARKER", ANSWER, b"[1,2,9]"]
    assert [files_with(folders, marker) for marker in markers] == [[]] * len(markers)
    survey.submit(survey.all_codes()[9], q03=["1", "2", "9"], q04=COMMENT)
    mix_due_pools(survey.database, survey.keys)
    folders = data_folders(survey, tmp_path)
    assert files_with(folders, ANSWER), "the test finds answers once they are mixed"
    assert files_with(folders, b"MARKER") == [], "comments wait for the closing"
    survey.change_campaign(admission=3)
    with survey.database.read() as connection:
        campaign = find_campaign(connection, CAMPAIGN)
    mix_remainders(survey.database, survey.keys, campaign)
    assert files_with(data_folders(survey, tmp_path), COMMENT.encode())


def test_an_answer_has_columns_for_what_it_says_and_for_nothing_else(database: Database) -> None:
    inspector = inspect(database.engine)
    columns = {
        table: {column["name"] for column in inspector.get_columns(table)} for table in inspector.get_table_names()
    }
    answer = {"id", "label", "batch", "questionnaire", "duration_bucket", "valid", "answers"}
    assert columns["response"] == answer
    assert columns["envelope"] == {"id", "label", "batch", "ct", "mark"}  # a sealed bit, opened by the key of its batch
    assert columns["sealed_comment"] == {"id", "campaign", "batch", "ct"}
    assert columns["comment"] == {"id", "campaign", "group", "text"}
    code = {
        "h",
        "campaign",
        "group",
        "school",
        "label",
        "used",
        "cancelled",
        "retry",
        "receipt",
        "used_on",
        "checkpoint",
    }
    assert columns["code"] == code


def test_no_time_finer_than_a_day_stands_beside_a_code_an_envelope_or_an_answer(database: Database) -> None:
    inspector = inspect(database.engine)
    for table in ("code", "pool", "envelope", "response", "sealed_comment", "comment", "label", "quota", "cell"):
        kinds = {column["name"]: str(column["type"]) for column in inspector.get_columns(table)}
        timed = {name: kind for name, kind in kinds.items() if "TIME" in kind or "DATE" in kind}
        assert timed == ({"used_on": "DATE"} if table == "code" else {})
        assert inspector.get_foreign_keys(table) == [] or table in ("label", "quota", "cell")


def test_a_server_that_keeps_commit_times_may_not_have_a_campaign_opened(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `track_commit_timestamp` on, PostgreSQL would tell to the microsecond when a code was used."""
    with database.read() as connection:
        assert not keeps_commit_times(connection), "it is off unless somebody has switched it on"
    monkeypatch.setattr("survey_app.services.campaigns.keeps_commit_times", lambda _: True)
    with pytest.raises(CommitTimesKept, match="track_commit_timestamp"):
        open_campaign(database, clock, "any")


def test_a_retry_hash_and_a_receipt_depend_on_no_answer(survey: Survey) -> None:
    """Whoever has the database and the key can't check a guess of the answers: the same nonce gives the same hash for any answers."""
    first, second = survey.all_codes()[:2]
    survey.submit(first, nonce="n", q01="1")
    survey.submit(second, nonce="n", q01="3", q04=COMMENT)
    retries = [retry for retry in survey.stored(tables.code, "retry") if retry]
    assert len(retries) == 2
    assert len({bytes(retry) for retry in retries}) == 1
    assert len(set(survey.stored(tables.code, "receipt")) - {None}) == 2
