"""Three evaluators' day, from the new assessment to the signed verdict, on a phone and on a laptop; every page looked at and accessible."""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from survey_app.domain.clock import SystemClock
from survey_app.domain.staff import Role
from survey_app.services.accounts.users import NewUser, add_user
from survey_app.services.assessments.uploading import upload_workbook
from tests.browser.conftest import Server
from tests.browser.test_staff_shell import LAPTOP, PASSWORD, PHONE, assert_accessible, assert_fits, sign_in
from tests.builders_assessments import ADMIN, NEW, close_golden_survey, picture, start, workbook
from tests.golden.comparing import differences
from tests.golden.test_counties import expected
from tests.paths import GOLDEN

expect.set_options(timeout=30_000)  # a verdict takes its seconds on a busy machine

FOLDER = GOLDEN / "counties" / "good-11"
COUNTY, YEAR = "430300", 2020
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Keep = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def campaign(server: Server) -> str:
    return close_golden_survey(server.survey.database, SystemClock(), FOLDER)


@pytest.fixture(params=[PHONE, LAPTOP], ids=["360", "1280"])
def screen(request: pytest.FixtureRequest) -> dict[str, object]:
    return dict(request.param)


class Office:
    """The people of the test, each in a browser of their own, and what is looked at on each page."""

    def __init__(self, open_phone: Callable[..., Page], server: Server, screen: dict[str, object], keep: Keep) -> None:
        self.open_phone, self.server, self.screen, self.keep = open_phone, server, screen, keep
        self.width = screen["viewport"]["width"]  # type: ignore[index]

    def person(self, role: Role, county: str | None = None, **options: object) -> Page:
        """A page on which a new account of this role is signed in."""
        name = f"{role}-{secrets.token_hex(3)}"
        add_user(self.server.survey.database, SystemClock(), "(junheng)", NewUser(name, role, county), PASSWORD)
        page = self.open_phone(**self.screen, **options)
        page.goto("/sign-in")
        sign_in(page, name)
        expect(page.get_by_role("heading", level=1)).to_contain_text("您好")
        return page

    def look(self, page: Page, name: str) -> None:
        """Keeps a picture; nothing may stick out, and axe may find nothing."""
        self.keep(page, f"assessments-{name}-{self.width}")
        assert_fits(page)
        assert_accessible(page)


@pytest.fixture
def office(open_phone: Callable[..., Page], server: Server, screen: dict[str, object], keep_picture: Keep) -> Office:
    return Office(open_phone, server, screen, keep_picture)


def file(name: str, content: bytes, media_type: str = XLSX) -> dict[str, object]:
    return {"name": name, "mimeType": media_type, "buffer": content}


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def begin(office: Office, chief: Page) -> str:
    """The chief begins; a workbook with problems is refused, a sound one is taken."""
    chief.goto("/assessments")
    chief.get_by_role("link", name="新建评估").first.click()
    office.look(chief, "new")
    chief.get_by_label("县区代码").fill(COUNTY)
    chief.get_by_label("县区名称").fill("湘潭市示范县")
    chief.get_by_label("评估年度").fill(str(YEAR))
    chief.get_by_label("细则").select_option("xiangtan-2018")
    chief.get_by_role("button", name="开始评估").click()
    heading(chief, "工作簿")
    office.look(chief, "workbook-none")
    path = chief.url.removesuffix("/workbook")
    upload(
        chief,
        file("有问题的.xlsx", workbook({"学校": [{"班级数": "十二", "学生数": ""}], "现场核查": [{"结论": "还行"}]})),
    )
    heading(chief, "有问题的.xlsx")
    expect(chief.get_by_text("这份工作簿没有保存")).to_be_visible()
    office.look(chief, "problems")
    chief.reload()  # the page stays
    expect(chief.get_by_text("这份工作簿没有保存")).to_be_visible()
    chief.get_by_role("link", name="再上传一次").click()
    upload(chief, file("统计工作簿.xlsx", (FOLDER / "workbook.xlsx").read_bytes()))
    expect(chief.get_by_text("已接收，为第 1 版")).to_be_visible()
    office.look(chief, "accepted")
    return path


def upload(page: Page, sent: dict[str, object]) -> None:
    page.get_by_label("统计工作簿").set_input_files(sent)  # type: ignore[arg-type]
    page.get_by_role("button", name="上传并检查").click()


def find(office: Office, li: Page, wang: Page, path: str) -> None:
    """Two evaluators write about the same clause at once; the second merges."""
    li.goto(f"{path}/findings")
    office.look(li, "findings")
    wang.goto(f"{path}/findings/10.2")
    li.goto(f"{path}/findings/10.2")
    li.get_by_label("依据").fill("城关镇一小：教室、功能室齐全 <b>看过</b>")
    li.get_by_label("照片").set_input_files(file("IMG_2031.jpg", picture(size=(640, 480)), "image/jpeg"))  # type: ignore[arg-type]
    li.get_by_role("button", name="保存", exact=True).click()
    expect(li.get_by_text("10.2 的照片已保存")).to_be_visible()
    wang.get_by_label("依据").fill("河口中学：达到办学标准 🏫")
    wang.get_by_role("button", name="保存，填下一款").click()
    heading(wang, "别人已经保存了这一款")
    office.look(wang, "conflict")
    wang.get_by_role("button", name="保存合并后的内容").click()
    expect(wang.get_by_text("10.2 已保存")).to_be_visible()
    wang.goto(f"{path}/findings/10.2")
    text = "城关镇一小：教室、功能室齐全 <b>看过</b>\n河口中学：达到办学标准 🏫"
    expect(wang.get_by_label("依据")).to_have_value(text)
    expect(wang.get_by_role("img", name="10.2 的照片")).to_be_visible()
    office.look(wang, "finding")


