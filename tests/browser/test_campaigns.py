"""The days of an administrator, a monitor and two desk clerks, on a phone and on a laptop; every page looked at and accessible."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from survey_app.domain.clock import FixedClock, SystemClock
from survey_app.domain.staff import Role
from survey_app.domain.timeline import hour_of
from survey_app.services.accounts.users import NewUser, add_user
from survey_app.services.cockpit.readings import take_readings
from tests.browser.conftest import Server
from tests.browser.test_staff_shell import LAPTOP, PASSWORD, PHONE, assert_accessible, assert_fits, sign_in
from tests.builders_campaign import school_rows, write_schools
from tests.builders_web import all_satisfied

Keep = Callable[[Page, str], None]
CAMPAIGN = "/campaigns/c1"


@pytest.fixture(params=[PHONE, LAPTOP], ids=["360", "1280"])
def screen(request: pytest.FixtureRequest) -> dict[str, object]:
    return dict(request.param)


class Office:
    """The people of the test, each in a browser of their own, and what is looked at on each page."""

    def __init__(self, open_phone: Callable[..., Page], server: Server, screen: dict[str, object], keep: Keep) -> None:
        self.open_phone, self.server, self.screen, self.keep = open_phone, server, screen, keep
        self.width = screen["viewport"]["width"]  # type: ignore[index]

    def person(self, role: Role, **options: object) -> Page:
        """A page on which a new account of this role is signed in."""
        name = f"{role}-{secrets.token_hex(3)}"
        add_user(self.server.survey.database, SystemClock(), "(junheng)", NewUser(name, role), PASSWORD)
        page = self.open_phone(**{**self.screen, **options})
        page.goto("/sign-in")
        sign_in(page, name)
        expect(page.get_by_role("heading", level=1)).to_contain_text("您好")
        return page

    def look(self, page: Page, name: str) -> None:
        """Keeps a picture; nothing may stick out, and axe may find nothing."""
        self.keep(page, f"campaigns-{name}-{self.width}")
        assert_fits(page)
        assert_accessible(page)

    def headline(self, page: Page, words: str) -> None:
        """Waits for the page with this headline."""
        expect(page.get_by_role("heading", level=1)).to_contain_text(words)


@pytest.fixture
def office(open_phone: Callable[..., Page], server: Server, screen: dict[str, object], keep_picture: Keep) -> Office:
    return Office(open_phone, server, screen, keep_picture)


def test_an_administrator_makes_a_campaign_issues_its_codes_and_opens_it(office: Office, tmp_path: Path) -> None:
    page = office.person(Role.ADMIN)
    page.get_by_role("link", name="调查活动").click()
    office.headline(page, "调查活动")
    office.look(page, "list")
    page.get_by_role("link", name="新建调查").click()
    office.headline(page, "新建调查")
    office.look(page, "new")
    now = SystemClock().now()
    page.get_by_label("县（市、区）名称").fill("示范县")
    page.get_by_label("行政区划代码").fill("430302")
    page.get_by_label("常住人口").fill("约六万六")
    page.get_by_label("开始时间").fill(f"{now:%Y-%m-%dT%H:%M}")
    page.get_by_label("截止时间").fill(f"{now + timedelta(days=7):%Y-%m-%dT%H:%M}")
    schools = write_schools(tmp_path / "学校名单.csv", school_rows())
    page.get_by_label("学校名单或统计表").set_input_files(schools)
    page.get_by_role("button", name="先看样本方案").click()
    expect(page.get_by_role("alert")).to_contain_text("还有 2 处要改")
    office.look(page, "new-problems")
    expect(page.get_by_text("已上传：学校名单.csv")).to_be_visible()
    page.get_by_label("调查名称").fill("示范县2026年社会认可度调查")
    page.get_by_label("常住人口").fill("66600")
    page.get_by_role("button", name="先看样本方案").click()
    expect(page.get_by_role("heading", name="样本方案")).to_be_visible()
    office.look(page, "new-plan")
    page.get_by_role("button", name="按这个方案创建").click()
    office.headline(page, "示范县2026年社会认可度调查")
    office.look(page, "draft")
    page.get_by_role("link", name="发放参与码").click()
    office.look(page, "codes")
    page.get_by_role("button", name="生成").click()
    expect(page.get_by_text("现在请下载")).to_be_visible()
    office.look(page, "codes-made")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="单子（PDF）").click()
    assert Path(downloading.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="从服务器删除").click()
    expect(page.get_by_role("status").first).to_contain_text("已从服务器删除")
    page.get_by_role("link", name="开放调查").click()
    office.headline(page, "开放调查？")
    office.look(page, "open")
    page.get_by_role("button", name="开放调查").click()
    expect(page.get_by_role("status").first).to_contain_text("调查已开放")
    page.get_by_role("link", name="提前结束").click()
    office.headline(page, "现在就结束？")
    office.look(page, "close")
    page.get_by_role("link", name="不结束").click()
    expect(page.get_by_role("link", name="提前结束")).to_be_visible()
    page.goto("/campaigns/new/file")
    office.look(page, "new-file")


@pytest.fixture(scope="module")
def running(server: Server) -> Server:
    """The survey of the server opened three days ago, with readings of each hour and some answers."""
    survey, now = server.survey, SystemClock().now()
    survey.change_campaign(
        opens=now - timedelta(days=3), opened_at=now - timedelta(days=3), closes=now + timedelta(days=2)
    )
    moments = [hour_of(now) - timedelta(hours=hours) for hours in range(70, -1, -1)]
    codes = [(group, code) for (group, _), of_group in survey.codes.items() for code in of_group[:4]]
    for number, moment in enumerate(moments):
        take_readings(survey.database, FixedClock(moment))
        if number % 3 == 0 and codes:
            group, code = codes.pop()
            survey.submit(code, **all_satisfied(group))
    for of_group in survey.codes.values():
        del of_group[:4]
    return server


def test_a_monitor_reads_the_cockpit_and_sees_it_change(
    office: Office, running: Server, codes: Callable[[str], str]
) -> None:
    page = office.person(Role.MONITOR)
    page.clock.install()
    page.get_by_role("link", name="看配额：测试县").click()
    expect(page.get_by_role("heading", name="如果现在结束，样本无效")).to_be_visible()
    office.look(page, "cockpit")
    page.get_by_text("预计是怎么算的").click()
    expect(page.get_by_text("没有预计在内")).to_be_visible()
    before = page.locator(".tiles dd").nth(1).inner_text()
    running.survey.submit(codes("public"), **all_satisfied("public"))
    page.clock.run_for(21_000)  # the page asks every 20 seconds
    expect(page.locator(".tiles dd").nth(1)).not_to_have_text(before)
    page.get_by_label("学校名称或代码").fill("没有这所")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_text("没有这样的学校")).to_be_visible()
    office.look(page, "cockpit-filtered")
    for name in ("日报（PDF）", "日报（Word）"):
        page.goto(CAMPAIGN)  # from the page of the job, if it was seen
        with page.expect_download() as downloading:
            page.get_by_role("link", name=name).click()
        assert Path(downloading.value.path()).stat().st_size > 5_000


def test_the_cockpit_needs_no_script(office: Office, running: Server) -> None:
    page = office.person(Role.MONITOR, java_script_enabled=False)
    page.goto(CAMPAIGN)
    expect(page.get_by_role("heading", name="如果现在结束，样本无效")).to_be_visible()
    page.get_by_role("link", name="已交 / 已发").or_(page.get_by_role("link", name="刷新")).first.click()
    expect(page.get_by_role("heading", name="各校", exact=True)).to_be_visible()


def test_the_cockpit_is_legible_in_the_dark(office: Office, running: Server) -> None:
    page = office.person(Role.MONITOR, color_scheme="dark")
    page.goto(CAMPAIGN)
    office.look(page, "cockpit-dark")
    page.goto("/campaigns")
    office.look(page, "list-dark")


def test_a_clerk_helps_on_the_phone(office: Office, codes: Callable[[str], str]) -> None:
    page, code = office.person(Role.DESK), codes("parent")
    page.get_by_role("link", name="答疑台").first.click()
    office.look(page, "desk")
    page.get_by_text("是不是真的匿名").click()
    expect(page.get_by_text("都查不到谁填了什么")).to_be_visible()
    page.get_by_label("对方念的参与码").fill("7K3M-9QXA-4H")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("这不是参与码")).to_be_visible()
    office.look(page, "desk-wrong")
    page.get_by_label("对方念的参与码").fill(code.lower())
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("还没有人用它交过答卷")).to_be_visible()
    office.look(page, "desk-found")
    page.get_by_role("button", name="作废，换一张新单子").click()
    office.look(page, "desk-sure")
    page.get_by_role("button", name="作废并换新").click()
    office.headline(page, "新单子")
    office.look(page, "desk-new")
    page.get_by_role("button", name="办好了").click()
    page.get_by_label("对方念的参与码").fill(code)
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("它已经作废")).to_be_visible()


def type_sheet(page: Page, chosen: dict[int, int] | None = None) -> None:
    """Chooses the first option of every question, or another for those that are named (both from 0)."""
    for number, question in enumerate(page.locator("fieldset.question").all()):
        question.locator("input").nth((chosen or {}).get(number, 0)).check()


def test_two_clerks_key_in_a_sheet_of_paper(office: Office, codes: Callable[[str], str]) -> None:
    first, second, code = office.person(Role.DESK), office.person(Role.DESK), codes("teacher")
    first.goto("/desk/paper")
    office.look(first, "paper")
    first.get_by_label("纸上的参与码").fill(code)
    first.get_by_role("button", name="开始录入").click()
    office.headline(first, "第一遍")
    office.look(first, "paper-first")
    type_sheet(first)
    first.get_by_role("button", name="保存第一遍").click()
    expect(first.get_by_role("status").first).to_contain_text("第一遍已加密保存")
    first.get_by_label("纸上的参与码").fill(code)
    first.get_by_role("button", name="开始录入").click()
    office.headline(first, "第二遍要另一个人录")
    office.look(first, "paper-wait")
    second.goto("/desk")
    expect(second.get_by_text("张等您录第二遍")).to_be_visible()
    second.goto("/desk/paper")
    second.get_by_label("纸上的参与码").fill(code)
    second.get_by_role("button", name="开始录入").click()
    type_sheet(second, {2: 1})
    second.get_by_role("button", name="核对并交卷").click()
    office.headline(second, "有 1 题两遍不一致")
    office.look(second, "paper-differ")
    second.get_by_label("第一遍").check()
    second.get_by_role("button", name="按选的交卷").click()
    expect(second.get_by_role("status").first).to_contain_text("两遍一致，已经交卷")
    second.get_by_label("纸上的参与码").fill(code)
    second.get_by_role("button", name="开始录入").click()
    office.headline(second, "这张纸不能录")
    office.look(second, "paper-used")
