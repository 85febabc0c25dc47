"""What is done in the process of a job: the limits it lives by, the work of its kind, and how it ends."""

import logging
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput
from survey_app.domain.bug_reports import steps_of
from survey_app.domain.clock import SystemClock
from survey_app.domain.errors import SurveyError
from survey_app.domain.jobs import Failure, Job, Limits
from survey_app.domain.staff import StaffUser
from survey_app.jobs.parent import end_with_parent
from survey_app.services.accounts.users import find_user
from survey_app.services.installation import Installation, open_installation
from survey_app.services.jobs import PART_BYTES, ends_of, remove_needless, result_name, store_parts
from survey_app.settings import Settings
from survey_app.storage.jobs import end_job, note_progress, read_parts

OUT_OF_MEMORY: Final = 77
"""The status with which the process of a job ends that would have taken more than it may."""
_NICE: Final = 10

JobOutcome = Mapping[str, Any]
"""What came of a job: where its page leads, or what it says."""

log = logging.getLogger(__name__)


class AttemptGivenUp(Exception):
    """The job was told to have died, and may be run by another process: nothing of this one counts any more."""


class NoAccount(SurveyError):
    """Whoever asked for the job has no account any more."""


class Run:
    """A job at work: what was sent for it, how far it is, and its end."""

    def __init__(self, at: Installation, job: Job) -> None:
        self.at, self.job = at, job
        self._has_ended = False

    @property
    def user(self) -> StaffUser:
        """Whoever asked for it, as the account is now. Raises `NoAccount`."""
        account = find_user(self.at.database, self.job.asked_by)
        if account is None or account.is_disabled:
            raise NoAccount(self.job.asked_by)
        return account.user

    def file(self, name: str) -> bytes:
        """A file that was sent for it."""
        with self.at.database.read() as connection:
            return b"".join(read_parts(connection, self.job.id, name))

    def tell(self, percent: int) -> None:
        """How far it is. Raises `AttemptGivenUp`."""
        with self.at.database.write() as connection:
            if not note_progress(connection, self.job, percent):
                raise AttemptGivenUp

    def keep(self, name: str, media_type: str, content: bytes) -> JobOutcome:
        """Stores the file that it leaves; the outcome that tells of it."""
        parts = (content[start : start + PART_BYTES] for start in range(0, len(content), PART_BYTES))
        store_parts(self.at, self.job.id, result_name(self.job), parts)
        return {"file": {"name": name, "media_type": media_type, "size": len(content)}}

    def end(self, connection: Connection, outcome: JobOutcome, failure: Failure | None = None) -> None:
        """Ends it, in the transaction that stores what it did. Raises `AttemptGivenUp`, which undoes that."""
        now = self.at.clock.now()
        if not end_job(connection, self.job, now, ends_of(self.job.kind, now), outcome, failure):
            raise AttemptGivenUp
        self._has_ended = True

    def end_unless_ended(self, outcome: JobOutcome, failure: Failure | None = None) -> None:
        """Ends it, in a transaction of its own."""
        if not self._has_ended:
            with self.at.database.write() as connection:
                self.end(connection, outcome, failure)


def perform(at: Installation, job: Job) -> None:
    """Does a job that was claimed, to its end. What is no mistake of the input, and not forbidden, is raised: a bug."""
    from survey_app.jobs.kinds import KINDS

    run = Run(at, job)
    try:
        outcome = KINDS[job.kind](run)
    except InvalidInput as invalid:
        run.end_unless_ended({"problems": [_told(one) for one in invalid.problems]}, Failure.INVALID)
    except SurveyError as error:
        run.end_unless_ended({"error": type(error).__name__}, Failure.FORBIDDEN)
    else:
        run.end_unless_ended(outcome)
    remove_needless(at)  # what was sent for it


def run_process(settings: Settings, job: Job, limits: Limits, folder: str) -> None:
    """The whole life of the process of a job. What it writes beside the database lies in `folder`, which the runner removes."""
    _live_by(limits)
    tempfile.tempdir = folder
    at = open_installation(settings, SystemClock())
    try:
        perform(at, job)
    except AttemptGivenUp:
        log.warning("job %s was given up and done in vain", job.id)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # at once: nothing more can be had
    except Exception as error:
        _end_with_bug(job, error)


def _end_with_bug(job: Job, error: Exception) -> NoReturn:
    """The steps, without the message: it may quote answers or what somebody typed."""
    log.error("unexpected error in job %s (%s)\n%s", job.id, job.kind, steps_of(error))
    sys.exit(1)


def _live_by(limits: Limits) -> None:
    """Limits that the kernel keeps; that of the clock is the runner's to keep. Last in line for the processor, and gone with its parent."""
    end_with_parent(signal.SIGKILL)
    if sys.platform == "linux":
        memory = _data_bytes() + limits.memory_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(_NICE)


def _data_bytes() -> int:
    """What this process may write to before it does anything: libraries have set much aside, and never touch most of it (proc(5), statm)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5]) * resource.getpagesize()


def _told(problem: InputProblem) -> dict[str, str]:
    texts: Iterable[tuple[str, str]] = (("zh", problem.text("zh")), ("en", problem.text("en")))
    return {"where": problem.where} | dict(texts)
