"""Work that is done beside the web processes: what there is of it, how far it can be, how it can fail, and what each kind may use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final


class JobKind(StrEnum):
    """What is to be done."""

    WORKBOOK = "workbook"  # a workbook that was uploaded: checked, stored or refused, and judged
    VERDICT = "verdict"  # an assessment judged as it stands
    PHOTOS = "photos"  # photos of a finding, made ready and kept
    REPORT = "report"  # a file of an assessment that is not signed
    SIGNING = "signing"  # an assessment signed, with its files
    EXPORT = "export"  # all answers of a closed campaign
    CODES = "codes"  # codes issued, and their sheets
    BULLETIN = "bulletin"  # a campaign's numbers of the moment on a page


class JobState(StrEnum):
    """How far a job is."""

    ARRIVING = "arriving"  # its files are being stored
    WAITING = "waiting"  # for a worker
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # can be started again
    EXPIRED = "expired"  # has had its time; its files are gone


class Failure(StrEnum):
    """Why a job failed."""

    INVALID = "invalid"  # what was sent is wrong; the outcome holds the problems
    FORBIDDEN = "forbidden"  # the state of things forbids it now
    MEMORY = "memory"
    TIME = "time"
    DIED = "died"  # its process, or the worker, ended without a word
    BUG = "bug"  # the worker's log has it


UNDER_WAY: Final = frozenset({JobState.ARRIVING, JobState.WAITING, JobState.RUNNING})
BEAT_EVERY: Final = timedelta(seconds=10)
SILENT_AFTER: Final = timedelta(seconds=60)
"""A job that runs and has not been heard of for so long has died with its worker."""
RESULT: Final = "result"
"""What the file that a job leaves is called, with the number of the attempt."""
TOLD_FOR: Final = timedelta(days=7)
"""So long after its files are gone a job still says what it was."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the process of a job may use, how long what it leaves is kept, and how long it waits for a worker."""

    seconds: int
    memory_bytes: int
    kept: timedelta
    waits: timedelta = timedelta(days=1)


_GIGABYTE: Final = 1_000_000_000
LIMITS: Final[Mapping[JobKind, Limits]] = {
    JobKind.WORKBOOK: Limits(300, 4 * _GIGABYTE, timedelta(days=1)),
    JobKind.VERDICT: Limits(300, 4 * _GIGABYTE, timedelta(hours=1)),
    JobKind.PHOTOS: Limits(120, 2 * _GIGABYTE, timedelta(hours=1)),
    JobKind.REPORT: Limits(120, 4 * _GIGABYTE, timedelta(hours=1)),
    JobKind.SIGNING: Limits(300, 4 * _GIGABYTE, timedelta(hours=1), waits=timedelta(minutes=15)),
    JobKind.EXPORT: Limits(900, 4 * _GIGABYTE, timedelta(days=1)),
    JobKind.CODES: Limits(900, 2 * _GIGABYTE, timedelta(hours=1), waits=timedelta(minutes=15)),
    JobKind.BULLETIN: Limits(60, 2 * _GIGABYTE, timedelta(hours=1)),
}


NOT_STARTED_AGAIN: Final = frozenset({JobKind.CODES})
"""What these leave can be opened only by the browser that asked, while it is there: who still wants it asks anew."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job; the fields are the columns of its row."""

    id: str
    kind: JobKind
    subject: str  # "assessment/ID" or "campaign/ID"
    county: str
    asked_by: str
    asked_at: datetime
    arguments: Mapping[str, Any]
    once: str | None  # jobs with the same text do the same: while one is under way, no second is made
    state: JobState
    progress: int  # percent
    attempt: int  # how often it was started; what an earlier attempt still writes does not count
    started_at: datetime | None
    heartbeat: datetime | None
    ended_at: datetime | None
    ends_at: datetime
    outcome: Mapping[str, Any]
    failure: Failure | None

    @property
    def is_under_way(self) -> bool:
        """Whether it has yet to end."""
        return self.state in UNDER_WAY

    @property
    def can_start_again(self) -> bool:
        """Whether it failed, and may succeed as it is."""
        return self.state == JobState.FAILED and self.failure != Failure.INVALID and self.kind not in NOT_STARTED_AGAIN
