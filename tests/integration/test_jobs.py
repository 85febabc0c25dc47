"""Jobs in processes of their own, on both engines: claimed once, watched over, told when they die, started again."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from survey_app.domain.clock import SystemClock
from survey_app.domain.jobs import LIMITS, SILENT_AFTER, Failure, Job, JobKind, JobState
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Account, Role
from survey_app.jobs.performing import AttemptGivenUp, Run, perform
from survey_app.jobs.runner import Runner, WorkFolders
from survey_app.services.assessments.jobs import ask_for_check
from survey_app.services.assessments.uploading import uploads_of
from survey_app.services.installation import Installation
from survey_app.services.jobs import (
    UnknownJob,
    job_of,
    result_of,
    start_again,
    sweep_jobs,
)
from survey_app.settings import Settings
from survey_app.storage.accounts.users import insert_account
from survey_app.storage.job_tables import job_file
from survey_app.storage.jobs import claim_next
from survey_app.storage.session import Database, open_database
from survey_app.storage.staff_tables import account
from tests.builders import COUNTY, JUNIOR_SCHOOL, PRIMARY_SCHOOL
from tests.builders_assessments import LI, WANG, start, workbook
from tests.builders_jobs import claim, run_waiting_jobs

WITHOUT_ENGINES = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
SMALL = workbook()


@pytest.fixture
def at(database: Database, keys: KeyDirectory) -> Installation:
    """With the time as it is: limits of other processes don't wait for a clock of ours."""
    at = Installation(database, keys, SystemClock())
    with database.write() as connection:
        insert_account(connection, Account(LI.name, Role.EVALUATOR, COUNTY, "", 1, False, at.clock.now(), None, None))
    return at


@pytest.fixture
def assessment(at: Installation) -> str:
    return start(at.database, at.clock)


@pytest.fixture
def runner(at: Installation, database_url: str) -> Iterator[Runner]:
    runner = Runner(Settings(database_url=database_url, keys_dir=at.keys.path), at)
    yield runner
    runner.stop()


def ask(at: Installation, assessment: str, content: bytes = SMALL) -> str:
    return ask_for_check(at, LI, assessment, "统计.xlsx", len(content), iter([content]))


def large_workbook() -> bytes:
    """Takes a while to check."""
    schools = [
        PRIMARY_SCHOOL | {"学校代码": f"43990{number:05d}", "学校名称": f"第{number}小学"} for number in range(6_000)
    ]
    return workbook({"学校": [*schools, JUNIOR_SCHOOL]})


def run_until(runner: Runner, holds: Callable[[], bool]) -> None:
    for _ in range(1_200):
        runner.round()
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it never came")


def has_ended(at: Installation, job: str) -> Callable[[], bool]:
    return lambda: not job_of(at, LI, job).is_under_way


def has_started(at: Installation, job: str) -> Callable[[], bool]:
    """Has told how far it is: by its own process."""
    return lambda: job_of(at, LI, job).progress > 0


