"""Requests that one process works on at once, as the web server does with forms that come in together."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from survey_app.services.submission import submitting
from survey_app.storage.session import Database

Result = TypeVar("Result")


def at_once(requests: Iterable[Callable[[], Result]]) -> list[Result]:
    """What the requests gave, each in a thread of its own, in their order. Raises what the first of them raised, when all have ended."""
    return _Requests(requests).results()


def in_one_commit(database: Database, requests: Iterable[Callable[[], Result]]) -> list[Result]:
    """The same; all of them have brought what they want stored, or have ended, before the first commit begins."""
    committer = submitting.committer_of(database)
    with committer._turn:
        running = _Requests(requests)
        while running.number_ended + len(committer._queue) < running.number:
            time.sleep(0.001)
    return running.results()


class _Requests:
    """Requests that have begun."""

    def __init__(self, requests: Iterable[Callable[[], object]]) -> None:
        self._outcomes: dict[int, object] = {}
        self._errors: dict[int, BaseException] = {}
        self._threads = [threading.Thread(target=self._run, args=one) for one in enumerate(requests)]
        for thread in self._threads:
            thread.start()

    @property
    def number(self) -> int:
        return len(self._threads)

    @property
    def number_ended(self) -> int:
        return len(self._outcomes) + len(self._errors)

    def results(self) -> list[object]:
        for thread in self._threads:
            thread.join()
        for place in sorted(self._errors):
            raise self._errors[place]
        return [self._outcomes[place] for place in range(self.number)]

    def _run(self, place: int, request: Callable[[], object]) -> None:
        try:
            self._outcomes[place] = request()
        except BaseException as error:
            self._errors[place] = error
