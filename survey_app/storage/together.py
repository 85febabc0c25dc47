"""Requests that a process works on at once, and what they ask of the database together.

A request runs until it asks for something, and waits there while the next ones come as far; then all that was asked is done in one go:
one commit for several submissions, one talk with PostgreSQL's server. Nothing runs in parallel: requests give way to each other in
`ask` and `give_way` and nowhere else, so whatever one does between two calls of them is done by it alone. A request outside a gathering
asks alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from types import TracebackType
from typing import Any, Final, TypeVar

from greenlet import getcurrent, greenlet

MOST_AT_ONCE: Final = 6
"""Enough to make a commit cheap for each; few enough that the first does not wait long for the last."""

On = TypeVar("On")
Job = TypeVar("Job")
Result = TypeVar("Result")
Perform = Callable[[On, Sequence[Job]], Sequence[Result | Exception]]
"""Does jobs on something (a database, a connection): for each, in order, its result, or the exception that is to be raised."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """What is to be raised, and where it came from: several requests may raise the same, and none with the steps of another."""

    error: Exception
    traceback: TracebackType | None


class Stage(IntEnum):
    """What is done first: nobody's answer is sent before what the others ask is done, and none that is slow to send before the others'."""

    ASKING = 0
    ANSWERING = 1
    ANSWERING_SLOWLY = 2


@dataclass(frozen=True, slots=True)
class _Asked:
    perform: Perform[Any, Any, Any]
    on: Any
    job: Any
    stage: Stage = Stage.ASKING


class _Turn(greenlet):  # type: ignore[misc]  # greenlet publishes no types
    """One request of a gathering, which is its parent's business."""


class Gathering:
    """Requests that are worked on at once: each is begun as it comes, and `finish` brings all to their end.

    What a request raises comes out of `add` or `finish`; requests are expected to see to their errors themselves.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[_Turn, _Asked]] = []
        self._begun = 0

    @property
    def takes_more(self) -> bool:
        """Whether another request could share what these are waiting for."""
        return bool(self._waiting) and self._begun < MOST_AT_ONCE

    def add(self, request: Callable[[], None]) -> None:
        """Begins a request, which runs until it ends or asks for something."""
        self._begun += 1
        self._go_on(_Turn(request))

    def finish(self) -> None:
        """Does what was asked, and lets all go on until every one has ended."""
        while self._waiting:
            stage = min(asked.stage for _, asked in self._waiting)
            due = sorted((one for one in self._waiting if one[1].stage == stage), key=_kind)
            self._waiting = [one for one in self._waiting if one[1].stage != stage]
            for _, alike in groupby(due, key=_kind):
                self._do(list(alike))

    def _do(self, waiting: Sequence[tuple[_Turn, _Asked]]) -> None:
        """What can be done together. What it raises is told to all who wait for it, unless it ends the process."""
        first = waiting[0][1]
        try:
            results = first.perform(first.on, [asked.job for _, asked in waiting])
        except Exception as error:
            results = [error] * len(waiting)
        told = [_Failure(one, one.__traceback__) if isinstance(one, Exception) else one for one in results]
        for (turn, _), result in zip(waiting, told, strict=True):
            self._go_on(turn, result)

    def _go_on(self, turn: _Turn, *result: Any) -> None:
        asked = turn.switch(*result)
        if not turn.dead:
            self._waiting.append((turn, asked))


def _kind(waiting: tuple[_Turn, _Asked]) -> tuple[int, int]:
    """The same for what can be done together."""
    _, asked = waiting
    return id(asked.perform), id(asked.on)


def ask(perform: Perform[On, Job, Result], on: On, job: Job) -> Result:
    """What `perform` gives for this job, done together with the jobs of the other requests that wait; raises what it gives to be raised."""
    turn = getcurrent()
    if isinstance(turn, _Turn):
        result = _wait(turn, _Asked(perform, on, job))
    else:
        (result,) = perform(on, [job])
    if isinstance(result, Exception):
        raise result
    if isinstance(result, _Failure):
        raise result.error.with_traceback(result.traceback)
    return result  # type: ignore[no-any-return]


def give_way(stage: Stage) -> bool:
    """Goes on in this stage; whether there are others to give way to, that is, within a gathering."""
    turn = getcurrent()
    if not isinstance(turn, _Turn):
        return False
    _wait(turn, _Asked(_nothing, None, None, stage))
    return True


def _wait(turn: _Turn, asked: _Asked) -> Any:
    return turn.parent.switch(asked)


def _nothing(_on: object, jobs: Sequence[object]) -> list[None]:
    return [None] * len(jobs)
