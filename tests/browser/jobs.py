"""The jobs of the browser tests' server, without the mixer: these tests change campaigns by hand, which it would tell."""

import os
import signal
import threading

from survey_app.jobs.runner import run_jobs
from survey_app.settings import read_settings

if __name__ == "__main__":
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_jobs(read_settings(os.environ), stop)
