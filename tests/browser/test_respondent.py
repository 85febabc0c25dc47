"""A respondent's whole way on a phone, with and without JavaScript."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from survey_app.domain.codes import print_code
from tests.browser.conftest import Server
from tests.builders_web import INSTRUMENTS, SCHOOL

Take = Callable[[str], str]
Keep = Callable[[Page, str], None]

RECEIPT = "#receipt"
LOST = "网络断了"
NO_ANSWER = "没有应答"


def choices(group: str) -> list[str]:
    return [question.id for question in INSTRUMENTS[group].questions if question.type == "choice"]  # type: ignore[index]


def answer(page: Page, group: str, option: int = 1) -> None:
    """Taps the row of an option in every question."""
    for id_ in choices(group):
        page.locator(f"#{id_} .row").nth(option - 1).tap()


def stored_answers(server: Server) -> int:
    return server.survey.counts()["envelopes"]


def drafts(page: Page) -> dict[str, Any]:
    kept = page.evaluate("Object.assign({}, window.localStorage)")
    return {key.removeprefix("junheng.draft."): json.loads(text) for key, text in kept.items()}


# --- the whole way


def test_from_the_slip_to_the_receipt(phone: Page, codes: Take, server: Server, keep_picture: Keep) -> None:
    code, before = codes("parent"), stored_answers(server)
    phone.goto(f"/s/{code.lower()}")
    keep_picture(phone, "form")
    expect(phone.locator("#progress a")).to_have_text("还剩 13 题没答")
    answer(phone, "parent", 2)
    expect(phone.locator("#progress a")).to_have_text("都答完了，去提交")
    phone.locator("#q14-1").fill("操场再大些就好了")
    keep_picture(phone, "form-answered")
    phone.locator("#submit").tap()
    expect(phone.locator(RECEIPT)).to_have_text(pattern())
    expect(phone.locator("h1")).to_be_focused()
    keep_picture(phone, "receipt")
    assert drafts(phone) == {}
    assert stored_answers(server) == before + 1
    assert phone.context.cookies() == []


def test_without_scripts_the_way_is_the_same(
    plain_phone: Page, codes: Take, server: Server, keep_picture: Keep
) -> None:
    code, before = codes("student"), stored_answers(server)
    plain_phone.goto("/s")
    keep_picture(plain_phone, "entry")
    plain_phone.locator("#code").fill(print_code(code).lower())
    plain_phone.get_by_role("button", name="打开问卷").tap()
    keep_picture(plain_phone, "form-pupil-without-scripts")
    expect(plain_phone.locator("#progress")).to_be_hidden()
    answer(plain_phone, "student")
    plain_phone.locator("#submit").tap()
    expect(plain_phone.locator(RECEIPT)).to_have_text(pattern())
    assert stored_answers(server) == before + 1


def pattern() -> re.Pattern[str]:
    return re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_gaps_are_named_linked_and_focused(
    open_phone: Callable[..., Page], codes: Take, keep_picture: Keep, scripts: bool
) -> None:
    page = open_phone(java_script_enabled=scripts)
    page.goto(f"/s/{codes('public')}")
    page.locator("#q01 .row").nth(2).tap()
    page.locator("#q12-1").fill("a\nb")
    page.locator("#submit").tap()
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#problems a")).to_have_count(10)
    keep_picture(page, f"form-with-gaps{'' if scripts else '-without-scripts'}")
    page.locator("#problems a").first.tap()
    expect(page.locator("#q02-1")).to_be_in_viewport()
    expect(page.locator("#q02 legend")).to_be_in_viewport(ratio=1)
    assert page.locator("#q01-3").is_checked()
    expect(page.locator("#q12-1")).to_have_value("a\nb")
    answer(page, "public")
    page.locator("#submit").tap()
    expect(page.locator(RECEIPT)).to_be_visible()


# --- going back, and forms that were used


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_going_back_after_the_receipt_shows_no_second_form(
    open_phone: Callable[..., Page], codes: Take, server: Server, scripts: bool
) -> None:
    page, code, before = open_phone(java_script_enabled=scripts), codes("teacher"), stored_answers(server)
    page.goto("/s")
    page.goto(f"/s/{code}")
    answer(page, "teacher")
    page.locator("#submit").tap()
    receipt = page.locator(RECEIPT).inner_text()
    page.go_back()
    if page.locator("#submit").count():  # the browser kept the filled form: sending it again is no second answer
        page.locator("#submit").tap()
        expect(page.locator(RECEIPT)).to_have_text(receipt)
    page.goto(f"/s/{code}")
    expect(page.locator("main")).to_have_attribute("data-page", "used")
    assert stored_answers(server) == before + 1


def test_a_page_loaded_again_after_the_receipt_tells_that_the_code_is_used_and_shows_it_again_in_this_tab(
    open_phone: Callable[..., Page], codes: Take, keep_picture: Keep
) -> None:
    phone = open_phone()
    phone.goto(f"/s/{codes('teacher')}")
    answer(phone, "teacher")
    phone.locator("#submit").tap()
    expect(phone.locator(RECEIPT)).to_be_visible()
    expect(phone.locator("#later")).to_be_hidden()
    receipt, address = phone.locator(RECEIPT).inner_text(), phone.url
    assert drafts(phone) == {}
    for _ in range(2):
        phone.reload()
        expect(phone.get_by_role("heading", name="这个参与码已经用过了")).to_be_visible()
        phone.get_by_role("button", name="看我的回执").tap()
        expect(phone.locator(RECEIPT)).to_have_text(receipt)
        expect(phone.locator("#later")).to_have_class("note")
    elsewhere = open_phone()
    elsewhere.goto(address)
    expect(elsewhere.locator("#again")).to_be_hidden()
    keep_picture(elsewhere, "used")


def test_two_taps_send_one_form(phone: Page, codes: Take, server: Server) -> None:
    before, sent = stored_answers(server), []
    phone.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    phone.goto(f"/s/{codes('teacher')}")
    answer(phone, "teacher")
    phone.locator("#submit").evaluate("button => { button.click(); button.click(); button.click(); }")
    expect(phone.locator(RECEIPT)).to_be_visible()
    assert sent == ["POST"]
    assert stored_answers(server) == before + 1


# --- lost connections


def test_a_form_sent_without_a_connection_goes_out_by_itself_when_it_is_back(
    phone: Page, codes: Take, server: Server, keep_picture: Keep
) -> None:
    before = stored_answers(server)
    phone.goto(f"/s/{codes('parent')}")
    answer(phone, "parent")
    phone.context.set_offline(True)
    phone.locator("#submit").tap()
    expect(phone.locator("#trouble")).to_contain_text(LOST)
    expect(phone.locator("#submit")).to_have_text("提交")
    keep_picture(phone, "connection-lost")
    phone.context.set_offline(False)
    expect(phone.locator(RECEIPT)).to_be_visible()
    assert stored_answers(server) == before + 1


def test_when_only_the_answer_got_lost_the_same_body_brings_the_same_receipt(
    phone: Page, codes: Take, server: Server
) -> None:
    before, bodies = stored_answers(server), []

    def lose_the_first_answer(route: Route) -> None:
        bodies.append(route.request.post_data)
        if len(bodies) == 1:
            route.fetch()  # it reaches the server
            route.abort()
        else:
            route.continue_()

    phone.route("**/s/*", lambda route: lose_the_first_answer(route) if is_post(route) else route.continue_())
    phone.goto(f"/s/{codes('parent')}")
    answer(phone, "parent")
    phone.locator("#q14-1").fill("一\n二 & 三=四+五 😀")
    phone.locator("#submit").tap()
    expect(phone.locator("#trouble")).to_contain_text(LOST)
    phone.locator("#submit").tap()
    expect(phone.locator(RECEIPT)).to_be_visible()
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert stored_answers(server) == before + 1


def is_post(route: Route) -> bool:
    return route.request.method == "POST"


def test_who_lost_the_answer_and_the_page_can_still_see_the_receipt(
    phone: Page, codes: Take, server: Server, keep_picture: Keep
) -> None:
    code, before = codes("parent"), stored_answers(server)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    phone.route("**/s/*", lambda route: lose(route) if is_post(route) else route.continue_())
    phone.goto(f"/s/{code}")
    answer(phone, "parent")
    phone.locator("#submit").tap()
    expect(phone.locator("#trouble")).to_contain_text(LOST)
    phone.unroute("**/s/*")
    phone.goto(f"/s/{code}")
    expect(phone.locator("#again")).to_be_visible()
    keep_picture(phone, "used-by-this-phone")
    phone.get_by_role("button", name="看我的回执").tap()
    expect(phone.locator(RECEIPT)).to_be_visible()
    assert drafts(phone) == {}
    assert stored_answers(server) == before + 1


def lose_first_answer(phone: Page) -> None:
    """The first sheet arrives; the server's answer to it does not."""
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(1)
        route.fetch()
        route.abort()

    phone.route("**/s/*", lambda route: lose(route) if is_post(route) and not lost else route.continue_())


