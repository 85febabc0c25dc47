"""Queries of the counters' readings, and of unknown codes by hour."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.domain.timeline import CounterReading
from survey_app.storage.office_tables import counter_reading, guess_hour
from survey_app.storage.tables import guess, quota

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def latest_reading(connection: Connection, campaign: str) -> datetime | None:
    """When the counters of a campaign were read last."""
    wanted = select(func.max(counter_reading.c.at, type_=counter_reading.c.at.type))
    return connection.execute(wanted.where(counter_reading.c.campaign == campaign)).scalar()


def read_counters(connection: Connection, campaign: str, at: datetime) -> None:
    """Copies the groups' counters under the moment `at`, unless another process has just done so."""
    columns = (counter_reading.c.campaign, counter_reading.c.at, counter_reading.c.group)
    moment = literal(at, counter_reading.c.at.type)
    copied = select(quota.c.campaign, moment, quota.c.group, quota.c.answered, quota.c.taken)
    names = [column.name for column in (*columns, counter_reading.c.answered, counter_reading.c.valid)]
    rows = copied.where(quota.c.campaign == campaign)
    statement = _INSERTS[connection.dialect.name](counter_reading).from_select(names, rows)
    connection.execute(statement.on_conflict_do_nothing())


def list_readings(connection: Connection, campaign: str, since: datetime) -> list[CounterReading]:
    """The readings since a moment, in order of time."""
    columns = (counter_reading.c.at, counter_reading.c.group, counter_reading.c.answered, counter_reading.c.valid)
    wanted = select(*columns).where(counter_reading.c.campaign == campaign, counter_reading.c.at >= since)
    rows = connection.execute(wanted.order_by(counter_reading.c.at))
    return [_reading(at, of_hour) for at, of_hour in groupby(rows, key=lambda row: row.at)]


def keep_guesses_by_hour(connection: Connection, before_window: int, windows_an_hour: int) -> None:
    """Adds the counters of windows that are past to their hours: how many codes were unknown, and no source."""
    past = connection.execute(select(guess.c.window, guess.c.n).where(guess.c.window < before_window)).all()
    hours: dict[int, list[int]] = {}
    for window, n in past:
        hours.setdefault(window // windows_an_hour, []).append(n)
    for hour, counts in sorted(hours.items()):
        new = _INSERTS[connection.dialect.name](guess_hour).values(hour=hour, n=sum(counts), most=max(counts))
        greatest = func.max if connection.dialect.name == "sqlite" else func.greatest
        grown = {"n": guess_hour.c.n + new.excluded.n, "most": greatest(guess_hour.c.most, new.excluded.most)}
        connection.execute(new.on_conflict_do_update(index_elements=[guess_hour.c.hour], set_=grown))


def count_guesses_since(connection: Connection, hour: int) -> tuple[int, int]:
    """Unknown codes since an hour, and the most from one source in a minute."""
    sums = select(func.coalesce(func.sum(guess_hour.c.n), 0), func.coalesce(func.max(guess_hour.c.most), 0))
    n, most = connection.execute(sums.where(guess_hour.c.hour >= hour)).one()
    return int(n), int(most)


def forget_guess_hours(connection: Connection, before_hour: int) -> None:
    """Deletes hours that nobody asks about any more."""
    connection.execute(delete(guess_hour).where(guess_hour.c.hour < before_hour))


def _reading(at: datetime, rows: Iterable[Any]) -> CounterReading:
    every = list(rows)
    return CounterReading(at, {row.group: row.answered for row in every}, {row.group: row.valid for row in every})
