"""When the parts of the service that work by themselves were last seen at work."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.storage.office_tables import heartbeat

WORKER: Final = "worker"
TURNOVER: Final = "turnover/"  # and a campaign
LIMITS: Final[Mapping[str, timedelta]] = {WORKER: timedelta(seconds=60), TURNOVER: timedelta(minutes=20)}
"""By the beginning of a part's name: how long it may be silent."""
_INSERTS: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def beat(connection: Connection, part: str, at: datetime) -> None:
    """Notes that a part is at work."""
    new = _INSERTS[connection.dialect.name](heartbeat).values(part=part, at=at)
    connection.execute(new.on_conflict_do_update(index_elements=[heartbeat.c.part], set_={"at": new.excluded.at}))


def end_beating(connection: Connection, part: str) -> None:
    """A part has ended its work, and is not missed."""
    connection.execute(delete(heartbeat).where(heartbeat.c.part == part))


def stale_parts(connection: Connection, now: datetime) -> list[str]:
    """The parts that have been silent for longer than they may, sorted; the worker too if it was never there."""
    latest = {row.part: row.at for row in connection.execute(select(heartbeat))}
    stale = {part for part, at in latest.items() if now - at > _limit(part)}
    return sorted(stale | ({WORKER} - latest.keys()))


def _limit(part: str) -> timedelta:
    return next((limit for start, limit in LIMITS.items() if part.startswith(start)), timedelta.max)
