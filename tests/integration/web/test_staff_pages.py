"""The staff's first pages: home by role, the counties side by side, search, languages, headers, errors."""

import re

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from survey_app.domain.clock import FixedClock
from survey_app.domain.staff import Role
from survey_app.storage.tables import campaign, document, quota
from tests.builders_staff import OTHER_COUNTY, OWN_COUNTY, StaffBrowser, installation_of, sign_in_as, stranger
from tests.route_examples import ASSESSMENT, own_assessment

STAFF_PAGES = [
    "/",
    "/city",
    "/search?q=x",
    "/admin",
    "/admin/audit",
    "/account/password",
    "/sign-in",
    "/admin/users/none",
]


@pytest.fixture
def second_county(app: Flask) -> None:
    """A draft in another county, beside the open survey."""
    with installation_of(app).database.write() as connection:
        row = dict(connection.execute(select(campaign)).one()._mapping)
        row |= {
            "id": "c2",
            "name": "<b>邻县</b>调查",
            "county_code": OTHER_COUNTY,
            "county_name": "邻县",
            "state": "draft",
        }
        connection.execute(insert(campaign), row)
        for table in (quota, document):
            rows = [{**of_first._mapping, "campaign": "c2"} for of_first in connection.execute(select(table))]
            connection.execute(insert(table), rows)
        connection.execute(
            update(quota)
            .where(quota.c.campaign == "c1", quota.c.group == "parent")
            .values(issued=12, answered=7, taken=5, void=2)
        )


def nav(page: str) -> list[str]:
    return re.findall(r'<li><a href="([^"]+)"', page.split('<nav class="main"')[1].split("</nav>")[0])


def test_strangers_are_asked_what_they_come_for(app: Flask) -> None:
    page = stranger(app).get("/").text
    assert 'href="/s"' in page
    assert 'href="/sign-in"' in page
    assert "测试县" not in page


@pytest.mark.usefixtures("second_county")
@pytest.mark.parametrize("role", list(Role))
def test_the_navigation_offers_what_the_role_may_open(app: Flask, role: Role) -> None:
    browser = sign_in_as(app, role)
    offered = nav(browser.get("/").text)
    assert offered[0] == "/"
    assert all(browser.get(path).status_code == 200 for path in offered)
    assert ("/admin" in offered) is (role == Role.ADMIN)
    linked = {path for path in re.findall(r'href="(/[^"]*)"', browser.get("/").text) if not path.startswith("/static")}
    assert all(browser.get(path).status_code == 200 for path in linked)


@pytest.mark.usefixtures("second_county")
def test_counties_stand_side_by_side_with_progress(app: Flask) -> None:
    page = sign_in_as(app, Role.MONITOR).get("/city").text
    assert re.findall(r'<th scope="row">(\S+) <small>(\d+)', page) == [("测试县", OWN_COUNTY), ("邻县", OTHER_COUNTY)]
    assert "5 / 450" in page
    assert "<b>邻县" not in page
    assert "&lt;b&gt;邻县&lt;/b&gt;调查" in page
    assert page.count("还没有评估") == 2


@pytest.mark.usefixtures("second_county")
def test_an_account_of_a_county_sees_its_county_everywhere(app: Flask) -> None:
    browser = sign_in_as(app, Role.MONITOR, OWN_COUNTY)
    for path in ("/", "/city", "/search?q=调查", "/search?q=邻县"):
        assert "邻县</b>" not in browser.get(path).text.replace("&lt;/b&gt;", "</b>")
    assert "没有找到" in browser.get("/search?q=邻县").text


def test_the_latest_assessment_is_shown(app: Flask) -> None:
    own_assessment(app)
    page = sign_in_as(app, Role.EVALUATOR).get("/city").text
    assert "还没有上传统计表" in page
    assert "未签署" in page