@pytest.mark.parametrize("way", ["sends again", "loads again", "loads again, and clears"])
def test_what_was_changed_after_the_lost_answer_is_said_in_red_not_to_be_taken(
    phone: Page, codes: Take, server: Server, keep_picture: Keep, way: str
) -> None:
    before = stored_answers(server)
    lose_first_answer(phone)
    phone.goto(f"/s/{codes('parent')}")
    answer(phone, "parent")
    phone.locator("#submit").tap()
    expect(phone.locator("#trouble")).to_contain_text(LOST)
    phone.locator("#q01 .row").nth(2).tap()
    if way == "sends again":
        phone.locator("#submit").tap()
    else:
        if way == "loads again, and clears":
            phone.locator("#clear").evaluate("button => button.click()")
        else:
            phone.reload()
        phone.get_by_role("button", name="看我的回执").tap()
    expect(phone.locator(RECEIPT)).to_be_visible()
    expect(phone.locator("#later")).to_have_class("trouble")
    expect(phone.locator("#later")).to_contain_text("在那以后改的，没有收")
    keep_picture(phone, "receipt-of-a-retry-after-changes")
    assert drafts(phone) == {}
    assert stored_answers(server) == before + 1


def test_a_sheet_sent_twice_as_it_was_is_told_calmly(phone: Page, codes: Take) -> None:
    lose_first_answer(phone)
    phone.goto(f"/s/{codes('parent')}")
    answer(phone, "parent")
    phone.locator("#submit").tap()
    expect(phone.locator("#trouble")).to_contain_text(LOST)
    phone.locator("#submit").tap()
    expect(phone.locator("#later")).to_be_visible()
    expect(phone.locator("#later")).to_have_class("note")


