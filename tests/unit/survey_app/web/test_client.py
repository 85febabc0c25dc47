"""Where a request comes from, and which redirects stay here."""

import pytest
from flask import Flask

from survey_app.web.client import is_from_own_page, is_from_this_machine, is_own_path

app = Flask(__name__)


@pytest.mark.parametrize("target", ["/", "/city", "/campaigns/c1?school=1#top", "/a//b", "/搜索?q=和平"])
def test_own_paths(target: str) -> None:
    assert is_own_path(target)


@pytest.mark.parametrize(
    "target",
    [
        "",
        "city",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " /city",
        "\x00/city",
        "/\u2028/x",
    ],
)
def test_everything_else_leads_away(target: str) -> None:
    assert not is_own_path(target)


@pytest.mark.parametrize(
    ("peer", "forwarded", "is_from_here"),
    [("127.0.0.1", None, True), ("::1", None, True), ("127.0.0.1", "192.0.2.1", False), ("192.0.2.1", None, False)],
)
def test_a_proxy_on_this_machine_is_not_this_machine(peer: str, forwarded: str | None, is_from_here: bool) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with app.test_request_context(environ_base={"REMOTE_ADDR": peer}, headers=headers):
        assert is_from_this_machine() is is_from_here


@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "https://localhost"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_a_form_of_another_site_is_told_apart(headers: dict[str, str], is_own: bool) -> None:
    with app.test_request_context(method="POST", headers=headers):
        assert is_from_own_page() is is_own
