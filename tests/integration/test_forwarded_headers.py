"""Forwarded headers through the whole of `junheng serve`: believed from trusted proxies, warned of once from others."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.paths import REPOSITORY
from tests.ports import free_port

FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.5"}
INSISTS = "Strict-Transport-Security"


@contextmanager
def serving(folder: Path, trusted: str) -> Iterator[int]:
    """The port of a service with one web process, whose log is the file `log`."""
    port = free_port()
    environment = os.environ | {
        "JUNHENG_DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "JUNHENG_KEYS": str(folder / "keys"),
        "JUNHENG_TRUSTED_PROXIES": trusted,
    }
    command = [sys.executable, "-m", "survey_app.cli", "serve", "--port", str(port), "--workers", "1"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stderr=log)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            ask(port, {})
        except OSError:
            assert process.poll() is None, "the service ended"
            time.sleep(0.1)
        else:
            return
    raise AssertionError("it never came")


def ask(port: int, headers: dict[str, str]) -> dict[str, str]:
    """The headers of the sign-in page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/sign-in", headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return dict(answer.headers)


@pytest.mark.parametrize(("trusted", "is_believed"), [("", False), ("10.0.0.0/8", False), ("127.0.0.1", True)])
def test_https_is_the_word_of_a_trusted_proxy_only(tmp_path: Path, trusted: str, is_believed: bool) -> None:
    with serving(tmp_path, trusted) as port:
        answers = [ask(port, FORWARDED) for _ in range(3)]
        plain = ask(port, {})
    assert [INSISTS in headers for headers in answers] == [is_believed] * 3
    assert ["; Secure" in headers["Set-Cookie"] for headers in answers] == [is_believed] * 3
    assert INSISTS not in plain
    log = (tmp_path / "log").read_text()
    assert log.count("JUNHENG_TRUSTED_PROXIES") == (0 if is_believed else 1)
    assert "203.0.113.5" not in log
