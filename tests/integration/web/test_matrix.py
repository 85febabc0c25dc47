"""Every route × every role × own and other county: exactly what the route declares is allowed.

The views are replaced by one that says it was reached, so that only the declared access decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from survey_app.domain.staff import Role
from survey_app.services.accounts.tokens import make_token
from survey_app.web.access import Access, Gate, declare, declared_access
from survey_app.web.application import BLUEPRINTS
from tests.builders_staff import OTHER_COUNTY, OWN_COUNTY, StaffBrowser, installation_of, sign_in_as, stranger
from tests.route_examples import example_parts

REACHED = "the view was reached"
OPEN_TO_ALL = {"respondent.", "static", "health.healthz", "api.document"}
ENTRANCES = {
    "auth.sign_in_page",
    "auth.enter",
    "auth.code_page",
    "auth.enter_code",
    "auth.leave",
    "auth.choose_language",
    "staff.home",
}


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser and a token."""

    browser: StaffBrowser
    token: str | None
    role: Role | None
    county: str | None

    def may(self, access: Access) -> str:
        """What the declared access gives: reached, forbidden, missing or unknown (not signed in)."""
        if access.gate in (Gate.PUBLIC, Gate.ENTRANCE):
            return "reached"
        if self.role is None:
            return "unknown"
        if self.role not in access.roles or (access.gate == Gate.MEASURING and self.county):
            return "forbidden"
        is_elsewhere = access.county_of is not None and self.county not in (None, OWN_COUNTY)
        return "missing" if is_elsewhere else "reached"

    def ask(self, path: str, method: str, gate: Gate) -> TestResponse:
        """Sends the request as a page of ours, or as a program behind a proxy, would."""
        if gate in (Gate.PROGRAM, Gate.MEASURING):
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            return self.browser.client.open(path, method=method, headers=headers | {"X-Forwarded-For": "192.0.2.1"})
        return self.browser.post(path) if method == "POST" else self.browser.client.open(path, method=method)


@pytest.fixture
def reached_app(app: Flask) -> Flask:
    """The application with views that do nothing."""
    for endpoint, view in app.view_functions.items():
        access = declared_access(view)
        assert access is not None
        if endpoint != "staff.home":  # it gives the CSRF token

            def nothing(**_parts: object) -> str:
                return REACHED

            app.view_functions[endpoint] = declare(nothing, access)
    return app


@pytest.fixture
def visitors(reached_app: Flask) -> list[Visitor]:
    at = installation_of(reached_app)
    made = [Visitor(stranger(reached_app), None, None, None)]
    for role in Role:
        for county in (OWN_COUNTY, OTHER_COUNTY, None):
            browser = sign_in_as(reached_app, role, county)
            assert browser.account is not None
            token = make_token(at.database, at.clock, "(junheng)", browser.account.name)
            made.append(Visitor(browser, token, role, county))
    return made


def outcome(response: TestResponse) -> str:
    if response.status_code == 401 or "/sign-in" in response.headers.get("Location", ""):
        return "unknown"
    return {403: "forbidden", 404: "missing"}.get(response.status_code, "reached")


def own_rules(app: Flask) -> Iterator[tuple[Rule, Access]]:
    for rule in app.url_map.iter_rules():
        access = declared_access(app.view_functions[rule.endpoint])
        assert access is not None
        yield rule, access


def test_every_route_lets_in_exactly_whom_it_declares(reached_app: Flask, visitors: list[Visitor]) -> None:
    wrong, asked = [], 0
    for rule, access in own_rules(reached_app):
        with reached_app.test_request_context():
            path = reached_app.url_map.bind("localhost").build(rule.endpoint, example_parts(reached_app, rule))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            for visitor in visitors:
                response = visitor.ask(path, method, access.gate)
                asked += 1
                if outcome(response) != visitor.may(access):
                    who = f"{visitor.role} of {visitor.county}"
                    wrong.append(f"{method} {path}: {who}: {response.status_code}, not {visitor.may(access)}")
    assert wrong == []
    assert asked > 300


def test_routes_of_the_same_address_stay_together(app: Flask) -> None:
    """Reading and changing a thing are of the same people, unless changing is of fewer."""
    roles: dict[str, dict[str, frozenset[Role]]] = {}
    for rule, access in own_rules(app):
        for method in (rule.methods or set()) & {"GET", "POST"}:
            roles.setdefault(rule.rule, {})[method] = access.roles
    assert all(of["POST"] <= of["GET"] for of in roles.values() if len(of) == 2)


def test_only_these_routes_are_open_to_everybody(app: Flask) -> None:
    """A new one is added here, in the open."""
    for rule, access in own_rules(app):
        if access.gate == Gate.PUBLIC:
            assert any(rule.endpoint.startswith(name) for name in OPEN_TO_ALL), rule.endpoint
        if access.gate == Gate.ENTRANCE:
            assert rule.endpoint in ENTRANCES


def test_whatever_is_changed_is_changed_by_post(app: Flask) -> None:
    for rule, access in own_rules(app):
        if access.gate != Gate.PUBLIC:
            assert rule.methods is not None
            assert rule.methods <= {"GET", "HEAD", "OPTIONS", "POST"}


def test_an_address_with_a_campaign_or_an_assessment_declares_its_county(app: Flask) -> None:
    for rule, access in own_rules(app):
        if access.gate in (Gate.STAFF, Gate.PROGRAM) and {"campaign_id", "assessment_id", "name"} & set(rule.arguments):
            assert access.county_of is not None, rule.endpoint


def test_all_blueprints_are_registered(app: Flask) -> None:
    assert set(app.blueprints) == {blueprint.name for blueprint in BLUEPRINTS}
