"""Sessions of the staff: their cookie, their end, and forms that come too late."""

import base64
import hashlib
import re
import secrets
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Row, select

from survey_app.domain.clock import FixedClock
from survey_app.domain.staff import Role
from survey_app.services.accounts.users import COMMAND_LINE, reset_password, set_disabled
from survey_app.storage.staff_tables import staff_session
from survey_app.web.sessions import COOKIE, StaffSessions
from tests.builders_staff import (
    PASSWORD,
    StaffBrowser,
    installation_of,
    make_account,
    open_session_for,
    sign_in_as,
    stranger,
)

IDLE = timedelta(minutes=31)


@pytest.fixture
def admin(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.ADMIN, name="chief")


def is_in(browser: StaffBrowser) -> bool:
    return browser.get("/city").status_code == 200


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"{name} is not in the page"
    return found.group(1)


def test_a_session_ends_when_nobody_uses_it(admin: StaffBrowser, clock: FixedClock) -> None:
    for _ in range(5):
        clock.move(timedelta(minutes=29))
        assert is_in(admin)
    clock.move(IDLE)
    assert not is_in(admin)
    assert "为安全起见已退出" in admin.get(admin.get("/city").headers["Location"]).text


def test_a_session_ends_after_a_working_day(admin: StaffBrowser, clock: FixedClock) -> None:
    for _ in range(25):
        clock.move(timedelta(minutes=29))
        last = is_in(admin)
    assert not last


def test_a_page_that_polls_keeps_no_session_alive(admin: StaffBrowser, clock: FixedClock) -> None:
    for _ in range(3):
        clock.move(timedelta(minutes=10))
        assert admin.get("/city", headers={"HX-Request": "true"}).status_code == 200
    clock.move(timedelta(minutes=2))
    polled = admin.get("/city", headers={"HX-Request": "true"})
    assert polled.status_code == 401
    assert "请重新登录" in polled.text
    assert "<html" not in polled.text


def test_signing_out_ends_a_copied_cookie_too(app: Flask, admin: StaffBrowser) -> None:
    stolen = admin.client.get_cookie(COOKIE)
    assert stolen is not None
    thief = StaffBrowser(app.test_client())
    thief.client.set_cookie(COOKIE, stolen.value)
    assert is_in(thief)
    admin.post("/sign-out")
    assert not is_in(admin)
    assert not is_in(thief)


def test_another_password_or_a_disabled_account_ends_sessions(app: Flask, clock: FixedClock) -> None:
    at = installation_of(app)
    make_account(app, "chief", Role.ADMIN)
    for end in (
        lambda: reset_password(at.database, clock, COMMAND_LINE, "liwei0"),
        lambda: set_disabled(at.database, clock, COMMAND_LINE, "liwei1", disabled=True),
    ):
        name = f"liwei{0 if 'reset' in end.__code__.co_names[0] else 1}"
        browser = open_session_for(app, make_account(app, name, Role.MONITOR))
        assert is_in(browser)
        end()
        assert not is_in(browser)


def test_changing_the_own_password_stays_signed_in_here_and_nowhere_else(app: Flask) -> None:
    account = make_account(app, "liwei", Role.MONITOR)
    here, there = open_session_for(app, account), open_session_for(app, account)
    fields = {"present": PASSWORD, "password": "other words entirely", "again": "other words entirely"}
    assert here.post("/account/password", fields | {"again": "typo"}).status_code == 422
    assert here.post("/account/password", fields | {"present": "typo"}).status_code == 422
    assert here.post("/account/password", fields).headers["Location"] == "/"
    assert "密码已修改" in here.get("/").text
    assert is_in(here)
    assert not is_in(there)


def test_whoever_must_change_the_password_can_do_nothing_else(app: Flask) -> None:
    browser = open_session_for(app, make_account(app, "liwei", Role.MONITOR, must_change=True))
    assert browser.get("/city").headers["Location"] == "/account/password"
    assert "别人替您设的" in browser.get("/account/password").text
    fields = {"present": PASSWORD, "password": "other words entirely", "again": "other words entirely"}
    browser.post("/account/password", fields)
    assert is_in(browser)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_cookie_is_secure_behind_https_and_never_for_scripts_or_other_sites(app: Flask, scheme: str) -> None:
    make_account(app, "liwei", Role.MONITOR)
    client = app.test_client()
    base = f"{scheme}://junheng.example"
    token = hidden(client.get("/sign-in", base_url=base).text, "csrf_token")
    answer = client.post("/sign-in", base_url=base, data={"csrf_token": token, "name": "liwei", "password": PASSWORD})
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert re.search("SameSite=(Lax|Strict)", cookie)
        assert ("; Secure" in cookie) is (scheme == "https")


