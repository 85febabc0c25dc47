"""`junheng serve` with a browser without scripts: a workbook is uploaded, its page looks again by itself, and leads to what became of it."""

import http.cookiejar
import re
import time
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

import pytest

from survey_app.domain.clock import SystemClock
from survey_app.domain.staff import Role
from survey_app.services.accounts.users import NewUser, add_user
from survey_app.storage.session import Database
from tests.builders import COUNTY, PRIMARY_SCHOOL
from tests.builders_assessments import start, workbook
from tests.serving import Service, serving

PASSWORD = "four unrelated words"


class Browser:
    """Keeps cookies, follows redirects, and does what `<meta http-equiv="refresh">` says."""

    def __init__(self, service: Service) -> None:
        self.address = service.address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> str:
        return self._send(urllib.request.Request(self.address + path))

    def post(self, path: str, fields: dict[str, str], page: str) -> str:
        data = urllib.parse.urlencode(fields | {"csrf_token": csrf_of(page)}).encode()
        return self._send(urllib.request.Request(self.address + path, data=data))

    def upload(self, path: str, name: str, content: bytes) -> str:
        mark = uuid.uuid4().hex
        token = csrf_of(self.get(path))
        head = f'--{mark}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--{mark}\r\n'
        head += f'Content-Disposition: form-data; name="workbook"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        request = urllib.request.Request(self.address + path, data=body)
        request.add_header("Content-Type", f"multipart/form-data; boundary={mark}")
        return self._send(request)

    def wait(self, page: str) -> str:
        """The page after those that say that they will look again."""
        for _ in range(120):
            if 'http-equiv="refresh"' not in page:
                return page
            time.sleep(0.5)
            page = self._send(urllib.request.Request(self.here))
        raise AssertionError("it never came")

    def _send(self, request: urllib.request.Request) -> str:
        with self._opener.open(request, timeout=60) as answer:
            self.here = answer.geturl()
            return str(answer.read().decode())


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)


@pytest.fixture
def assessment(database: Database) -> str:
    clock = SystemClock()
    add_user(database, clock, "(junheng)", NewUser("li", Role.EVALUATOR, COUNTY), PASSWORD)
    return f"/assessments/{start(database, clock)}"


def test_a_workbook_is_uploaded_checked_and_judged(database_url: str, tmp_path: Path, assessment: str) -> None:
    with serving(database_url, tmp_path / "keys", workers=2) as service:
        browser = Browser(service)
        browser.post("/sign-in", {"name": "li", "password": PASSWORD}, browser.get("/sign-in"))
        wrong = workbook({"学校": [PRIMARY_SCHOOL | {"班级数": "=1+1"}]})
        refused = browser.wait(browser.upload(f"{assessment}/workbook", "wrong.xlsx", wrong))
        assert "这份工作簿没有保存" in refused
        assert "<code>学校!H2" in refused or "H2" in refused
        taken = browser.wait(browser.upload(f"{assessment}/workbook", "right.xlsx", workbook()))
        assert "已接收，为第 1 版" in taken
        assert "结论" in browser.wait(browser.get(assessment))
        assert browser.get("/jobs").count("已完成") >= 2
