"""The service as the command starts it: gunicorn with four workers and the mixer, over HTTP, on both engines."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from survey_app.domain.clock import FixedClock, SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.submission import start_token
from survey_app.storage.session import Database
from tests.builders_survey import Crowd, Survey, open_survey
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

    def request(self, path: str, fields: dict[str, str] | None = None, method: str | None = None) -> Page:
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        asked = urllib.request.Request(self.address + path, data=data, method=method)
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
def serving(database_url: str, keys_dir: Path, log: Path | None = None) -> Iterator[Service]:
    port = free_port()
    command = [sys.executable, "-m", "survey_app.cli", "serve", "--port", str(port), "--workers", str(WORKERS)]
    environment = os.environ | {
        "JUNHENG_DATABASE_URL": database_url,
        "JUNHENG_KEYS": str(keys_dir),
        "JUNHENG_LOG_LEVEL": "ERROR",
    }
    with log.open("wb") if log else nullcontext() as errors:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stderr=errors)
    try:
        service = Service(f"http://127.0.0.1:{port}")
        wait_until(lambda: answers(service), process)
        yield service
    finally:
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


@pytest.fixture
def survey(database: Database, keys: KeyDirectory) -> Survey:
    crowds = [Crowd("public", "", 220), Crowd("parent", "S1", 20)]
    return open_survey(database, keys, SystemClock(), crowds, caps={"public": 15}, min_seconds=0)


@pytest.fixture
def service(survey: Survey, database_url: str, tmp_path: Path) -> Iterator[Service]:
    with serving(database_url, tmp_path / "keys") as running:
        yield running


def test_two_hundred_at_once_fill_a_cap_of_fifteen(survey: Survey, service: Service) -> None:
    codes = survey.codes["public", ""][:200]
    forms = [service.request(f"/s/{code}") for code in codes]
    with ThreadPoolExecutor(40) as phones:
        pages = list(phones.map(service.fill_in, codes, forms))
    assert Counter(page.status for page in pages) == {200: 15, 409: 185}
    assert len({page.receipt for page in pages if page.status == 200}) == 15
    assert (survey.counts()["used"], survey.counts()["valid"]) == (15, 15)
    full = codes[[page.status for page in pages].index(409)]
    assert service.request(f"/s/{full}").receipt is None  # still unused: only the group is full
    survey.change_group("public", cap=16)
    assert service.fill_in(full, forms[codes.index(full)]).status == 200


def test_the_same_form_twice_at_once_and_later_is_one_answer(survey: Survey, service: Service) -> None:
    code = survey.codes["parent", "S1"][0]
    form = service.request(f"/s/{code}")
    with ThreadPoolExecutor(2) as phones:
        pages = list(phones.map(lambda _: service.fill_in(code, form), range(2)))
    pages.append(service.fill_in(code, form, q01="3"))
    assert [page.status for page in pages] == [200] * 3
    assert len({page.receipt for page in pages}) == 1
    assert service.fill_in(code, service_form_of_another_phone(service, survey)).status == 409
    assert survey.counts()["used"] == survey.counts()["envelopes"] + survey.counts()["responses"] == 1


def service_form_of_another_phone(service: Service, survey: Survey) -> Page:
    return service.request(f"/s/{survey.codes['parent', 'S1'][1]}")


def test_looking_changes_nothing(survey: Survey, service: Service) -> None:
    before = survey.counts()
    for code in survey.all_codes():
        assert service.request(f"/s/{code.lower()}").status == 200
        assert service.request(f"/s/{code}", method="HEAD").status == 200
    assert survey.counts() == before


def test_form_of_yesterday_is_stored_after_a_restart(survey: Survey, database_url: str, tmp_path: Path) -> None:
    survey.change_campaign(opens=SystemClock().now() - timedelta(days=3))
    code, keys_dir = survey.codes["parent", "S1"][0], tmp_path / "keys"
    with serving(database_url, keys_dir) as service:
        nonce = service.request(f"/s/{code}").hidden("nonce")
        then = FixedClock(SystemClock().now() - timedelta(hours=30))
        started = start_token(survey.keys.session_secret(), then, code)
    with serving(database_url, keys_dir) as service:
        page = service.request(f"/s/{code}", {"nonce": nonce, "started": started, "q01": "2"})
    assert page.status == 200
    assert page.receipt
    assert survey.counts()["valid"] == 1


def test_mixer_beside_the_server_mixes(survey: Survey, service: Service) -> None:
    for code in survey.codes["parent", "S1"][:12]:
        assert service.fill_in(code).status == 200
    wait_until(lambda: survey.counts()["responses"] >= 5)
    counts = survey.counts()
    assert counts["used"] == counts["envelopes"] + counts["responses"] == 12


def test_phones_that_fall_silent_neither_stop_the_service_nor_leave_codes_in_the_log(
    survey: Survey, database_url: str, tmp_path: Path
) -> None:
    codes = survey.codes["parent", "S1"]
    with serving(database_url, tmp_path / "keys", tmp_path / "log") as service:
        port = int(service.address.rpartition(":")[2])
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(2 * WORKERS)]
        for phone, code in zip(silent[:WORKERS], codes, strict=False):
            head = f"POST /s/{code} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            phone.sendall(f"{head}Content-Length: 100\r\n\r\nq01=1".encode())
        assert service.fill_in(codes[-1]).status == 200
        for phone in silent:
            phone.close()
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert not [code for code in codes if code in log]
    assert survey.counts()["used"] == 1
