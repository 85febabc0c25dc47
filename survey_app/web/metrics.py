"""Counts and times of requests, for whoever watches the machine.

By route, method and status, never by address: an address may hold a code. Under gunicorn the processes share their counts through the
folder that PROMETHEUS_MULTIPROC_DIR names (`junheng serve` sets it); a single process needs none.
"""

import os
from functools import cache
from time import perf_counter
from typing import Final

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
REQUESTS: Final = Counter("junheng_requests", "Requests answered.", ["route", "method", "status"])
SECONDS: Final = Histogram(
    "junheng_request_seconds",
    "Time to answer, in seconds.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
NO_ROUTE: Final = "none"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


def measure_requests(app: Flask) -> None:
    """Counts every request of the application."""
    app.before_request(_begin)
    app.after_request(_count)


def metrics_page() -> Response:
    """All counts, in Prometheus' text format."""
    return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _begin() -> None:
    g.begun = perf_counter()


def _count(response: Response) -> Response:
    route = request.endpoint or NO_ROUTE
    method = request.method if request.method in METHODS else "other"  # a stranger may send any word
    _requests(route, method, response.status_code).inc()
    _seconds(route).observe(perf_counter() - g.get("begun", perf_counter()))
    return response


@cache
def _requests(route: str, method: str, status: int) -> Counter:
    return REQUESTS.labels(route, method, str(status))


@cache
def _seconds(route: str) -> Histogram:
    return SECONDS.labels(route)


def _registry() -> CollectorRegistry:
    if SHARED_FOLDER not in os.environ:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared
