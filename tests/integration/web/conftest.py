"""The application on a database of the test's own (both engines), with an open survey of all groups."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_app import create_app
from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.settings import Settings
from survey_app.storage.session import Database
from tests.builders_survey import Survey
from tests.builders_web import open_real_survey


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_real_survey(database, keys, clock)


@pytest.fixture
def app(survey: Survey, database_url: str, keys: KeyDirectory, clock: FixedClock) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url, keys_dir=keys.path), clock)
    app.testing = True
    yield app
    app.extensions["junheng"].database.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
