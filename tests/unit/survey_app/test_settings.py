"""Settings: from the environment, with defaults beside the working folder."""

from pathlib import Path

import pytest

from survey_app.settings import Settings, read_settings


def test_without_variables_database_and_keys_are_under_instance() -> None:
    assert read_settings({}) == Settings("sqlite:///instance/junheng.sqlite3", Path("instance/keys"), "INFO")


def test_variables_decide_and_an_empty_one_is_not_set() -> None:
    environ = {"JUNHENG_DATABASE_URL": "postgresql+psycopg://h/d", "JUNHENG_KEYS": "/k", "JUNHENG_LOG_LEVEL": "debug"}
    assert read_settings(environ) == Settings("postgresql+psycopg://h/d", Path("/k"), "DEBUG")
    assert read_settings(dict.fromkeys(environ, "")) == read_settings({})


def test_a_log_level_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        read_settings({"JUNHENG_LOG_LEVEL": "LOUD"})
