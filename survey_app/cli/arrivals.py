"""What of a request has arrived, before anything waits for the rest of it."""

import re
import socket
from typing import Final

# the longest form is shorter: a comment of 2,000 characters, percent-encoded, has 24,000 bytes
_LOOKED_AT_BYTES: Final = 65_536
_FORM: Final = b"POST /s/"
_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"^content-length:[ \t]*(\d{1,9})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)


def is_whole_form(client: socket.socket) -> bool:
    """Whether a respondent's form has arrived to its last byte, so that reading it takes no time; nothing is taken from the socket."""
    try:
        arrived = client.recv(_LOOKED_AT_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:  # nothing there yet, or the phone has gone
        return False
    return arrived.startswith(_FORM) and _is_whole(arrived)


def _is_whole(arrived: bytes) -> bool:
    """Whether a request that says how long it is is all there."""
    head, end, body = arrived.partition(_END_OF_HEAD)
    length = _LENGTH.search(head + b"\r\n")
    return bool(end) and length is not None and len(body) >= int(length[1])
