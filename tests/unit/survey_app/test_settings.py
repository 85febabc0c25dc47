"""Settings: from the environment, with defaults beside the working folder."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from click.testing import CliRunner

from survey_app.cli import main
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


def test_proxies_are_addresses_and_networks_and_none_is_trusted_by_default() -> None:
    assert read_settings({}).trusted_proxies == ()
    named = read_settings({"JUNHENG_TRUSTED_PROXIES": " 127.0.0.1, 10.1.0.0/16,2001:db8::/32,"}).trusted_proxies
    assert named == (ip_network("127.0.0.1/32"), ip_network("10.1.0.0/16"), ip_network("2001:db8::/32"))


@pytest.mark.parametrize("value", ["nginx", "10.0.0.5/16", "10.0.0.1 10.0.0.2", "*"])
def test_a_proxy_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"JUNHENG_TRUSTED_PROXIES: .*; expected addresses or networks"):
        read_settings({"JUNHENG_TRUSTED_PROXIES": value})


def test_an_invalid_value_is_wrong_usage_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUNHENG_TRUSTED_PROXIES", "nginx")
    refused = CliRunner().invoke(main, ["user", "list"])
    assert refused.exit_code == 2
    assert "JUNHENG_TRUSTED_PROXIES" in refused.output
    assert "Traceback" not in refused.output
