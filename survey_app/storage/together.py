"""Requests that a process works on at once, and what they ask of the database together.

A request runs until it asks for something, and waits there while the next ones come as far; then all that was asked is done in one go:
one commit for several submissions, one talk with PostgreSQL's server. Nothing runs in parallel: requests give way to each other in
`ask` and nowhere else, so whatever one does between two calls of it is done by it alone. A request outside a gathering asks alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, TypeVar

from greenlet import getcurrent, greenlet

MOST_AT_ONCE: Final = 4
"""Enough to make a commit cheap for each; few enough that the first does not wait long for the last."""

On = TypeVar("On")
Job = TypeVar("Job")
Result = TypeVar("Result")
Perform = Callable[[On, Sequence[Job]], Sequence[Result | Exception]]
"""Does jobs on something (a database, a connection): for each, in order, its result, or the exception that is to be raised."""


@dataclass(frozen=True, slots=True)
class _Asked:
    perform: Perform[Any, Any, Any]
    on: Any
    job: Any

    @property
    def kind(self) -> tuple[int, int]:
        """The same for what can be done together."""
        return id(self.perform), id(self.on)


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
            waiting, self._waiting = self._waiting, []
            waiting.sort(key=lambda one: one[1].kind)
            for _, alike in groupby(waiting, key=lambda one: one[1].kind):
                self._do(list(alike))

    def _do(self, waiting: Sequence[tuple[_Turn, _Asked]]) -> None:
        """What can be done together. Nobody stays waiting, whatever goes wrong."""
        first = waiting[0][1]
        try:
            results = first.perform(first.on, [asked.job for _, asked in waiting])
        except Exception as error:
            results = [error] * len(waiting)
        for (turn, _), result in zip(waiting, results, strict=True):
            self._go_on(turn, result)

    def _go_on(self, turn: _Turn, *result: Any) -> None:
        asked = turn.switch(*result)
        if not turn.dead:
            self._waiting.append((turn, asked))


def ask(perform: Perform[On, Job, Result], on: On, job: Job) -> Result:
    """What `perform` gives for this job, done together with the jobs of the other requests that wait; raises what it gives to be raised."""
    turn = getcurrent()
    if isinstance(turn, _Turn) and turn.parent is not None:
        result = turn.parent.switch(_Asked(perform, on, job))
    else:
        (result,) = perform(on, [job])
    if isinstance(result, Exception):
        raise result
    return result  # type: ignore[no-any-return]
