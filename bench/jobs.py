"""What respondents wait while three workbooks of 30 MB are uploaded, checked and judged, against before: the ratio of their p99 in one run."""

import io
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bench.questions import QUESTIONS
from bench.submission import REPOSITORY, WARM_UP, Load, forms_of, send_all, served
from survey_app.domain.clock import SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Role
from survey_app.services.accounts.users import NewUser, add_user
from survey_app.storage.migrating import upgrade_database
from survey_app.storage.session import open_database
from tests.builders import COUNTY, JUNIOR_SCHOOL, PRIMARY_SCHOOL
from tests.builders_assessments import start, workbook
from tests.builders_survey import Crowd, open_survey
from tests.http_browser import Browser

FILE_BYTES, SCHOOLS, UPLOADS = 30_000_000, 10_000, 3
BEFORE, AT_ONCE, MOST = 1_000, 200, 8_000
PASSWORD = "four unrelated words"


def run() -> Iterator[str]:
    """Lines to print."""
    with tempfile.TemporaryDirectory(prefix="junheng-bench-") as name:
        before, during, took = _measure(Path(name))
    ratio = during.percentile_ms(0.99) / before.percentile_ms(0.99)
    yield (
        f"jobs: p99 of submissions while {UPLOADS} workbooks of {FILE_BYTES // 1_000_000} MB ({SCHOOLS} schools and a picture) are checked"
        f" / before: {ratio:.2f} (at most 2; {during.percentile_ms(0.99):.0f} and {before.percentile_ms(0.99):.0f} ms,"
        f" p50 {during.percentile_ms(0.5):.0f} and {before.percentile_ms(0.5):.0f} ms; {len(during.latencies_ms)} submissions,"
        f" {during.per_second:.0f} and {before.per_second:.0f} a second; checked after {', '.join(f'{one:.0f}' for one in took)} s)"
    )


def _measure(folder: Path) -> tuple[Load, Load, list[float]]:
    url = f"sqlite:///{folder}/bench.sqlite3"
    upgrade_database(url)
    database, keys, clock = open_database(url), KeyDirectory(folder / "keys"), SystemClock()
    crowds = [Crowd("parent", f"S{number:03d}", 40) for number in range(1, 3 + (WARM_UP + BEFORE + MOST) // 40)]
    survey = open_survey(database, keys, clock, crowds, min_seconds=0, extra_choices=QUESTIONS - 1)
    forms = iter(forms_of(survey, keys))
    add_user(database, clock, "(junheng)", NewUser("li", Role.EVALUATOR, COUNTY), PASSWORD)
    address = f"/assessments/{start(database, clock)}/workbook"
    database.close()
    environment = {"JUNHENG_DATABASE_URL": url, "JUNHENG_KEYS": str(folder / "keys")}
    command = [sys.executable, "-m", "survey_app.cli", "work"]
    worker = subprocess.Popen(command, env=os.environ | environment, cwd=REPOSITORY)
    try:
        with served("ours", environment) as port:
            browsers = [_signed_in(port) for _ in range(UPLOADS)]
            contents = [large_workbook() for _ in browsers]
            send_all(port, list(islice(forms, WARM_UP)))
            before = send_all(port, list(islice(forms, BEFORE)))
            return before, *_while_checked(port, forms, browsers, contents, address)
    finally:
        worker.terminate()
        worker.wait()


def _while_checked(
    port: int, forms: Iterator[bytes], browsers: list[Browser], contents: list[bytes], address: str
) -> tuple[Load, list[float]]:
    """Submissions for as long as any of the workbooks is being checked, and when each was."""
    took: list[float] = []
    during = Load(0, [])

    def upload(browser: Browser, content: bytes) -> None:
        page = browser.wait(browser.upload(address, "large.xlsx", content))
        assert "/uploads/" in browser.here, page
        took.append(during.seconds)

    uploads = [threading.Thread(target=upload, args=pair) for pair in zip(browsers, contents, strict=True)]
    for one in uploads:
        one.start()
    while any(one.is_alive() for one in uploads) and (some := list(islice(forms, AT_ONCE))):
        during += send_all(port, some)
    for one in uploads:
        one.join()
    return during, took


def large_workbook() -> bytes:
    """Takes a while to check, and as many bytes of a picture that nobody needs."""
    rows = [
        PRIMARY_SCHOOL | {"学校代码": f"43990{number:05d}", "学校名称": f"第{number}小学"} for number in range(SCHOOLS)
    ]
    whole = io.BytesIO(workbook({"学校": [*rows, JUNIOR_SCHOOL]}))
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/image1.png", secrets.token_bytes(FILE_BYTES - len(whole.getvalue())))
    return whole.getvalue()


def _signed_in(port: int) -> Browser:
    browser = Browser(f"http://127.0.0.1:{port}")
    browser.post("/sign-in", {"name": "li", "password": PASSWORD}, browser.get("/sign-in"))
    return browser
