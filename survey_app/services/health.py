"""Whether the service can do its work, and what of it is missing."""

from datetime import datetime, timedelta
from typing import Final

from survey_app.domain.clock import Clock
from survey_app.services.installation import Installation
from survey_app.storage.health import answers_query
from survey_app.storage.heartbeats import WORKER, beat, stale_parts
from survey_app.storage.session import Database

DATABASE: Final = "database"
KEYS: Final = "keys"
_BEAT_EVERY: Final = timedelta(seconds=10)


def missing_parts(at: Installation) -> list[str]:
    """What is missing: `database`, `keys`, and the parts that have fallen silent (`worker`, …)."""
    keys = [] if at.keys.is_usable() else [KEYS]
    if not answers_query(at.database):
        return [DATABASE, *keys]
    with at.database.read() as connection:
        return keys + stale_parts(connection, at.clock.now())


class WorkersBeat:
    """Tells that the background worker is there, every few seconds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._last: datetime | None = None

    def beat(self) -> None:
        """Tells so, unless it was told just now."""
        now = self._clock.now()
        if self._last is not None and abs(now - self._last) < _BEAT_EVERY:
            return
        with self._database.write() as connection:
            beat(connection, WORKER, now)
        self._last = now
