"""Plays a survey in processes of its own and kills them, −9, in mid-work; prints what it did as JSON.

`python -m tests.crashing random URL KEYS PLAN` kills at random moments under load; `… steps URL KEYS PLAN` kills a submission, some at once,
a turnover, a sheet keyed in, codes issued after the opening, and a closing at each of their steps (every statement, commit, and operation
on a file) in turn. PLAN is a JSON file: codes with their numbers. This process has one thread and forks, so that a life costs
milliseconds; each child opens the database for itself.
"""

import contextlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import case, event, func, select, update

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.paper import UnreadableTyping
from survey_app.domain.staff import Role, StaffUser
from survey_app.services.campaigns.closing import close_campaign
from survey_app.services.codes.issuing import issue_codes
from survey_app.services.codes.keying import Turn, find_sheet, hand_in, type_first
from survey_app.services.installation import Installation
from survey_app.services.mixing.turnover import Mixer, clean_key_directory
from survey_app.services.starting_up import find_mismatches
from survey_app.services.submission.submitting import start_token, submit
from survey_app.storage import tables
from survey_app.storage.mixing.balance import list_used_hashes
from survey_app.storage.session import Database, open_database
from tests.at_once import at_once, in_one_commit
from tests.builders_survey import CAMPAIGN

SEED = 20261123
KILLS, OF_EACH, TURNED_OVER, ACKNOWLEDGED = 66, 10, 4, 100
"""At least so many processes are killed, so many of each kind, while pools were turned over so often and so many receipts were given."""
VALUES = ["1", "2", "3", "9"]
DIGITS = 6  # 4,096 different answers
CLOCK = FixedClock(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
LATE = FixedClock(datetime(2026, 11, 26, 4, 0, tzinfo=UTC))
LAST = 12
"""The codes at the end of the plan, used just before the closing: of labels of which some come out alone, some join, some are withheld."""
LI, WANG = StaffUser("li", Role.DESK, None), StaffUser("wang", Role.DESK, None)

Work = Callable[[Database, KeyDirectory], object]


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

    def in_child(self, work: Work) -> int:
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
        started = start_token(keys, CLOCK, code)
        return submit(database, keys, CLOCK, code, fields(number), f"nonce of {code}", started).text

    def imbalances(self, *, is_quiet: bool = True) -> list[str]:
        """What contradicts docs/anonymity.md, "The count", the counters included; `is_quiet`: nobody works, so that keys can be looked at too."""
        database, keys = open_database(self.url), self.keys()
        book = keys.book(CAMPAIGN)  # before the transaction: it only ever holds what was used
        with database.read() as connection:
            used = dict(connection.execute(_BY_GROUP.where(tables.code.c.used)).all())
            counted = {name: dict(connection.execute(wanted).all()) for name, wanted in _COUNTED.items()}
            forgotten = book - list_used_hashes(connection, CAMPAIGN)
        found = [
            f"{name} {group}: {numbers.get(group, 0)} for {used.get(group, 0)} used codes"
            for name, numbers in (counted | _sheets(counted)).items()
            for group in counted["answered"]
            if name in _MUST_AGREE and numbers.get(group, 0) != used.get(group, 0)
        ]
        found += [f"{group} is stopped" for group, is_stopped in counted["stopped"].items() if is_stopped]
        found += [f"{group} has lost sheets" for group, lost in counted["lost"].items() if lost]
        found += ["a code of the book is not used"] if forgotten else []
        found += find_mismatches(database, keys) if is_quiet else []
        database.close()
        return found


def fields(number: int) -> dict[str, list[str]]:
    """The answers that spell a number; one in three writes something."""
    digits = {f"x{digit + 1:02d}": [VALUES[number // 4**digit % 4]] for digit in range(DIGITS)}
    return {"q01": ["1"], "q04": [f"说{number}"] if number % 3 == 0 else []} | digits


_quota, _label = tables.quota.c, tables.label.c
_BY_GROUP = select(tables.code.c.group, func.count()).group_by(tables.code.c.group)
_OF_TEXTS = tables.envelope.c.label.contains("!text")


def _rows(table: Any) -> Any:
    return (select(_label.group, func.count()).join_from(table, tables.label, table.c.label == _label.label)).group_by(
        _label.group
    )


_COUNTED: Mapping[str, Any] = {
    "envelopes": _rows(tables.envelope),
    "responses": _rows(tables.response),
    "withheld": select(_quota.group, _quota.withheld + _quota.withheld_void),
    "lost": select(_quota.group, _quota.lost),
    "answered": select(_quota.group, _quota.answered),
    "taken": select(_quota.group, _quota.taken),
    "stopped": select(_quota.group, _quota.stopped),
    "responses counted": select(_quota.group, _quota.responses),
    "cells": select(tables.allocation.c.group, func.sum(tables.allocation.c.answered)).group_by(
        tables.allocation.c.group
    ),
    # both of a group's: before the closing, each sheet has an envelope for what was written
    "texts": select(
        _quota.group,
        select(func.count())
        .where(tables.envelope.c.label == f"{CAMPAIGN}/" + _quota.group + "/!text")
        .scalar_subquery(),
    ),
}
_MUST_AGREE = {"sheets", "answered", "taken", "cells", "texts and what is out"}


def _sheets(counted: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """The sheets of each group, wherever they are; and the texts, where none of the group's answers are out yet."""
    parts = ("envelopes", "responses", "withheld", "lost")
    sheets = {group: sum(counted[part].get(group, 0) for part in parts) for group in counted["answered"]}
    is_out = {group: sheets[group] != counted["envelopes"].get(group, 0) for group in sheets}
    texts = {group: sheets[group] if is_out[group] else counted["texts"][group] for group in sheets}
    return {"sheets": sheets, "texts and what is out": texts}


# --- at random moments -------------------------------------------------------------------------------------------------------------


def kill_at_random(stage: Stage) -> dict[str, Any]:
    """Two processes hand in the same forms, one turns over and counts; one after the other is killed and started again."""
    choose = random.Random(SEED)
    lives: dict[str, Work] = {
        "first": lambda database, keys: hand_in_for_ever(stage, database, keys, SEED + 1),
        "second": lambda database, keys: hand_in_for_ever(stage, database, keys, SEED + 2),
        "mixer": mix_for_ever,
    }
    children = {name: stage.in_child(work) for name, work in lives.items()}
    kills = dict.fromkeys(lives, 0)
    imbalances: list[str] = []
    while not _is_enough(stage, kills):
        time.sleep(choose.uniform(0.02, 0.2))
        name = choose.choice(list(lives))
        os.kill(children[name], signal.SIGKILL)
        os.waitpid(children[name], 0)
        kills[name] += 1
        children[name] = stage.in_child(lives[name])
        imbalances += stage.imbalances(is_quiet=False)
    for child in children.values():
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return {"kills": kills, "imbalances": imbalances + stage.imbalances()}


def _is_enough(stage: Stage, kills: Mapping[str, int]) -> bool:
    number = sum(kills.values())
    if number >= 10 * KILLS:
        raise RuntimeError("nothing gets on")
    if number < KILLS or min(kills.values()) < OF_EACH:
        return False
    notes = stage.acknowledged.read_text() if stage.acknowledged.exists() else ""
    return _highest_batch(stage) > TURNED_OVER and len(set(notes.splitlines())) > ACKNOWLEDGED


def hand_in_for_ever(stage: Stage, database: Database, keys: KeyDirectory, seed: int) -> None:
    """Hands in forms in an order of its own, a few at once, over and over, and notes every receipt as soon as it has it."""
    choose = random.Random(seed + os.getpid())
    notes = os.open(stage.acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hand_in_one(code: str, number: int) -> None:
        receipt = stage.submit(database, keys, code, number)
        os.write(notes, f"{code} {receipt}\n".encode())

    while True:
        few = choose.choices(stage.codes, k=choose.randint(1, 12))
        at_once([partial(hand_in_one, *one) for one in few])


def mix_for_ever(database: Database, keys: KeyDirectory) -> None:
    clean_key_directory(database, keys)
    mixer = Mixer(turned_over_every_s=0)
    while True:
        mixer.round(database, keys)


def _highest_batch(stage: Stage) -> int:
    database = open_database(stage.url)
    with database.read() as connection:
        found = connection.execute(select(func.max(tables.pool.c.batch))).scalar_one()
    database.close()
    return int(found)


# --- at every step -----------------------------------------------------------------------------------------------------------------


def kill_at_every_step(stage: Stage) -> dict[str, Any]:
    """Each kind of work begun again and again and killed one step later each time, until it gets through."""
    unused = iter(stage.codes)
    imbalances: list[str] = []
    through = partial(_until_through, stage, imbalances)
    steps = {"submission": through(_one_submission(stage, next(unused)))}
    steps["submissions at once"] = through(_some_at_once(stage, [next(unused) for _ in range(3)]))
    _run(stage, lambda database, keys: [stage.submit(database, keys, *next(unused)) for _ in range(6)])
    for _ in range(6):  # they were used in the child
        next(unused)
    steps["turnover"] = through(start_and_mix)
    steps["keying in"] = through(_keying(*next(unused)))
    _run(stage, plan_more_codes)
    steps["issuing"] = through(issue_more)
    for one in stage.codes[-LAST:]:
        _run(stage, lambda database, keys, one=one: stage.submit(database, keys, *one))
    steps["closing"] = through(lambda database, keys: close_campaign(database, keys, LATE, CAMPAIGN))
    return {"steps": steps, "imbalances": imbalances}


def _one_submission(stage: Stage, one: tuple[str, int]) -> Work:
    return lambda database, keys: stage.submit(database, keys, *one)


def _some_at_once(stage: Stage, few: list[tuple[str, int]]) -> Work:
    return lambda database, keys: in_one_commit(database, [partial(stage.submit, database, keys, *one) for one in few])


def start_and_mix(database: Database, keys: KeyDirectory) -> None:
    """What a worker does that was started anew."""
    clean_key_directory(database, keys)
    Mixer().round(database, keys)


def _keying(code: str, number: int) -> Work:
    """One types, another types, as often as it takes; whoever finds it used and its typing gone has nothing to do."""

    def key_in(database: Database, keys: KeyDirectory) -> None:
        at, typed = Installation(database, keys, CLOCK), fields(number)
        sheet = find_sheet(at, LI, code)
        if sheet.turn == Turn.FIRST:
            type_first(at, LI, sheet, typed)
        try:
            hand_in(at, WANG, find_sheet(at, WANG, code), typed, "", {})
        except UnreadableTyping:  # its key was being destroyed
            assert find_sheet(at, WANG, code).state.state == "used"

    return key_in


def plan_more_codes(database: Database, _keys: KeyDirectory) -> None:
    """As after a loss: more codes are to be issued in two schools."""
    with database.write() as connection:
        more = case((tables.allocation.c.school == "s1", 3), else_=2)
        connection.execute(update(tables.allocation).values(planned=tables.allocation.c.planned + more))


def issue_more(database: Database, keys: KeyDirectory) -> None:
    issue_codes(database, keys, CLOCK, CAMPAIGN)


def _run(stage: Stage, work: Work) -> None:
    _, status = os.waitpid(stage.in_child(work), 0)
    if status:
        raise RuntimeError("a child that nobody killed has failed")


def _until_through(stage: Stage, imbalances: list[str], work: Work) -> int:
    """How many times `work` was killed, at its first step, its second, … until it got through."""
    for step in range(1, 1_000):
        child = stage.in_child(
            lambda database, keys, step=step: _dying_at(step, database, partial(work, database, keys))
        )
        _, status = os.waitpid(child, 0)
        imbalances += stage.imbalances()
        if not os.WIFSIGNALED(status):
            if status:
                raise RuntimeError("a child that nobody killed has failed")
            return step - 1
    raise RuntimeError("it never got through")


def _dying_at(step: int, database: Database, work: Callable[[], object]) -> None:
    """Runs `work`, and kills this process just before its `step`-th step: what is stored is that of the one before."""
    left = step

    def count(*_: object, **__: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("fsync", "link", "open", "write", "rename", "unlink", "mkdir"):
        setattr(os, name, _counting(getattr(os, name), count))
    if database.dialect == "sqlite":
        for name in ("before_cursor_execute", "commit"):
            event.listen(database.engine, name, count)
        database.quick = partial(_counted_quick, database.quick, count)  # type: ignore[method-assign]
    else:
        for owner, name in _OF_PSYCOPG:
            setattr(owner, name, _counting(getattr(owner, name), count))
    work()


_OF_PSYCOPG = [
    (psycopg.Cursor, "execute"),
    (psycopg.Cursor, "executemany"),
    (psycopg.Connection, "commit"),
    (psycopg.Pipeline, "__exit__"),
    (psycopg.Transaction, "__enter__"),
    (psycopg.Transaction, "__exit__"),
]


@contextlib.contextmanager
def _counted_quick(quick: Callable[[], Any], count: Callable[[], None]) -> Iterator[Any]:
    with quick() as connection:
        yield _CountedDriver(connection, count)


class _CountedDriver:
    """A driver's connection of which every call is a step."""

    def __init__(self, driver: Any, count: Callable[[], None]) -> None:
        self._driver, self._count = driver, count

    def __getattr__(self, name: str) -> Any:
        return _counting(getattr(self._driver, name), self._count)


def _counting(original: Callable[..., Any], count: Callable[[], None]) -> Callable[..., Any]:
    """The same function, which is a step."""

    def counted(*arguments: Any, **named: Any) -> Any:
        count()
        return original(*arguments, **named)

    return counted


if __name__ == "__main__":
    mode, *place = sys.argv[1:]
    play = {"random": kill_at_random, "steps": kill_at_every_step}[mode]
    sys.stdout.write(json.dumps(play(Stage(*place))))