def test_gaps_filled_in_afterwards_are_no_later_change(phone: Page, codes: Take) -> None:
    phone.goto(f"/s/{codes('parent')}")
    phone.locator("#q01 .row").nth(2).tap()
    phone.locator("#submit").tap()
    expect(phone.locator("#problems")).to_be_visible()
    answer(phone, "parent")
    phone.locator("#submit").tap()
    expect(phone.locator(RECEIPT)).to_be_visible()
    expect(phone.locator("#later")).to_be_hidden()


@pytest.mark.parametrize("status", [502, 503])
def test_a_server_that_is_away_is_tried_again(phone: Page, codes: Take, status: int) -> None:
    away = {"is": True}

    def refuse(route: Route) -> None:
        if is_post(route) and away["is"]:
            route.fulfill(status=status, body="<html>bad gateway</html>", content_type="text/html")
        else:
            route.continue_()

    phone.route("**/s/*", refuse)
    phone.goto(f"/s/{codes('npc_deputy')}")
    answer(phone, "npc_deputy")
    phone.locator("#submit").tap()
    expect(phone.locator("#trouble")).to_contain_text(NO_ANSWER)
    away["is"] = False
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.locator(RECEIPT)).to_be_visible()


def test_a_page_of_somebody_else_in_between_is_no_receipt(phone: Page, codes: Take, server: Server) -> None:
    phone.route(
        "**/s/*",
        lambda route: route.fulfill(body="<h1>WiFi 登录</h1>") if is_post(route) else route.continue_(),
    )
    phone.goto(f"/s/{codes('npc_deputy')}")
    answer(phone, "npc_deputy")
    phone.locator("#submit").tap()
    expect(phone.locator("#trouble")).to_contain_text(NO_ANSWER)
    assert phone.locator("#q01-1").is_checked()


