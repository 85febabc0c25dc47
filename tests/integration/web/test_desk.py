"""The desk's pages: a code read out on the phone, a new slip, sheets of paper typed by two people."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import create_app
from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import make_code, print_code
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Role
from survey_app.services.codes.daily_audit import tell_code_acts
from survey_app.settings import Settings
from survey_app.storage import staff_tables, tables
from survey_app.storage.session import Database
from tests.builders_staff import OTHER_COUNTY, OWN_COUNTY, StaffBrowser, sign_in_as
from tests.builders_survey import Survey
from tests.builders_web import SCHOOL, SCHOOL_NAME, Page, all_satisfied, open_real_survey

PAPER = "/desk/paper"


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_real_survey(database, keys, clock)


@pytest.fixture
def app(survey: Survey, database_url: str, keys: KeyDirectory, clock: FixedClock) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url, keys_dir=keys.path), clock)
    app.testing = True
    yield app
    app.extensions["junheng"].database.close()


@pytest.fixture
def desk(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.DESK, OWN_COUNTY, "li")


@pytest.fixture
def colleague(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.DESK, None, "wang")


@pytest.fixture
def code(survey: Survey) -> str:
    return survey.codes["parent", SCHOOL][0]


def acts(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        rows = connection.execute(select(staff_tables.audit.c.staff, staff_tables.audit.c.action))
        return sorted((row.staff, row.action) for row in rows)


# --- on the phone --------------------------------------------------------------------------------------------------------------


def test_a_code_is_found_as_it_is_read_out_with_what_stands_on_its_slip(desk: StaffBrowser, code: str) -> None:
    page = desk.post("/desk", {"code": f" {code.lower()[:4]} {code[4:]} "}).text
    for words in (print_code(code), "可以填写", "家长", SCHOOL_NAME, "作废，换一张新单子", "录入纸质问卷"):
        assert words in page


@pytest.mark.parametrize(
    "typed", ["https://a.cn/s/{}。", "参与码：{}", "{}，谢谢", "http://a.cn/s/?code={}&from=" + "x" * 300]
)
@pytest.mark.parametrize("place", ["/desk", "/desk/paper"])
def test_a_pasted_address_is_found_in_every_field(desk: StaffBrowser, code: str, typed: str, place: str) -> None:
    assert print_code(code) in desk.post(place, {"code": typed.format(code)}).text


@pytest.mark.parametrize("place", ["/desk", "/desk/paper"])
def test_a_wrong_copy_stays_in_the_field_without_what_was_glued_on(desk: StaffBrowser, code: str, place: str) -> None:
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    refused = desk.post(place, {"code": f"https://a.cn/s/{wrong}。"})
    assert refused.status_code == 422
    assert f'value="{wrong}"' in refused.text


def test_a_used_code_says_that_nobody_can_find_its_answers(desk: StaffBrowser, survey: Survey, code: str) -> None:
    survey.submit(code, **all_satisfied("parent"))
    page = desk.post("/desk", {"code": code}).text
    assert "已经用过" in page
    assert "谁也查不到" in page
    assert "作废，换一张新单子" not in page
    assert "2026-11-23" not in page  # not even the day


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda survey, clock: survey.change_group("parent", cap=0), "这一类已收满"),
        (
            lambda survey, clock: survey.change_campaign(opens=clock.now() + timedelta(hours=3), admission=0),
            "还没有开始",
        ),
        (lambda survey, clock: survey.change_campaign(closes=clock.now() - timedelta(minutes=1)), "已经结束"),
    ],
)
def test_every_state_has_its_words(
    desk: StaffBrowser,
    survey: Survey,
    clock: FixedClock,
    code: str,
    change,
    words: str,  # type: ignore[no-untyped-def]
) -> None:
    change(survey, clock)
    assert words in desk.post("/desk", {"code": code}).text


def test_an_end_at_midnight_is_told_as_paper_tells_it(
    desk: StaffBrowser, survey: Survey, clock: FixedClock, code: str
) -> None:
    survey.change_campaign(closes=datetime(2026, 11, 22, 16, 0, tzinfo=UTC))
    for place in ("/desk", "/desk/paper"):
        assert "2026年11月22日 24:00 截止" in desk.post(place, {"code": code}).text


def test_what_is_no_code_or_unknown_is_said_beside_the_box(desk: StaffBrowser, code: str) -> None:
    wrong = desk.post("/desk", {"code": code[:-1]})
    assert (wrong.status_code, "这不是参与码" in wrong.text) == (422, True)
    unknown = desk.post("/desk", {"code": make_code()})
    assert (unknown.status_code, "没有这个参与码" in unknown.text) == (404, True)
    nasty = desk.post("/desk", {"code": "<script>alert(1)</script>😀"})
    assert nasty.status_code == 422
    assert "<script>alert" not in nasty.text


def test_a_code_of_another_county_is_unknown_everywhere(app: Flask, code: str) -> None:
    other = sign_in_as(app, Role.DESK, OTHER_COUNTY)
    for path in (
        "/desk",
        "/desk/replace",
        "/desk/cancel",
        "/desk/slip.pdf",
        PAPER,
        f"{PAPER}/first",
        f"{PAPER}/discard",
    ):
        answer = other.post(path, {"code": code, "sure": "1"})
        assert answer.status_code == 404, path
        assert SCHOOL_NAME not in answer.text


def test_a_lost_slip_is_replaced_after_asking(desk: StaffBrowser, database: Database, code: str) -> None:
    asked = desk.post("/desk/replace", {"code": code}).text
    assert "旧的立刻不能用" in asked
    form = Page(asked).values
    answer = desk.post("/desk/replace", form)
    assert (answer.status_code, answer.location) == (
        303,
        "/desk/replaced",
    )  # no code in the address, and nothing to send again
    new = re.search(r'id="new-code">([^<]+)<', desk.get("/desk/replaced").text)
    assert new
    assert new[1] in desk.get("/desk/replaced").text, "after reloading too"
    assert desk.post("/desk/replace", form).location == "/desk/replaced", "and after a lost answer"
    assert new[1] in desk.get("/desk/replaced").text
    assert sign_in_as(desk.client.application, Role.DESK, OWN_COUNTY).get("/desk/replaced").status_code == 303
    assert "已作废" in desk.post("/desk", {"code": code}).text
    assert "可以填写" in desk.post("/desk", {"code": new[1]}).text
    slip = desk.post("/desk/slip.pdf", {"code": new[1]})
    assert slip.data.startswith(b"%PDF")
    assert slip.headers["Content-Type"] == "application/pdf"
    assert acts(database) == [], "nothing of the moment: it is told once a day"
    desk.post("/desk/replaced", {})
    assert desk.get("/desk/replaced").status_code == 303, "handed over: it is gone"


@pytest.mark.parametrize(
    "path", ["/desk/replace", "/desk/cancel", "/desk/slip.pdf", "/desk/paper/first", "/desk/paper/discard"]
)
def test_an_address_typed_into_the_bar_leads_to_where_the_work_begins(desk: StaffBrowser, path: str) -> None:
    answer = desk.get(path)
    assert answer.status_code == 303
    assert answer.location == ("/desk/paper" if "paper" in path else "/desk")


def test_who_cancels_a_code_is_told_of_its_paper_sheet(desk: StaffBrowser, code: str) -> None:
    warning = "已经录过一遍"
    assert warning not in desk.post("/desk/replace", {"code": code}).text
    desk.post(f"{PAPER}/first", {"code": code} | all_satisfied("parent"))
    for act in ("replace", "cancel"):
        assert warning in desk.post(f"/desk/{act}", {"code": code}).text


def test_the_page_that_answers_a_form_offers_no_switch_of_language(desk: StaffBrowser, code: str) -> None:
    assert 'lang="en">English' in desk.get("/desk").text
    assert 'lang="en">English' not in desk.post("/desk/replace", {"code": code}).text


def test_a_code_is_only_cancelled_after_asking(desk: StaffBrowser, survey: Survey, code: str) -> None:
    assert "作废以后不能恢复" in desk.post("/desk/cancel", {"code": code}).text
    assert f"{print_code(code)} 已作废" in desk.post("/desk/cancel", {"code": code, "sure": "1"}).text
    with survey.database.read() as connection:
        assert sum(connection.execute(select(tables.code.c.cancelled)).scalars()) == 1


def test_a_code_that_was_used_meanwhile_is_neither_cancelled_nor_printed(
    desk: StaffBrowser, survey: Survey, code: str
) -> None:
    survey.submit(code, **all_satisfied("parent"))
    for path in ("/desk/cancel", "/desk/replace", "/desk/slip.pdf"):
        answer = desk.post(path, {"code": code, "sure": "1"})
        assert answer.status_code == 409
        assert "已经用过" in answer.text


def test_codes_are_in_no_address(desk: StaffBrowser, code: str) -> None:
    page = desk.post("/desk", {"code": code}).text
    assert not [link for link in Page(page).links if code in link.replace("-", "")]


# --- on paper ------------------------------------------------------------------------------------------------------------------


def begin(browser: StaffBrowser, code: str) -> dict[str, str]:
    """Opens a sheet and gives the hidden fields of its form."""
    values = Page(browser.post(PAPER, {"code": code}).text).values
    return {name: values[name][0] for name in ("code", "started")}


def test_a_sheet_goes_through_two_hands_and_counts(
    desk: StaffBrowser,
    colleague: StaffBrowser,
    survey: Survey,
    database: Database,
    clock: FixedClock,
    code: str,
) -> None:
    sheet = all_satisfied("parent")
    assert desk.post(f"{PAPER}/first", begin(desk, code) | sheet).status_code == 303
    assert "第一遍已加密保存" in desk.get(PAPER).text
    assert "第二遍要另一个人录" in desk.post(PAPER, {"code": code}).text
    assert "1 张等您录第二遍" in colleague.get("/desk").text
    second = colleague.post(PAPER, {"code": code}).text
    assert "第二遍" in second
    assert "checked" not in second.replace('value="" checked', "")  # the first typing is not shown
    assert colleague.post(f"{PAPER}/second", begin(colleague, code) | sheet).status_code == 303
    assert "两遍一致，已经交卷" in colleague.get(PAPER).text
    counts = survey.counts()
    assert (counts["used"], counts["answered"], counts["cells"]) == (1, 1, 1)
    assert acts(database) == [], "an entry of the moment would stand beside the code"
    again = desk.post(PAPER, {"code": code})
    assert again.status_code == 409
    assert "已经用过" in again.text
    clock.move(timedelta(days=1))
    tell_code_acts(database, survey.keys, clock)
    assert sorted(acts(database)) == [("li", "paper_typed"), ("wang", "paper_keyed_in")]


def test_differences_are_shown_side_by_side_and_settled(
    desk: StaffBrowser, colleague: StaffBrowser, survey: Survey, code: str
) -> None:
    sheet = all_satisfied("parent")
    desk.post(f"{PAPER}/first", begin(desk, code) | sheet)
    hidden = begin(colleague, code)
    answer = colleague.post(f"{PAPER}/second", hidden | sheet | {"q03": "3"})
    assert answer.status_code == 409
    assert "有 1 题两遍不一致" in answer.text
    assert survey.counts()["used"] == 0
    page = Page(answer.text)
    settled = {
        name: values[0] for name, values in page.values.items() if name not in ("csrf_token", "q", "next", "language")
    }
    assert settled["q03"] == "3"
    assert colleague.post(f"{PAPER}/second", settled | {"right-q03": "first"}).status_code == 303
    assert survey.counts()["used"] == 1


def test_gaps_are_told_at_the_first_typing_and_nothing_is_lost(desk: StaffBrowser, code: str) -> None:
    sheet = {name: value for name, value in all_satisfied("parent").items() if name != "q01"}
    comment = {"q14": "<b>意见</b>"} if "q14" in Page(desk.post(PAPER, {"code": code}).text).values else {}
    answer = desk.post(f"{PAPER}/first", begin(desk, code) | sheet | comment)
    assert answer.status_code == 422
    assert "纸上没有答就不能录" in answer.text
    assert "<b>意见" not in answer.text
    assert Page(answer.text).values["q02"] == ["1"]


def test_the_same_person_can_not_do_both_typings(desk: StaffBrowser, survey: Survey, code: str) -> None:
    sheet = all_satisfied("parent")
    desk.post(f"{PAPER}/first", begin(desk, code) | sheet)
    answer = desk.post(f"{PAPER}/second", {"code": code, **sheet})
    assert answer.status_code == 409
    assert "第二遍要由另一个人来录" in answer.text
    assert survey.counts()["used"] == 0


def test_who_was_slower_comes_second(desk: StaffBrowser, colleague: StaffBrowser, code: str) -> None:
    sheet, hidden = all_satisfied("parent"), begin(colleague, code)
    desk.post(f"{PAPER}/first", begin(desk, code) | sheet)
    answer = colleague.post(f"{PAPER}/first", hidden | sheet)
    assert answer.status_code == 409
    assert "您来录第二遍" in answer.text


def test_a_first_typing_of_the_wrong_sheet_is_thrown_away(
    desk: StaffBrowser, colleague: StaffBrowser, code: str
) -> None:
    desk.post(f"{PAPER}/first", begin(desk, code) | all_satisfied("parent"))
    assert colleague.post(f"{PAPER}/discard", {"code": code}).status_code == 303
    assert "第一遍" in Page(desk.post(PAPER, {"code": code}).text).html


def test_a_typing_whose_key_is_gone_is_typed_anew(
    desk: StaffBrowser, colleague: StaffBrowser, keys: KeyDirectory, code: str
) -> None:
    sheet, hidden = all_satisfied("parent"), {}
    desk.post(f"{PAPER}/first", begin(desk, code) | sheet)
    hidden = begin(colleague, code)
    for file in (keys.path / "sheets").iterdir():
        file.unlink()
    answer = colleague.post(f"{PAPER}/second", hidden | sheet)
    assert answer.status_code == 409
    assert "请从头录入" in answer.text
    assert colleague.post(f"{PAPER}/first", begin(colleague, code) | sheet).status_code == 303
