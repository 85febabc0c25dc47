"""The states of a campaign, and when it takes a form."""

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


def admission_by_clock(state: str, opens: datetime, closing_at: datetime, grace: timedelta, now: datetime) -> Admission:
    """What state and clock say; the campaign's admission is the greater of this and the one kept."""
    if state == State.CLOSED:
        return Admission.OVER
    if state == State.DRAFT or (state == State.OPEN and now < opens):
        return Admission.NOT_YET
    if now >= closing_at + grace:
        return Admission.OVER
    return Admission.GRACE if now >= closing_at else Admission.OPEN


def takes_form(admission: Admission, started: datetime, closing_at: datetime) -> bool:
    """Whether a form opened at `started` is taken: at any time while open, in the grace only if opened before the closing."""
    return admission == Admission.OPEN or (admission == Admission.GRACE and started < closing_at)
