"""Whoever reads the service's output and its counts learns nothing of a respondent's request, not even that there was one. Both engines."""

import contextlib
import os
import socket
import stat
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_app.cli import processes
from survey_app.domain.clock import SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Account, Role
from survey_app.services.accounts.tokens import make_token
from survey_app.storage.accounts.users import insert_account
from survey_app.storage.session import Database
from survey_app.web import metrics
from tests.builders_survey import Crowd, Survey, open_survey
from tests.engines import on_sqlite
from tests.serving import Service, serving, wait_until

HEAD = "HTTP/1.1\r\nHost: x\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture
def survey(database: Database, keys: KeyDirectory) -> Survey:
    return open_survey(database, keys, SystemClock(), [Crowd("parent", "S1", 20)], min_seconds=0)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    return tmp_path / "m"


@pytest.fixture
def service(survey: Survey, database_url: str, tmp_path: Path, log: Path, counts: Path) -> Iterator[Service]:
    environment = {"JUNHENG_METRICS_SOCKET": str(counts), "TMPDIR": str(tmp_path)}
    with serving(database_url, tmp_path / "keys", log, "DEBUG", 2, **environment) as running:
        yield running


def odd_requests(code: str) -> list[bytes]:
    """What scanners, old phones and broken networks send to a respondent's address."""
    heads = [
        f"FOO /s/{code} {HEAD}\r\n",
        f"PUT /S/{code} {HEAD}Content-Length: 0\r\n\r\n",
        f"GET /s/{code}/nothing/there {HEAD}\r\n",
        f"GET /r?receipt={code} {HEAD}\r\n",
        f"GET /s/{code} HTTP/9.9\r\nHost: x\r\n\r\n",
        f"GET /s/{code} HTTP/1.1\nHost: x\n\n",
        f"GET /s/{code}\r\n\r\n",
        f"/s/{code}\r\n\r\n",
        f"GET /s/{code}{'x' * 10_000} {HEAD}\r\n",
        f"GET /s/{code} {HEAD}X-Long: {'x' * 20_000}\r\n\r\n",
        f"GET /s/{code} {HEAD}bad header {code}\r\n\r\n",
        f"GET http://[/s/{code} {HEAD}\r\n",
        f"GET /s/%ff%00{code} {HEAD}\r\n",
        f"POST /s/{code} {HEAD}{FORM}Content-Length: x{code}\r\n\r\n",
        f"POST /s/{code} {HEAD}{FORM}Content-Length: 100\r\n\r\nq01=1",
        f"POST /s/{code} {HEAD}{FORM}Transfer-Encoding: chunked\r\n\r\nzz{code}\r\n",
        f"POST /s/{code} {HEAD}{FORM}Transfer-Encoding: chunked\r\n\r\n5\r\nq01={code}",
        f"POST /s/{code} {HEAD}{FORM}Expect: {code}\r\nContent-Length: 1\r\n\r\nx",
        f"POST /s/{code} {HEAD}Content-Type: multipart/form-data\r\nContent-Length: 5\r\n\r\nq01=1",
        f"GET /s/{code} {HEAD}Upgrade: h2c\r\nHTTP2-Settings: {code}\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n",
        f"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{code}",
        "\x16\x03\x01\x02\x00",
        f"GET /s/{code} {HEAD}",
    ]
    large = f"POST /s/{code} {HEAD}{FORM}Content-Length: 2000000\r\n\r\n".encode() + b"x" * 2_000_000
    return [head.encode("latin-1") for head in heads] + [large]