def test_respondents_pages_set_and_read_no_cookie(app: Flask, admin: StaffBrowser) -> None:
    for path in ("/s", "/r", "/s/7K3M9QXA4HT"):
        answer = admin.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_a_changed_cookie_is_no_session(app: Flask, admin: StaffBrowser) -> None:
    kept = admin.client.get_cookie(COOKIE)
    assert kept is not None
    forged = StaffBrowser(app.test_client())
    forged.client.set_cookie(COOKIE, kept.value[:-2] + ("AA" if kept.value[-2:] != "AA" else "BB"))
    assert not is_in(forged)


def sessions(app: Flask) -> list[Row[Any]]:
    with installation_of(app).database.read() as connection:
        return list(connection.execute(select(staff_session)))


def forged_cookie(app: Flask, **contents: object) -> str:
    """A cookie as whoever has a copy of `session.key` can make it."""
    serializer = StaffSessions().get_signing_serializer(app)
    assert serializer is not None
    return str(serializer.dumps(contents))


def test_the_signing_key_opens_no_session(app: Flask, admin: StaffBrowser) -> None:
    at, account = installation_of(app), admin.account
    assert account is not None
    is_in(admin)
    (row,) = sessions(app)
    now = int(at.clock.now().timestamp())
    ids = [
        "x",
        "",
        row.hash.hex(),
        base64.urlsafe_b64encode(row.hash).decode().rstrip("="),
        1,
        None,
        row.hash.decode("latin-1"),
    ]
    for id_ in ids:
        cookie = forged_cookie(app, name="chief", version=account.session_version, id=id_, since=now, seen=now)
        forger = StaffBrowser(app.test_client())
        forger.client.set_cookie(COOKIE, cookie)
        assert not is_in(forger)
    kept = admin.client.get_cookie(COOKIE)
    assert kept is not None
    assert StaffSessions().get_signing_serializer(app).loads(kept.value)["name"] == "chief"  # type: ignore[union-attr]


def test_only_the_hash_of_a_long_random_id_is_kept_and_times_to_the_minute(app: Flask, clock: FixedClock) -> None:
    clock.move(timedelta(seconds=47))
    make_account(app, "liwei", Role.MONITOR)
    browser = stranger(app)
    browser.post("/sign-in", {"name": "liwei", "password": PASSWORD})
    kept = browser.client.get_cookie(COOKIE)
    assert kept is not None
    id_ = StaffSessions().get_signing_serializer(app).loads(kept.value)["id"]  # type: ignore[union-attr]
    (row,) = sessions(app)
    assert len(base64.urlsafe_b64decode(id_ + "==")) * 8 >= 192
    assert row.hash == hashlib.sha256(id_.encode()).digest()
    clock.move(timedelta(seconds=130))
    assert is_in(browser)
    (row,) = sessions(app)
    assert (row.account, row.version, row.awaits_code) == ("liwei", 1, False)
    assert (row.since.second, row.since.microsecond) == (0, 0)


def test_every_sign_in_has_a_session_of_its_own_and_old_rows_go(app: Flask, clock: FixedClock) -> None:
    make_account(app, "liwei", Role.MONITOR)
    for _ in range(3):
        stranger(app).post("/sign-in", {"name": "liwei", "password": PASSWORD})
    assert len({row.hash for row in sessions(app)}) == 3
    clock.move(timedelta(hours=13))
    stranger(app).post("/sign-in", {"name": "liwei", "password": PASSWORD})
    assert len(sessions(app)) == 1


def test_signing_out_leaves_no_row(app: Flask, admin: StaffBrowser) -> None:
    admin.post("/sign-out")
    assert sessions(app) == []


