"""Whether the service can do its work, and what of it is missing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from survey_app.domain.clock import Clock
from survey_app.services.installation import Installation
from survey_app.storage.health import answers_query
from survey_app.storage.heartbeats import TURNOVER, WORKER, beat, stale_parts
from survey_app.storage.session import Database

DATABASE: Final = "database"
KEYS: Final = "keys"
_BEAT_EVERY: Final = timedelta(seconds=10)
_TURNOVER_BEAT_EVERY: Final = timedelta(minutes=1)


def missing_parts(at: Installation) -> list[str]:
    """What is missing: `database`, `keys`, and the parts that have fallen silent (`worker`, …)."""
    keys = [] if at.keys.is_usable() else [KEYS]
    if not answers_query(at.database):
        return [DATABASE, *keys]
    with at.database.read() as connection:
        return keys + stale_parts(connection, at.clock.now())


class Heart:
    """Tells that the background worker, and what it does for each campaign, is there: not more often than every few seconds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._last: dict[str, datetime] = {}

    def beat(self, *parts: str, every: timedelta = _BEAT_EVERY) -> None:
        """Tells so of the worker, or of `parts`, unless it was told just now."""
        now = self._clock.now()
        due = [one for one in parts or (WORKER,) if one not in self._last or abs(now - self._last[one]) >= every]
        if due:
            with self._database.write() as connection:
                for part in due:
                    beat(connection, part, now)
            self._last.update(dict.fromkeys(due, now))

    def beat_of_campaigns(self, campaigns: Iterable[str]) -> None:
        """Of these, all that was due has been counted and turned over."""
        if parts := [f"{TURNOVER}{campaign}" for campaign in campaigns]:
            self.beat(*parts, every=_TURNOVER_BEAT_EVERY)
