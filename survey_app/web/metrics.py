"""Counts and times of the staff's and the programs' requests, for whoever watches the machine.

Nothing of respondents is counted (docs/anonymity.md, "Who learns what"): not their pages and not the files these load, no address without a route, which may be
a mistyped code, no page of the desk on which a code is typed; nor what a process uses, which moves with their requests.

Under gunicorn the processes count together through the folder that PROMETHEUS_MULTIPROC_DIR names (`junheng serve` makes one). A folder
that is gone, full or not writable costs the counts and no request.
"""

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Final

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from survey_app.web.access import may_hold_answers

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_OF_THIS_PROCESS: Final = CollectorRegistry()
REQUESTS: Final = Counter(
    "junheng_requests", "Requests answered.", ["route", "method", "status"], registry=_OF_THIS_PROCESS
)
SECONDS: Final = Histogram(
    "junheng_request_seconds",
    "Time to answer, in seconds.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=_OF_THIS_PROCESS,
)
_FILE_BYTES: Final = 1024 * 1024
_COUNT_FAILURES: Final = (OSError, ValueError)


def measure_requests(app: Flask) -> None:
    """Counts the application's requests that are not respondents'."""
    app.before_request(_begin)
    app.after_request(_count)


def metrics_text() -> bytes | None:
    """All counts, in Prometheus' text format; None where there is no way to them."""
    with suppress(*_COUNT_FAILURES):
        return generate_latest(_registry())
    return None


def _begin() -> None:
    g.begun = perf_counter()


def _count(response: Response) -> Response:
    if not may_hold_answers():
        with suppress(*_COUNT_FAILURES):
            _take_room()
            _note(str(request.endpoint), request.method, response.status_code)
    return response


def _note(route: str, method: str, status: int) -> None:
    known = method if method in METHODS else "other"  # a stranger may send any word
    REQUESTS.labels(route, known, str(status)).inc()
    SECONDS.labels(route).observe(perf_counter() - g.get("begun", perf_counter()))


@cache
def _take_room() -> None:
    """Has the disk set aside what prometheus_client maps into memory: were it full later, the kernel would end the process."""
    if SHARED_FOLDER in os.environ and hasattr(os, "posix_fallocate"):
        for kind in ("counter", "histogram"):
            _allocate(Path(os.environ[SHARED_FOLDER]) / f"{kind}_{os.getpid()}.db")


def _allocate(file: Path) -> None:
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(handle, 0, _FILE_BYTES)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)


def _registry() -> CollectorRegistry:
    if SHARED_FOLDER not in os.environ:
        return _OF_THIS_PROCESS
    _take_room()
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared
