"""A service below a path of the office's site: `base_url: https://office.example.cn/diaocha`. On both engines."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from survey_app.domain.clock import FixedClock
from survey_app.domain.staff import Role
from survey_app.storage import tables
from survey_app.web.served_path import KNOWN_FOR
from tests.builders_staff import PASSWORD, make_account
from tests.builders_survey import Survey
from tests.builders_web import SCHOOL, Page, all_satisfied

BELOW = "/diaocha"
# by a proxy that keeps the path, by one that takes it off, by hand
KEPT, TAKEN_OFF, BY_HAND = BELOW, "", "/DiaoCha"


@pytest.fixture
def code(app: Flask, survey: Survey, clock: FixedClock) -> str:
    survey.change_campaign(base_url=f"https://office.example.cn{BELOW}")
    clock.move(KNOWN_FOR)
    return survey.codes["parent", SCHOOL][0]


def hidden(page: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[-1]  # the first one chooses the language


def add_campaign(survey: Survey, **columns: object) -> None:
    """Another campaign, equal to the survey's but for some columns."""
    with survey.database.write() as connection:
        row = dict(connection.execute(select(tables.campaign)).mappings().first() or {})
        connection.execute(insert(tables.campaign), row | columns)


@pytest.mark.parametrize("arriving", [KEPT, TAKEN_OFF, BY_HAND])
def test_the_whole_way_stays_below_the_path(client: FlaskClient, code: str, arriving: str) -> None:
    opened = client.get(f"{arriving}/s")
    assert f'action="{BELOW}/s"' in opened.text
    typed = client.post(f"{arriving}/s", data={"code": code})
    assert (typed.status_code, typed.headers["Location"]) == (303, f"{BELOW}/s/{code}")
    page = Page(client.get(f"{arriving}/s/{code}").text)
    assert page.kind == "form"
    assert [link for link in page.links if not link.startswith((f"{BELOW}/", "#"))] == []
    for file in (link for link in page.links if "/static/" in link):
        for address in (file, file.removeprefix(BELOW)):
            with client.get(address) as found:
                assert found.status_code == 200
    receipt = Page(client.post(f"{arriving}/s/{code}", data=page.values | all_satisfied("parent")).text)
    assert receipt.kind == "receipt"
    assert any(link.startswith(f"{BELOW}/r?receipt=") for link in receipt.links)


@pytest.mark.parametrize("arriving", [KEPT, TAKEN_OFF])
def test_staff_work_below_the_path_and_come_back_to_where_they_were_going(
    app: Flask, client: FlaskClient, code: str, arriving: str
) -> None:
    make_account(app, "wang", Role.ADMIN)
    asked = client.get(f"{arriving}/campaigns?q=1")
    assert asked.headers["Location"].startswith(f"{BELOW}/sign-in?next={BELOW}/campaigns")
    page = client.get(asked.headers["Location"]).text
    fields = {name: hidden(page, name) for name in ("csrf_token", "next")} | {"name": "wang", "password": PASSWORD}
    entered = client.post(f"{BELOW}/sign-in", data=fields)
    assert (entered.status_code, entered.headers["Location"]) == (303, f"{BELOW}/campaigns?q=1")
    assert any(f"Path={BELOW}/sign-in" in cookie for cookie in entered.headers.getlist("Set-Cookie"))
    for address in ("/", "/campaigns", "/campaigns/c1", "/campaigns/new", "/desk", "/admin/audit", "/city"):
        of_staff = client.get(f"{arriving}{address}")
        assert of_staff.status_code == 200
        assert [link for link in Page(of_staff.text).links if not link.startswith((f"{BELOW}/", "#"))] == []


def test_health_is_told_with_and_without_the_path(client: FlaskClient, code: str) -> None:
    assert [client.get(f"{below}/healthz").status_code for below in (KEPT, TAKEN_OFF)] == [200, 200]


def test_what_only_begins_like_the_path_is_not_below_it(client: FlaskClient, code: str) -> None:
    assert client.get(f"{BELOW}x/s/{code}").status_code == 404


def test_without_a_path_nothing_is_added(client: FlaskClient, survey: Survey) -> None:
    page = Page(client.get(f"/s/{survey.codes['parent', SCHOOL][0]}").text)
    assert f"/s/{survey.codes['parent', SCHOOL][0]}" in page.links
    assert client.get(f"{BELOW}/s").status_code == 404


def test_a_path_that_the_server_in_front_splits_off_is_left_alone(client: FlaskClient, code: str) -> None:
    page = Page(client.get(f"/s/{code}", environ_overrides={"SCRIPT_NAME": "/elsewhere"}).text)
    assert f"/elsewhere/s/{code}" in page.links


def test_links_carry_the_path_of_the_open_campaign_and_those_of_others_are_served(
    client: FlaskClient, survey: Survey, clock: FixedClock, code: str
) -> None:
    later = clock.now() + timedelta(days=1)
    address = "https://office.example.cn/"
    add_campaign(survey, id="c0", state="draft", created_at=later, base_url=f"{address}next")
    add_campaign(survey, id="c9", state="closed", created_at=later, base_url=f"{address}last")
    clock.move(KNOWN_FOR)
    assert f'action="{BELOW}/s"' in client.get("/s").text
    for other in ("/next", "/last"):
        assert f'action="{other}/s"' in client.get(f"{other}/s").text


def test_a_campaign_that_opens_while_the_service_runs_counts_a_second_later(
    client: FlaskClient, survey: Survey, clock: FixedClock
) -> None:
    assert 'action="/s"' in client.get("/s").text
    survey.change_campaign(base_url=f"https://office.example.cn{BELOW}")
    clock.move(KNOWN_FOR)
    assert f'action="{BELOW}/s"' in client.get("/s").text


def test_no_header_of_a_request_gets_into_links_and_redirects(client: FlaskClient, code: str) -> None:
    lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
    typed = client.post("/s", data={"code": code}, headers=lies)
    assert typed.headers["Location"] == f"{BELOW}/s/{code}"
    for address in (f"/s/{code}", "/s", "/sign-in", "/nowhere", "/s/x"):
        assert "evil" not in client.get(address, headers=lies).text
