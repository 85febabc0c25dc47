"""The second factor: set up, asked for at the sign-in, good once, demanded by role, reset."""

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.domain.audit import AuditFilter
from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.second_factor import code_at, make_secret, seal_secret
from survey_app.domain.staff import Role
from survey_app.services.accounts import sign_in as module
from survey_app.services.accounts.second_factor import take_code
from survey_app.services.accounts.users import find_user
from survey_app.services.audit import read_audit
from survey_app.storage.accounts.second_factors import SecondFactor, insert_factor, replace_demanding_roles
from survey_app.storage.staff_tables import recovery_code, second_factor
from tests.builders_staff import (
    OWN_COUNTY,
    PASSWORD,
    StaffBrowser,
    installation_of,
    make_account,
    open_session_for,
    sign_in_as,
    stranger,
)

OWN = "/account/second-factor"
STEP = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many sign-ins, without half a second for each."""
    monkeypatch.setattr(module, "is_password", lambda password, kept: kept is not None and password == PASSWORD)


def give_factor(app: Flask, name: str = "liwei") -> bytes:
    """A second factor whose secret the test knows, without the page."""
    at, secret = installation_of(app), make_secret()
    sealed = seal_secret(at.account_secret, name, "kept", secret)
    with at.database.write() as connection:
        insert_factor(connection, name, SecondFactor(sealed, at.clock.now(), 0))
    return secret


def demand(app: Flask, *roles: Role) -> None:
    with installation_of(app).database.write() as connection:
        replace_demanding_roles(connection, roles)


@pytest.fixture
def secret(app: Flask) -> bytes:
    make_account(app, "liwei", Role.MONITOR, OWN_COUNTY)
    return give_factor(app)


def give_password(browser: StaffBrowser, **fields: str) -> str:
    answer = browser.post("/sign-in", {"name": "liwei", "password": PASSWORD, **fields})
    assert answer.status_code == 200
    assert "动态码" in answer.text
    return answer.text


def give_code(browser: StaffBrowser, code: str, **fields: str) -> int:
    return browser.post("/sign-in/code", {"code": code, **fields}).status_code


def is_in(browser: StaffBrowser) -> bool:
    return browser.get("/city").status_code == 200


def actions(app: Flask, staff: str = "liwei") -> list[str]:
    return [one.action for one in read_audit(installation_of(app).database, AuditFilter(staff=staff)).entries][::-1]


def secret_of_page(page: str) -> bytes:
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page)
    assert found
    return base64.b32decode(found.group(1).replace(" ", ""))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found.group(1)


def set_up(browser: StaffBrowser, clock: FixedClock) -> tuple[bytes, list[str]]:
    """As a person does: from the page's secret to its recovery codes."""
    page = browser.get(OWN).text
    secret = secret_of_page(page)
    answer = browser.post(OWN, {"offer": hidden(page, "offer"), "code": code_at(secret, clock.now())})
    assert answer.status_code == 200
    browser.token = None
    return secret, re.findall(r'<output class="secret">([^<]+)</output>', answer.text)


# --- at the sign-in


def test_the_password_alone_opens_nothing(app: Flask, secret: bytes, clock: FixedClock) -> None:
    browser = stranger(app)
    give_password(browser)
    for path in ("/city", "/account/password", OWN, "/search?q=x", "/campaigns"):
        assert browser.get(path).headers["Location"].startswith("/sign-in/code?next=")
    assert "liwei" not in browser.get("/").text
    assert browser.post("/account/password", {"present": PASSWORD}).status_code == 401
    assert browser.post(f"{OWN}/remove", {"code": "000000"}).status_code == 401
    assert "signed_in" not in actions(app)
    assert give_code(browser, code_at(secret, clock.now())) == 303
    assert is_in(browser)
    assert actions(app)[-1] == "signed_in"


def test_the_code_leads_to_where_somebody_was_going(app: Flask, secret: bytes, clock: FixedClock) -> None:
    browser = stranger(app)
    page = give_password(browser, next="/city?x=1")
    assert hidden(page, "next") == "/city?x=1"
    answer = browser.post("/sign-in/code", {"code": code_at(secret, clock.now()), "next": "/city?x=1"})
    assert answer.headers["Location"] == "/city?x=1"