def score(office: Office, li: Page, wang: Page, path: str) -> None:
    """The own score first, the others' afterwards; the rest is left to the workbook's evaluators."""
    li.goto(f"{path}/scores/8")
    first = li.get_by_label("我的分（0 至 3）").first
    first.fill("2.85")
    li.get_by_label("说明").first.fill("政策文件齐全")
    li.get_by_role("button", name="保存", exact=True).click()
    expect(li.get_by_text("指标 8 的评分已保存")).to_be_visible()
    wang.goto(f"{path}/scores/8")
    expect(wang.get_by_text("已有 1 位评估员给分").first).to_be_visible()
    expect(wang.get_by_text("政策文件齐全")).to_have_count(0)
    office.look(wang, "score-before")
    wang.goto(path)
    expect(wang.get_by_text("他人已评了 1 款")).to_be_visible()
    office.look(wang, "overview-hidden")
    wang.goto(f"{path}/scores")
    office.look(wang, "scores")
    wang.get_by_role("button", name="都不评").click()
    expect(wang.get_by_text("款留给他人评分")).to_be_visible()
    wang.goto(f"{path}/scores/8")
    expect(wang.get_by_text("政策文件齐全").first).to_be_visible()
    office.look(wang, "score-after")


def veto_and_survey(office: Office, zhao: Page, path: str) -> None:
    zhao.goto(f"{path}/vetoes/1")
    zhao.get_by_text("不存在", exact=True).first.click()
    zhao.get_by_label("依据").fill("未接到举报")
    zhao.get_by_role("button", name="保存", exact=True).click()
    expect(zhao.get_by_text("未接到举报")).to_be_visible()
    office.look(zhao, "vetoes")
    zhao.goto(f"{path}/survey")
    office.look(zhao, "survey")
    zhao.get_by_role("button", name="保存选择").click()
    expect(zhao.get_by_text("问卷结果已计入结论")).to_be_visible()


def sign_as_chief(office: Office, chief: Page, path: str) -> None:
    chief.goto(path)
    expect(chief.get_by_text("各步都已填完")).to_be_visible()
    chief.locator("details").first.locator("summary").click()
    office.look(chief, "overview")
    chief.get_by_role("link", name="去签署").click()
    heading(chief, "签署")
    office.look(chief, "sign")
    chief.get_by_role("button", name="的名义签署").click()
    expect(chief.get_by_text("评估已签署并封存")).to_be_visible()
    office.look(chief, "signed")


def downloaded(page: Page, link: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("link", name=link).click()
    return Path(started.value.path()).read_bytes()


def test_three_evaluators_reach_a_signed_verdict(office: Office, campaign: str) -> None:
    chief = office.person(Role.ADMIN)
    path = begin(office, chief)
    li, wang, zhao = (office.person(Role.EVALUATOR, COUNTY) for _ in range(3))
    find(office, li, wang, path)
    score(office, li, wang, path)
    veto_and_survey(office, zhao, path)
    sign_as_chief(office, chief, path)
    document = json.loads(downloaded(chief, "评估结果（JSON"))
    assert list(differences(expected("good-11"), document)) == []
    assert downloaded(chief, "评估报告（Word）").startswith(b"PK")
    chief.goto("/assessments")
    office.look(chief, "list")
    chief.goto(f"{path}/sign")
    office.look(chief, "history")
    li.goto(f"{path}/findings/10.2")
    expect(li.get_by_text("评估已签署封存")).to_be_visible()
    office.look(li, "finding-frozen")


def test_a_finding_is_entered_without_scripts(office: Office) -> None:
    database, clock, county = office.server.survey.database, SystemClock(), f"43{office.width:04}"
    id_ = start(database, clock, replace(NEW, county_code=county))
    upload_workbook(database, clock, ADMIN, id_, "a.xlsx", workbook(basics={"行政区划代码": county}))
    path = f"/assessments/{id_}"
    li = office.person(Role.EVALUATOR, county, java_script_enabled=False)
    li.goto(f"{path}/findings/10.1")
    li.get_by_text("未达标", exact=True).first.click()
    li.get_by_role("button", name="保存", exact=True).click()
    expect(li.get_by_text("未达标须说明发现了什么").first).to_be_visible()
    li.get_by_label("依据").fill("三所学校没有公示")
    li.get_by_role("button", name="保存，填下一款").click()
    expect(li.get_by_text("10.1 已保存")).to_be_visible()
    li.goto(path)
    li.locator("#i-10 summary").click()
    expect(li.locator("#i-10").get_by_text("三所学校没有公示").first).to_be_visible()
