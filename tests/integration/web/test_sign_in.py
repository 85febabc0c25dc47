"""Signing in: the right password, guessing that locks out nobody else, and redirects that stay here."""

import hashlib
import hmac
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app.domain.audit import AuditFilter
from survey_app.domain.clock import FixedClock
from survey_app.domain.staff import Role
from survey_app.services.accounts import sign_in as module
from survey_app.services.audit import read_audit
from survey_app.storage.staff_tables import failed_sign_in, known_place, request_count
from tests.builders_staff import PASSWORD, StaffBrowser, installation_of, make_account, stranger

OFFICE, ATTACKER = "192.0.2.10", "203.0.113.66"


def enter(
    browser: StaffBrowser, name: str = "liwei", password: str = PASSWORD, address: str = OFFICE, **fields: str
) -> TestResponse:
    return browser.post(
        "/sign-in", {"name": name, "password": password, **fields}, environ_base={"REMOTE_ADDR": address}
    )


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of tries, without half a second for each."""
    monkeypatch.setattr(module, "is_password", lambda password, kept: kept is not None and password == PASSWORD)


@pytest.fixture
def liwei(app: Flask) -> None:
    make_account(app, "liwei", Role.MONITOR, "430302")


@pytest.mark.usefixtures("liwei")
def test_the_right_password_opens_the_page_asked_for(app: Flask) -> None:
    browser = stranger(app)
    asked = browser.get("/city?x=1")
    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=/city?x%3D1")
    assert 'name="next" value="/city?x=1"' in browser.get(asked.headers["Location"]).text
    entered = enter(browser, "  LIWEI ", next="/city?x=1")
    assert (entered.status_code, entered.headers["Location"]) == (303, "/city?x=1")
    assert browser.get("/city").status_code == 200
    assert browser.get("/sign-in?next=/city").headers["Location"] == "/city"


@pytest.mark.usefixtures("liwei")
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", ""])
def test_no_redirect_leads_away(app: Flask, target: str) -> None:
    browser = stranger(app)
    assert browser.post("/language", {"language": "en", "next": target}).headers["Location"] == "/"
    assert enter(browser, next=target).headers["Location"] == "/"
    assert browser.get("/sign-in", query_string={"next": target}).headers["Location"] == "/"


@pytest.mark.usefixtures("liwei")
def test_unknown_wrong_and_disabled_look_the_same(app: Flask, clock: FixedClock) -> None:
    make_account(app, "gone", Role.MONITOR, disabled_at=clock.now())
    answers = [enter(stranger(app), "nobody"), enter(stranger(app), "liwei", "x"), enter(stranger(app), "gone")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({re.sub('value="[^"]*"', "", answer.text) for answer in answers}) == 1
    assert all("账号或密码不对" in answer.text for answer in answers)


@pytest.mark.usefixtures("usual_passwords")
def test_an_unknown_account_costs_as_much_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    monkeypatch.setattr(
        "survey_app.services.accounts.passwords.check_password_hash", lambda kept, _: bool(checked.append(kept))
    )
    from survey_app.services.accounts.passwords import hash_password, is_password

    assert not is_password("x", None)
    assert not is_password("x", hash_password("y"))
    assert [kept.split("$")[0] for kept in checked] == ["scrypt:32768:8:3"] * 2
    assert [len(kept) for kept in checked] == [len(checked[0])] * 2


@pytest.mark.usefixtures("liwei")
def test_whoever_guesses_must_wait_longer_and_longer(app: Flask, clock: FixedClock) -> None:
    browser = stranger(app)
    assert [enter(browser, password="x").status_code for _ in range(7)] == [401] * 5 + [429] * 2
    waits = []
    for _ in range(9):
        refused = enter(browser, password="x")
        assert refused.status_code == 429
        waits.append(int(refused.headers["Retry-After"]))
        clock.move(timedelta(seconds=waits[-1]))
        assert enter(browser, password="x").status_code == 401
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert "请过 60 分钟再试" in enter(browser).text  # the right password is not even looked at


@pytest.mark.usefixtures("liwei")
def test_after_the_wait_the_right_password_counts_and_clears(app: Flask, clock: FixedClock) -> None:
    for _ in range(6):
        enter(stranger(app), password="x")
    clock.move(timedelta(seconds=30))
    assert enter(stranger(app)).status_code == 303
    assert [enter(stranger(app), password="x").status_code for _ in range(5)] == [401] * 5


@pytest.mark.usefixtures("liwei")
def test_an_attacker_locks_out_nobody_elsewhere(app: Flask) -> None:
    for _ in range(20):
        enter(stranger(app), password="x", address=ATTACKER)
    assert enter(stranger(app), password="x", address=ATTACKER).status_code == 429
    assert enter(stranger(app), address=OFFICE).status_code == 303


@pytest.mark.usefixtures("liwei")
def test_an_attacker_behind_the_same_address_locks_out_no_known_browser_and_no_other_account(app: Flask) -> None:
    make_account(app, "zhang", Role.MONITOR)
    known = stranger(app)
    assert enter(known).status_code == 303
    known.post("/sign-out")
    for _ in range(20):
        enter(stranger(app), password="x")
    assert enter(stranger(app)).status_code == 429
    assert enter(known).status_code == 303
    assert enter(stranger(app), "zhang").status_code == 303


@pytest.mark.usefixtures("liwei")
def test_a_known_browser_is_known_for_its_own_account_only(app: Flask) -> None:
    make_account(app, "zhang", Role.MONITOR)
    attacker = stranger(app)
    assert enter(attacker, "zhang", address=ATTACKER).status_code == 303
    attacker.post("/sign-out")
    tries = [enter(attacker, "liwei", "x", ATTACKER).status_code for _ in range(6)]
    assert tries == [401] * 5 + [429]


@pytest.mark.usefixtures("liwei")
def test_an_address_that_tries_all_names_is_stopped_and_others_are_not(app: Flask, clock: FixedClock) -> None:
    statuses = [enter(stranger(app), f"name{number}", "x", ATTACKER).status_code for number in range(105)]
    assert statuses == [401] * 100 + [429] * 5
    assert enter(stranger(app), address=OFFICE).status_code == 303
    clock.move(timedelta(minutes=10))
    assert enter(stranger(app), address=ATTACKER).status_code == 303


@pytest.mark.usefixtures("liwei")
def test_many_addresses_together_are_slowed_down_and_known_places_are_not(app: Flask, clock: FixedClock) -> None:
    known = stranger(app)
    assert enter(known).status_code == 303
    known.post("/sign-out")
    tries = [enter(stranger(app), password="x", address=f"203.0.113.{number}").status_code for number in range(25)]
    assert tries == [401] * 20 + [429] * 5
    assert enter(stranger(app), address="198.51.100.1").status_code == 429  # neither browser nor network is known
    assert enter(stranger(app), address=OFFICE).status_code == 303  # another browser in the network of before
    assert enter(known, address="198.51.100.2").status_code == 303  # the browser of before, elsewhere
    # what the owner does does not give the strangers fresh tries
    assert enter(stranger(app), password="x", address="203.0.113.99").status_code == 429
    clock.move(timedelta(seconds=30))
    assert enter(stranger(app), password="x", address="203.0.113.99").status_code == 401
    assert enter(stranger(app), password="x", address="203.0.113.98").headers["Retry-After"] == "60"


@pytest.mark.usefixtures("liwei")
def test_right_passwords_from_many_places_use_up_no_tries(app: Flask) -> None:
    places = [f"198.51.100.{number}" for number in range(30)]
    assert [enter(stranger(app), address=place).status_code for place in places] == [303] * 30


@pytest.mark.usefixtures("liwei")
def test_a_sign_in_from_a_new_place_clears_nothing_for_strangers(app: Flask) -> None:
    for number in range(15):
        enter(stranger(app), password="x", address=f"203.0.113.{number}")
    assert enter(stranger(app), address="198.51.100.1").status_code == 303
    tries = [
        enter(stranger(app), password="x", address=f"203.0.113.{number}").status_code for number in range(100, 107)
    ]
    assert tries == [401] * 5 + [429] * 2


@pytest.mark.usefixtures("liwei")
def test_the_network_of_a_failed_sign_in_does_not_become_known(app: Flask) -> None:
    for number in range(20):
        enter(stranger(app), password="x", address=f"203.0.113.{number}")
    assert enter(stranger(app), password="x", address="203.0.113.0").status_code == 429


@pytest.mark.usefixtures("liwei")
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_forged_address_does_not_reset_the_limit(app: Flask, header: str) -> None:
    def enter_as(number: int) -> int:
        said = f"for=192.0.2.{number}" if header == "Forwarded" else f"192.0.2.{number}"
        fields = {"name": "liwei", "password": "x"}
        place = {"REMOTE_ADDR": ATTACKER}
        return stranger(app).post("/sign-in", fields, headers={header: said}, environ_base=place).status_code

    assert [enter_as(number) for number in range(7)] == [401] * 5 + [429] * 2


@pytest.mark.usefixtures("liwei")
def test_whoever_has_the_signing_key_makes_no_known_browser(app: Flask) -> None:
    """Every device text that the key could sign is as good as none: a browser is known by a row."""
    secret = installation_of(app).session_secret
    tag = hmac.digest(secret, b"junheng/sign-in/1\0device\0liwei\0x", hashlib.sha256).hex()
    tries = []
    for number in range(7):
        browser = stranger(app)
        browser.client.set_cookie("junheng_devices", f"x.{tag}~{number}", path="/sign-in")
        tries.append(enter(browser, password="x", address=ATTACKER).status_code)
    assert tries == [401] * 5 + [429] * 2


@pytest.mark.usefixtures("liwei")
def test_a_copy_of_the_database_makes_no_known_browser(app: Flask) -> None:
    known = stranger(app)
    enter(known)
    with installation_of(app).database.read() as connection:
        hashes = [hash_.hex() for hash_ in connection.scalars(select(known_place.c.hash))]
    assert len(hashes) == 2  # the browser and the network
    kept = known.client.get_cookie("junheng_devices", path="/sign-in")
    assert kept is not None
    assert kept.value not in hashes
    copied = stranger(app)
    copied.client.set_cookie("junheng_devices", "~".join(hashes), path="/sign-in")
    assert [enter(copied, password="x", address=ATTACKER).status_code for _ in range(6)] == [401] * 5 + [429]


@pytest.mark.usefixtures("liwei")
def test_a_browser_that_was_away_for_half_a_year_is_forgotten(app: Flask, clock: FixedClock) -> None:
    enter(stranger(app))
    clock.move(timedelta(days=182))
    enter(stranger(app), address="198.51.100.1")
    with installation_of(app).database.read() as connection:
        assert len(connection.scalars(select(known_place.c.hash)).all()) == 2


@pytest.mark.usefixtures("liwei")
def test_sign_ins_are_logged_and_typed_names_that_are_none_are_not(app: Flask) -> None:
    enter(stranger(app), password="x")
    enter(stranger(app), "my password typed in the wrong field", "x")
    browser = stranger(app)
    enter(browser)
    browser.post("/sign-out")
    entries = read_audit(installation_of(app).database, AuditFilter()).entries
    assert [(one.staff, one.action) for one in entries] == [
        ("liwei", "signed_out"),
        ("liwei", "signed_in"),
        ("liwei", "sign_in_failed"),
    ]


@pytest.mark.usefixtures("liwei")
def test_neither_address_nor_name_stands_in_the_counters(app: Flask) -> None:
    enter(stranger(app), password="x")
    with installation_of(app).database.read() as connection:
        rows = [
            *connection.execute(select(failed_sign_in.c.source)),
            *connection.execute(select(request_count.c.source)),
        ]
    assert len(rows) == 3  # of the place, of all unknown places, of the address
    assert all(len(source) == 32 and b"liwei" not in source for (source,) in rows)
