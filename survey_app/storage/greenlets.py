"""Waiting for PostgreSQL in a process that works with greenlets, as gunicorn's `gevent` worker does (docs/decisions/0022).

psycopg would wait by itself with gevent's imitation of `poll`, which costs a submission more than its statements do. Nearly every answer of
the server is there within a few milliseconds, in which the process has nothing better to do; only for one that is not, as where a lock is
waited for, the other greenlets go on meanwhile.
"""

import sys
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final, TypeVar

Result = TypeVar("Result")

ALONE_MS: Final = 20
"""How long the process as a whole waits for the server before its other greenlets go on."""


def wait_with_greenlets() -> None:
    """Lets psycopg wait like this where this process has greenlets in place of threads; else nothing."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("select"):
        return
    from gevent import socket
    from psycopg import waiting

    poll = monkey.get_original("select", "poll")
    waiting.wait = _Waiting(poll, {1: socket.wait_read, 2: socket.wait_write, 3: socket.wait_readwrite})  # type: ignore[assignment]


class _Waiting:
    """What psycopg waits with: `poll` for a moment, then with one of `ways` (1: until it can be read, 2: written, 3: either)."""

    def __init__(self, poll: Callable[[], Any], ways: Mapping[int, Callable[[int], None]]) -> None:
        self._poll = poll
        self._ways = ways

    def __call__(
        self, steps: Generator[int, int, Result], socket: int, interval: float = 0.0, timeout: float | None = None
    ) -> Result:
        """What psycopg's steps return at their end; each step says for what the socket must be ready."""
        try:
            step = next(steps)
            while True:
                step = steps.send(self._ready(socket, step))
        except StopIteration as end:
            result: Result = end.value
            return result

    def _ready(self, socket: int, step: int) -> int:
        poll = self._poll()
        poll.register(socket, (1 if step & 1 else 0) | (4 if step & 2 else 0))
        for _, event in poll.poll(ALONE_MS):
            return (1 if event & ~4 else 0) | (2 if event & 4 else 0)
        self._ways[step](socket)
        return step
