"""A real browser (phone-sized, touch) before a real server: gunicorn with two workers on a database of the test's own.

Screenshots are kept under test-results/. The vendored font is named to the browser, since a machine without a Chinese font shows boxes.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from survey_app.domain.clock import SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.storage.session import open_database
from tests.builders_survey import Survey
from tests.builders_web import open_real_survey
from tests.paths import REPOSITORY

BROWSER = os.environ.get("JUNHENG_TEST_BROWSER", "/usr/bin/chromium")
RESULTS = REPOSITORY / "test-results"
PHONE = {"width": 360, "height": 740}
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks for groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here drive the browser; those of a file share a server, and so a worker."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(f"browser-{item.path.stem}"))


@dataclass
class Server:
    """The service as its own processes behind one listening socket, which outlives a restart."""

    survey: Survey
    database_url: str
    keys: Path
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    process: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def start(self) -> None:
        number = self.listener.fileno()
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--no-control-socket",
            "--workers",
            "2",
            "--bind",
            f"fd://{number}",
        ]
        environment = os.environ | {"JUNHENG_DATABASE_URL": self.database_url, "JUNHENG_KEYS": str(self.keys)}
        self.process = subprocess.Popen(
            [*command, "--log-level", "warning", "tests.browser.serving:app"],
            env=environment,
            pass_fds=[number],
            cwd=REPOSITORY,
        )
        self.worker = subprocess.Popen([sys.executable, "-m", "tests.browser.jobs"], env=environment, cwd=REPOSITORY)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=30) as response:
                    assert response.status == 200
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    def stop(self) -> None:
        for process in (self.process, self.worker):
            if process is not None:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=30)
        self.process = self.worker = None


@pytest.fixture(scope="module")
def server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    file = shutil.copy(sqlite_template, folder / "survey.sqlite3")
    url = f"sqlite:///{file}"
    database = open_database(url)
    keys = KeyDirectory(folder / "keys")
    server = Server(open_real_survey(database, keys, SystemClock()), url, keys.path)
    server.start()
    yield server
    server.stop()
    server.listener.close()
    database.close()


@pytest.fixture
def codes(server: Server) -> Callable[[str], str]:
    """Takes an unused code of a group that no other test has."""

    def take(group: str) -> str:
        return next(codes for (of, _), codes in server.survey.codes.items() if of == group).pop()

    return take


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert Path(BROWSER).exists(), (
        f"no browser at {BROWSER}: scripts/browser.sh brings one; JUNHENG_TEST_BROWSER names it"
    )
    folder = tmp_path_factory.mktemp("fonts")
    (folder / "fonts.conf").write_text(FONTS.format(folder=REPOSITORY / "evaluation" / "fonts", cache=folder / "cache"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-background-networking"],
            env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )
        yield browser
        browser.close()


@pytest.fixture
def open_phone(chromium: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Opens a page as a phone has it; every error of a script or of the content policy fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(**options: object) -> Page:
        settings = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "base_url": server.url} | options
        context = chromium.new_context(**settings)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def phone(open_phone: Callable[..., Page]) -> Page:
    return open_phone()


@pytest.fixture
def plain_phone(open_phone: Callable[..., Page]) -> Page:
    """A phone whose browser runs no scripts."""
    return open_phone(java_script_enabled=False)


@pytest.fixture
def keep_picture() -> Callable[[Page, str], None]:
    """Keeps a picture of the whole page, to be looked at."""
    RESULTS.mkdir(exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=RESULTS / f"{name}.png", full_page=True)

    return keep
