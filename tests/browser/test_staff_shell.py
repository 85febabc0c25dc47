"""The staff's shell in a real browser: sign-in, home, accounts, log, counties side by side; on a phone and on a laptop."""

import secrets
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from survey_app.domain.clock import SystemClock
from survey_app.domain.staff import Role
from survey_app.services.users import NewUser, add_user
from tests.browser.conftest import Server

Keep = Callable[[Page, str], None]
PASSWORD = "four unrelated words"
PHONE = {"viewport": {"width": 360, "height": 740}}
LAPTOP = {"viewport": {"width": 1280, "height": 800}, "has_touch": False, "is_mobile": False}


def new_account(server: Server, role: Role, county: str | None = None) -> str:
    name = f"{role}-{secrets.token_hex(3)}"
    add_user(server.survey.database, SystemClock(), "(junheng)", NewUser(name, role, county), PASSWORD)
    return name


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def assert_fits(page: Page) -> None:
    """Nothing sticks out at the side."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.fixture(params=[PHONE, LAPTOP], ids=["360", "1280"])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param["viewport"]["width"])


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def screen(open_phone: Callable[..., Page], width: int, scheme: str) -> Iterator[Page]:
    return open_phone(color_scheme=scheme, **(PHONE if width == PHONE["viewport"]["width"] else LAPTOP))


def test_every_page_of_the_shell_is_accessible_and_fits(
    screen: Page, server: Server, width: int, scheme: str, keep_picture: Keep
) -> None:
    name = new_account(server, Role.ADMIN)
    other = new_account(server, Role.MONITOR, "430302")
    for path in ("/", "/city"):
        screen.goto(path)
        check(screen, f"welcome{path.replace('/', '-')}-{scheme}-{width}", keep_picture)
    sign_in(screen, name)
    expect(screen.get_by_role("heading", level=1)).to_have_text("各县区")
    places = {
        "home": "/",
        "city": "/city",
        "admin": "/admin",
        "user": f"/admin/users/{other}",
        "self": f"/admin/users/{name}",
        "audit": "/admin/audit",
        "audit-none": "/admin/audit?object=nothing-like-this",
        "search": "/search?q=430302",
        "search-none": "/search?q=没有这所学校",
        "password": "/account/password",
        "missing": "/admin/users/nobody-of-this-name",
    }
    for place, path in places.items():
        screen.goto(path)
        check(screen, f"{place}-{scheme}-{width}", keep_picture)


def check(page: Page, name: str, keep_picture: Keep) -> None:
    assert_accessible(page)
    assert_fits(page)
    keep_picture(page, f"staff-{name}")