def test_a_session_of_a_sign_in_that_overlapped_a_new_password_is_no_good(app: Flask, clock: FixedClock) -> None:
    at, account = installation_of(app), make_account(app, "liwei", Role.MONITOR)
    reset_password(at.database, clock, COMMAND_LINE, "liwei")
    assert not is_in(open_session_for(app, account))  # begun with the account as it was read before


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_https_is_insisted_on_over_https_only(app: Flask, scheme: str) -> None:
    client = app.test_client()
    for path in ("/sign-in", "/s", "/healthz", "/none"):
        sent = client.get(path, base_url=f"{scheme}://junheng.example").headers.get("Strict-Transport-Security")
        assert sent == ("max-age=31536000" if scheme == "https" else None)


# --- forms that come too late


def sign_in_with(client: FlaskClient, page: str, name: str) -> str:
    """Signs in on a page that holds a kept form; the page that follows."""
    data = {"csrf_token": hidden(page, "csrf_token"), "kept": hidden(page, "kept"), "name": name, "password": PASSWORD}
    answer = client.post("/sign-in", data=data)
    assert answer.status_code == 200
    return answer.text


def send_again(client: FlaskClient, page: str) -> tuple[str, int]:
    """Presses the button of the page that shows a kept form."""
    form = page[page.index("<main") :]
    action = re.search(r'<form method="post" action="([^"]+)"', form)
    assert action
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    data = {name: value.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">") for name, value in fields}
    answer = client.post(action.group(1), data=data)
    return action.group(1), answer.status_code


def test_a_form_typed_while_the_session_ran_out_is_not_lost(admin: StaffBrowser, clock: FixedClock) -> None:
    typed = {"name": "王海燕", "role": "monitor", "county": "430302"}
    admin.csrf_token()
    clock.move(IDLE)
    late = admin.post("/admin/users", typed)
    assert late.status_code == 401
    assert "刚才的内容没有丢" in late.text
    page = sign_in_with(admin.client, late.text, "chief")
    assert "王海燕" in page
    assert send_again(admin.client, page) == ("/admin/users", 200)
    assert "王海燕" in admin.get("/admin").text


def test_a_mistyped_password_in_between_loses_nothing(admin: StaffBrowser, clock: FixedClock) -> None:
    admin.csrf_token()
    clock.move(IDLE)
    late = admin.post("/admin/users", {"name": "王海燕", "role": "monitor"}).text
    data = {"csrf_token": hidden(late, "csrf_token"), "kept": hidden(late, "kept"), "name": "chief", "password": "typo"}
    again = admin.client.post("/sign-in", data=data)
    assert again.status_code == 401
    assert "刚才的内容没有丢" in again.text
    assert "王海燕" in sign_in_with(admin.client, again.text, "chief")


def test_long_texts_marks_and_many_values_come_back_as_they_were(admin: StaffBrowser, clock: FixedClock) -> None:
    text = '<script>alert("x")</script>\r\n第二行 😀 ' + "字" * 2000
    admin.csrf_token()
    clock.move(IDLE)
    late = admin.post("/admin/users/chief/tokens?x=1", {"label": text, "many": ["1", "2"]}).text
    page = sign_in_with(admin.client, late, "chief")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in page
    assert re.findall(r'name="many" value="(\d)"', page) == ["1", "2"]
    assert 'action="/admin/users/chief/tokens?x=1"' in page


def test_the_longest_form_there_can_be_is_carried(admin: StaffBrowser, clock: FixedClock) -> None:
    text = secrets.token_hex(490_000)  # as good as incompressible
    admin.csrf_token()
    clock.move(IDLE)
    late = admin.post("/admin/users", {"name": text}).text
    assert text in sign_in_with(admin.client, late, "chief")


def test_a_file_must_be_chosen_again_and_is_named(admin: StaffBrowser, clock: FixedClock) -> None:
    admin.csrf_token()
    clock.move(IDLE)
    late = admin.post("/admin/users", {"name": "x", "workbook": (BytesIO(b"PK"), "统计表.xlsx")}).text
    assert "统计表.xlsx" in late
    page = sign_in_with(admin.client, late, "chief")
    assert "请重新选择文件“统计表.xlsx”" in page
    assert 'type="file" name="workbook" required' in page
    assert 'enctype="multipart/form-data"' in page


def test_a_form_is_sent_on_by_its_author_only(app: Flask, admin: StaffBrowser, clock: FixedClock) -> None:
    make_account(app, "deputy", Role.ADMIN)
    admin.csrf_token()
    clock.move(IDLE)
    late = admin.post("/admin/users", {"name": "王海燕", "role": "monitor"}).text
    page = sign_in_with(admin.client, late, "deputy")
    assert "是“chief”填写的" in page
    assert "王海燕" in page
    assert 'action="/admin/users"' not in page


