"""The worker: every job in each round, whatever fails; ends when told, or when its parent is gone. On both engines."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.mixing.worker import run_worker
from survey_app.storage import tables
from survey_app.storage.office_tables import heartbeat
from survey_app.storage.session import Database
from tests.builders_closing import hand_in
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey
from tests.paths import REPOSITORY

WORK = """
import sys
from pathlib import Path
from survey_app.jobs.background import work
from survey_app.settings import Settings
work(Settings(sys.argv[1], Path(sys.argv[2])), int(sys.argv[3]), interval_s=0.05)
"""
PARENT = """
import os, subprocess, sys
print(subprocess.Popen([sys.executable, "-c", *sys.argv[1:], str(os.getpid())]).pid, flush=True)
input()
"""


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_survey(database, keys, clock, [Crowd("parent", "s1", 30)])


def run_one_round(survey: Survey) -> None:
    """The worker finds the signal to stop only after its first round."""

    class StopsAfterOneRound(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            assert timeout is not None
            assert 4.0 <= timeout <= 6.0
            self.set()
            return True

    run_worker(survey.database, survey.keys, survey.clock, StopsAfterOneRound())


def batch(survey: Survey) -> int:
    """Of the pool in which parents' answers wait."""
    return dict(survey.stored(tables.pool, "label", "batch"))[f"{CAMPAIGN}/parent/s1"]


def test_a_round_counts_turns_over_and_tells_that_it_did(survey: Survey) -> None:
    hand_in(survey, "parent", "s1", 12)
    run_one_round(survey)
    assert (survey.counts()["responses"], survey.counts()["envelopes"], batch(survey)) == (0, 12, 2)
    assert len(survey.keys.book(CAMPAIGN)) == 12
    assert set(survey.stored(heartbeat, "part")) >= {"worker", f"turnover/{CAMPAIGN}"}


def test_a_round_that_can_not_count_does_not_say_that_it_did(survey: Survey) -> None:
    survey.keys.destroy_campaign(CAMPAIGN)
    run_one_round(survey)
    assert survey.stored(heartbeat, "part") == ["worker"]


def test_a_round_rotates_the_secret_of_start_times_and_a_form_that_is_out_is_still_taken(
    survey: Survey, clock: FixedClock
) -> None:
    survey.change_campaign(closes=clock.now() + timedelta(days=9))
    code = survey.all_codes()[0]
    form = survey.form(code)
    first = survey.keys.start_secrets.newest(clock.now())
    clock.move(timedelta(hours=26))
    run_one_round(survey)
    assert survey.keys.start_secrets.newest(clock.now()) != first
    survey.submit(code, started=form)


def test_a_round_destroys_keys_that_a_crash_left(survey: Survey) -> None:
    survey.keys.make_pool_key(f"{CAMPAIGN}/parent/s1", 0)
    run_one_round(survey)
    assert (f"{CAMPAIGN}/parent/s1", 0) not in survey.keys.pool_batches()


def test_a_campaign_closes_by_itself_after_its_grace(survey: Survey, clock: FixedClock) -> None:
    hand_in(survey, "parent", "s1", 5)
    for passed, state in [
        (timedelta(days=1), "closing"),
        (timedelta(minutes=29), "closing"),
        (timedelta(minutes=1), "closed"),
    ]:
        clock.move(passed)
        run_one_round(survey)
        assert survey.stored(tables.campaign, "state") == [state]
    assert (survey.counts()["responses"], survey.counts()["envelopes"]) == (5, 0)
    assert survey.keys.pool_batches() == []
    clock.move(timedelta(hours=-2))
    run_one_round(survey)
    assert survey.stored(tables.campaign, "state") == ["closed"]


def test_a_job_that_fails_is_logged_with_its_traceback_and_the_others_are_done(
    survey: Survey, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hand_in(survey, "parent", "s1", 12)

    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("survey_app.services.mixing.worker.advance_campaigns", fail)
    with caplog.at_level(logging.ERROR):
        run_one_round(survey)
    assert batch(survey) == 2
    assert "advance campaigns" in caplog.text
    assert "RuntimeError: a bug" in caplog.text


def wait_until(is_so: Callable[[], bool]) -> None:
    """Waits for another process; only a failure takes the whole minute."""
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_process_turns_over_and_ends_at_sigterm(survey: Survey, database_url: str) -> None:
    survey.change_campaign(closes=survey.clock.now() + timedelta(days=36_500))
    hand_in(survey, "parent", "s1", 12)
    arguments = [database_url, str(survey.keys.path), str(os.getpid())]
    process = subprocess.Popen([sys.executable, "-c", WORK, *arguments], cwd=REPOSITORY)
    wait_until(lambda: batch(survey) == 2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_the_process_ends_when_its_parent_is_killed(survey: Survey, database_url: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, WORK, database_url, str(survey.keys.path)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert parent.stdin is not None
    parent.stdin.close()
    wait_until(lambda: not is_running(worker))


def is_running(process: int) -> bool:
    """Whether a process is alive (one that waits to be collected is not)."""
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_process_that_does_not_exist_is_not_running() -> None:
    assert is_running(os.getpid())
    assert not is_running(2**22 + 1)
