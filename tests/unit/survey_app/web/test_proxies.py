"""Forwarded headers: believed from trusted proxies, hop by hop, and from nobody else."""

import logging
from ipaddress import ip_network

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from survey_app.web.client import client_address
from survey_app.web.proxies import TrustedProxies


def client_of(*trusted: str) -> FlaskClient:
    app = Flask(__name__)
    app.get("/here")(lambda: {"address": client_address(), "url": request.url})
    app.wsgi_app = TrustedProxies(app.wsgi_app, [ip_network(one) for one in trusted])  # type: ignore[method-assign]
    return app.test_client()


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.9", None, "192.0.2.9"),
        ("192.0.2.9", "203.0.113.5", "192.0.2.9"),  # whoever is not our proxy can say what he likes
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("::ffff:127.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.5", "203.0.113.5"),  # the client's own claim comes first
        ("127.0.0.1", "203.0.113.5, 10.1.2.3", "203.0.113.5"),  # two proxies of ours
        ("127.0.0.1", "198.51.100.1, 203.0.113.5, 10.1.2.3, 10.9.9.9", "203.0.113.5"),
        ("127.0.0.1", "10.1.2.3, 203.0.113.5", "203.0.113.5"),  # a claim to be one of our proxies changes nothing
        ("127.0.0.1", "10.1.2.3, 10.9.9.9", "10.1.2.3"),  # somebody in the proxies' network
        ("127.0.0.1", "203.0.113.5, unknown", "127.0.0.1"),
        ("127.0.0.1", "unknown, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_client_is_the_last_hop_that_is_no_trusted_proxy(peer: str, forwarded: str | None, address: str) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    client = client_of("127.0.0.1", "10.0.0.0/8")
    assert client.get("/here", headers=headers, environ_base={"REMOTE_ADDR": peer}).json["address"] == address  # type: ignore[index]


SAID = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "survey.example", "X-Forwarded-Prefix": "/county"}


@pytest.mark.parametrize(
    ("trusted", "url"),
    [
        (["127.0.0.1"], "https://survey.example/county/here"),
        (["10.0.0.1"], "http://localhost/here"),
        ([], "http://localhost/here"),
    ],
)
def test_scheme_host_and_prefix_are_believed_from_a_trusted_proxy_only(trusted: list[str], url: str) -> None:
    assert client_of(*trusted).get("/here", headers=SAID).json["url"] == url  # type: ignore[index]


def test_what_a_client_says_before_the_proxy_does_counts_for_nothing() -> None:
    said = {"X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "evil.example, survey.example"}
    assert client_of("127.0.0.1").get("/here", headers=said).json["url"] == "http://survey.example/here"  # type: ignore[index]


def test_nothing_is_made_of_a_scheme_or_prefix_that_is_none() -> None:
    said = {"X-Forwarded-Proto": "javascript", "X-Forwarded-Prefix": "evil.example"}
    assert client_of("127.0.0.1").get("/here", headers=said).json["url"] == "http://localhost/here"  # type: ignore[index]


def test_an_untrusted_proxy_is_warned_of_once_and_no_phone_is_named(caplog: pytest.LogCaptureFixture) -> None:
    client = client_of("10.0.0.1")
    with caplog.at_level(logging.WARNING):
        client.get("/here")
        assert caplog.messages == []
        for _ in range(3):
            client.get("/here", headers={"X-Forwarded-For": "203.0.113.5"}, environ_base={"REMOTE_ADDR": "192.0.2.77"})
    (message,) = caplog.messages
    assert "JUNHENG_TRUSTED_PROXIES" in message
    assert "192.0.2.77" not in message
    assert "203.0.113.5" not in message


def test_a_proxy_on_this_machine_is_named(caplog: pytest.LogCaptureFixture) -> None:
    client_of().get("/here", headers={"X-Forwarded-Proto": "https"})
    assert "127.0.0.1" in caplog.text


def test_a_trusted_proxy_is_not_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    client_of("127.0.0.1").get("/here", headers={"X-Forwarded-For": "203.0.113.5"})
    assert caplog.messages == []
