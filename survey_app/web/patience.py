"""How long a request may take to come in, and its answer to be taken, where gunicorn serves the application.

A slow phone costs a web process next to nothing, for the others' requests go on meanwhile; but not for ever. The head is timed by
gunicorn (cli/web_server.py), what follows it here, for gunicorn's worker times neither.
"""

import io
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Any, Final, Protocol

from gevent import Timeout
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected, RequestTimeout

BODY_S: Final = 30.0
BODY_BYTES_A_SECOND: Final = 8_192
"""A body has this time, and so much more as what has come of it is worth: large uploads are slow, a trickle has 30 seconds."""
ANSWER_S: Final = 30.0
_ANSWER_STEP_BYTES: Final = 65_536
"""So much of an answer is taken in this time, or the connection ends."""
_DRAINED_BYTES: Final = 8 * 1024 * 1024
_CHUNK_BYTES: Final = 65_536
_SOCKET: Final = "gunicorn.socket"


class WsgiApplication(Protocol):
    """A WSGI application."""

    def __call__(self, environ: dict[str, Any], start_response: Any, /) -> Iterable[bytes]: ...


class Patience:
    """An application whose requests come in time or not at all; behind another server than gunicorn it is left to that server."""

    def __init__(self, application: WsgiApplication) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if _SOCKET not in environ:
            return self._application(environ, start_response)
        environ[_SOCKET].settimeout(ANSWER_S)
        body = environ["wsgi.input"] = TimedBody(environ["wsgi.input"], environ.get("CONTENT_LENGTH"))
        answer = self._application(environ, start_response)
        body.drain()
        return _Steps(answer)


class TimedBody(io.RawIOBase):
    """A request's body, read before its time is over and to its end.

    Reading raises `RequestTimeout` or, where the phone has gone or what it sends is no HTTP, `ClientDisconnected`: pages, not bugs. A body
    that ends before the length that was told is not taken for a whole one.
    """

    def __init__(self, stream: Any, length: str | None) -> None:
        self._stream = stream
        self._length = int(length) if length else None
        self._begun = monotonic()
        self._received = 0
        self._has_failed = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes; none at the end."""
        data = self._next(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def drain(self) -> None:
        """Takes what nobody has read, up to a limit: a browser shows the answer only when it could send all of its form."""
        try:
            for _ in range(0, _DRAINED_BYTES, _CHUNK_BYTES):
                if self._has_failed or not self._next(_CHUNK_BYTES):
                    return
        except (ClientDisconnected, RequestTimeout):
            return

    def _next(self, size: int) -> bytes:
        if self._received == self._length:
            return b""
        try:
            data = self._read_in_time(size)
        except BaseException:
            self._has_failed = True
            raise
        self._received += len(data)
        return data

    def _read_in_time(self, size: int) -> bytes:
        left = self._begun + BODY_S + self._received / BODY_BYTES_A_SECOND - monotonic()
        try:
            with Timeout(max(0.0, left), RequestTimeout()):
                data: bytes = self._stream.read(size)
        except (OSError, ParseException) as error:
            raise ClientDisconnected from error
        if not data and size and self._length is not None:
            raise ClientDisconnected
        return data


class _Steps:
    """An answer in steps that are timed one by one."""

    def __init__(self, answer: Iterable[bytes]) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        for part in self._answer:
            for start in range(0, len(part), _ANSWER_STEP_BYTES):
                yield part[start : start + _ANSWER_STEP_BYTES]

    def close(self) -> None:
        """Ends what the application holds for it."""
        close = getattr(self._answer, "close", None)
        if close:
            close()