def test_where_the_script_can_not_send_the_browser_does(phone: Page, codes: Take, server: Server) -> None:
    before = stored_answers(server)
    phone.route(
        "**/s/*",
        lambda route: (
            route.continue_() if route.request.is_navigation_request() or not is_post(route) else route.abort()
        ),
    )
    phone.goto(f"/s/{codes('npc_deputy')}")
    answer(phone, "npc_deputy")
    for _ in range(3):
        phone.locator("#submit").tap()
        expect(phone.locator("#submit")).to_have_text("提交")
        expect(phone.locator("#trouble")).to_contain_text(LOST)
    phone.locator("#submit").tap()
    expect(phone.locator(RECEIPT)).to_be_visible()
    assert stored_answers(server) == before + 1


def test_a_form_opened_before_a_restart_is_taken_after_it(phone: Page, codes: Take, server: Server) -> None:
    phone.goto(f"/s/{codes('npc_deputy')}")
    answer(phone, "npc_deputy")
    server.stop()
    server.start()
    phone.locator("#submit").tap()
    expect(phone.locator(RECEIPT)).to_be_visible()


# --- drafts


def test_a_draft_comes_back_with_its_start_and_its_nonce(phone: Page, codes: Take, keep_picture: Keep) -> None:
    code = codes("cppcc_member")
    phone.goto(f"/s/{code}")
    phone.locator("#q03 .row").nth(3).tap()
    phone.locator("#q13-1").fill("写到一半")
    hidden = [phone.locator(f"input[name={name}]").input_value() for name in ("nonce", "started")]
    phone.goto(f"/s/{code.lower()}?big=1")
    assert phone.locator("#q03-4").is_checked()
    expect(phone.locator("#q13-1")).to_have_value("写到一半")
    expect(phone.locator("#restored")).to_be_visible()
    assert [phone.locator(f"input[name={name}]").input_value() for name in ("nonce", "started")] == hidden
    keep_picture(phone, "form-restored-large-print")
    phone.locator("#clear").tap()
    expect(phone.locator("#restored")).to_be_hidden()
    assert not phone.locator("#q03-4").is_checked()
    expect(phone.locator("#q13-1")).to_have_value("")
    assert drafts(phone) == {}


def test_a_draft_is_never_shown_for_another_code(phone: Page, codes: Take) -> None:
    one, other = codes("cppcc_member"), codes("cppcc_member")
    phone.goto(f"/s/{one}")
    phone.locator("#q01 .row").nth(2).tap()
    phone.goto(f"/s/{other}")
    assert phone.locator("input:checked").count() == 0
    expect(phone.locator("#restored")).to_be_hidden()
    assert list(drafts(phone)) == [one]


def test_a_draft_is_gone_after_24_hours(open_phone: Callable[..., Page], codes: Take) -> None:
    phone, code = open_phone(), codes("cppcc_member")
    phone.clock.install()
    phone.goto(f"/s/{code}")
    phone.locator("#q01 .row").nth(2).tap()
    phone.clock.fast_forward("23:59:00")
    phone.locator("#q02 .row").nth(2).tap()  # a later change does not lengthen it
    phone.reload()
    assert phone.locator("#q01-3").is_checked()
    phone.clock.fast_forward("02:00")
    phone.goto("/s")
    assert drafts(phone) == {}


SET_CLOCK = """(function () {
  var Real = Date, shift = %d;
  function Shifted() { return arguments.length ? new Real(arguments[0]) : new Real(Real.now() + shift); }
  Shifted.now = function () { return Real.now() + shift; };
  Shifted.prototype = Real.prototype;
  window.Date = Shifted;
})()"""


def test_drafts_outlive_a_clock_that_is_set_back(open_phone: Callable[..., Page], codes: Take) -> None:
    mine, of_other_child = codes("public"), codes("public")
    for hours, kept in ((-0.05, True), (-24, True), (-30, True), (-24 * 20, False), (23, True), (25, False)):
        phone = open_phone()
        for code in (of_other_child, mine):
            phone.goto(f"/s/{code}")
            phone.locator("#q01 .row").nth(2).tap()
        phone.add_init_script(SET_CLOCK % int(hours * 3_600_000))
        phone.reload()
        assert phone.locator("#q01-3").is_checked() == kept, hours
        assert set(drafts(phone)) == ({mine, of_other_child} if kept else set())
        # one from the future counts as kept now: it never stays longer than a day from here on
        assert all(draft["at"] <= phone.evaluate("Date.now()") for draft in drafts(phone).values())


