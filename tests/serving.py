"""The service as the command starts it, and phones that speak to it."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.paths import REPOSITORY
from tests.ports import free_port

WORKERS = 4


@dataclass(frozen=True)
class Page:
    """What a request brought back."""

    status: int
    text: str

    @property
    def receipt(self) -> str | None:
        found = re.search(r'<output id="receipt"[^>]*>\s*([^<\s]+)', self.text)
        return found.group(1) if found else None

    def hidden(self, name: str) -> str:
        (value,) = re.findall(rf'name="{name}" value="([^"]*)"', self.text)
        return str(value)


@dataclass(frozen=True)
class Service:
    """A running service, and how a phone without cookies speaks to it."""

    address: str
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def request(
        self, path: str, fields: dict[str, str] | None = None, method: str | None = None, **headers: str
    ) -> Page:
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        asked = urllib.request.Request(self.address + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return Page(answer.status, answer.read().decode())
        except urllib.error.HTTPError as refused:
            with refused:
                return Page(refused.code, refused.read().decode())

    def fill_in(self, code: str, form: Page | None = None, **fields: str) -> Page:
        """Opens the form (unless one is at hand) and sends it."""
        form = form or self.request(f"/s/{code}")
        hidden = {name: form.hidden(name) for name in ("nonce", "started")}
        return self.request(f"/s/{code}", {"q01": "1"} | hidden | fields)


@contextmanager
def serving(
    database_url: str,
    keys_dir: Path,
    log: Path | None = None,
    level: str = "ERROR",
    workers: int = WORKERS,
    within: Sequence[str] = (),
    **environment: str,
) -> Iterator[Service]:
    """`junheng serve` on a port of its own (started by the command `within`), told to stop at the end unless the test has ended it."""
    port = free_port()
    command = [sys.executable, "-m", "survey_app.cli", "serve", "--port", str(port), "--workers", str(workers)]
    of_this_service = {
        "JUNHENG_DATABASE_URL": database_url,
        "JUNHENG_KEYS": str(keys_dir),
        "JUNHENG_LOG_LEVEL": level,
    }
    with log.open("wb") if log else nullcontext() as errors:
        surroundings = os.environ | of_this_service | environment
        process = subprocess.Popen([*within, *command], cwd=REPOSITORY, env=surroundings, stdout=errors, stderr=errors)
    service = Service(f"http://127.0.0.1:{port}", process)
    try:
        wait_until(lambda: answers(service), process)
        yield service
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0


def answers(service: Service) -> bool:
    try:
        return service.request("/healthz").status == 200
    except OSError:
        return False


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[bytes] | None = None) -> None:
    """Waits for something that must come, at most a minute."""
    for _ in range(600):
        if holds():
            return
        assert process is None or process.poll() is None, "the service ended"
        time.sleep(0.1)
    raise AssertionError("it never came")
