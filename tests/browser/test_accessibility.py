"""axe finds nothing on any kind of page, light and dark, usual and large print."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from survey_app.domain.clock import SystemClock
from survey_app.domain.codes import make_code
from tests.browser.conftest import Server
from tests.builders_survey import Survey
from tests.builders_web import SCHOOL

Keep = Callable[[Page, str], None]


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


CHINESE, ENGLISH = "", "big=1&lang=en"


@pytest.fixture(
    params=[
        pytest.param(("light", CHINESE), id="light, chinese"),
        pytest.param(("dark", ENGLISH), id="dark, english large print"),
        pytest.param(("dark", CHINESE), id="dark, chinese", marks=pytest.mark.exhaustive),
        pytest.param(("light", ENGLISH), id="light, english large print", marks=pytest.mark.exhaustive),
    ]
)
def look(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Colours, and what in an address chooses language and print."""
    scheme, query = request.param
    return scheme, query


@pytest.fixture
def scheme(look: tuple[str, str]) -> str:
    return look[0]


@pytest.fixture
def query(look: tuple[str, str]) -> str:
    return look[1]


@pytest.fixture
def screen(open_phone: Callable[..., Page], scheme: str) -> Page:
    return open_phone(color_scheme=scheme)


def test_forms_and_what_follows_them(screen: Page, server: Server, scheme: str, query: str, keep_picture: Keep) -> None:
    name = f"{scheme}-{'english-large-print' if query else 'chinese'}"
    for group in ("student", "principal"):
        screen.goto(f"/s/{server.survey.codes[group, SCHOOL][0]}?{query}")
        assert_accessible(screen)
        keep_picture(screen, f"{group}-{name}")
    screen.locator("#q01 .row").first.tap()
    screen.locator("#submit").tap()
    expect(screen.locator("#problems")).to_be_visible()
    assert_accessible(screen)
    keep_picture(screen, f"gaps-{name}")


def test_receipts_and_refusals(screen: Page, server: Server, scheme: str, query: str, keep_picture: Keep) -> None:
    survey = server.survey
    code = survey.codes["student", SCHOOL].pop()
    survey.submit(code, **{f"q{number:02d}": "1" for number in range(1, 12)})
    addresses = {
        "entry": f"/s?{query}",
        "entry-wrong": f"/s?code=AB&{query}",
        "used": f"/s/{code}?{query}",
        "wrong_copy": f"/s/ABC?{query}",
        "unknown_code": f"/s/{make_code()}?{query}",
        "lookup": f"/r?{query}",
        "lookup-not-yet": f"/r?receipt={receipt_of(survey)}&{query}",
        "lookup-not-listed": f"/r?receipt=000000000000&{query}",
        "lookup-wrong": f"/r?receipt=0&{query}",
        "not_found": f"/nowhere?{query}",
    }
    for kind, address in addresses.items():
        screen.goto(address)
        assert_accessible(screen)
        keep_picture(screen, f"{kind}-{scheme}-{'english-large-print' if query else 'chinese'}")


def receipt_of(survey: Survey) -> str:
    from survey_app.storage.tables import code

    return str(next(receipt for receipt in survey.stored(code, "receipt") if receipt))


def test_closed_not_open_and_full(screen: Page, server: Server, scheme: str, query: str, keep_picture: Keep) -> None:
    survey, now = server.survey, SystemClock().now()
    usual = {"opens": now - timedelta(hours=1), "closes": now + timedelta(days=1), "admission": 1}
    address = f"/s/{survey.codes['parent', SCHOOL][0]}?{query}"
    try:
        for kind, columns in {
            "not_open": {"opens": now + timedelta(hours=1), "admission": 0},
            "closed": {"closes": now - timedelta(minutes=1)},
        }.items():
            survey.change_campaign(**(usual | columns))
            screen.goto(address)
            expect(screen.locator("main")).to_have_attribute("data-page", kind)
            assert_accessible(screen)
            keep_picture(screen, f"{kind}-{scheme}-{'english-large-print' if query else 'chinese'}")
        survey.change_campaign(**usual)
        survey.change_group("parent", cap=0)
        screen.goto(address)
        expect(screen.locator("main")).to_have_attribute("data-page", "group_full")
        assert_accessible(screen)
    finally:
        survey.change_campaign(**usual)
        survey.change_group("parent", cap=None)
