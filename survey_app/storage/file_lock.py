"""Locks that all processes of the service take turns at: files, held while they are open."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from survey_app.domain.threads import Threads

_OF_THIS_PROCESS: Final[dict[Path, threading.Lock]] = {}
"""Requests of one process wait for each other here, which costs none of them a thread; one at a time waits for other processes."""

_WAITING: Final = Threads(most=4)  # a lock each, of which there are two


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Waits for the lock of a file, and holds it. A process that dies lets go. Raises `OSError` where the file can't be made."""
    with _OF_THIS_PROCESS.setdefault(file, threading.Lock()):
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _wait_for(handle)
            yield
        finally:
            os.close(handle)


def _wait_for(handle: int) -> None:
    """Takes the lock when the other processes' turns are over; in a web process its other requests go on meanwhile."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _WAITING.call(fcntl.flock, handle, fcntl.LOCK_EX)
