"""What a phone has to load (docs/interfaces.md, "Respondents' pages"): at most 60 KB gzipped a page, everything from one origin."""

import gzip
import re

import pytest
from flask.testing import FlaskClient

from tests.builders_survey import Survey
from tests.builders_web import Page

MOST_BYTES = 60_000


def size(data: bytes) -> int:
    return len(gzip.compress(data, 6))


def loaded_with(client: FlaskClient, page: Page) -> int:
    files = [link for link in page.links if link.startswith("/static/")]
    assert len(files) == 3
    total = 0
    for file in files:
        with client.get(file) as response:
            total += size(response.data)
    return total


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_form_and_every_form_with_errors_is_light(client: FlaskClient, survey: Survey, language: str) -> None:
    for codes in survey.codes.values():
        address = f"/s/{codes[0]}?lang={language}"
        form = Page(client.get(address).text)
        refused = client.post(address, data=form.values | {"q13": "字" * 2_001}).text
        for html in (form.html, refused):
            assert size(html.encode()) + loaded_with(client, form) <= MOST_BYTES


def test_pages_load_and_lead_to_nothing_outside(client: FlaskClient, survey: Survey) -> None:
    code = survey.all_codes()[0]
    for address in (f"/s/{code}", "/s", "/r", "/r?receipt=x", "/s/abc", "/nowhere"):
        page = Page(client.get(address).text)
        assert all(re.match(r"/(?!/)|#", link) for link in page.links), page.links
        assert not re.search(r"\son\w+=|style=|<style|<script(?![^>]*src=)|javascript:", page.html)
