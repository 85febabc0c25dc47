"""What people wait while 200 phones trickle or stall: p99 of honest submissions with them, as a multiple of without, in one run."""

import selectors
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import submission
from bench.submission import MEASURED, WARM_UP, Load, get, post, send_all, served
from survey_app.domain.clock import SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.storage.migrating import upgrade_database
from survey_app.storage.session import open_database
from tests.builders_survey import Crowd, open_survey

SLOW_PHONES = 200
A_BYTE_EVERY_S = 2.0
_LITTLE_ROOM = 2_048  # so that an answer that is not read waits in the server


def run() -> Iterator[str]:
    """Lines to print."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        forms, unread = _forms(url, Path(folder))
        with served("ours", {"JUNHENG_DATABASE_URL": url, "JUNHENG_KEYS": f"{folder}/keys"}) as port:
            alone, beside = Load(0, []), Load(0, [])
            send_all(port, [next(forms) for _ in range(WARM_UP)])
            for _ in range(submission.ROUNDS):
                alone += send_all(port, [next(forms) for _ in range(MEASURED)])
                with slow_phones(port, unread):
                    beside += send_all(port, [next(forms) for _ in range(MEASURED)])
    ratio = beside.percentile_ms(0.99) / alone.percentile_ms(0.99)
    yield f"slow phones: p99 {alone.percentile_ms(0.99):.0f} ms, beside {SLOW_PHONES} that trickle or stall {beside.percentile_ms(0.99):.0f} ms: {ratio:.2f} times"
    yield f"slow phones: stored a second {beside.per_second / alone.per_second:.2f} of without them"


def _forms(url: str, folder: Path) -> tuple[Iterator[bytes], str]:
    """Forms to hand in, and the address of one that is only looked at."""
    upgrade_database(url)
    database, keys = open_database(url), KeyDirectory(folder / "keys")
    number = WARM_UP + 2 * submission.ROUNDS * MEASURED
    crowds = [Crowd("parent", f"S{place:02d}", 40) for place in range(1, 3 + number // 40)]
    survey = open_survey(database, keys, SystemClock(), crowds, min_seconds=0, extra_choices=submission.QUESTIONS - 1)
    unread = survey.codes["parent", "S01"].pop()
    forms = submission.forms_of(survey, keys)
    database.close()
    return iter(forms), f"/s/{unread}"


@contextmanager
def slow_phones(port: int, unread: str) -> Iterator[None]:
    """As many phones as there are, in three kinds: the head trickles, the body trickles, the answer is not read. Who is hung up on comes again."""
    ended = threading.Event()
    thread = threading.Thread(target=_be_slow, args=(port, unread, ended))
    thread.start()
    time.sleep(2 * A_BYTE_EVERY_S)
    yield
    ended.set()
    thread.join()


def _be_slow(port: int, unread: str, ended: threading.Event) -> None:
    body = post("/s/NOBODY", {f"q{place:02d}": "1" for place in range(40)})
    sent_at_once = [body[:5], body[: body.index(b"\r\n\r\n") + 6], get(unread)]
    phones = [_call(port, sent_at_once[place % 3]) for place in range(SLOW_PHONES)]
    while not ended.wait(A_BYTE_EVERY_S):
        for place, phone in enumerate(phones):
            if not _goes_on(phone, is_reading=place % 3 == 2):
                phone.close()
                phones[place] = _call(port, sent_at_once[place % 3])
    for phone in phones:
        phone.close()


def _call(port: int, begun: bytes) -> socket.socket:
    phone = socket.socket()
    phone.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _LITTLE_ROOM)
    phone.connect(("127.0.0.1", port))
    phone.sendall(begun)
    return phone


def _goes_on(phone: socket.socket, *, is_reading: bool) -> bool:
    """One byte more, sent or read; False once the server has hung up."""
    with selectors.DefaultSelector() as selector:
        selector.register(phone, selectors.EVENT_READ)
        has_answer = bool(selector.select(timeout=0))
    try:
        if has_answer and not phone.recv(1):
            return False
        if not is_reading:
            phone.sendall(b"x")
    except OSError:
        return False
    return True
