"""Plays a survey in processes of its own and kills them, −9, in mid-work; prints what it did as JSON.

`python -m tests.crashing random URL KEYS PLAN` kills at random moments under load; `… steps URL KEYS PLAN` kills a submission, a mix and a
closing at each of their steps (every statement, commit, and operation on a key file) in turn. PLAN is a JSON file: codes with their
numbers. This process has one thread and forks, so that a life costs milliseconds; each child opens the database for itself.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, func, select

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.closing import close_campaign
from survey_app.services.mixing import clean_key_directory, mix_due_pools
from survey_app.services.pending_valid import MarkKeys, by_group, pending_by_unit
from survey_app.services.submission import start_token, submit
from survey_app.storage import tables
from survey_app.storage.session import Database, Line, open_database
from survey_app.storage.together import MOST_AT_ONCE
from tests.gathering import at_once

SEED = 20261123
KILLS = 66
VALUES = ["1", "2", "3", "9"]
DIGITS = 6  # 4,096 different answers
CLOCK = FixedClock(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))


class Stage:
    """The database, the keys, and the codes to be used."""

    def __init__(self, url: str, keys: str, plan: str) -> None:
        self.url, self.keys_path = url, Path(keys)
        self.plan = Path(plan)
        self.acknowledged = self.plan.with_suffix(".acknowledged")

    @cached_property
    def codes(self) -> list[tuple[str, int]]:
        """The codes, each with the number that its answers spell."""
        return [(code, number) for code, number in json.loads(self.plan.read_text())]

    def keys(self) -> KeyDirectory:
        return KeyDirectory(self.keys_path)

    def in_child(self, work: Callable[[Database, KeyDirectory], object]) -> int:
        """Runs `work` in a child, which never returns here; gives the child's id."""
        child = os.fork()
        if child:
            return child
        status = 1
        try:
            database = open_database(self.url)
            work(database, self.keys())
            status = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)

    def submit(self, database: Database, keys: KeyDirectory, code: str, number: int) -> str:
        fields = {"q01": ["1"], "q04": [f"说{number}"] if number % 3 == 0 else []}
        fields |= {f"x{digit + 1:02d}": [VALUES[number // 4**digit % 4]] for digit in range(DIGITS)}
        started = start_token(keys.session_secret(), CLOCK, code)
        return submit(database, keys, CLOCK, code, fields, f"nonce of {code}", started).text

    def imbalances(self) -> list[str]:
        """What contradicts: used codes = envelopes + responses, per group, and every counter equal to it."""
        database = open_database(self.url)
        mark_keys = MarkKeys.read(self.keys())  # before the transaction: a mix destroys those of the batch it took
        with database.read() as connection:
            if database.dialect == "postgresql":  # one state of everything
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            waiting = _pending_valid(connection, mark_keys)
            used = dict(connection.execute(_by_group(tables.code.c.group, tables.code.c.used)).all())
            pending = dict(connection.execute(_joined(tables.envelope)).all())
            mixed = dict(connection.execute(_joined(tables.response)).all())
            counters = {
                "quota": dict(connection.execute(select(tables.quota.c.group, tables.quota.c.answered)).all()),
                "taken": dict(connection.execute(select(tables.quota.c.group, tables.quota.c.taken)).all()),
                "valid": _added(waiting, dict(connection.execute(_GROUP_VALID).all())),
                "cells": dict(connection.execute(_sum(tables.cell.c.group, tables.cell.c.answered)).all()),
                "labels": _added(
                    waiting,
                    dict(connection.execute(_sum(tables.label.c.group, tables.label.c.valid)).all()),
                ),
            }
        database.close()
        return [
            f"{name} {group}: {counts.get(group, 0)} for {used.get(group, 0)} used codes"
            for group in counters["quota"]
            for name, counts in {**counters, "answers": _added(pending, mixed)}.items()
            if counts.get(group, 0) != used.get(group, 0)
        ]


def _pending_valid(connection: Connection, mark_keys: MarkKeys) -> dict[str, int]:
    """Valid answers that wait, by group, as their marks say."""
    campaigns = connection.execute(select(tables.campaign.c.id)).scalars().all()
    pending = pending_by_unit(connection, mark_keys, campaigns)
    return {group: number for (_, group), number in by_group(pending).items()}


_GROUP_VALID = select(tables.quota.c.group, tables.quota.c.valid)


def _by_group(group: Any, condition: Any) -> Any:
    return select(group, func.count()).where(condition).group_by(group)


def _joined(table: Any) -> Any:
    label = tables.label.c
    return select(label.group, func.count()).join(table, table.c.label == label.label).group_by(label.group)


def _sum(group: Any, column: Any) -> Any:
    return select(group, func.sum(column)).group_by(group)


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {group: one.get(group, 0) + other.get(group, 0) for group in {*one, *other}}


# --- at random moments -------------------------------------------------------------------------------------------------------------


def kill_at_random(stage: Stage) -> dict[str, Any]:
    """Two processes hand in the same forms, one mixes; one after the other is killed and started again."""
    choose = random.Random(SEED)
    lives: dict[str, Callable[[Database, KeyDirectory], object]] = {
        "first": lambda database, keys: hand_in(stage, database, keys, SEED + 1),
        "second": lambda database, keys: hand_in(stage, database, keys, SEED + 2),
        "mixer": mix_for_ever,
    }
    children = {name: stage.in_child(work) for name, work in lives.items()}
    kills = dict.fromkeys(lives, 0)
    imbalances: list[str] = []
    for _ in range(KILLS):
        time.sleep(choose.uniform(0.02, 0.2))
        name = choose.choice(list(lives))
        os.kill(children[name], signal.SIGKILL)
        os.waitpid(children[name], 0)
        kills[name] += 1
        children[name] = stage.in_child(lives[name])
        imbalances += stage.imbalances()
    for child in children.values():
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return {"kills": kills, "imbalances": imbalances + stage.imbalances()}


def hand_in(stage: Stage, database: Database, keys: KeyDirectory, seed: int) -> None:
    """Hands in forms in an order of its own, a few at once, over and over, and notes every receipt as soon as it has it."""
    choose = random.Random(seed + os.getpid())
    notes = os.open(stage.acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hand_in_one(code: str, number: int) -> None:
        receipt = stage.submit(database, keys, code, number)
        os.write(notes, f"{code} {receipt}\n".encode())

    while True:
        few = choose.choices(stage.codes, k=choose.randint(1, MOST_AT_ONCE))
        at_once([partial(hand_in_one, *one) for one in few])


def mix_for_ever(database: Database, keys: KeyDirectory) -> None:
    clean_key_directory(database, keys)
    while True:
        mix_due_pools(database, keys)


# --- at every step -----------------------------------------------------------------------------------------------------------------


def kill_at_every_step(stage: Stage) -> dict[str, Any]:
    """A submission, some at once, a mix and the closing, each begun again and again and killed one step later each time until it gets through."""
    unused = iter(stage.codes)
    imbalances: list[str] = []
    steps = {}

    def one_submission(database: Database, keys: KeyDirectory) -> None:
        stage.submit(database, keys, *submitting)

    submitting = next(unused)
    steps["submission"] = _until_through(stage, one_submission, imbalances, prepare=lambda: None)

    few = [next(unused) for _ in range(3)]

    def some_at_once(database: Database, keys: KeyDirectory) -> None:
        at_once([partial(stage.submit, database, keys, *one) for one in few])

    steps["submissions at once"] = _until_through(stage, some_at_once, imbalances, prepare=lambda: None)

    def fill() -> None:
        """Hands in what the next mix needs; what a killed mix left is cleaned up first, as at a start."""
        _run(stage, lambda database, keys: clean_key_directory(database, keys))
        batch = [next(unused) for _ in range(5)]  # with the k that stay, enough for a mix
        _run(stage, lambda database, keys: [stage.submit(database, keys, *one) for one in batch])

    first = [next(unused) for _ in range(6)]
    _run(stage, lambda database, keys: [stage.submit(database, keys, *one) for one in first])
    steps["mix"] = _until_through(stage, lambda database, keys: mix_due_pools(database, keys), imbalances, prepare=fill)

    late = FixedClock(datetime(2026, 11, 25, 4, 0, tzinfo=UTC))
    campaign = _campaign(stage)
    steps["closing"] = _until_through(
        stage, lambda database, keys: close_campaign(database, keys, late, campaign), imbalances, prepare=lambda: None
    )
    return {"steps": steps, "imbalances": imbalances}


def _campaign(stage: Stage) -> str:
    database = open_database(stage.url)
    with database.read() as connection:
        found = connection.execute(select(tables.campaign.c.id)).scalar_one()
    database.close()
    return str(found)


def _run(stage: Stage, work: Callable[[Database, KeyDirectory], object]) -> None:
    _, status = os.waitpid(stage.in_child(work), 0)
    if status:
        raise RuntimeError("a child that nobody killed has failed")


def _until_through(
    stage: Stage,
    work: Callable[[Database, KeyDirectory], object],
    imbalances: list[str],
    prepare: Callable[[], None],
) -> int:
    """How many times `work` was killed, at its first step, its second, … until it got through."""
    for step in range(1, 1_000):
        prepare()
        child = stage.in_child(
            lambda database, keys, step=step: _dying_at(step, database, lambda: work(database, keys))
        )
        _, status = os.waitpid(child, 0)
        imbalances += stage.imbalances()
        if not os.WIFSIGNALED(status):
            if status:
                raise RuntimeError("a child that nobody killed has failed")
            return step - 1
    raise RuntimeError("it never got through")


def _dying_at(step: int, database: Database, work: Callable[[], object]) -> None:
    """Runs `work`, and kills this process at its `step`-th step."""
    left = step

    def count(*_: object, **__: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(database.engine, name, count)
    Database.own_line = _with_counted_drivers(Database.own_line, count)  # type: ignore[method-assign]
    for name in ("fsync", "link", "open", "write"):
        setattr(os, name, _counting(getattr(os, name), count))
    Path.unlink = _counting(Path.unlink, count)  # type: ignore[method-assign]
    work()


class _CountedDriver:
    """A driver's connection of which every call is a step before and after."""

    def __init__(self, driver: Any, count: Callable[[], None]) -> None:
        vars(self).update(driver=driver, count=count)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.driver, name)
        if name == "pgconn":  # what psycopg's connection wraps
            return _CountedDriver(found, self.count)
        return _counting(found, self.count) if callable(found) else found

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.driver, name, value)


def _with_counted_drivers(
    original: Callable[[Database], Line], count: Callable[[], None]
) -> Callable[[Database], Line]:
    """The same method, giving connections whose calls are counted."""

    def counted(database: Database) -> Line:
        line = original(database)
        line.driver = _CountedDriver(line.driver, count)
        return line

    return counted


def _counting(original: Callable[..., Any], count: Callable[[], None]) -> Callable[..., Any]:
    """The same function, which is a step before and after."""

    def counted(*arguments: Any, **named: Any) -> Any:
        count()
        result = original(*arguments, **named)
        count()
        return result

    return counted


if __name__ == "__main__":
    mode, *place = sys.argv[1:]
    play = {"random": kill_at_random, "steps": kill_at_every_step}[mode]
    sys.stdout.write(json.dumps(play(Stage(*place))))
