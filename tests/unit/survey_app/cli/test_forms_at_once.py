"""A worker takes forms that have arrived a few at once; a phone that is slow in any way holds up none of the others."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import pytest
from gunicorn.util import close_graceful

from survey_app.cli.web_server import PatientWorker
from survey_app.storage.together import MOST_AT_ONCE, ask
from tests.web_worker import web_worker

LONG_S = 60.0
LARGE = 20_000_000
HEAD = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


class Service:
    """An application that stores what it is sent together with the others, and notes what it does."""

    def __init__(self) -> None:
        self.commits: list[list[str]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        if path == "/s/REFUSED":  # at once, with a large page, and without reading the form
            start_response("405 Method Not Allowed", [("Content-Length", str(LARGE))])
            return [b"x" * LARGE]
        if path.startswith("/s/"):
            ask(self.store, self, environ["wsgi.input"].read().decode())
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]

    @staticmethod
    def store(service: "Service", forms: Sequence[str]) -> list[str]:
        service.commits.append(list(forms))
        return list(forms)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def worker(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[PatientWorker]:
    monkeypatch.setattr("gunicorn.util.close_graceful", partial(close_graceful, timeout=LONG_S))
    with web_worker(service) as worker:
        yield worker


def form(body: str, code: str = "CODE", declared: int | None = None) -> bytes:
    return f"POST /s/{code} {HEAD}Content-Length: {declared or len(body)}\r\n\r\n{body}".encode()


@contextmanager
def phones(worker: PatientWorker, *sent: bytes, receives: int | None = None) -> Iterator[list[socket.socket]]:
    """Phones that have sent something, in this order; with `receives` the room that the first of them has for the answer."""
    with ExitStack() as stack:
        connected = []
        for number, one in enumerate(sent):
            phone = stack.enter_context(socket.socket())
            if receives and number == 0:
                phone.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
            phone.settimeout(LONG_S / 2)
            phone.connect(worker.sockets[0].getsockname())
            phone.sendall(one)
            connected.append(phone)
        yield connected


@contextmanager
def accepting(worker: PatientWorker) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=worker.accept, args=(worker.sockets[0],))
    worker.sockets[0].setblocking(False)
    thread.start()
    yield thread
    thread.join(LONG_S / 2)
    assert not thread.is_alive()


def answer(phone: socket.socket) -> bytes:
    return b"".join(iter(lambda: phone.recv(1_000_000), b""))


def test_forms_that_have_arrived_share_what_they_ask(worker: PatientWorker, service: Service) -> None:
    numbers = [str(number) for number in range(MOST_AT_ONCE + 1)]
    with phones(worker, *map(form, numbers)) as all_phones:
        with accepting(worker):
            for phone in all_phones[:-1]:
                assert answer(phone).endswith(b"done")
        assert service.commits == [numbers[:-1]]
        with accepting(worker):
            assert answer(all_phones[-1]).endswith(b"done")
    assert service.commits == [numbers[:-1], numbers[-1:]]


@pytest.mark.parametrize(
    ("first", "rest"),
    [
        (form("late", declared=9), b" form"),
        (f"GET / {HEAD}".encode(), b"\r\n"),
        (form("", code="X")[:9], form("x")[9:]),
    ],
    ids=["a form that trickles in", "another page", "half a word"],
)
def test_a_request_that_has_not_arrived_is_waited_for_when_the_forms_are_answered(
    worker: PatientWorker, service: Service, first: bytes, rest: bytes
) -> None:
    with phones(worker, form("a"), first, form("b")) as (quick, slow, _), accepting(worker):
        assert answer(quick).endswith(b"done")
        assert service.commits[0] == ["a"]
        slow.sendall(rest)
        assert answer(slow).endswith(b"done")


def test_a_phone_that_does_not_take_its_answer_holds_up_none_of_the_others(
    worker: PatientWorker, service: Service
) -> None:
    """It is refused at once, but answered when the others' forms are stored, and waited for when they have their receipts."""
    with phones(worker, form("x", code="REFUSED"), receives=1024) as (stopped,), accepting(worker):
        assert answer(stopped).startswith(b"HTTP/1.1 405"), "alone it is answered as ever"
    slow, quick = form("x", code="REFUSED"), [form("b"), form("c")]
    with phones(worker, form("a"), slow, *quick) as (first, stopped, *others), accepting(worker):
        for phone in (first, *others):
            assert answer(phone).endswith(b"done")
        assert service.commits == [["a", "b", "c"]]
        assert len(answer(stopped)) > LARGE


def test_a_form_that_was_not_read_is_not_waited_for(worker: PatientWorker, service: Service) -> None:
    """All of it is there; gunicorn would wait for the phone to hang up."""
    with phones(worker, form("a"), form("x" * 9000, code="REFUSED")) as (first, refused), accepting(worker):
        assert answer(first).endswith(b"done")
        received = 0
        while received < LARGE:
            received += len(refused.recv(1_000_000))
        # the worker is free, though nobody has hung up
    assert service.commits == [["a"]]


def test_a_worker_that_is_to_stop_takes_no_more(worker: PatientWorker, service: Service) -> None:
    worker.alive = False
    with phones(worker, form("a"), form("b")) as (first, _), accepting(worker):
        assert answer(first).endswith(b"done")
    assert service.commits == [["a"]]
