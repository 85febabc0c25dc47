"""`junheng serve` with a browser without scripts: a workbook is uploaded, its page looks again by itself, and leads to what became of it."""

from pathlib import Path

import pytest

from survey_app.domain.clock import SystemClock
from survey_app.domain.staff import Role
from survey_app.services.accounts.users import NewUser, add_user
from survey_app.storage.session import Database
from tests.builders import COUNTY, PRIMARY_SCHOOL
from tests.builders_assessments import start, workbook
from tests.http_browser import Browser
from tests.serving import serving

PASSWORD = "four unrelated words"


@pytest.fixture
def assessment(database: Database) -> str:
    clock = SystemClock()
    add_user(database, clock, "(junheng)", NewUser("li", Role.EVALUATOR, COUNTY), PASSWORD)
    return f"/assessments/{start(database, clock)}"


def test_a_workbook_is_uploaded_checked_and_judged(database_url: str, tmp_path: Path, assessment: str) -> None:
    with serving(database_url, tmp_path / "keys", workers=2) as service:
        browser = Browser(service.address)
        browser.post("/sign-in", {"name": "li", "password": PASSWORD}, browser.get("/sign-in"))
        wrong = workbook({"学校": [PRIMARY_SCHOOL | {"班级数": "=1+1"}]})
        refused = browser.wait(browser.upload(f"{assessment}/workbook", "wrong.xlsx", wrong))
        assert "这份工作簿没有保存" in refused
        assert "<code>学校!H2" in refused or "H2" in refused
        taken = browser.wait(browser.upload(f"{assessment}/workbook", "right.xlsx", workbook()))
        assert "已接收，为第 1 版" in taken
        assert "结论" in browser.wait(browser.get(assessment))
        assert browser.get("/jobs").count("已完成") >= 2
