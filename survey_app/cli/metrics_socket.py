"""The counts of requests on a Unix socket of their own, for a program on the machine that has no token."""

import os
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Final

from survey_app.web.metrics import CONTENT_TYPE, metrics_text

_SILENCE_S: Final = 5.0
_LONGEST_PATH: Final = 107  # unix(7), without the 0 at the end


class SocketUnusable(Exception):
    """There can be no socket at the path."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"there can be no socket at {path}: {reason}; choose another --metrics-socket")


@contextmanager
def metrics_served(path: Path | None) -> Iterator[None]:
    """Meanwhile, a thread answers on the socket at `path` (mode 0600), if one is wanted. Raises `SocketUnusable`."""
    if path is None:
        yield
        return
    server = _bound(path)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        path.unlink(missing_ok=True)


def require_usable(path: Path) -> None:
    """Raises `SocketUnusable` where something lies at `path` that is not the socket of a service that has ended, or nothing can."""
    if not os.access(path.absolute().parent, os.W_OK | os.X_OK):
        raise SocketUnusable(path, "its folder is not there or can't be written to")
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise SocketUnusable(path, f"the path of a socket has at most {_LONGEST_PATH} bytes")
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode) or _answers(path):
            raise SocketUnusable(path, "something else is there")


def _bound(path: Path) -> ThreadingUnixStreamServer:
    require_usable(path)
    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        return ThreadingUnixStreamServer(str(path), _Answer)
    finally:
        os.umask(before)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


class _Answer(BaseHTTPRequestHandler):
    """One request: `curl --unix-socket PATH http://localhost/metrics`."""

    timeout = _SILENCE_S

    def do_GET(self) -> None:
        """The counts; 503 where there are none."""
        text = metrics_text()
        self.send_response(503 if text is None else 200)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.end_headers()
        self.wfile.write(text or b"")

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is logged."""
