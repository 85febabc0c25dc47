"""The staff's shell in a real browser: sign-in, home, accounts, log, counties side by side; on a phone and on a laptop."""

import base64
import secrets
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from survey_app.domain.clock import SystemClock
from survey_app.domain.second_factor import code_at
from survey_app.domain.staff import Role
from survey_app.services.accounts.users import NewUser, add_user, set_password
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


LOOKS = [(360, "dark"), (1280, "light")]
OTHER_LOOKS = [pytest.param(look, marks=pytest.mark.exhaustive) for look in [(360, "light"), (1280, "dark")]]


@pytest.fixture(params=[*LOOKS, *OTHER_LOOKS], ids=lambda look: f"{look[0]}-{look[1]}")
def look(request: pytest.FixtureRequest) -> tuple[int, str]:
    """The screen's width and its colours."""
    width, scheme = request.param
    return width, scheme


@pytest.fixture
def width(look: tuple[int, str]) -> int:
    return look[0]


@pytest.fixture
def scheme(look: tuple[int, str]) -> str:
    return look[1]


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
        "second-factor": "/account/second-factor",
        "factor-roles": "/admin/second-factor",
        "missing": "/admin/users/nobody-of-this-name",
    }
    for place, path in places.items():
        screen.goto(path)
        check(screen, f"{place}-{scheme}-{width}", keep_picture)


def check(page: Page, name: str, keep_picture: Keep) -> None:
    assert_accessible(page)
    assert_fits(page)
    keep_picture(page, f"staff-{name}")


def test_a_second_factor_is_set_up_and_asked_for(
    screen: Page, server: Server, width: int, scheme: str, keep_picture: Keep
) -> None:
    name = new_account(server, Role.MONITOR)
    screen.goto("/account/second-factor")
    sign_in(screen, name)
    secret = base64.b32decode(screen.locator("#secret").inner_text().replace(" ", ""))
    screen.get_by_label("应用显示的六位数字").fill(code_at(secret, SystemClock().now()))
    screen.get_by_role("button", name="设好了").click()
    codes = screen.locator("output").all_inner_texts()
    assert len(codes) == 10
    check(screen, f"recovery-codes-{scheme}-{width}", keep_picture)
    screen.get_by_role("link", name="记好了").click()
    screen.goto("/account/second-factor")
    check(screen, f"second-factor-there-{scheme}-{width}", keep_picture)
    screen.get_by_role("button", name="退出").click()
    sign_in(screen, name)
    check(screen, f"code-{scheme}-{width}", keep_picture)
    screen.get_by_label("动态码").fill("000000")
    screen.get_by_role("button", name="登录").click()
    check(screen, f"code-wrong-{scheme}-{width}", keep_picture)
    screen.get_by_label("动态码").fill(codes[0])
    screen.get_by_role("button", name="登录").click()
    expect(screen.get_by_role("button", name="退出")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, indirect=True, ids=lambda look: str(look[0]))  # the colours do not matter here
def test_an_account_is_made_handed_over_and_used(screen: Page, server: Server) -> None:
    screen.goto("/admin")
    sign_in(screen, new_account(server, Role.ADMIN))
    name = f"王海燕{secrets.token_hex(2)}"
    screen.get_by_label("账号", exact=True).fill(name)
    screen.get_by_label("督导").check()
    screen.get_by_label("限定县区").fill("430302")
    screen.get_by_role("button", name="新建账号").click()
    initial = screen.locator("#secret").inner_text()
    screen.get_by_role("link", name="记好了").click()
    expect(screen.get_by_role("heading", level=1)).to_contain_text(name)
    screen.get_by_role("button", name="退出").click()
    expect(screen.get_by_role("status")).to_have_text("您已退出登录。")
    sign_in(screen, name, initial)
    expect(screen.get_by_role("heading", level=1)).to_have_text("修改密码")
    screen.get_by_label("现在的密码").fill(initial)
    screen.get_by_label("新密码", exact=True).fill(PASSWORD)
    screen.get_by_label("再输一遍新密码").fill(PASSWORD)
    screen.get_by_role("button", name="保存新密码").click()
    expect(screen.get_by_role("heading", level=1)).to_have_text(f"{name}，您好")
    expect(screen.get_by_role("navigation", name="主导航")).not_to_contain_text("操作日志")


def test_a_form_that_comes_too_late_is_signed_in_for_checked_and_sent(
    screen: Page, server: Server, width: int, scheme: str, keep_picture: Keep
) -> None:
    name = new_account(server, Role.ADMIN)
    screen.goto("/admin")
    sign_in(screen, name)
    typed = f"李伟{secrets.token_hex(2)}"
    screen.get_by_label("账号", exact=True).fill(typed)
    screen.get_by_label("评估员").check()
    set_password(server.survey.database, SystemClock(), "(junheng)", name, "another password now")  # ends the session
    screen.get_by_role("button", name="新建账号").click()
    expect(screen.get_by_role("status")).to_contain_text("刚才的内容没有丢")
    check(screen, f"late-{scheme}-{width}", keep_picture)
    sign_in(screen, name, "another password now")
    expect(screen.locator("dl")).to_contain_text(typed)
    check(screen, f"resume-{scheme}-{width}", keep_picture)
    screen.get_by_role("button", name="提交", exact=True).click()
    expect(screen.get_by_role("heading", level=1)).to_contain_text(typed)
    check(screen, f"secret-{scheme}-{width}", keep_picture)


def test_a_wrong_password_is_said_and_the_name_stays(
    screen: Page, server: Server, width: int, scheme: str, keep_picture: Keep
) -> None:
    name = new_account(server, Role.DESK)
    screen.goto("/sign-in")
    sign_in(screen, name, "not the password")
    expect(screen.get_by_role("alert")).to_contain_text("账号或密码不对")
    expect(screen.get_by_label("账号")).to_have_value(name)
    check(screen, f"wrong-{scheme}-{width}", keep_picture)


def test_english_is_a_button_away(screen: Page, server: Server, width: int, scheme: str, keep_picture: Keep) -> None:
    screen.goto("/")
    screen.get_by_role("button", name="English").click()
    screen.get_by_role("link", name="Staff sign-in").click()
    screen.get_by_label("Account").fill(new_account(server, Role.ADMIN))
    screen.get_by_label("Password").fill(PASSWORD)
    screen.get_by_role("button", name="Sign in").click()
    for place in ("/", "/city", "/admin", "/admin/audit"):
        screen.goto(place)
        expect(screen.locator("html")).to_have_attribute("lang", "en")
        check(screen, f"english{place.replace('/', '-')}-{scheme}-{width}", keep_picture)
    screen.get_by_role("button", name="中文").click()
    expect(screen.get_by_role("heading", level=1)).to_have_text("操作日志")