def test_a_form_that_came_too_late_is_carried_through_both_steps(app: Flask, clock: FixedClock) -> None:
    account = make_account(app, "liwei", Role.ADMIN)
    secret, browser = give_factor(app), open_session_for(app, account)
    browser.csrf_token()
    clock.move(timedelta(minutes=31))
    late = browser.post("/admin/users", {"name": "王海燕", "role": "monitor"}).text
    page = give_password(browser, csrf_token=hidden(late, "csrf_token"), kept=hidden(late, "kept"))
    answer = browser.post("/sign-in/code", {"code": code_at(secret, clock.now()), "kept": hidden(page, "kept")})
    assert "王海燕" in answer.text
    assert 'action="/admin/users"' in answer.text


def test_a_code_is_good_once(app: Flask, secret: bytes, clock: FixedClock) -> None:
    code = code_at(secret, clock.now())
    for status in (303, 401):
        browser = stranger(app)
        give_password(browser)
        assert give_code(browser, code) == status
    assert give_code(browser, code_at(secret, clock.now() - STEP)) == 401  # nor an earlier one
    clock.move(STEP)
    assert give_code(browser, code) == 401
    assert give_code(browser, code_at(secret, clock.now())) == 303


def test_the_session_of_the_first_step_ends_with_the_second(app: Flask, secret: bytes, clock: FixedClock) -> None:
    browser, thief = stranger(app), stranger(app)
    give_password(browser)
    kept = browser.client.get_cookie("junheng_session")
    assert kept is not None
    thief.client.set_cookie("junheng_session", kept.value)
    assert give_code(browser, code_at(secret, clock.now())) == 303
    assert not is_in(thief)
    assert thief.get("/sign-in/code").headers["Location"] == "/sign-in"


def test_the_code_must_come_within_ten_minutes(app: Flask, secret: bytes, clock: FixedClock) -> None:
    browser = stranger(app)
    give_password(browser)
    clock.move(timedelta(minutes=11))
    assert give_code(browser, code_at(secret, clock.now())) == 400
    assert not is_in(browser)


def test_codes_are_not_guessed(app: Flask, secret: bytes, clock: FixedClock) -> None:
    wrong = f"{(int(code_at(secret, clock.now())) + 1) % 10**6:06d}"
    tries = []
    for _ in range(7):
        browser = stranger(app)  # a right password each time gives no fresh tries
        give_password(browser)
        tries.append(give_code(browser, wrong))
    assert tries == [401] * 5 + [429] * 2
    assert give_code(browser, code_at(secret, clock.now())) == 429  # not even looked at
    clock.move(STEP)
    assert give_code(browser, code_at(secret, clock.now())) == 303
    assert actions(app).count("code_failed") == 5


def test_codes_are_not_guessed_from_many_addresses(app: Flask, secret: bytes) -> None:
    tries = []
    for number in range(22):
        browser, place = stranger(app), {"REMOTE_ADDR": f"203.0.113.{number}"}
        browser.post("/sign-in", {"name": "liwei", "password": PASSWORD}, environ_base=place)
        tries.append(browser.post("/sign-in/code", {"code": "x"}, environ_base=place).status_code)
    assert tries == [401] * 20 + [429] * 2


def test_signing_out_between_the_steps_ends_it(app: Flask, secret: bytes, clock: FixedClock) -> None:
    browser = stranger(app)
    give_password(browser)
    browser.post("/sign-out")
    assert give_code(browser, code_at(secret, clock.now())) == 400
    assert "signed_out" not in actions(app)


def test_a_code_without_the_password_is_sent_to_the_sign_in(app: Flask, secret: bytes, clock: FixedClock) -> None:
    assert give_code(stranger(app), code_at(secret, clock.now())) == 400
    assert stranger(app).get("/sign-in/code").headers["Location"] == "/sign-in"


# --- set up, recovery codes, removed


def test_a_person_sets_it_up_and_signs_in_with_it(app: Flask, clock: FixedClock) -> None:
    account = make_account(app, "liwei", Role.MONITOR)
    browser, elsewhere = open_session_for(app, account), open_session_for(app, account)
    secret, codes = set_up(browser, clock)
    assert len(codes) == 10
    assert is_in(browser)
    assert not is_in(elsewhere)
    again = stranger(app)
    give_password(again)
    assert give_code(again, code_at(secret, clock.now())) == 401  # the code that confirmed it is used up
    clock.move(STEP)
    assert give_code(again, code_at(secret, clock.now())) == 303
    assert actions(app)[0] == "factor_set_up"


