"""A campaign as the database keeps it: its states, and when it takes a form."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum


class State(StrEnum):
    """What the office has done with a campaign; it only ever moves forward."""

    DRAFT = "draft"  # planned; codes may be issued
    OPEN = "open"  # questionnaires, plan and rules are frozen; answers are taken from the opening time on
    CLOSING = "closing"  # only forms that were opened before the closing moment are still taken
    CLOSED = "closed"  # everything is mixed; results may be seen


class Admission(IntEnum):
    """Whether the forms of a campaign are taken. Kept in the database and never lowered: a clock set back reopens nothing."""

    NOT_YET = 0
    OPEN = 1
    GRACE = 2  # only forms opened before the closing moment
    OVER = 3


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign; the fields are the columns of its row."""

    id: str
    name: str
    county_code: str
    county_name: str
    population: int
    year: int
    rulebook: str
    base_url: str
    opens: datetime
    closes: datetime
    grace_minutes: int
    anonymity_k: int
    min_seconds: float | None
    seed: str
    per_school: int
    expected_return: float
    sample_required: int
    created_at: datetime
    state: State
    admission: Admission
    opened_at: datetime | None
    closing_at: datetime | None
    closed_at: datetime | None

    @property
    def closing_moment(self) -> datetime:
        """Forms opened from here on are refused: the planned closing time, or the earlier moment the office closed at."""
        return self.closing_at or self.closes

    @property
    def grace_end(self) -> datetime:
        """From here on nothing is taken."""
        return self.closing_moment + timedelta(minutes=self.grace_minutes)

    def admission_at(self, now: datetime) -> Admission:
        """The admission by clock, or the one that was reached before, if that is later."""
        return max(self.admission, self._admission_by_clock(now))

    def takes_form(self, now: datetime, started: datetime) -> bool:
        """Whether a form opened at `started` is taken: any while open, in the grace one opened before the closing moment."""
        admission = self.admission_at(now)
        return admission == Admission.OPEN or (admission == Admission.GRACE and started < self.closing_moment)

    def _admission_by_clock(self, now: datetime) -> Admission:
        if self.state == State.CLOSED or (self.state == State.DRAFT and now >= self.closes):
            return Admission.OVER
        if self.state == State.DRAFT or (self.state == State.OPEN and now < self.opens):
            return Admission.NOT_YET
        if now >= self.grace_end:
            return Admission.OVER
        return Admission.GRACE if now >= self.closing_moment else Admission.OPEN
