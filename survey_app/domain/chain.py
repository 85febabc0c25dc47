"""The signal `chain`: sheets of one school handed in one right after the other (statistics.md 2.2).

A run goes on while a form is opened 0 to 120 s after the one before it was handed in: so looks one person who fills in code after
code, and a shared tablet too. Until the closing a school's run is kept sealed (`domain.concealment`); then only its greatest length stays.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_PAUSE = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Link:
    """One submission as the chain sees it; the opening of its form is `None` where it is not known, which ends a run."""

    opened: datetime | None
    submitted: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """How far a school's run has come: its last submission, its length, and the greatest length there was."""

    last_submit: datetime
    length: int
    longest: int

    def goes_on_with(self, link: Link) -> bool:
        """Whether a submission carries the run on."""
        return link.opened is not None and link.opened - LONGEST_PAUSE <= self.last_submit <= link.opened


def lengthen(run: Run | None, link: Link) -> Run:
    """The run after one more submission; the first one starts it."""
    length = run.length + 1 if run and run.goes_on_with(link) else 1
    return Run(link.submitted, length, max(length, run.longest if run else 0))