def test_a_phone_that_keeps_nothing_can_answer(open_phone: Callable[..., Page], codes: Take) -> None:
    phone = open_phone()
    phone.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get: function () { throw new Error('no'); }})"
    )
    phone.goto(f"/s/{codes('cppcc_member')}")
    answer(phone, "cppcc_member")
    expect(phone.locator("#progress a")).to_have_text("都答完了，去提交")
    phone.locator("#submit").tap()
    expect(phone.locator(RECEIPT)).to_be_visible()


def test_a_comment_over_the_limit_is_counted_and_kept(phone: Page, codes: Take) -> None:
    phone.goto(f"/s/{codes('cppcc_member')}")
    answer(phone, "cppcc_member")
    phone.locator("#q13-1").fill("字" * 1_999 + "😀")
    expect(phone.locator(".count")).to_have_text("已写 2001 个字，最多 2000 个")
    phone.locator("#submit").tap()
    expect(phone.locator("#problems a")).to_have_text(
        "第 13 题：写了 2001 个字，最多 2000 个，请删短一些；您写的内容都还在"
    )
    expect(phone.locator("#q13-1")).to_have_value("字" * 1_999 + "😀")


def test_a_form_too_large_for_the_server_stays_on_the_screen(phone: Page, codes: Take) -> None:
    phone.goto(f"/s/{codes('cppcc_member')}")
    answer(phone, "cppcc_member")
    phone.locator("#q13-1").fill("字" * 150_000)
    phone.locator("#submit").tap()
    expect(phone.locator("#trouble")).to_have_text("发来的内容太长了")
    assert phone.locator("#q01-1").is_checked()


# --- keyboard, large print, English


def test_the_keyboard_alone_is_enough(phone: Page, codes: Take, server: Server) -> None:
    before = stored_answers(server)
    phone.goto(f"/s/{codes('teacher')}")
    phone.locator("#q01-1").focus()
    for _ in choices("teacher"):
        phone.keyboard.press("Space")
        phone.keyboard.press("ArrowDown")
        phone.keyboard.press("Tab")
    expect(phone.locator("#q13-1")).to_be_focused()
    assert phone.locator("input:checked").count() == 12
    assert phone.locator("#q07-2").is_checked()
    phone.keyboard.press("Tab")
    expect(phone.locator("#submit")).to_be_focused()
    phone.keyboard.press("Enter")
    expect(phone.locator(RECEIPT)).to_be_visible()
    assert stored_answers(server) == before + 1


@pytest.mark.parametrize(("query", "least"), [("", 48), ("?big=1", 60)], ids=["usual", "large print"])
@pytest.mark.parametrize("width", [320, 360, 800])
def test_what_is_tapped_is_large_enough_and_nothing_sticks_out(
    open_phone: Callable[..., Page], codes: Take, server: Server, query: str, least: int, width: int
) -> None:
    phone = open_phone(viewport={"width": width, "height": 740})
    used = server.survey.codes["student", SCHOOL][0]
    for address in (f"/s/{used}{query}", f"/s{query}", f"/r{query}", f"/s/AAAA{query}"):
        phone.goto(address)
        small = phone.evaluate(
            """least => Array.prototype.filter.call(
                 document.querySelectorAll('.row span, button, .typed, .switches a, a.go, a.button, .progress a'),
                 e => e.getClientRects().length && e.getBoundingClientRect().height < least
               ).map(e => e.outerHTML)""",
            least,
        )
        assert small == []
        assert phone.evaluate("document.documentElement.scrollWidth") <= width


def test_english_and_large_print_go_on_to_the_receipt(phone: Page, codes: Take, keep_picture: Keep) -> None:
    phone.goto(f"/s/{codes('public')}")
    phone.get_by_role("link", name="English").tap()
    phone.get_by_role("link", name="Large print").tap()
    expect(phone.locator("legend").first).to_contain_text("Are you satisfied")
    keep_picture(phone, "form-english-large-print")
    answer(phone, "public")
    phone.get_by_role("button", name="Send").tap()
    expect(phone.locator("h1")).to_have_text("Received. Thank you!")
    keep_picture(phone, "receipt-english-large-print")
