"""Threads for the few calls that would stop a whole web process: its requests take turns in one thread (docs/decisions/0021)."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


class Threads:
    """At most so many threads of their own for calls that wait or compute outside of Python; nothing but a web process needs any."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pool: Any = None

    def call(self, function: Callable[..., Result], *arguments: object) -> Result:
        """What the function gives; under gevent the other requests go on meanwhile."""
        if not _takes_turns():
            return function(*arguments)
        if self._pool is None:
            from gevent.threadpool import ThreadPool

            self._pool = ThreadPool(self._most)
        result: Result = self._pool.apply(function, arguments)
        return result


def _takes_turns() -> bool:
    """Whether this is a process that gevent has patched."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("threading"))
