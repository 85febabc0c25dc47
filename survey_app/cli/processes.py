"""The processes of a running service: gunicorn in front, the mixing worker beside it, and this one to watch over both."""

import logging
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from survey_app.cli.web_server import run_web
from survey_app.services.mixing_worker import work
from survey_app.settings import Settings

log = logging.getLogger(__name__)

_STOP_S = 35.0  # gunicorn lets requests in hand finish for 30 s
_PAUSE_BEFORE_RESTART_S = 1.0
# a parent's variable for the web processes' metrics; prometheus_client reads it when it is imported
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def supervise(settings: Settings, host: str, port: int, workers: int | None) -> int:
    """Run both until a signal or until the web server ends; a mixing worker that dies is started again. Returns the exit status."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="junheng-metrics-") as metrics:
        os.environ[_METRICS_FOLDER] = metrics
        web = context.Process(target=run_web, args=(settings, host, port, workers), name="web")
        web.start()
        mixer = _start_mixer(context, settings)
        with _signals_passed_on() as stop:
            while web.is_alive() and not stop:
                wait([web.sentinel, mixer.sentinel], timeout=1.0)
                if not mixer.is_alive() and web.is_alive() and not stop:
                    log.error("the mixing worker ended with status %s; starting it again", mixer.exitcode)
                    web.join(_PAUSE_BEFORE_RESTART_S)
                    mixer = _start_mixer(context, settings)
            _stop([web, mixer])
    return 0 if stop else abs(web.exitcode or 0)


def _start_mixer(context: Any, settings: Settings) -> BaseProcess:
    process: BaseProcess = context.Process(target=work, args=(settings, os.getpid()), name="mixer")
    process.start()
    return process


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


def _stop(processes: list[BaseProcess]) -> None:
    for process in processes:
        if process.is_alive():
            process.terminate()
    for process in processes:
        process.join(_STOP_S)
        if process.is_alive():
            process.kill()
