"""A web process of the server without the server around it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from survey_app.cli.web_server import PatientWorker


@contextmanager
def web_worker(application: Any) -> Iterator[PatientWorker]:
    """A worker with a listener of its own, its only socket; nothing is accepted until the test does so."""
    config = Config()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        worker = PatientWorker(1, 1, [listener], None, 30, config, Logger(config))
        worker.wsgi = application
        yield worker
        worker.tmp.close()
