"""Form and receipt are rendered once for each crowd, language and print; everybody still gets the own page, and nothing of another's."""

import json
import re
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote

from flask.testing import FlaskClient
from sqlalchemy import update

from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import print_code
from survey_app.storage import tables
from tests.builders_survey import Survey, questionnaire_document
from tests.builders_web import SCHOOL, Page, all_satisfied

VIEWS = ("", "?lang=en", "?big=1", "?big=1&lang=en")


def test_each_view_of_the_page_shows_the_own_receipt_and_code(client: FlaskClient, survey: Survey) -> None:
    codes = survey.codes["parent", SCHOOL][:8]
    pages = []
    for code, view in zip(codes, VIEWS * 2, strict=True):
        form = Page(client.get(f"/s/{code}{view}").text).values | all_satisfied("parent")
        pages.append(client.post(f"/s/{code}{view}", data=form).text)
    receipts = [Page(page).receipt for page in pages]
    assert sorted(receipts) == sorted(receipt for receipt in survey.stored(tables.code, "receipt") if receipt)
    for code, receipt, page, view in zip(codes, receipts, pages, VIEWS * 2, strict=True):
        assert f'data-code="{code}"' in page
        assert f"receipt={receipt}" in page
        assert not any(other in page for other in [*codes, *receipts] if other not in (code, receipt))
        assert "STANDS" not in page
        assert_view(page, view)


def assert_view(page: str, view: str) -> None:
    assert ('<html lang="en"' in page) == ("lang=en" in view)
    assert ('class="big"' in page) == ("big=1" in view)


def test_each_view_of_the_form_is_the_own_codes_and_holds_nothing_of_who_came_first(
    client: FlaskClient, survey: Survey
) -> None:
    codes = survey.codes["parent", SCHOOL][:8]
    writings = [str.lower, print_code, lambda code: f" {code[:3]} {code[3:].lower()}", str]
    secrets: set[str] = set()
    for number, (code, view) in enumerate(zip(codes, VIEWS * 2, strict=True)):
        html = client.get(f"/s/{quote(writings[number % 4](code))}{view}").text
        page = Page(html)
        assert "STANDS" not in html
        assert_view(html, view)
        assert f'data-code="{code}"' in html
        addresses = re.findall(r'(?:href|action)="/s/([^"?]*)', html)
        assert set(addresses) == {code}
        folded = re.sub("[^0-9a-z]", "", html.lower())
        assert not any(other.lower() in folded for other in codes if other != code)
        mine = {str(page.values["nonce"]), str(page.values["started"])}
        assert len(mine) == 2
        assert not mine & secrets
        secrets |= mine


def test_the_links_of_the_form_lead_to_its_other_views(client: FlaskClient, survey: Survey) -> None:
    code = survey.codes["parent", SCHOOL][0]
    for view in VIEWS:
        switches = re.search(r'<nav class="switches".*?</nav>', client.get(f"/s/{code}{view}").text, re.DOTALL)
        assert switches
        for address in re.findall('href="([^"]+)"', switches.group()):
            other = client.get(address.replace("&amp;", "&"))
            assert other.status_code == 200
            assert address.replace("&amp;", "&") != f"/s/{code}{view}"
            assert_view(other.text, address)


def test_schools_and_groups_do_not_see_each_others_form(client: FlaskClient, survey: Survey) -> None:
    pages = {of: client.get(f"/s/{codes[0]}").text for of, codes in survey.codes.items()}
    assert len({re.sub(r'value="[^"]*"|[0-9A-Z]{11}', "", page) for page in pages.values()}) == len(pages)


def test_a_form_handed_out_after_the_closing_was_moved_says_the_new_time(
    client: FlaskClient, survey: Survey, clock: FixedClock
) -> None:
    first, second = survey.codes["parent", SCHOOL][:2]
    assert "2026年11月24日 12:00" in client.get(f"/s/{first}").text
    survey.change_campaign(closes=clock.moment + timedelta(hours=1))
    assert "2026年11月24日 12:00" not in client.get(f"/s/{second}").text


def test_whatever_a_form_says_of_its_crowd_is_never_another_crowds(client: FlaskClient, survey: Survey) -> None:
    """One after the other in the same process, which shows the forms of many campaigns: whatever two of them say differently."""
    codes = iter(survey.codes["parent", SCHOOL])

    def next_form() -> str:
        return client.get(f"/s/{next(codes)}").text

    before = next_form()
    survey.change_campaign(name="另一个调查")
    assert "另一个调查" not in before
    assert "另一个调查" in next_form()
    assert "和您同一类的人不多" not in before
    survey.change_group("parent", least_crowd=2)
    assert "和您同一类的人不多" in next_form()
    text = json.dumps(questionnaire_document("parent", extra_choices=3))
    with survey.database.write() as connection:
        connection.execute(
            update(tables.questionnaire)
            .where(tables.questionnaire.c.group == "parent")
            .values(text=text, sha256=sha256(text.encode()).hexdigest())
        )
    survey.freeze()
    assert 'name="x03"' not in before
    assert 'name="x03"' in next_form()


def test_behind_a_prefix_the_forms_addresses_have_it(client: FlaskClient, survey: Survey) -> None:
    code = survey.codes["parent", SCHOOL][0]
    assert f'action="/s/{code}"' in client.get(f"/s/{code}").text
    behind = client.get(f"/s/{code}", environ_overrides={"SCRIPT_NAME": "/junheng"}).text
    assert f'action="/junheng/s/{code}"' in behind
    assert 'href="/junheng/static/' in behind
