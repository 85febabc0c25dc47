"""What programs read: with a token, within limits, as the OpenAPI document says."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_app.domain.clock import FixedClock
from survey_app.domain.staff import Role
from survey_app.services.accounts.tokens import make_token
from survey_app.services.campaigns.lifecycle import create_campaign
from survey_app.services.cockpit.monitoring import show_campaign
from survey_app.web.access import Gate, declared_access
from survey_app.web.openapi import DOCUMENT
from survey_app.web.throttle import PROGRAM_LIMIT, STRANGER_LIMIT
from tests.builders_campaign import write_campaign
from tests.builders_staff import OTHER_COUNTY, OWN_COUNTY, installation_of, make_account


@pytest.fixture
def draft(app: Flask, tmp_path: Path) -> str:
    """The id of a campaign of `OWN_COUNTY` that was just planned."""
    at = installation_of(app)
    return create_campaign(at.database, at.keys, at.clock, write_campaign(tmp_path))


def token_of(app: Flask, role: Role = Role.MONITOR, county: str | None = None) -> str:
    at = installation_of(app)
    account = make_account(app, f"{role}-{county or 'all'}", role, county)
    return make_token(at.database, at.clock, "(junheng)", account.name)


def ask(app: Flask, path: str, token: str | None, **headers: str) -> TestResponse:
    sent = headers | ({"Authorization": f"Bearer {token}"} if token else {})
    return app.test_client().get(path, headers=sent)


def conforms(value: Any, schema: dict[str, Any], where: str = "$") -> list[str]:
    """What of `value` is not as the schema (of the few words our document uses) says."""
    if "$ref" in schema:
        return conforms(value, DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], where)
    if "const" in schema:
        return [] if value == schema["const"] else [f"{where} is {value!r}"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{where} is {value!r}"]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    allowed = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(type(value) is kinds[kind] for kind in allowed):
        return [f"{where} is {value!r}, not {allowed}"]
    if isinstance(value, list):
        return [fault for n, item in enumerate(value) for fault in conforms(item, schema["items"], f"{where}[{n}]")]
    return object_faults(value, schema, where) if isinstance(value, dict) else []


def object_faults(value: dict[str, Any], schema: dict[str, Any], where: str) -> list[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    faults = [f"{where}.{name} is missing" for name in schema.get("required", []) if name not in value]
    for name, item in value.items():
        if name not in known and others is False:
            faults.append(f"{where}.{name} is not declared")
        elif name in known or isinstance(others, dict):
            faults += conforms(item, known.get(name, others), f"{where}.{name}")
    return faults


def schema_of(path: str, status: str) -> dict[str, Any]:
    answer: dict[str, Any] = DOCUMENT["paths"][path]["get"]["responses"][status]
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


def test_a_campaign_is_what_the_command_shows(app: Flask, draft: str) -> None:
    answer = ask(app, f"/api/v1/campaigns/{draft}", token_of(app, county=OWN_COUNTY))
    assert answer.status_code == 200
    assert answer.get_json() == show_campaign(installation_of(app).database, draft)
    assert conforms(answer.get_json(), schema_of("/api/v1/campaigns/{campaign_id}", "200")) == []


def test_the_document_would_find_a_fault(app: Flask, draft: str) -> None:
    document = show_campaign(installation_of(app).database, draft) | {
        "state": "lost",
        "rate": 0.9,
        "year": "2026",
    }
    faults = conforms(document, schema_of("/api/v1/campaigns/{campaign_id}", "200"))
    assert faults == ["$.state is 'lost'", "$.year is '2026', not ['integer']", "$.rate is not declared"]


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [(None, 401, "unauthorized"), ("jht_none", 401, "unauthorized"), ("好", 401, "unauthorized")],
)
def test_without_a_valid_token_nothing_is_read(app: Flask, token: str | None, status: int, code: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")} if token else {}
    answer = app.test_client().get("/api/v1/campaigns/c1", headers=headers)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert conforms(answer.get_json(), schema_of("/api/v1/campaigns/{campaign_id}", "401")) == []


def test_a_session_is_no_token_and_a_token_no_session(app: Flask) -> None:
    from tests.builders_staff import sign_in_as

    assert sign_in_as(app, Role.ADMIN).get("/api/v1/campaigns/c1").status_code == 401
    assert ask(app, "/city", token_of(app, Role.ADMIN)).status_code == 303


def test_another_countys_campaign_is_as_if_there_were_none(app: Flask) -> None:
    token = token_of(app, county=OTHER_COUNTY)
    answers = [ask(app, f"/api/v1/campaigns/{name}", token) for name in ("c1", "none")]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].get_json() == answers[1].get_json()


def test_the_desk_reads_no_assessments(app: Flask) -> None:
    answer = ask(app, "/api/v1/assessments/a", token_of(app, Role.DESK))
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "forbidden")
    assert ask(app, "/api/v1/assessments/a", token_of(app, Role.EVALUATOR)).status_code == 404


def test_other_methods_and_addresses_are_refused_in_json(app: Flask) -> None:
    client, headers = app.test_client(), {"Authorization": f"Bearer {token_of(app)}"}
    assert client.post("/api/v1/campaigns/c1", headers=headers).get_json()["error"]["code"] == "method_not_allowed"
    assert client.get("/api/v1/nothing", headers=headers).get_json()["error"]["code"] == "not_found"


def test_an_account_may_ask_so_often_in_a_minute_and_then_again(app: Flask, clock: FixedClock) -> None:
    token, path = token_of(app), "/api/v1/campaigns/none"
    statuses = [ask(app, path, token).status_code for _ in range(PROGRAM_LIMIT + 2)]
    assert statuses == [404] * PROGRAM_LIMIT + [429] * 2
    refused = ask(app, path, token)
    assert (refused.headers["Retry-After"], refused.get_json()["error"]["code"]) == ("60", "too_many_requests")
    assert ask(app, path, token_of(app, Role.EVALUATOR)).status_code == 404
    clock.move(timedelta(minutes=1))
    assert ask(app, path, token).status_code == 404


def test_whoever_guesses_tokens_is_stopped_and_who_has_one_is_not(app: Flask, draft: str) -> None:
    path = f"/api/v1/campaigns/{draft}"
    statuses = [ask(app, path, "jht_guess").status_code for _ in range(STRANGER_LIMIT + 1)]
    assert statuses == [401] * STRANGER_LIMIT + [429]
    assert ask(app, path, token_of(app)).status_code == 200


def test_the_document_names_the_routes_there_are(app: Flask) -> None:
    routes = {
        re.sub(r"<(\w+)>", r"{\1}", rule.rule): rule.endpoint.partition(".")[2]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    assert {path: operation["get"]["operationId"] for path, operation in DOCUMENT["paths"].items()} == routes
    for path, operation in DOCUMENT["paths"].items():
        access = declared_access(app.view_functions[f"api.{routes[path]}"])
        assert access is not None
        assert (access.gate == Gate.PUBLIC) is (operation["get"].get("security") == [])
        named = [parameter["name"] for parameter in operation["get"].get("parameters", [])]
        assert named == re.findall(r"{(\w+)}", path)
    assert app.test_client().get("/api/v1/openapi.json").get_json() == DOCUMENT
