"""Claims jobs, starts a process for each, and watches over it: what it may take of time, whether it lives, how it ended."""

import logging
import math
import multiprocessing
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
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
            one.process.kill()
            one.process.join()
            with self._at.database.write() as connection:
                put_back(connection, one.job)
        self._running = []

    def _claimed(self) -> Job | None:
        with self._at.database.read() as connection:
            if not has_waiting(connection):
                return None
        with self._at.database.write() as connection:
            return claim_next(connection, self._at.clock.now())

    def _start(self, job: Job) -> None:
        limits = self._limits[job.kind]
        process = self._context.Process(
            target=run_process, args=(self._settings, job, limits), name=f"job {job.id}", daemon=True
        )
        process.start()
        now = time.monotonic()
        self._running.append(_Running(job, process, now + limits.seconds, now + BEAT_EVERY.total_seconds()))

    def _goes_on(self, one: _Running) -> bool:
        now = time.monotonic()
        if not one.process.is_alive():
            self._note_end(one)
            return False
        if now >= one.deadline:
            one.process.kill()
            one.process.join()
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
