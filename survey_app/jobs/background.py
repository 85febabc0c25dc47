"""The process beside the web server (`junheng serve` starts it, `junheng work` is it alone): the mixer, and in a thread of its own the runner of jobs."""

import os
import signal
import threading

from survey_app.domain.clock import SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.jobs.runner import run_jobs
from survey_app.services.mixing.worker import INTERVAL_S, run_worker
from survey_app.settings import Settings
from survey_app.storage.session import open_database


def work(settings: Settings, parent: int | None = None, interval_s: float = INTERVAL_S) -> None:
    """Works until SIGTERM or SIGINT, after the turn in hand, and until its parent is gone; jobs in hand wait for the next worker.

    `parent` is the id of the process that it belongs to, if any: told, not asked, since it may be gone before this one could ask.
    """
    stop = _stop_at_signals()
    if parent is not None:
        _watch_parent(stop, parent)
    jobs = threading.Thread(target=run_jobs, args=(settings, stop), name="jobs")
    jobs.start()
    database = open_database(settings.database_url)
    try:
        run_worker(database, KeyDirectory(settings.keys_dir), SystemClock(), stop, interval_s)
    finally:
        stop.set()
        jobs.join()
        database.close()


def _stop_at_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _watch_parent(stop: threading.Event, parent: int) -> None:
    """Stops when the process that started this one has died without a word (kill −9)."""

    def watch() -> None:
        while not stop.is_set():
            if os.getppid() != parent:
                stop.set()
            stop.wait(1.0)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
