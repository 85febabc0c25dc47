"""What lies on disk before the closing, and what the tables have room for (docs/anonymity.md, "A submission"). On both engines."""

import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from survey_app.domain.clock import FixedClock
from survey_app.domain.envelope import Destination, UnreadableEnvelope, open_envelope
from survey_app.domain.errors import CommitTimesKept
from survey_app.domain.keys import KeyDirectory
from survey_app.services.campaigns.closing import close_campaign
from survey_app.services.campaigns.lifecycle import open_campaign
from survey_app.services.mixing.turnover import Mixer
from survey_app.storage import tables
from survey_app.storage.health import keeps_commit_times
from survey_app.storage.session import Database
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

COMMENT = "校门口的路灯坏了"
RESPONDENTS = ("code", "pool", "envelope", "response", "comment", "label", "quota", "allocation", "pace")


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_survey(database, keys, clock, [Crowd("parent", "s1", 20)], min_seconds=0)


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


def test_before_the_closing_no_file_holds_an_answer_or_what_was_written(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    """A.9, test 3: neither as it came in nor when it was turned over; comments too."""
    survey = open_survey(database, keys, clock, [Crowd("parent", "s1", 20)], min_seconds=0, extra_choices=24)
    # random, for the server's log may still hold what other tests stored
    chosen = {f"x{number:02d}": secrets.choice("1239") for number in range(1, 25)}
    answers = ",".join(f'"{question}":{value}' for question, value in chosen.items()).encode()
    word = secrets.token_hex(8)
    comment = COMMENT + word
    markers = [
        comment.encode(),
        comment.encode("utf-16-le"),
        word.encode(),
        answers,
        ",".join(chosen.values()).encode(),
    ]
    for codes in (survey.all_codes()[:5], survey.all_codes()[5:10]):
        for code in codes:
            survey.submit(code, q03=["1", "2", "9"], q04=comment, **chosen)
        folders = data_folders(survey, tmp_path)
        assert [files_with(folders, marker) for marker in markers] == [[]] * len(markers)
        Mixer(0).round(survey.database, survey.keys)
        folders = data_folders(survey, tmp_path)
        assert [files_with(folders, marker) for marker in markers] == [[]] * len(markers)
    clock.move(timedelta(days=2))
    close_campaign(survey.database, survey.keys, survey.clock, CAMPAIGN)
    folders = data_folders(survey, tmp_path)
    assert files_with(folders, answers), "the test finds answers once they are out"
    assert files_with(folders, comment.encode())


def test_an_old_copy_of_the_database_can_t_be_opened_after_a_turnover(survey: Survey, tmp_path: Path) -> None:
    """A.9, test 5: the old key is gone from the directory, and no other opens what it opened."""
    for code in survey.all_codes()[:6]:
        survey.submit(code)
    copied = survey.stored(tables.envelope, "id", "label", "batch", "ciphertext")
    old = [file.read_bytes() for file in (tmp_path / "keys" / "pools").glob("*.key")]
    Mixer(0).round(survey.database, survey.keys)
    here = [file.read_bytes() for file in (tmp_path / "keys").rglob("*") if file.is_file()]
    assert not {key for key in old if any(key in content for content in here)}
    for id_, label, batch, ciphertext in copied:
        destination = Destination(CAMPAIGN, label, batch)
        assert sum(is_opened(bytes(ciphertext), key, destination, bytes(id_)) for key in old) == 1, (
            "it could be opened before"
        )
        assert not any(is_opened(bytes(ciphertext), content[:32], destination, bytes(id_)) for content in here)


def is_opened(ciphertext: bytes, key: bytes, destination: Destination, id_: bytes) -> bool:
    try:
        open_envelope(ciphertext, key, destination, id_)
    except UnreadableEnvelope:
        return False
    return True


def test_an_answer_has_columns_for_what_it_says_and_for_nothing_else(database: Database) -> None:
    """A.9, test 6."""
    inspector = inspect(database.engine)
    columns = {
        table: {column["name"] for column in inspector.get_columns(table)} for table in inspector.get_table_names()
    }
    assert columns["response"] == {"id", "label", "questionnaire", "answers"}
    assert columns["comment"] == {"id", "campaign", "group", "text"}
    assert columns["envelope"] == {"id", "label", "batch", "ciphertext"}
    assert columns["pool"] == {"label", "batch", "pub_sha256"}
    assert columns["pace"] == {"label", "fast"}
    place, state = (
        {"campaign", "group", "school", "label"},
        {"used", "cancelled", "retry", "receipt", "used_on", "checkpoint"},
    )
    assert columns["code"] == {"code_hash", "tag"} | place | state
    gone = {"run", "mark", "sealed_comment", "valid", "duration_bucket", "last_submit"}
    assert not gone & ({*columns} | set().union(*(columns[table] for table in RESPONDENTS)))


def test_no_time_finer_than_a_day_stands_beside_a_code_an_envelope_or_an_answer(database: Database) -> None:
    inspector = inspect(database.engine)
    for table in RESPONDENTS:
        kinds = {column["name"]: str(column["type"]) for column in inspector.get_columns(table)}
        timed = {name: kind for name, kind in kinds.items() if "TIME" in kind or "DATE" in kind}
        assert timed == ({"used_on": "DATE"} if table == "code" else {})
        assert inspector.get_foreign_keys(table) == [] or table in ("label", "quota", "allocation")


def test_a_server_that_keeps_commit_times_may_not_have_a_campaign_opened(
    database: Database, keys: KeyDirectory, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `track_commit_timestamp` on, PostgreSQL would tell to the microsecond when a code was used."""
    with database.read() as connection:
        assert not keeps_commit_times(connection), "it is off unless somebody has switched it on"
    monkeypatch.setattr("survey_app.services.campaigns.lifecycle.keeps_commit_times", lambda _: True)
    with pytest.raises(CommitTimesKept, match="track_commit_timestamp"):
        open_campaign(database, keys, clock, "any")


def test_a_retry_hash_and_a_receipt_depend_on_no_answer(survey: Survey) -> None:
    """Whoever has the database and the key can't check a guess of the answers: the same nonce gives the same hash for any answers."""
    first, second = survey.all_codes()[:2]
    survey.submit(first, nonce="n", q01="1")
    survey.submit(second, nonce="n", q01="3", q04=COMMENT)
    retries = [retry for retry in survey.stored(tables.code, "retry") if retry]
    assert len(retries) == 2
    assert len({bytes(retry) for retry in retries}) == 1
    assert len(set(survey.stored(tables.code, "receipt")) - {None}) == 2