def send(service: Service, request: bytes, *, is_rude: bool) -> None:
    """Sends it and reads the answer, or hangs up at once with a reset (`is_rude`)."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as phone:
        if is_rude:
            phone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        with contextlib.suppress(OSError):
            phone.sendall(request)
            if not is_rude:
                phone.shutdown(socket.SHUT_WR)
                while phone.recv(65_536):
                    pass


def settled(log: Path) -> bytes:
    """What was said, when nothing more has been said for a while."""
    said = b""
    while said != (said := log.read_bytes()):
        time.sleep(1)
    return said


def counts_told(path: Path) -> bytes:
    """The counts on the socket of their own."""
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(str(path))
        asked.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        head, _, text = b"".join(iter(lambda: asked.recv(65_536), b"")).partition(b"\r\n\r\n")
    assert b" 200 " in head
    return text


def test_no_request_of_a_respondent_leaves_a_line_or_moves_a_count(
    survey: Survey, service: Service, log: Path, counts: Path, tmp_path: Path
) -> None:
    service.request("/sign-in")
    wait_until(lambda: b"auth.sign_in_page" in counts_told(counts))
    said, counted = settled(log), counts_told(counts)
    assert b"Booting worker" in said, "the level is DEBUG"
    first, second, *_ = codes = survey.codes["parent", "S1"]
    form = service.request(f"/s/{first}")
    receipt = service.fill_in(first, form).receipt
    assert receipt
    assert service.fill_in(first, form, q01="2").receipt == receipt
    service.fill_in(second, q01="77")
    service.request("/s", {"code": second})
    service.request(f"/r?receipt={urllib.parse.quote(receipt)}")
    for request in odd_requests(second):
        send(service, request, is_rude=False)
        send(service, request, is_rude=True)
    assert settled(log) == said
    assert counts_told(counts) == counted
    for file in [path for path in tmp_path.rglob("junheng-metrics-*/*") if path.is_file()]:
        assert not [text for text in (*codes, receipt) if text.encode() in file.read_bytes()]
    assert survey.counts()["used"] == 1


@on_sqlite
def test_the_socket_of_counts_is_its_owners_only_and_goes_with_the_service(service: Service, counts: Path) -> None:
    assert stat.S_IMODE(counts.stat().st_mode) == 0o600
    service.process.terminate()
    assert service.process.wait(60) == 0
    assert not counts.exists()


@on_sqlite
def test_a_folder_of_counts_that_is_removed_costs_the_counts_and_no_page(
    survey: Survey, service: Service, database: Database, tmp_path: Path
) -> None:
    token = administrators_token(database)
    assert service.request("/metrics", Authorization=f"Bearer {token}").status == 200
    (folder,) = tmp_path.glob("junheng-metrics-*")
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    assert service.request("/metrics", Authorization=f"Bearer {token}").status == 503
    assert [service.request("/sign-in").status for _ in range(10)] == [200] * 10
    assert service.fill_in(survey.codes["parent", "S1"][0]).receipt


@on_sqlite
@pytest.mark.parametrize("size", ["4k", "1500k"], ids=["no room for a file", "room for one file"])
def test_a_full_disk_under_the_counts_costs_the_counts_and_no_page(
    survey: Survey, database_url: str, database: Database, tmp_path: Path, size: str
) -> None:
    (small := tmp_path / "small").mkdir()
    mounted = f"mount -t tmpfs -o size={size} none {small} && exec "
    if subprocess.run(["unshare", "-Urm", "sh", "-c", f"{mounted} true"], check=False).returncode:
        pytest.skip("no file system of a given size can be made here")
    within = ["unshare", "-Urm", "sh", "-c", f'{mounted} "$@"', "sh"]
    token = administrators_token(database)
    with serving(database_url, tmp_path / "keys", workers=2, within=within, TMPDIR=str(small)) as service:
        assert [service.request("/sign-in").status for _ in range(20)] == [200] * 20
        assert service.fill_in(survey.codes["parent", "S1"][0]).receipt
        assert service.request("/metrics", Authorization=f"Bearer {token}").status == 503


def test_a_service_that_can_make_no_folder_for_counts_serves_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/proc/self/fd")
    monkeypatch.delenv(metrics.SHARED_FOLDER, raising=False)
    with processes._metrics_folder():
        assert metrics.SHARED_FOLDER not in os.environ
    assert "requests are not counted" in caplog.text


def administrators_token(database: Database) -> str:
    now = SystemClock().now()
    account = Account(
        "root", Role.ADMIN, None, "", 1, must_change=False, created_at=now, disabled_at=None, last_sign_in=None
    )
    with database.write() as connection:
        insert_account(connection, account)
    return make_token(database, SystemClock(), "(junheng)", "root")
