"""Where a request comes from, and which redirects stay here."""

import pytest
from flask import Flask

from survey_app.web.client import is_from_own_page, is_own_path

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
