"""Several submissions, one commit (docs/decisions/0022).

Whoever comes to store something puts it into a queue and waits for its turn; whose turn it is stores everything that has come in since
the last commit. So nobody waits for more than the commit under way and the next one, and under load a commit serves many. It works with
greenlets and with threads, and with a single request it is an ordinary call.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_AT_ONCE: Final = 32
MOMENT_S: Final = 0.006
"""How long a commit waits for others to share it, where several shared the last one (as PostgreSQL's `commit_delay` does)."""


@dataclass(slots=True)
class _Waiting(Generic[Item, Result]):
    item: Item
    outcome: "Result | Exception | None" = None
    steps: TracebackType | None = None
    is_done: bool = False

    def is_told(self, outcome: Result | Exception) -> None:
        self.outcome, self.is_done = outcome, True
        self.steps = outcome.__traceback__ if isinstance(outcome, Exception) else None


class Interrupted(Exception):
    """The request that was storing the others' items with its own was killed; nobody knows whether they are stored."""


class Committer(Generic[Item, Result]):
    """Stores items with `store`, which is given some and returns for each, in order, its result or what is to be raised."""

    def __init__(self, store: Callable[[Sequence[Item]], Sequence[Result | Exception]]) -> None:
        self._store = store
        self._queue: deque[_Waiting[Item, Result]] = deque()
        self._turn = threading.Lock()
        self._shared_last = False

    def commit(self, item: Item) -> Result:
        """The item's result, once it is stored; raises what storing it raised."""
        mine: _Waiting[Item, Result] = _Waiting(item)
        self._queue.append(mine)
        with self._turn:
            if not mine.is_done:
                self._commit_what_waits(mine)
        if isinstance(mine.outcome, Exception):
            # several may be told the same error: each hears where it came from, not where else it was told
            raise mine.outcome.with_traceback(mine.steps)
        return mine.outcome  # type: ignore[return-value]

    def _commit_what_waits(self, mine: _Waiting[Item, Result]) -> None:
        self._let_others_come()
        while not mine.is_done:
            waiting = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_AT_ONCE))]
            self._shared_last = len(waiting) > 1
            outcomes: Sequence[Result | Exception] = [Interrupted()] * len(waiting)
            try:
                outcomes = self._store([one.item for one in waiting])
            except Exception as error:
                outcomes = [error] * len(waiting)
            finally:  # also where this request is killed meanwhile: the others must not wait for ever
                for one, outcome in zip(waiting, outcomes, strict=True):
                    one.is_told(outcome)

    def _let_others_come(self) -> None:
        """Greenlets and threads that have something to do go on; under load those that are about to come get a moment."""
        time.sleep(MOMENT_S if self._shared_last else 0)
