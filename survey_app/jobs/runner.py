"""Claims jobs, starts a process for each, and watches over it: what it may take of time, whether it lives, how it ended."""

import fcntl
import logging
import math
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

from survey_app.domain.clock import SystemClock
from survey_app.domain.jobs import BEAT_EVERY, LIMITS, Failure, Job, JobKind, Limits
from survey_app.jobs.performing import OUT_OF_MEMORY, run_process
from survey_app.services.installation import Installation, open_installation
from survey_app.services.jobs import ends_of, sweep_jobs
from survey_app.settings import Settings
from survey_app.storage.jobs import beat_job, claim_next, end_job, has_waiting, put_back

AT_ONCE: Final = 2
"""Jobs of one worker at a time: a small one need not wait for a large one."""
LOOK_S: Final = 0.25
_SWEEP_EVERY_S: Final = 10.0
_FOLDERS: Final = "junheng-jobs-"
_LOCK: Final = "lock"
# loaded once, in the process from which those of the jobs are forked
_LOADED_BEFORE: Final = ["survey_app.jobs.kinds", "evaluation.reading.building", "pandas"]
_FAILURES: Final[Mapping[int, Failure]] = {
    OUT_OF_MEMORY: Failure.MEMORY,
    -signal.SIGABRT: Failure.MEMORY,  # what is not written in Python gives up so
    -signal.SIGXCPU: Failure.TIME,
    1: Failure.BUG,
}

log = logging.getLogger(__name__)


@dataclass
class _Running:
    """A job and its process."""

    job: Job
    process: ForkServerProcess
    folder: Path
    deadline: float
    beat_due: float


class Runner:
    """The jobs of one worker."""

    def __init__(
        self, settings: Settings, at: Installation, limits: Mapping[JobKind, Limits] = LIMITS, at_once: int = AT_ONCE
    ) -> None:
        self._settings, self._at, self._limits, self._at_once = settings, at, limits, at_once
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_LOADED_BEFORE)
        self._running: list[_Running] = []
        self._sweep_due = -math.inf
        self._folders = WorkFolders()

    def round(self) -> None:
        """Looks after what runs, then starts what waits."""
        self._running = [one for one in self._running if self._goes_on(one)]
        if time.monotonic() >= self._sweep_due:
            sweep_jobs(self._at)
            self._sweep_due = time.monotonic() + _SWEEP_EVERY_S
        while len(self._running) < self._at_once and (job := self._claimed()):
            self._start(job)

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs."""
        return not self._running

    def stop(self) -> None:
        """Stops what runs; it waits again, for this worker when it is back, or for another."""
        for one in self._running:
            _kill(one)
            with self._at.database.write() as connection:
                put_back(connection, one.job)
        self._running = []
        self._folders.close()

    def _claimed(self) -> Job | None:
        with self._at.database.read() as connection:
            if not has_waiting(connection, self._at.clock.now()):
                return None
        with self._at.database.write() as connection:
            return claim_next(connection, self._at.clock.now())

    def _start(self, job: Job) -> None:
        limits, folder = self._limits[job.kind], self._folders.make()
        process = self._context.Process(
            target=run_process, args=(self._settings, job, limits, str(folder)), name=f"job {job.id}", daemon=True
        )
        process.start()
        now = time.monotonic()
        self._running.append(_Running(job, process, folder, now + limits.seconds, now + BEAT_EVERY.total_seconds()))

    def _goes_on(self, one: _Running) -> bool:
        now = time.monotonic()
        if not one.process.is_alive():
            self._note_end(one)
            return False
        if now >= one.deadline:
            _kill(one)
            self._fail(one.job, Failure.TIME)
            return False
        if now >= one.beat_due:
            one.beat_due = now + BEAT_EVERY.total_seconds()
            with self._at.database.write() as connection:
                beat_job(connection, one.job, self._at.clock.now())
        return True

    def _note_end(self, one: _Running) -> None:
        status = one.process.exitcode or 0
        one.process.close()
        shutil.rmtree(one.folder, ignore_errors=True)
        if status == -signal.SIGTERM:  # all of the service is told to stop, and this worker will be, too
            with self._at.database.write() as connection:
                put_back(connection, one.job)
        elif status:
            self._fail(one.job, _FAILURES.get(status, Failure.DIED))

    def _fail(self, job: Job, failure: Failure) -> None:
        """Unless the job had ended before its process did."""
        now = self._at.clock.now()
        with self._at.database.write() as connection:
            if end_job(connection, job, now, ends_of(job.kind, now), {}, failure):
                log.error("job %s (%s) failed: %s", job.id, job.kind, failure)


def _kill(one: _Running) -> None:
    one.process.kill()
    one.process.join()
    shutil.rmtree(one.folder, ignore_errors=True)


class WorkFolders:
    """Where the processes of this worker's jobs write what is not for the database: gone with each job, and with the worker.

    Answers and codes are in the clear here for as long as a file of them is written. What a worker that was killed has left is removed by
    the next one on the machine: each holds a lock in its own folder.
    """

    def __init__(self) -> None:
        for left in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*"):
            _remove_unless_held(left)
        self._base = Path(tempfile.mkdtemp(prefix=_FOLDERS))
        self.lock = os.open(self._base / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def make(self) -> Path:
        """A folder for one job."""
        return Path(tempfile.mkdtemp(dir=self._base))

    def close(self) -> None:
        """Removes all."""
        os.close(self.lock)
        shutil.rmtree(self._base, ignore_errors=True)


def _remove_unless_held(folder: Path) -> None:
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:  # another account's, or just being made
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(lock)


def run_jobs(settings: Settings, stop: threading.Event) -> None:
    """Does jobs until told to stop; what fails is logged with its traceback, and tried again in the next round."""
    at = open_installation(settings, SystemClock())
    runner = Runner(settings, at)
    try:
        while not stop.wait(LOOK_S):
            try:
                runner.round()
            except Exception:
                log.exception("the worker could not look after its jobs; it will try again")
    finally:
        runner.stop()
        at.database.close()
