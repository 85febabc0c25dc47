"""gunicorn on our application: quick with phones that stall, silent about codes."""

import gc
import logging
import os
import re
import socket
from functools import partial
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.sync import SyncWorker

from survey_app import create_app
from survey_app.cli.connection import Accepted, Connection, accept_connection, accept_if_any, is_read_to_the_end
from survey_app.settings import Settings
from survey_app.storage.together import Gathering

# The kernel hands a connection over when its first bytes are there; one that never sends any takes no worker.
_FIRST_BYTES_S = 10
_OBJECTS_BETWEEN_COLLECTIONS = 10_000
_FORM_ADDRESS = re.compile(r"(/s/)[^\s?\"']+", re.IGNORECASE)
_CLIENT_ADDRESS = re.compile(r"(\bip=)\S+")


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    """gunicorn with our options only. No access log: its times and addresses could be laid beside answers (integrity: A.7)."""

    def __init__(self, settings: Settings, host: str, port: int, workers: int | None) -> None:
        self._settings = settings
        self._options = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers or usual_workers(),
            "worker_class": PatientWorker,
            "logger_class": DiscreetLogger,
            "accesslog": None,
            "loglevel": settings.log_level.lower(),
            "forwarded_allow_ips": "",  # whose word counts is said by JUNHENG_TRUSTED_PROXIES alone (web/proxies.py)
            "control_socket_disable": True,
            "backlog": 1024,
            "timeout": 60,
            "when_ready": wait_for_first_bytes,
            "post_worker_init": _set_imports_aside,
            "child_exit": _forget_metrics_of,
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn; nothing of its own command line or environment counts."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application of one web process."""
        return create_app(self._settings)


def usual_workers() -> int:
    """How many web processes there are unless somebody says: one more than cores, for the one that waits for a disk or a phone.

    Of more, each would find the core's cache cold when its turn comes (docs/decisions/0020).
    """
    return (os.cpu_count() or 1) + 1


def run_web(settings: Settings, host: str, port: int, workers: int | None) -> None:
    """The web server as a process of its own."""
    WebServer(settings, host, port, workers).run()


class PatientWorker(SyncWorker):  # type: ignore[misc]
    """A sync worker (quicker than threads here) that a connection can't hold for long by falling silent or by being far away.

    Respondents' forms that have arrived are taken a few at once: see storage/together.py and docs/decisions/0020.
    """

    def accept(self, listener: Any) -> None:
        """Takes the next connection. Forms that have come in meanwhile are worked on with it, and share its commit."""
        forms = Gathering()
        following: Accepted | None = accept_connection(listener)
        while following and following[0].has_whole_form():
            forms.add(partial(self.handle, listener, *following))
            following = accept_if_any(listener) if forms.takes_more and self.alive else None
        forms.finish()
        if following:
            self.handle(listener, *following)

    def handle(self, listener: Any, client: Connection, addr: Any) -> None:
        """One connection."""
        self.notify()
        client.before_waiting = self.notify
        super().handle(listener, client, addr)

    def handle_request(self, listener: Any, req: Any, client: Connection, addr: Any) -> None:
        """One request."""
        super().handle_request(listener, req, client, addr)
        client.is_read_to_the_end = is_read_to_the_end(req)


def wait_for_first_bytes(server: Any) -> None:
    """Let the kernel keep connections until they have something to say (Linux; elsewhere a worker waits for them)."""
    option = getattr(socket, "TCP_DEFER_ACCEPT", None)
    for listener in server.LISTENERS:
        if option is not None and listener.sock.family in (socket.AF_INET, socket.AF_INET6):
            listener.sock.setsockopt(socket.IPPROTO_TCP, option, _FIRST_BYTES_S)


class DiscreetLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger without codes and addresses of clients: a code in a log, with its time, could be laid beside answers."""

    def setup(self, cfg: Any) -> None:
        """gunicorn's own set-up, with every record of its error log cleaned."""
        super().setup(cfg)
        self.error_log.addFilter(forget_codes)


def forget_codes(record: logging.LogRecord) -> bool:
    """Takes codes and client addresses out of a record's text; keeps every record."""
    text = _FORM_ADDRESS.sub(r"\1…", record.getMessage())
    record.msg, record.args = _CLIENT_ADDRESS.sub(r"\1…", text), ()
    return True


def _set_imports_aside(_worker: Any) -> None:
    """What was loaded at the start stays for good: the garbage collector need not walk through it again and again.

    What a request leaves behind is gone without it, nearly all; it comes by every few requests instead of several times in each.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


def _forget_metrics_of(_server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
