"""The web server and phones that are slow in any way: they stop nobody else, and none holds its connection for ever.

The server is the service's own with one web process and short times, before a small application.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.paths import REPOSITORY
from tests.ports import free_port
from tests.serving import wait_until

pytestmark = pytest.mark.xdist_group("slow-phones")  # two servers are started for all

HEAD = "HTTP/1.1\r\nHost: x\r\n"
LARGE = 40_000_000
SERVER = """
import sys
from survey_app.cli import web_server
from survey_app.settings import Settings
from survey_app.web import patience
assert web_server.OPTIONS["keepalive"] == web_server.HEAD_S
patience.BODY_S, patience.ANSWER_S, web_server.OPTIONS["keepalive"] = map(int, sys.argv[2:])

def application(environ, start_response):
    if environ["PATH_INFO"] == "/large":
        start_response("200 OK", [("Content-Length", "40000000")])
        return [b"x" * 40_000_000]
    if environ["PATH_INFO"] == "/unread":
        start_response("405 Method Not Allowed", [("Content-Length", "6")])
        return [b"unread"]
    try:
        said = b"took %d" % len(environ["wsgi.input"].read())
    except Exception as error:
        said = type(error).__name__.encode()
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]

class Server(web_server.WebServer):
    def load(self):
        return patience.Patience(application)

Server(Settings(log_level="DEBUG"), "127.0.0.1", int(sys.argv[1]), 1).run()
"""


@dataclass
class Server:
    """A running server."""

    port: int

    def phone(self, sent: bytes | str) -> socket.socket:
        """A phone that has sent so much."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.sendall(sent.encode() if isinstance(sent, str) else sent)
        return connection

    def ask(self, request: bytes | str) -> bytes:
        """The body of the answer to a whole request."""
        with self.phone(request) as phone:
            return heard(phone).partition(b"\r\n\r\n")[2]

    def is_up(self) -> bool:
        try:
            return self.ask(post(b"")) == b"took 0"
        except OSError:
            return False


def post(body: bytes, path: str = "/", length: int | None = None) -> bytes:
    told = len(body) if length is None else length
    return f"POST {path} {HEAD}Content-Length: {told}\r\n\r\n".encode() + body


def heard(phone: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    received = bytearray()
    try:
        while data := phone.recv(65_536):
            received += data
    except ConnectionResetError:
        pass
    return bytes(received)


def serve(body_s: int, answer_s: int, head_s: int) -> Iterator[Server]:
    port = free_port()
    times = [str(seconds) for seconds in (body_s, answer_s, head_s)]
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port), *times], cwd=REPOSITORY)
    server = Server(port)
    try:
        wait_until(server.is_up, process)
        yield server
    finally:
        process.kill()  # its web process sees that it has gone
        process.wait()


@pytest.fixture(scope="module")
def patient() -> Iterator[Server]:
    yield from serve(600, 600, 600)


@pytest.fixture(scope="module")
def impatient() -> Iterator[Server]:
    yield from serve(1, 1, 1)


def test_slow_phones_hold_up_nobody(patient: Server) -> None:
    slow = [patient.phone(f"GET / {HEAD}") for _ in range(70)]
    slow += [patient.phone(post(b"q01=1", length=100)) for _ in range(70)]
    slow += [patient.phone(f"GET /large {HEAD}\r\n") for _ in range(70)]
    slow += [patient.phone("") for _ in range(70)]
    assert [patient.ask(post(b"whole")) for _ in range(20)] == [b"took 5"] * 20
    for phone in slow:
        phone.close()


def test_a_head_that_trickles_in_ends_with_its_time(impatient: Server) -> None:
    with impatient.phone(f"GET / {HEAD}X-Slow: ") as phone:
        wait_until(lambda: not still_takes(phone, b"x"))


def test_a_body_that_trickles_in_ends_with_its_time(impatient: Server) -> None:
    with impatient.phone(post(b"q01=1", length=100_000)) as phone:
        phone.settimeout(0.2)
        answer = b""
        while not answer:
            phone.sendall(b"x")
            try:
                answer = phone.recv(4096)
            except TimeoutError:
                continue
        phone.settimeout(60)
        assert (answer + heard(phone)).endswith(b"RequestTimeout")


def test_a_large_body_that_keeps_coming_is_given_its_time(impatient: Server) -> None:
    piece = b"x" * 50_000  # worth six seconds
    with impatient.phone(post(piece, length=4 * len(piece))) as phone:
        for _ in range(3):
            time.sleep(0.7)
            phone.sendall(piece)
        assert heard(phone).endswith(b"took 200000")


def test_a_phone_that_does_not_read_its_answer_loses_it_in_time(impatient: Server) -> None:
    with impatient.phone(f"GET /large {HEAD}\r\n") as phone:
        time.sleep(3)
        assert 0 < len(heard(phone)) < LARGE


def test_a_large_answer_that_is_read_is_whole(impatient: Server) -> None:
    assert len(impatient.ask(f"GET /large {HEAD}\r\n")) == LARGE


def test_a_body_that_ends_before_its_length_is_no_form(patient: Server) -> None:
    with patient.phone(post(b"q01=1", length=100)) as phone:
        phone.shutdown(socket.SHUT_WR)
        assert heard(phone).endswith(b"ClientDisconnected")


def test_a_body_in_broken_pieces_is_no_bug(patient: Server) -> None:
    chunks = f"POST / {HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nq01=1\r\nnonsense\r\n\r\n"
    assert patient.ask(chunks) == b"ClientDisconnected"
    assert patient.ask(chunks.replace("nonsense", "0")) == b"took 5"


def test_an_answer_that_did_not_need_the_form_is_read_by_a_phone_that_is_still_sending(patient: Server) -> None:
    with patient.phone(post(b"x" * 50, "/unread", length=100)) as phone:
        for _ in range(5):  # fails where the other end has hung up
            time.sleep(0.3)
            phone.sendall(b"x" * 10)
        assert heard(phone).endswith(b"unread")


def test_a_connection_ends_with_its_answer(patient: Server) -> None:
    assert patient.ask(f"GET / {HEAD}Connection: keep-alive\r\n\r\n") == b"took 0"


def still_takes(phone: socket.socket, data: bytes) -> bool:
    """Whether the other end is still there after a while in which a little more was sent."""
    try:
        phone.sendall(data)
        phone.settimeout(0.2)
        return phone.recv(100) != b""
    except TimeoutError:
        return True
    except OSError:
        return False
