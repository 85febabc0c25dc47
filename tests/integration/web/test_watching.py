"""What is told to whoever watches the service: which part is missing, and counts in which no respondent is."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Role
from survey_app.services.accounts.tokens import make_token
from survey_app.storage.heartbeats import beat, end_beating
from survey_app.storage.session import Database
from survey_app.web import metrics
from tests.builders_staff import OWN_COUNTY, installation_of, make_account, sign_in_as
from tests.builders_survey import Survey
from tests.builders_web import SCHOOL, Page, all_satisfied

# what somebody may type, and what a scanner sends
ODD_ADDRESSES = ["/s", "/S", "/s/", "/s/x", "/s/7K3M9QXA4HT/y", "/S/7K3M9QXA4HT", "/7K3M9QXA4HT", "/r", "/r/x", "/x?s"]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "FOO"]


@pytest.fixture(autouse=True)
def _room_is_asked_for_anew() -> Iterator[None]:
    yield
    metrics._take_room.cache_clear()


def health(client: FlaskClient) -> tuple[int, str, list[str]]:
    response = client.get("/healthz")
    told = response.get_json()
    return response.status_code, told["status"], told["missing"]


def note_beat(database: Database, part: str, clock: FixedClock) -> None:
    with database.write() as connection:
        beat(connection, part, clock.now())


def token_of(app: Flask, role: Role, county: str | None = None) -> str:
    at = installation_of(app)
    account = make_account(app, f"{role}-{county or 'all'}", role, county)
    return make_token(at.database, at.clock, "(junheng)", account.name)


def metrics_of(app: Flask, token: str | None, **environ: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = app.test_client().get("/metrics", headers=headers, environ_base=environ)
    return response.status_code, response.text


def test_the_worker_is_missed_until_it_comes_and_after_a_minute_of_silence(
    client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    assert health(client) == (200, "degraded", ["worker"])
    note_beat(database, "worker", clock)
    assert health(client) == (200, "ok", [])
    clock.move(timedelta(seconds=60))
    assert health(client) == (200, "ok", [])
    clock.move(timedelta(seconds=1))
    assert health(client) == (200, "degraded", ["worker"])
    note_beat(database, "worker", clock)
    assert health(client) == (200, "ok", [])


def test_the_turnover_of_a_campaign_is_missed_after_twenty_minutes_until_it_ends(
    client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    note_beat(database, "turnover/c1", clock)
    note_beat(database, "something else", clock)
    clock.move(timedelta(minutes=20))
    note_beat(database, "worker", clock)
    assert health(client) == (200, "ok", [])
    clock.move(timedelta(seconds=1))
    assert health(client) == (200, "degraded", ["turnover/c1"])
    with database.write() as connection:
        end_beating(connection, "turnover/c1")
    assert health(client) == (200, "ok", [])


def test_a_key_directory_that_is_gone_is_told(
    client: FlaskClient, database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    note_beat(database, "worker", clock)
    shutil.rmtree(keys.path)
    assert health(client) == (200, "degraded", ["keys"])


def test_counts_are_for_an_administrator_of_all_counties_on_the_machine_too(app: Flask) -> None:
    assert metrics_of(app, None, REMOTE_ADDR="127.0.0.1")[0] == 401
    assert metrics_of(app, "jht_none")[0] == 401
    assert metrics_of(app, token_of(app, Role.MONITOR))[0] == 403
    assert metrics_of(app, token_of(app, Role.ADMIN, OWN_COUNTY))[0] == 403
    assert metrics_of(app, token_of(app, Role.ADMIN))[0] == 200


def test_the_staffs_requests_are_counted_by_route_and_without_their_address(app: Flask) -> None:
    sign_in_as(app, Role.ADMIN).get("/admin/users/NOBODY")
    text = (metrics.metrics_text() or b"").decode()
    assert 'junheng_requests_total{method="GET",route="admin.' in text
    assert "junheng_request_seconds_bucket" in text
    assert "NOBODY" not in text


def test_no_request_of_a_respondent_moves_a_count(app: Flask, client: FlaskClient, survey: Survey) -> None:
    code = survey.codes["parent", SCHOOL][0]
    before = metrics.metrics_text()
    page = Page(client.get(f"/s/{code}").text)
    for link in page.links:  # style, script: what the phone loads with the form
        client.get(link).close()
    form = {name: values[0] for name, values in page.values.items()}
    sent = client.post(f"/s/{code}", data=form | all_satisfied("parent"))
    assert Page(sent.text).kind == "receipt"
    client.post(f"/s/{code}", data=form | {"q01": "77"})
    client.post(f"/s/{code}", data=b"x" * 2_000_000)
    for address in ODD_ADDRESSES:
        for method in METHODS:
            client.open(address, method=method)
    assert metrics.metrics_text() == before


def test_no_request_at_the_desk_that_may_be_about_a_code_moves_a_count(app: Flask) -> None:
    desk = sign_in_as(app, Role.DESK)
    before = metrics.metrics_text()
    assert desk.get("/desk/paper").status_code == 200
    desk.get("/desk")
    assert metrics.metrics_text() == before


def test_what_the_process_uses_is_not_told(app: Flask) -> None:
    text = (metrics.metrics_text() or b"").decode()
    assert {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")} == {
        "junheng_requests_total",
        "junheng_requests_created",
        "junheng_request_seconds",
        "junheng_request_seconds_created",
    }


def test_a_folder_of_counts_that_is_gone_costs_the_counts_and_no_page(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token, browser = token_of(app, Role.ADMIN), sign_in_as(app, Role.ADMIN)
    monkeypatch.setenv(metrics.SHARED_FOLDER, str(tmp_path / "gone"))
    assert browser.get("/admin").status_code == 200
    assert app.test_client().get("/s").status_code == 200
    assert metrics_of(app, token)[0] == 503


def test_a_bug_in_a_respondents_page_is_told_without_what_was_sent(
    app: Flask, client: FlaskClient, survey: Survey, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False
    code, message = survey.codes["parent", SCHOOL][0], "a bug with {}"

    def fail(*given: object) -> None:
        raise RuntimeError(message.format(given))

    monkeypatch.setattr("survey_app.web.respondent.submit", fail)
    response = client.post(f"/s/{code}", data={"q01": "3", "nonce": "n-o-n-c-e"})
    assert (response.status_code, Page(response.text).kind) == (500, "our_mistake")
    (record,) = caplog.records
    assert "unexpected error in respondent.send" in record.getMessage()
    assert "in fail" in caplog.text
    assert "RuntimeError" in caplog.text
    assert not [quoted for quoted in (code, "n-o-n-c-e", "q01", "a bug with") if quoted in caplog.text]
    assert record.exc_info is None