def test_a_wrong_code_sets_nothing_up_and_the_page_keeps_its_secret(app: Flask, clock: FixedClock) -> None:
    browser = sign_in_as(app, Role.MONITOR, name="liwei")
    page = browser.get(OWN).text
    again = browser.post(OWN, {"offer": hidden(page, "offer"), "code": "000000"})
    assert again.status_code == 422
    assert secret_of_page(again.text) == secret_of_page(page)
    assert browser.post(OWN, {"offer": "00", "code": "000000"}).status_code == 422
    other = sign_in_as(app, Role.MONITOR, name="zhang")
    theirs = {"offer": hidden(page, "offer"), "code": code_at(secret_of_page(page), clock.now())}
    assert other.post(OWN, theirs).status_code == 422


def test_a_second_factor_is_not_replaced_without_a_code_of_it(app: Flask, clock: FixedClock) -> None:
    browser = sign_in_as(app, Role.MONITOR, name="liwei")
    offer = browser.get(OWN).text
    secret, _ = set_up(browser, clock)
    clock.move(STEP)
    theirs = {"offer": hidden(offer, "offer"), "code": code_at(secret_of_page(offer), clock.now())}
    assert browser.post(OWN, theirs).status_code == 422
    assert browser.post(f"{OWN}/remove", {"code": "000000"}).status_code == 422
    assert browser.post(f"{OWN}/codes", {"code": "000000"}).status_code == 422
    assert browser.post(f"{OWN}/remove", {"code": code_at(secret, clock.now())}).status_code == 303
    assert 'id="secret"' in browser.get(OWN).text
    assert actions(app)[-1] == "factor_removed"


def test_codes_are_not_guessed_on_the_own_page(app: Flask, secret: bytes, clock: FixedClock) -> None:
    browser = stranger(app)
    give_password(browser)
    give_code(browser, code_at(secret, clock.now()))
    tries = [browser.post(f"{OWN}/remove", {"code": "x"}).status_code for _ in range(6)]
    assert tries == [422] * 5 + [429]


def test_each_recovery_code_is_good_once(app: Flask, clock: FixedClock) -> None:
    _, codes = set_up(sign_in_as(app, Role.MONITOR, name="liwei"), clock)
    for code, status in ((codes[0].lower(), 303), (codes[0], 401), (codes[1].replace("-", ""), 303)):
        browser = stranger(app)
        give_password(browser)
        assert give_code(browser, code) == status
    browser = stranger(app)
    give_password(browser)
    give_code(browser, codes[2])
    assert "还剩 7 个恢复码" in browser.get(OWN).text
    assert actions(app).count("recovery_code_used") == 3


def test_new_recovery_codes_end_the_old_ones(app: Flask, clock: FixedClock) -> None:
    browser = sign_in_as(app, Role.MONITOR, name="liwei")
    _, old = set_up(browser, clock)
    answer = browser.post(f"{OWN}/codes", {"code": old[0]})
    new = re.findall(r'<output class="secret">([^<]+)</output>', answer.text)
    assert len(new) == 10
    for code, status in ((old[1], 401), (new[0], 303)):
        again = stranger(app)
        give_password(again)
        assert give_code(again, code) == status


def test_a_copy_of_the_database_tells_neither_secret_nor_codes(
    app: Flask, clock: FixedClock, keys: KeyDirectory
) -> None:
    secret, codes = set_up(sign_in_as(app, Role.MONITOR, name="liwei"), clock)
    with installation_of(app).database.read() as connection:
        sealed = bytes(connection.execute(select(second_factor.c.sealed)).scalar_one())
        kept = b"".join(connection.scalars(select(recovery_code.c.hash)))
    assert secret not in sealed
    assert all(code.replace("-", "").encode() not in kept for code in codes)
    assert (keys.path / "accounts.key").stat().st_mode & 0o777 == 0o600


