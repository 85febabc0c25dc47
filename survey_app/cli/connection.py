"""A phone's connection: what is patient with it, and what is not."""

import socket
import struct
from collections.abc import Callable
from typing import Any, Final

from survey_app.cli.arrivals import is_whole_form
from survey_app.storage.together import Stage, give_way

# A phone that falls silent in the middle of its request holds a worker no longer than this; one that stops taking the answer, this.
_SILENCE_S: Final = 5
_NO_PROGRESS_S: Final = 30
# Room in the kernel for the longest page of a respondent's, so that hardly any answer has to be waited for.
_ROOM_BYTES: Final = 262_144


class Connection(socket.socket):
    """A phone's connection, whose answer and farewell hold up nobody else for longer than they must.

    gunicorn waits after each answer until the other side has closed, up to two seconds: over a slow network that holds a worker for as
    long as a whole round trip, with nothing left to do. The kernel delivers the answer just as well after we have closed. So that wait
    is left out unless the phone may still be sending.

    Of requests that are worked on at once, none sends its answer before the others' forms are stored, and one whose phone takes the
    answer slowly only when the others have theirs.
    """

    is_read_to_the_end = False
    before_waiting: Callable[[], None] = staticmethod(lambda: None)
    _has_arrived = False
    _is_among_others: bool | None = None

    def has_whole_form(self) -> bool:
        """Whether a respondent's form has arrived to its last byte."""
        self._has_arrived = is_whole_form(self)
        return self._has_arrived

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Reads; once the request was read to its end, only what is there already."""
        if self.is_read_to_the_end:
            self.setblocking(False)
        return super().recv(size, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Sends when the others' forms are stored; what the phone does not take at once, when the others have their answers."""
        if not self._gives_way():
            super().sendall(data, flags)
            return
        rest = memoryview(data)[self._send_at_once(data) :]
        if rest:
            give_way(Stage.ANSWERING_SLOWLY)
            self.before_waiting()
            super().sendall(rest, flags)

    def _gives_way(self) -> bool:
        """Before the first byte of the answer; whether there are others at all."""
        if self._is_among_others is None:
            self._is_among_others = give_way(Stage.ANSWERING)
        return self._is_among_others

    def _send_at_once(self, data: Any) -> int:
        """How many bytes the kernel took."""
        try:
            return self.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0

    def shutdown(self, how: int) -> None:
        """Ends a direction; of a form that had arrived nothing more will come, whether it was read or not."""
        self.is_read_to_the_end |= self._has_arrived
        super().shutdown(how)


Accepted = tuple[Connection, Any]


def accept_connection(listener: Any) -> Accepted:
    """The next connection and its address; the kernel ends a read or a write of it that makes no progress. Raises `OSError`."""
    client, address = listener.accept()
    client.setblocking(True)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", _SILENCE_S, 0))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _NO_PROGRESS_S, 0))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM_BYTES)
    return Connection(fileno=client.detach()), address


def accept_if_any(listener: Any) -> Accepted | None:
    """The same, or None where nobody waits; what else is wrong, the next call meets again."""
    try:
        return accept_connection(listener)
    except OSError:
        return None


def is_read_to_the_end(request: Any) -> bool:
    """Whether the body of gunicorn's request, whose length it tells, was all taken."""
    return getattr(request.body.reader, "length", None) == 0
