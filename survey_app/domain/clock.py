"""The time, as an argument: everything that depends on the hour takes a `Clock`."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

# campaign files, pages and printed sheets speak the time of the county
LOCAL_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time, aware of its zone."""

    def now(self) -> datetime:
        """The present moment."""


class SystemClock:
    """The machine's clock, in UTC whatever TZ says."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """Stands still until it is moved, forwards or back."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        """Moves the hands; a negative step is a clock set back."""
        self.moment += by
