"""The processes of a running service: gunicorn in front, the background worker beside it, and this one to watch over both."""

import logging
import math
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from survey_app.cli.metrics_socket import metrics_served
from survey_app.cli.web_server import run_web
from survey_app.jobs.background import work
from survey_app.jobs.parent import end_with_parent
from survey_app.settings import Settings

log = logging.getLogger(__name__)

_STOP_S: Final = 35.0  # gunicorn lets requests in hand finish for 30 s
_LOOK_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0
_AT_ONCE_S: Final = 20.0  # gunicorn tries for 5 s to get its port
_TRIES: Final = 3
# a parent's variable for the web processes' metrics; prometheus_client reads it when it is imported
_METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"


def supervise(settings: Settings, host: str, port: int, workers: int | None, metrics_socket: Path | None) -> int:
    """Run both until a signal, each started again when it dies; gives up on a web server that dies at once every time. Returns the status."""
    with _metrics_folder(), metrics_served(metrics_socket), _signals_passed_on() as stop:
        web = _Child("web server", _TRIES, _run_web_beside, settings, host, port, workers)
        worker = _Child("background worker", math.inf, work, settings, os.getpid())
        while not stop and not web.is_given_up:
            wait([child.process.sentinel for child in (web, worker) if child.process.is_alive()], timeout=_LOOK_S)
            web.look_after()
            worker.look_after()
        _stop([web.process, worker.process])
    if stop:
        return 0
    log.error("the web server ended at once %d times: it is not started again", web.deaths_at_once)
    return abs(web.process.exitcode or 0) or 1


class _Child:
    """A process of the service, started again when it has died: after a pause, longer if it has not lived long."""

    def __init__(self, name: str, tries: float, run: Callable[..., None], *arguments: Any) -> None:
        self._name, self._tries, self._run, self._arguments = name, tries, run, arguments
        self.deaths_at_once = 0
        self._start()

    @property
    def is_given_up(self) -> bool:
        """Whether it has died at once too often."""
        return self.deaths_at_once >= self._tries

    def look_after(self) -> None:
        """Notes that it has died; starts it again when the pause is over."""
        if self.process.is_alive():
            return
        if self._due is None:
            self._note_death()
        elif time.monotonic() >= self._due and not self.is_given_up:
            self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.process: BaseProcess = context.Process(target=self._run, args=self._arguments, name=self._name)
        self._started = time.monotonic()
        self._due: float | None = None
        self.process.start()

    def _note_death(self) -> None:
        now = time.monotonic()
        self.deaths_at_once = self.deaths_at_once + 1 if now - self._started < _AT_ONCE_S else 0
        self._due = now + min(_LONGEST_PAUSE_S, 2.0 ** min(self.deaths_at_once, 10))
        log.error("the %s ended with status %s", self._name, self.process.exitcode)


def _run_web_beside(settings: Settings, host: str, port: int, workers: int | None) -> None:
    """The web server, which ends with the process that has started it."""
    end_with_parent(signal.SIGTERM)  # gunicorn's own processes watch their parent
    parent = multiprocessing.parent_process()
    if parent and os.getppid() != parent.pid:  # gone before this one could ask
        sys.exit(0)
    run_web(settings, host, port, workers)


@contextmanager
def _metrics_folder() -> Iterator[None]:
    """A folder in which the web processes count together; without one, on a full disk, each counts for itself."""
    try:
        folder = tempfile.mkdtemp(prefix="junheng-metrics-")
    except OSError as error:
        log.warning("requests are not counted: %s", error)
        yield
        return
    os.environ[_METRICS_FOLDER] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _signals_passed_on() -> Iterator[list[int]]:
    """The signals that asked for an end, as they come in."""
    received: list[int] = []
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda got, _: received.append(got)) for number in numbers}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        if process.is_alive():
            process.terminate()
    for process in processes:
        process.join(_STOP_S)
        if process.is_alive():
            process.kill()
