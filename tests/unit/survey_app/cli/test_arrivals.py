"""Whether a form has arrived to its last byte is seen without taking anything of it."""

import socket
from collections.abc import Iterator

import pytest

from survey_app.cli.arrivals import is_whole_form

FORM = b"POST /s/ABCDEFGHJKM HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nq01=1"


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, phones = socket.socketpair()
    with ours, phones:
        yield ours, phones


def test_a_form_is_whole_with_its_last_byte(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, phones = ends
    assert not is_whole_form(ours)
    for place in range(len(FORM)):
        phones.sendall(FORM[place : place + 1])
        assert is_whole_form(ours) == (place == len(FORM) - 1), FORM[: place + 1]
    assert ours.recv(1000) == FORM, "it is still there to be read"


def test_the_longest_form_can_be_whole(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, phones = ends
    body = b"q04=" + b"%F0%9F%98%80" * 2000 + b"&x=1" * 1000
    phones.sendall(FORM.replace(b"Content-Length: 5", b"content-length:%d" % len(body)).partition(b"q01")[0] + body)
    assert is_whole_form(ours)


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /s/ABCDEFGHJKM HTTP/1.1\r\nHost: x\r\n\r\n",
        FORM.replace(b"/s/ABCDEFGHJKM", b"/s"),
        FORM.replace(b"/s/", b"/staff/s/"),
        FORM.replace(b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        FORM.replace(b"Content-Length: 5", b"X-Content-Length: 5"),
        FORM.replace(b"Content-Length: 5", b"Content-Length: -5"),
        FORM.replace(b"Content-Length: 5", b"Content-Length: 70000"),
        FORM.replace(b"Content-Length: 5", b"Content-Length: " + b"9" * 400),
        FORM.replace(b"Content-Length: 5\r\n\r\nq01=1", b"\r\nContent-Length: 5\r\n\r\nq01=1"),
    ],
    ids=["shown", "a typed code", "staff", "chunked", "another head", "negative", "long", "absurd", "in the body"],
)
def test_what_is_no_whole_form_is_read_by_itself(ends: tuple[socket.socket, socket.socket], request_: bytes) -> None:
    ours, phones = ends
    phones.sendall(request_)
    assert not is_whole_form(ours)


def test_a_phone_that_has_gone_has_sent_no_form(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, phones = ends
    phones.close()
    assert not is_whole_form(ours)
