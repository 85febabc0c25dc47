"""Accounts and the log in the browser: what administrators do, also those of one county."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from survey_app.domain.clock import FixedClock
from survey_app.domain.staff import Role
from survey_app.services.accounts.users import find_user
from tests.builders_staff import (
    OTHER_COUNTY,
    OWN_COUNTY,
    PASSWORD,
    StaffBrowser,
    installation_of,
    make_account,
    open_session_for,
    sign_in_as,
    stranger,
)


@pytest.fixture
def chief(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.ADMIN, name="chief")


@pytest.fixture
def county_chief(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.ADMIN, OWN_COUNTY, name="countychief")


def secret(page: str) -> str:
    found = re.search(r'id="secret">([^<]+)<', page)
    assert found
    return found.group(1)


def objects(page: str) -> list[str]:
    return re.findall(r'<td data-label="对象"><a [^>]*>(\S+?)<', page)


def errors(page: str) -> list[str]:
    return re.findall(r'class="error"[^>]*>([^<]+)<', page)


def test_a_new_account_gets_a_password_that_is_shown_once_and_changed_at_once(app: Flask, chief: StaffBrowser) -> None:
    made = chief.post("/admin/users", {"name": "王海燕", "role": "monitor", "county": OWN_COUNTY})
    password = secret(made.text)
    assert made.headers["Cache-Control"] == "no-store"
    assert password not in chief.get("/admin/users/王海燕").text
    browser = stranger(app)
    assert browser.post("/sign-in", {"name": "王海燕", "password": password}).headers["Location"] == "/account/password"
    fields = {"present": password, "password": PASSWORD, "again": PASSWORD}
    assert browser.post("/account/password", fields).headers["Location"] == "/"
    assert f"只看 {OWN_COUNTY} 这一个县区" in browser.get("/").text


def test_mistakes_stand_beside_their_fields_and_what_was_typed_stays(chief: StaffBrowser) -> None:
    page = chief.post("/admin/users", {"name": "<script>x</script>", "role": "evaluator", "county": "4303"})
    assert page.status_code == 422
    assert [sentence[:7] for sentence in errors(page.text)] == ["账号名不合要求", "不是县级行政区"]
    assert "<script>x" not in page.text
    assert 'value="&lt;script&gt;x&lt;/script&gt;"' in page.text
    assert 'value="evaluator" required checked' in page.text
    assert chief.post("/admin/users", {"name": "x9", "role": "king"}).status_code == 400


def test_role_county_password_and_access_can_be_changed(app: Flask, chief: StaffBrowser) -> None:
    make_account(app, "liwei", Role.MONITOR, OWN_COUNTY)
    at = installation_of(app)
    chief.post("/admin/users/liwei", {"role": "evaluator", "county": ""})
    assert "账号“liwei”已修改" in chief.get("/admin").text
    assert len(secret(chief.post("/admin/users/liwei/password").text)) == 14
    chief.post("/admin/users/liwei/disable")
    assert "已停用" in chief.get("/admin/users/liwei").text
    account = find_user(at.database, "liwei")
    assert account is not None
    assert (account.role, account.county, account.must_change, account.is_disabled) == (
        Role.EVALUATOR,
        None,
        True,
        True,
    )
    chief.post("/admin/users/liwei/enable")
    enabled = find_user(at.database, "liwei")
    assert enabled is not None
    assert not enabled.is_disabled


def test_the_own_account_is_another_administrators_business(app: Flask, chief: StaffBrowser) -> None:
    assert "要由另一位管理员来改" in chief.get("/admin/users/chief").text
    refused = chief.post("/admin/users/chief/disable")
    assert refused.status_code == 409
    assert "不能停用自己的账号" in refused.text


def test_a_token_is_shown_once_and_revoked_for_good(app: Flask, chief: StaffBrowser) -> None:
    make_account(app, "liwei", Role.MONITOR)
    token = secret(chief.post("/admin/users/liwei/tokens", {"label": "数据平台"}).text)
    page = chief.get("/admin/users/liwei").text
    assert "数据平台" in page
    assert token not in page
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/campaigns/none", headers=headers).status_code == 404
    revoke = re.search(r'action="(/admin/users/liwei/tokens/\w+/revoke)"', page)
    assert revoke
    assert chief.post(revoke.group(1)).status_code == 303
    assert client.get("/api/v1/campaigns/none", headers=headers).status_code == 401
    assert chief.post("/admin/users/liwei/tokens/0/revoke").status_code == 404


def test_an_administrator_of_a_county_has_that_county_only(
    app: Flask, chief: StaffBrowser, county_chief: StaffBrowser
) -> None:
    make_account(app, "own", Role.MONITOR, OWN_COUNTY)
    make_account(app, "other", Role.MONITOR, OTHER_COUNTY)
    make_account(app, "free", Role.MONITOR)
    names = re.findall(r'<a href="/admin/users/([^"]+)">', county_chief.get("/admin").text)
    assert names == ["countychief", "own"]
    for county in (OTHER_COUNTY, ""):
        assert county_chief.post("/admin/users", {"name": "x9", "role": "admin", "county": county}).status_code == 404
        assert county_chief.post("/admin/users/own", {"role": "monitor", "county": county}).status_code == 404
    assert county_chief.post("/admin/users", {"name": "x9", "role": "admin", "county": OWN_COUNTY}).status_code == 200
    for name in ("other", "free", "chief"):
        for path in ("", "/password", "/disable", "/tokens"):
            assert county_chief.post(f"/admin/users/{name}{path}", {"role": "monitor"}).status_code == 404


def test_the_log_shows_who_did_what_and_to_a_county_its_own(
    app: Flask, chief: StaffBrowser, county_chief: StaffBrowser
) -> None:
    for name, county in (("own", OWN_COUNTY), ("other", OTHER_COUNTY)):
        chief.post("/admin/users", {"name": name, "role": "monitor", "county": county})
    assert objects(chief.get("/admin/audit").text) == ["user/other", "user/own"]
    assert objects(county_chief.get("/admin/audit").text) == ["user/own"]
    assert "没有这样的记录" in county_chief.get("/admin/audit?object=user/other").text


def test_the_log_is_filtered_by_person_act_object_and_day_and_paged(
    app: Flask, chief: StaffBrowser, clock: FixedClock
) -> None:
    for number in range(60):
        chief.post(f"/admin/users/{make_account(app, f'u{number}', Role.MONITOR).name}/disable")
    clock.move(timedelta(days=1))
    assert chief.account
    chief = open_session_for(app, chief.account)
    chief.post("/admin/users/u1/enable")
    page = chief.get("/admin/audit?action=user_disabled&staff=CHIEF").text
    assert len(re.findall("停用账号</td>", page)) == 50
    older = re.search(r'href="(/admin/audit\?[^"]*before=[^"]*)"', page)
    assert older
    assert len(re.findall("停用账号</td>", chief.get(older.group(1).replace("&amp;", "&")).text)) == 10
    assert len(re.findall("启用账号</td>", chief.get("/admin/audit?since=2026-11-24").text)) == 1
    assert "启用账号</td>" not in chief.get("/admin/audit?until=2026-11-23").text
    assert chief.get("/admin/audit?since=2026-99-99&before=nonsense").status_code == 200
    assert len(re.findall("<tr>", chief.get("/admin/audit?object=user/u5").text)) == 12  # u5, u50 to u59, and the head


@pytest.mark.parametrize("role", [Role.MONITOR, Role.EVALUATOR, Role.DESK])
def test_others_see_no_accounts_and_are_told_so(app: Flask, role: Role) -> None:
    browser = sign_in_as(app, role)
    refused = browser.get("/admin")
    assert refused.status_code == 403
    assert "请找管理员调整您的账号" in refused.text
    assert 'href="/admin"' not in browser.get("/").text