def test_search_finds_campaigns_schools_and_assessments_by_name_and_code(app: Flask) -> None:
    own_assessment(app)
    browser = sign_in_as(app, Role.ADMIN)
    assert "测试县2026年社会认可度调查" in browser.get("/search?q=社会认可").text
    assert "城关镇第一小学" in browser.get("/search?q=第一小学").text
    assert "城关镇第一小学" in browser.get("/search?q=430302001").text
    assert ASSESSMENT in browser.get(f"/search?q={ASSESSMENT.upper()}").text
    for nothing in ("%", "_", "没有这所学校"):
        assert "没有找到" in browser.get("/search", query_string={"q": nothing}).text
    assert "在上面输入" in browser.get("/search?q=").text
    long = browser.get("/search", query_string={"q": '<script>"' + "长" * 3000})
    assert long.status_code == 200
    assert "<script>&#34;" not in long.text.replace("&lt;script&gt;", "")
    assert "<script>" not in long.text


def test_english_is_chosen_once_and_stays(app: Flask) -> None:
    browser = sign_in_as(app, Role.ADMIN)
    assert 'lang="zh-Hans"' in browser.get("/").text[:60]
    answer = browser.post("/language", {"language": "en", "next": "/city?x=1"})
    assert answer.headers["Location"] == "/city?x=1"
    page = browser.get("/city").text
    assert '<html lang="en">' in page
    assert "All counties" in page
    browser.post("/sign-out")
    assert '<html lang="en">' in browser.get("/sign-in").text
    browser.post("/language", {"language": "zh"})
    assert '<html lang="zh-Hans">' in browser.get("/sign-in").text
    assert '<html lang="zh-Hans">' in browser.get("/s").text


def test_the_language_of_the_staff_is_not_that_of_respondents(app: Flask) -> None:
    browser = sign_in_as(app, Role.ADMIN)
    browser.post("/language", {"language": "en"})
    assert '<html lang="zh-Hans">' in browser.get("/s").text


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_every_page_has_a_strict_policy_and_no_script_of_its_own(app: Flask, path: str) -> None:
    for browser in (sign_in_as(app, Role.ADMIN), stranger(app)):
        answer = browser.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", answer.text)


def test_errors_are_pages_of_the_staff_in_plain_words(app: Flask) -> None:
    browser = sign_in_as(app, Role.ADMIN)
    missing = browser.get("/admin/users/none")
    assert (missing.status_code, "没有找到" in missing.text, "退出" in missing.text) == (404, True, True)
    assert browser.get("/admin/users/none/disable").status_code == 405
    too_large = browser.post("/admin/users", {"name": "x" * 2_000_000})
    assert (too_large.status_code, "什么都没有保存" in too_large.text) == (413, True)


def test_a_bug_is_told_as_ours(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey_app.web.staff.counties_side_by_side", lambda *_: 1 / 0)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = sign_in_as(app, Role.ADMIN).get("/city")
    assert (answer.status_code, "是我们的问题" in answer.text) == (500, True)


def test_the_number_of_queries_does_not_grow(app: Flask, clock: FixedClock) -> None:
    from sqlalchemy import event

    at, statements = installation_of(app), []
    browser = sign_in_as(app, Role.ADMIN)
    browser.get("/")
    event.listen(at.database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    def count() -> list[int]:
        counts = []
        for path in ("/", "/city", "/search?q=调查"):
            statements.clear()
            browser.get(path)
            counts.append(len(statements))
        return counts

    few = count()
    with at.database.write() as connection:
        row = dict(connection.execute(select(campaign)).one()._mapping)
        rows = [row | {"id": f"n{number}", "county_code": f"43{number:04d}"} for number in range(300)]
        connection.execute(insert(campaign), rows)
    assert count() == few
    assert max(few) <= 8


def test_a_stranger_needs_no_cookie_to_look(app: Flask) -> None:
    assert StaffBrowser(app.test_client(use_cookies=False)).get("/").status_code == 200