def processes_of(job: str) -> list[int]:
    """The processes that this one has started for jobs, by their parent, the fork server."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (Path("/proc") / parent / "cmdline").read_bytes()
            grandparent = (Path("/proc") / parent / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if state != "Z" and b"forkserver" in command and int(grandparent) == os.getpid():
            found.append(int(folder.name))
    return found


def files_kept(at: Installation) -> int:
    with at.database.read() as connection:
        return len(connection.execute(job_file.select()).all())


def test_a_workbook_is_checked_in_a_process_of_its_own(at: Installation, assessment: str, runner: Runner) -> None:
    job = ask(at, assessment)
    assert job_of(at, LI, job).state == JobState.WAITING
    run_until(runner, has_ended(at, job))
    done = job_of(at, LI, job)
    (upload,) = uploads_of(at.database, assessment)
    assert (done.state, done.progress, done.attempt, done.outcome) == (JobState.DONE, 100, 1, {"upload": upload.id})
    assert (upload.version, upload.by, upload.file_name) == (1, "li", "统计.xlsx")
    run_until(runner, lambda: files_kept(at) == 0)


def test_a_job_that_is_killed_is_told_and_can_be_started_again(
    at: Installation, assessment: str, runner: Runner
) -> None:
    job = ask(at, assessment, large_workbook())
    run_until(runner, has_started(at, job))
    (process,) = processes_of(job)
    os.kill(process, signal.SIGKILL)
    run_until(runner, has_ended(at, job))
    died = job_of(at, LI, job)
    assert (died.state, died.failure) == (JobState.FAILED, Failure.DIED)
    assert uploads_of(at.database, assessment) == []
    start_again(at, LI, job)
    run_until(runner, has_ended(at, job))
    again = job_of(at, LI, job)
    assert (again.state, again.attempt, again.failure) == (JobState.DONE, 2, None)
    assert len(uploads_of(at.database, assessment)) == 1


@WITHOUT_ENGINES
@pytest.mark.parametrize(
    ("limits", "failure"),
    [
        (replace(LIMITS[JobKind.WORKBOOK], memory_bytes=8_000_000), Failure.MEMORY),
        (replace(LIMITS[JobKind.WORKBOOK], seconds=1), Failure.TIME),
    ],
    ids=["memory", "time"],
)
def test_a_job_over_its_limits_is_ended_and_told(
    at: Installation, assessment: str, database_url: str, limits: object, failure: Failure
) -> None:
    settings = Settings(database_url=database_url, keys_dir=at.keys.path)
    runner = Runner(settings, at, {JobKind.WORKBOOK: limits})  # type: ignore[dict-item]
    job = ask(at, assessment, large_workbook())
    run_until(runner, has_ended(at, job))
    ended = job_of(at, LI, job)
    assert (ended.state, ended.failure) == (JobState.FAILED, failure)
    assert uploads_of(at.database, assessment) == []
    assert files_kept(at) > 0, "what was sent is there for another try"
    runner.stop()


def test_of_two_workers_one_gets_a_job(at: Installation, assessment: str, database_url: str) -> None:
    asked = {ask(at, assessment) for _ in range(6)}
    databases = [open_database(database_url) for _ in range(2)]

    def take(number: int) -> Job | None:
        with databases[number % 2].write() as connection:
            return claim_next(connection, at.clock.now())

    with ThreadPoolExecutor(4) as pool:
        taken = [one.id for one in pool.map(take, range(12)) if one]
    for database in databases:
        database.close()
    assert sorted(taken) == sorted(asked)


def test_what_was_given_up_changes_nothing_any_more(at: Installation, assessment: str) -> None:
    job = ask(at, assessment)
    first = claim(at)
    assert first
    late = Installation(at.database, at.keys, _Later())
    sweep_jobs(late)
    assert job_of(at, LI, job).failure == Failure.DIED
    start_again(at, LI, job)
    second = claim(at)
    assert second
    with pytest.raises(AttemptGivenUp):
        perform(at, first)
    assert uploads_of(at.database, assessment) == []
    perform(at, second)
    assert len(uploads_of(at.database, assessment)) == 1


class _Later(SystemClock):
    def now(self):  # type: ignore[no-untyped-def]
        return super().now() + SILENT_AFTER * 2


def test_a_worker_that_is_stopped_leaves_its_jobs_for_the_next(
    at: Installation, assessment: str, database_url: str, runner: Runner
) -> None:
    job = ask(at, assessment, large_workbook())
    first = Runner(Settings(database_url=database_url, keys_dir=at.keys.path), at)
    run_until(first, has_started(at, job))
    first.stop()
    assert job_of(at, LI, job).state == JobState.WAITING
    assert processes_of(job) == []
    run_until(runner, has_ended(at, job))
    assert job_of(at, LI, job).state == JobState.DONE


def test_a_job_is_its_askers_and_goes_when_it_has_had_its_time(at: Installation, assessment: str) -> None:
    job = ask(at, assessment)
    with pytest.raises(UnknownJob):
        job_of(at, WANG, job)
    kept = LIMITS[JobKind.WORKBOOK].kept

    class Clock(SystemClock):
        def now(self):  # type: ignore[no-untyped-def]
            return super().now() + kept + timedelta(minutes=1)

    sweep_jobs(Installation(at.database, at.keys, Clock()))
    assert job_of(at, LI, job).state == JobState.EXPIRED
    assert files_kept(at) == 0
    assert run_waiting_jobs(at) == 0


def test_files_of_one_attempt_are_never_mixed_with_anothers(at: Installation, assessment: str) -> None:
    job = ask(at, assessment)
    first = claim(at)
    assert first
    Run(at, first).keep("a", "text/plain", b"a" * 2_500_000)
    sweep_jobs(Installation(at.database, at.keys, _Later()))
    start_again(at, LI, job)
    second = claim(at)
    assert second
    run = Run(at, second)
    run.end_unless_ended(run.keep("b", "text/plain", b"b" * 1_500_000))
    assert b"".join(result_of(at, job_of(at, LI, job))) == b"b" * 1_500_000


def test_what_a_killed_worker_has_left_on_the_disk_goes_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    alive, dead = WorkFolders(), WorkFolders()
    for folders in (alive, dead):
        (folders.make() / "sheets.pdf").write_bytes(b"codes")
    os.close(dead.lock)  # as the kernel does when a process is gone
    assert len(list(tmp_path.glob("*/*/sheets.pdf"))) == 2
    newest = WorkFolders()
    assert len(list(tmp_path.glob("*/*/sheets.pdf"))) == 1
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in [newest.make(), *tmp_path.iterdir()])
    alive.close()
    newest.close()
    assert list(tmp_path.iterdir()) == []


def test_problems_of_an_account_that_is_gone_are_told(at: Installation, assessment: str) -> None:
    job = ask(at, assessment)
    with at.database.write() as connection:
        connection.execute(account.delete().where(account.c.name == LI.name))
    assert run_waiting_jobs(at) == 1
    assert (job_of(at, LI, job).state, job_of(at, LI, job).failure) == (JobState.FAILED, Failure.FORBIDDEN)