def test_with_another_key_directory_nobody_is_let_in_and_the_log_says_why(
    app: Flask, secret: bytes, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    browser = stranger(app)
    give_password(browser)
    monkeypatch.setitem(installation_of(app).__dict__, "account_secret", b"another" * 5)
    assert give_code(browser, code_at(secret, clock.now())) == 401
    assert "reset-factor" in caplog.text


# --- demanded and reset


def test_whoever_must_have_one_and_has_none_goes_nowhere_else(app: Flask, clock: FixedClock) -> None:
    demand(app, Role.MONITOR)
    make_account(app, "liwei", Role.MONITOR)
    browser = stranger(app)
    assert browser.post("/sign-in", {"name": "liwei", "password": PASSWORD}).status_code == 303
    for path in ("/", "/city", "/search?q=x", "/campaigns", "/account/password"):
        assert browser.get(path).headers["Location"] == OWN
    assert browser.post(f"{OWN}/codes", {"code": "x"}).headers["Location"] == OWN
    assert "请先设好" in browser.get(OWN).text
    set_up(browser, clock)
    assert is_in(browser)
    assert browser.get("/").status_code == 200


def test_a_new_password_comes_first(app: Flask) -> None:
    demand(app, Role.MONITOR)
    browser = open_session_for(app, make_account(app, "liwei", Role.MONITOR, must_change=True))
    assert browser.get(OWN).headers["Location"] == "/account/password"


def test_it_is_demanded_of_open_sessions_too_and_of_no_other_role(app: Flask) -> None:
    monitor, evaluator = sign_in_as(app, Role.MONITOR), sign_in_as(app, Role.EVALUATOR)
    assert is_in(monitor)
    demand(app, Role.MONITOR)
    assert not is_in(monitor)
    assert is_in(evaluator)


def test_an_administrator_demands_it_by_role(app: Flask) -> None:
    chief, monitor = sign_in_as(app, Role.ADMIN, name="chief"), sign_in_as(app, Role.MONITOR)
    assert "checked" not in chief.get("/admin/second-factor").text
    chief.post("/admin/second-factor", {"role": ["monitor", "nobody"]})
    page = chief.get("/admin/second-factor").text
    assert re.findall(r'value="([a-z-]+)" checked', page) == ["monitor"]
    assert not is_in(monitor)
    chief.post("/admin/second-factor", {})
    assert is_in(monitor)
    assert actions(app, "chief") == ["factor_demanded"] * 2
    bound = sign_in_as(app, Role.ADMIN, OWN_COUNTY)
    assert bound.get("/admin/second-factor").status_code == 404
    assert bound.post("/admin/second-factor", {"role": "monitor"}).status_code == 404
    assert is_in(monitor)


def test_an_administrator_resets_it_for_others(app: Flask, secret: bytes, clock: FixedClock) -> None:
    browser, chief = stranger(app), sign_in_as(app, Role.ADMIN, name="chief")
    give_password(browser)
    give_code(browser, code_at(secret, clock.now()))
    assert "重置动态码" in chief.get("/admin/users/liwei").text
    assert chief.post("/admin/users/liwei/second-factor").status_code == 303
    assert not is_in(browser)
    assert stranger(app).post("/sign-in", {"name": "liwei", "password": PASSWORD}).status_code == 303
    assert chief.post("/admin/users/liwei/second-factor").status_code == 409
    assert actions(app, "chief") == ["factor_reset"]


def test_nobody_resets_the_own_one(app: Flask) -> None:
    chief = sign_in_as(app, Role.ADMIN, name="chief")
    give_factor(app, "chief")
    assert chief.post("/admin/users/chief/second-factor").status_code == 409
    assert chief.get(OWN).status_code == 200
    assert 'id="secret"' not in chief.get(OWN).text


def test_setting_it_up_twice_at_once_keeps_one(app: Flask, clock: FixedClock) -> None:
    browser = sign_in_as(app, Role.MONITOR, name="liwei")
    pages = [browser.get(OWN).text for _ in range(2)]
    sent = [{"offer": hidden(page, "offer"), "code": code_at(secret_of_page(page), clock.now())} for page in pages]
    assert [browser.post(OWN, fields).status_code for fields in sent] == [200, 422]


def test_one_code_sent_many_times_at_once_is_taken_once(app: Flask, secret: bytes, clock: FixedClock) -> None:
    at, account = installation_of(app), find_user(installation_of(app).database, "liwei")
    assert account is not None
    code = code_at(secret, clock.now())

    def take(_: int) -> bool:
        with at.database.write() as connection:
            return take_code(at, connection, account, code)

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(take, range(8))) == [False] * 7 + [True]
