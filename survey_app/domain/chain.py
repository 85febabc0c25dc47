"""The signal `chain`: sheets of one school handed in one right after the other (statistics.md 2.2).

A run goes on while a form is opened 0 to 120 s after the one before it was handed in: so looks one person who fills in code after
code, and a shared tablet too. Only lengths are kept, beside the time of the last submission, which is cleared at closing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_PAUSE = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Link:
    """One submission as the chain sees it; the opening of its form is `None` where it is not known, which ends a run."""

    opened: datetime | None
    submitted: datetime

    @property
    def earliest_previous(self) -> datetime | None:
        """The run goes on if the previous submission was at this moment or later …"""
        return self.opened - LONGEST_PAUSE if self.opened else None

    @property
    def latest_previous(self) -> datetime | None:
        """… and not after this one."""
        return self.opened
