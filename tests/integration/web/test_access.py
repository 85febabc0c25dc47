"""Every route says who may use it, or the service does not start."""

from pathlib import Path

import pytest
from flask import Blueprint

from survey_app import create_app
from survey_app.settings import Settings
from survey_app.web import application
from survey_app.web.access import PUBLIC, UndeclaredAccess, declared_access, public


def settings(folder: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{folder / 'none.sqlite3'}", keys_dir=folder / "keys")


def test_a_route_that_declares_nothing_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = Blueprint("hidden", __name__)
    hidden.get("/declared")(public(lambda: "yes"))
    hidden.get("/undeclared", endpoint="undeclared")(lambda: "no")
    monkeypatch.setattr(application, "BLUEPRINTS", (*application.BLUEPRINTS, hidden))
    with pytest.raises(UndeclaredAccess) as refused:
        create_app(settings(tmp_path))
    assert refused.value.routes == ["/undeclared (hidden.undeclared)"]


def test_respondents_pages_are_public(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path))
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("respondent.") or endpoint == "health.healthz":
            assert declared_access(view) == PUBLIC


def test_the_desks_views_say_that_their_forms_may_hold_a_code(tmp_path: Path) -> None:
    declared = {name: declared_access(view) for name, view in create_app(settings(tmp_path)).view_functions.items()}
    holding = {name for name, access in declared.items() if access and access.holds_code}
    assert holding == {name for name in declared if name.startswith("desk.")}
    assert len(holding) > 10


def test_health_is_bad_without_a_database(tmp_path: Path) -> None:
    response = create_app(settings(tmp_path)).test_client().get("/healthz")
    assert (response.status_code, response.get_json()) == (
        503,
        {"status": "unavailable", "missing": ["database", "keys"]},
    )


def test_nothing_is_made_when_an_application_is(tmp_path: Path) -> None:
    create_app(settings(tmp_path))
    assert list(tmp_path.iterdir()) == []
