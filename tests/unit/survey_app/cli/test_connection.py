"""The end of a connection: gunicorn's farewell waits for a phone only where the phone may still be sending."""

import socket
import threading
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.util import close_graceful

from survey_app.cli.connection import Connection, accept_connection, is_read_to_the_end
from survey_app.cli.web_server import PatientWorker
from tests.web_worker import web_worker

LONG_S = 60.0


@pytest.fixture
def ends() -> Iterator[tuple[Connection, socket.socket]]:
    ours, phones = socket.socketpair()
    with phones:
        yield Connection(fileno=ours.detach()), phones


def farewell(ours: Connection) -> threading.Thread:
    thread = threading.Thread(target=close_graceful, args=(ours, LONG_S))
    thread.start()
    return thread


def test_a_request_that_was_read_is_not_waited_for(ends: tuple[Connection, socket.socket]) -> None:
    ours, phones = ends
    ours.sendall(b"the receipt")
    ours.is_read_to_the_end = True
    thread = farewell(ours)
    thread.join(LONG_S / 2)
    assert not thread.is_alive()
    assert ours.fileno() == -1
    assert phones.recv(100) == b"the receipt"  # what was sent arrives all the same
    assert phones.recv(100) == b""


def test_a_phone_that_is_still_sending_is_heard_to_the_end(ends: tuple[Connection, socket.socket]) -> None:
    ours, phones = ends
    ours.sendall(b"too large")
    thread = farewell(ours)
    assert phones.recv(100) == b"too large"
    assert phones.recv(100) == b""
    for _ in range(10):
        phones.sendall(b"x" * 1000)  # would fail if the other end were closed
    assert thread.is_alive()
    phones.close()
    thread.join(LONG_S / 2)
    assert not thread.is_alive()


@pytest.mark.parametrize(("length", "read", "is_read"), [(0, 0, True), (5, 5, True), (5, 3, False)])
def test_a_body_of_known_length_tells_when_it_is_read(length: int, read: int, is_read: bool) -> None:
    unreader = SimpleNamespace(read=lambda size, read_ahead: b"12345"[:size])
    reader = LengthReader(unreader, length)
    reader.read(read)
    assert is_read_to_the_end(SimpleNamespace(body=SimpleNamespace(reader=reader))) == is_read


def test_a_body_in_chunks_does_not_tell() -> None:
    reader = ChunkedReader(SimpleNamespace(trailers=[]), SimpleNamespace(read=lambda: b""))
    assert not is_read_to_the_end(SimpleNamespace(body=SimpleNamespace(reader=reader)))


def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "11")])
    return [b"the receipt"]


@pytest.fixture
def worker() -> Iterator[PatientWorker]:
    with web_worker(answer) as worker:
        yield worker


def test_a_worker_is_free_once_it_has_answered_a_phone_that_does_not_hang_up(
    worker: PatientWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gunicorn.util.close_graceful", partial(close_graceful, timeout=LONG_S))
    (listener,) = worker.sockets
    with socket.create_connection(listener.getsockname()) as phone:
        client, address = accept_connection(listener)
        phone.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\na=1")
        thread = threading.Thread(target=worker.handle, args=(listener, client, address))
        thread.start()
        thread.join(LONG_S / 2)
        assert not thread.is_alive()
        received = b"".join(iter(lambda: phone.recv(4096), b""))
        assert received.startswith(b"HTTP/1.1 200 OK")
        assert received.endswith(b"the receipt")
