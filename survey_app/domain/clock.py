"""The time, as an argument: everything that depends on the hour takes a `Clock`."""

import itertools
import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

# campaign files, pages and printed sheets speak the time of the county
LOCAL_ZONE = ZoneInfo("Asia/Shanghai")

_count = itertools.count()


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


def told_moment(moment: datetime) -> tuple[date, str]:
    """Day and hour of a moment in the county, as they are told."""
    local = moment.astimezone(LOCAL_ZONE)
    return local.date(), f"{local:%H:%M}"


def told_end(moment: datetime) -> tuple[date, str]:
    """Day and hour of an end, as they are told everywhere: midnight belongs to the day that it ends, and is `24:00` of it."""
    day, hour = told_moment(moment)
    return (day - timedelta(days=1), "24:00") if hour == "00:00" else (day, hour)


def written_end(moment: datetime) -> str:
    """An end as tables and commands write it: `2026-12-05 24:00`; a campaign file may say it so."""
    day, hour = told_end(moment)
    return f"{day} {hour}"


def sortable_id(moment: datetime) -> str:
    """24 characters that grow with time; within a millisecond with the count of this process; told apart from other processes' by chance."""
    return f"{int(moment.timestamp() * 1000):012x}{next(_count) & 0xFFFF:04x}{secrets.token_hex(4)}"
