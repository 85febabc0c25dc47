"""gunicorn on our application: patient with slow phones, silent about respondents."""

import gc
import logging
import os
from typing import Any, Final

import gevent
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http.errors import ParseException

from survey_app import create_app
from survey_app.domain.bug_reports import steps_of
from survey_app.settings import Settings

HEAD_S: Final = 10
"""The first line and the headers of a request come in this time, all in all, or the connection ends."""
CONNECTIONS: Final = 500
"""At once in each web process, slow phones and all: with a file each, and those of the database, fewer than the usual limit of 1024."""
_OBJECTS_BETWEEN_COLLECTIONS: Final = 10_000


def usual_workers() -> int:
    """How many web processes there are unless somebody says: as many as cores, and two at least, for the one that waits for a disk.

    Of more, each would find the core's cache cold when its turn comes, and fewer forms would share a commit (docs/decisions/0022).
    """
    return max(2, os.cpu_count() or 1)


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn publishes no types
    """gunicorn's logger, which tells of processes and not of requests: a time in a log could be laid beside answers (docs/operations.md, "What is logged")."""

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """There is no access log, whatever gunicorn is told."""


def settle_process(worker: Any) -> None:
    """A web process has started: from now on its log tells of bugs and of nothing else, and what was loaded stays for good."""
    worker.log.error_log.addFilter(_tells_of_a_bug)
    logging.getLogger("gunicorn").setLevel(logging.CRITICAL + 1)
    gevent.get_hub().print_exception = _report_to(worker.log)
    _set_imports_aside()


def end_connection_with_answer(_worker: Any, request: Any) -> None:
    """Else a phone that has its page would hold a place for as long as the next one's head may take."""
    request.force_close()


OPTIONS: Final[dict[str, Any]] = {
    "worker_class": "gevent",
    "worker_connections": CONNECTIONS,
    "keepalive": HEAD_S,  # by this name gunicorn's worker times a head
    "pre_request": end_connection_with_answer,
    "logger_class": QuietLogger,
    "accesslog": None,
    "control_socket_disable": True,
    "backlog": 1024,
    "timeout": 60,
    "post_worker_init": settle_process,
}
"""gunicorn's settings, for `serve` and for `gunicorn.conf.py`."""


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn with our options only."""

    def __init__(self, settings: Settings, host: str, port: int, workers: int | None) -> None:
        self._settings = settings
        self._options = OPTIONS | {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers or usual_workers(),
            "loglevel": settings.log_level.lower(),
            "forwarded_allow_ips": "",  # whose word counts is said by JUNHENG_TRUSTED_PROXIES alone (web/proxies.py)
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn; nothing of its own command line or environment counts."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application of one web process."""
        return create_app(self._settings)


def run_web(settings: Settings, host: str, port: int, workers: int | None) -> None:
    """The web server as a process of its own."""
    WebServer(settings, host, port, workers).run()


def _tells_of_a_bug(record: logging.LogRecord) -> bool:
    """Whether an unexpected error is reported, which then says where it was raised and not in what request."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, Exception) or isinstance(error, OSError | ParseException):
        return False
    record.msg, record.args, record.exc_info = _report(error), (), None
    return True


def _report_to(log: Any) -> Any:
    """What gevent does with an error that nobody has caught."""

    def print_exception(_context: object, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, Exception):
            log.error("", exc_info=error)

    return print_exception


def _report(error: Exception) -> str:
    return f"unexpected error outside the pages\n{steps_of(error)}"


def _set_imports_aside() -> None:
    """The garbage collector need not walk through what was loaded at the start again and again.

    What a request leaves behind is gone without it, nearly all; it comes by every few requests instead of several times in each.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