def test_a_form_of_nobody_knows_whom_is_not_shown_where_it_may_hold_a_code(app: Flask) -> None:
    make_account(app, "deputy", Role.ADMIN)
    stranger = app.test_client()  # the cookie is gone, and with it who had filled the form in
    late = stranger.post(
        "/desk/paper/first", data={"code": "23456789ABC", "q01": "1"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert late.status_code == 401
    assert "23456789ABC" not in late.text
    assert 'name="kept"' not in late.text
    other = stranger.post("/admin/users", data={"name": "王海燕"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert 'name="kept"' in other.text


def test_a_form_of_another_site_is_never_carried(app: Flask, admin: StaffBrowser, clock: FixedClock) -> None:
    admin.csrf_token()
    clock.move(IDLE)
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    late = admin.post("/admin/users", {"name": "evil", "role": "admin"}, headers=headers)
    assert late.status_code == 401
    assert 'name="kept"' not in late.text
    assert "evil" not in late.text


def test_a_kept_form_that_we_did_not_sign_is_left_aside(app: Flask) -> None:
    make_account(app, "liwei", Role.MONITOR)
    client = app.test_client()
    token = hidden(client.get("/sign-in").text, "csrf_token")
    data = {"csrf_token": token, "kept": "eyJwYXRoIjoiLyJ9.AAAA", "name": "liwei", "password": PASSWORD}
    answer = client.post("/sign-in", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_passwords_are_never_carried(app: Flask, admin: StaffBrowser, clock: FixedClock) -> None:
    admin.csrf_token()
    clock.move(IDLE)
    late = admin.post("/account/password", {"present": PASSWORD, "password": "secret words here"})
    assert late.status_code == 401
    assert "刚才那一步没有做" in late.text
    assert 'name="kept"' not in late.text


def test_a_form_of_an_earlier_session_is_shown_and_sent_again(app: Flask, admin: StaffBrowser) -> None:
    stale = admin.csrf_token()
    admin.post("/sign-out")
    again = open_session_for(app, make_account(app, "deputy", Role.ADMIN))
    late = again.client.post(
        "/admin/users",
        data={"csrf_token": stale, "name": "王海燕", "role": "monitor"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert late.status_code == 400
    assert send_again(again.client, late.text) == ("/admin/users", 200)


def test_a_form_without_a_token_changes_nothing(app: Flask, admin: StaffBrowser) -> None:
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
        refused = admin.client.post("/admin/users", data={"name": "evil", "role": "admin"}, headers=headers)
        assert refused.status_code == 400
        assert "这一步没有做" in refused.text
        assert "evil" not in refused.text
    assert "evil" not in admin.get("/admin").text


def test_signing_in_with_cookies_switched_off_says_so(app: Flask) -> None:
    make_account(app, "liwei", Role.MONITOR)
    client = app.test_client(use_cookies=False)
    token = hidden(client.get("/sign-in").text, "csrf_token")
    answer = client.post("/sign-in", data={"csrf_token": token, "name": "liwei", "password": PASSWORD})
    assert answer.status_code == 400
    assert "允许本站的 Cookie" in answer.text
    assert 'value="liwei"' in answer.text


def test_the_same_persons_other_pages_stay_good_after_signing_in_again(admin: StaffBrowser, clock: FixedClock) -> None:
    before = admin.csrf_token()
    clock.move(IDLE)
    page = admin.get(admin.get("/city").headers["Location"]).text
    data = {"csrf_token": hidden(page, "csrf_token"), "name": "chief", "password": PASSWORD}
    admin.client.post("/sign-in", data=data)
    sent = admin.client.post("/admin/users", data={"csrf_token": before, "name": "王海燕", "role": "monitor"})
    assert sent.status_code == 200


def test_a_stranger_is_sent_to_sign_in_and_back(app: Flask) -> None:
    browser = stranger(app)
    answer = browser.get("/admin/audit?staff=x")
    assert urlsplit(answer.headers["Location"]).path == "/sign-in"
    assert browser.post("/admin/users", {"name": "x"}).status_code == 401
