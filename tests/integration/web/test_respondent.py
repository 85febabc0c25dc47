"""The respondents' pages (docs/interfaces.md, "Respondents' pages"), as a browser without JavaScript and cookies sees them. On both engines."""

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import make_code, print_code
from survey_app.domain.errors import HastySheet
from survey_app.storage import tables
from survey_app.web import respondent
from tests.builders_survey import Survey
from tests.builders_web import INSTRUMENTS, SCHOOL, SCHOOL_NAME, Page, all_satisfied

GROUPS = [instrument.group for instrument in INSTRUMENTS]


@pytest.fixture
def code(survey: Survey) -> str:
    return survey.codes["parent", SCHOOL][0]


def get(client: FlaskClient, address: str, status: int = 200) -> Page:
    response = client.get(address)
    assert response.status_code == status, response.text
    return Page(response.text)


def post(client: FlaskClient, address: str, fields: dict[str, Any], status: int = 200) -> Page:
    response = client.post(address, data=fields)
    assert response.status_code == status, response.text
    return Page(response.text)


def filled(page: Page, **more: Any) -> dict[str, Any]:
    return page.values | all_satisfied("parent") | more


def stored(survey: Survey) -> list[list[Any]]:
    return [survey.stored(table, *table.c.keys()) for table in tables.metadata.sorted_tables]


# --- the form and its submission


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_gets_its_form_and_a_receipt(client: FlaskClient, survey: Survey, group: str) -> None:
    instrument = INSTRUMENTS[group]
    code = next(codes[0] for (of_group, _), codes in survey.codes.items() if of_group == group)
    page = get(client, f"/s/{code}")
    assert page.kind == "form"
    assert page.errors == []
    assert {question.id for question in instrument.questions} <= page.ids
    assert len(re.findall("<fieldset", page.html)) == sum(q.type == "choice" for q in instrument.questions)
    answered = post(client, f"/s/{code}", page.values | all_satisfied(group))
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", answered.receipt)
    assert survey.counts()["envelopes"] == 1


def test_the_form_says_what_is_kept_and_until_when(client: FlaskClient, code: str) -> None:
    html = get(client, f"/s/{code}").html
    for words in ("匿名", "系统管理员也查不出", "2026年11月24日 12:00", SCHOOL_NAME, "学校范围"):
        assert words in html


def test_pupils_are_spoken_to_as_pupils_and_their_guardians_are_told(client: FlaskClient, survey: Survey) -> None:
    page = get(client, f"/s/{survey.codes['student', SCHOOL][0]}")
    assert "家长或监护人请看" in page.html
    assert "没有人会怪你" in page.html
    assert "<textarea" not in page.html


def test_a_group_smaller_than_its_crowd_is_told_so(client: FlaskClient, survey: Survey, code: str) -> None:
    principal = f"/s/{survey.codes['principal', SCHOOL][0]}"
    assert "和您同一类的人不多" not in get(client, principal).html
    survey.change_group("principal", least_crowd=2)  # as the office accepted when it created the campaign
    assert "和您同一类的人不多" not in get(client, f"/s/{code}").html
    assert "和您同一类的人不多" in get(client, principal).html


def test_looking_changes_nothing(client: FlaskClient, survey: Survey, code: str) -> None:
    before = stored(survey)
    for address in (f"/s/{code}", f"/s/{code}?big=1", "/s", f"/s?code={code}", "/r", "/r?receipt=7K3M-9QXA-0HTZ"):
        for _ in range(3):
            client.get(address)
            client.head(address)
    assert stored(survey) == before


@pytest.mark.parametrize("writing", [str.lower, print_code, lambda code: f" {code[:3]} {code[3:].lower()}"])
def test_a_code_works_in_any_writing(client: FlaskClient, code: str, writing: Any) -> None:
    address = f"/s/{quote(writing(code))}"
    assert post(client, address, filled(get(client, address))).kind == "receipt"


def test_full_width_letters_work_too(client: FlaskClient, code: str) -> None:
    wide = "".join(chr(ord(mark) + 0xFEE0) for mark in code)
    assert get(client, f"/s/{quote(wide)}").kind == "form"


@pytest.mark.parametrize("before", ["/s/{}/", "/S/{}"])
def test_addresses_as_people_type_them_lead_to_the_form(client: FlaskClient, code: str, before: str) -> None:
    response = client.get(before.format(code), follow_redirects=True)
    assert Page(response.text).kind == "form"


GLUED_ON = [
    "。",
    "，",
    "）",
    "”",
    ".",
    ")",
    "/",
    "&from=singlemessage&isappinstalled=0",
    "?from=singlemessage",
    "\n",
    "/。/x",
    " 请填",
]


@pytest.mark.parametrize("glued", GLUED_ON)
@pytest.mark.parametrize("place", ["/s/", "/S/", "/s/s/", "/s/https%3A%2F%2Fa.cn%2Fs%2F"])
def test_whatever_is_glued_to_an_address_it_answers_as_the_clean_one(
    client: FlaskClient, code: str, glued: str, place: str
) -> None:
    address = f"{place}{code}{glued if glued.startswith('?') else quote(glued)}"
    page = get(client, address)
    assert page.kind == "form"
    assert f"/s/{code}" in page.links  # what the form is sent to
    assert post(client, address, filled(page)).kind == "receipt"


@pytest.mark.parametrize(
    "address", ["/s?code={}", "/s/?code={}", "/S?code={}", "/S/?from=x&code={}", "/s/?code={}%E3%80%82&from=x"]
)
def test_a_code_behind_a_question_mark_leads_to_its_form(client: FlaskClient, code: str, address: str) -> None:
    response = client.get(address.format(print_code(code)))
    assert (response.status_code, response.headers["Location"]) == (303, f"/s/{code}")


@pytest.mark.parametrize("address", ["/s", "/S", "/s/", "/S/"])
@pytest.mark.parametrize(
    "typed",
    ["{}。", "http://127.0.0.1:8350/s/{}", "https://a.cn/s/{}。", "参与码：{}", "https://a.cn/s/?code={}&from=x"],
)
def test_an_address_pasted_into_the_field_for_the_code_leads_to_its_form(
    client: FlaskClient, code: str, typed: str, address: str
) -> None:
    response = client.post(address, data={"code": typed.format(print_code(code))})
    assert (response.status_code, response.headers["Location"]) == (303, f"/s/{code}")


def test_a_wrong_copy_can_be_corrected_where_it_is_told(client: FlaskClient, code: str) -> None:
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    for page in (
        get(client, f"/s/{wrong}%E3%80%82", 422),
        get(client, f"/s/?code={wrong}。", 422),
        post(client, "/s", {"code": f"https://a.cn/s/{wrong}?from=x"}, 422),
        post(client, f"/s/{wrong}", {}, 422),
    ):
        assert page.values["code"] == [wrong]
        assert "/s" in page.links
        assert len(page.errors) == 1


def test_slashes_too_many_are_forgiven_without_a_redirect(client: FlaskClient, code: str) -> None:
    for address in (f"//s/{code}", f"/s//{code}", f"///s///{code}//"):
        response = client.get("/", environ_overrides={"PATH_INFO": address})
        assert (response.status_code, Page(response.text).kind) == (200, "form")


def test_the_same_form_again_shows_the_same_receipt_and_stores_nothing(
    client: FlaskClient, survey: Survey, code: str
) -> None:
    form = filled(get(client, f"/s/{code}"))
    first = post(client, f"/s/{code}", form)
    before = stored(survey)
    assert post(client, f"/s/{code}", form).receipt == first.receipt
    assert post(client, f"/s/{code}", form | {"q01": "3"}).receipt == first.receipt
    assert stored(survey) == before


def test_every_retry_says_that_the_first_sheet_counts_and_later_changes_were_not_taken(
    client: FlaskClient, code: str
) -> None:
    form = filled(get(client, f"/s/{code}"))
    said = "以最先收到的那一份为准；在那以后改的，没有收"
    hidden = 'id="later" class="note" role="alert" hidden'
    assert hidden in post(client, f"/s/{code}", form).html
    for again in (form, form | {"q01": "3"}, {"nonce": form["nonce"]}):
        page = post(client, f"/s/{code}", again)
        assert said in page.html
        assert hidden not in page.html
    english = post(client, f"/s/{code}?lang=en", form).html
    assert "changed after that was not taken" in english


@pytest.mark.parametrize("renewed", [None, "new-start"])
def test_a_sheet_sent_too_soon_comes_back_filled_in_with_kind_words(
    client: FlaskClient, survey: Survey, code: str, monkeypatch: pytest.MonkeyPatch, renewed: str | None
) -> None:
    form = filled(get(client, f"/s/{code}"), q02="3", q14="再说一句")
    send = respondent.submit

    def too_soon(*_: Any) -> None:
        raise HastySheet("调查", "parent", 7, renewed)

    monkeypatch.setattr(respondent, "submit", too_soon)
    again = post(client, f"/s/{code}", form, 422)
    assert again.kind == "form"
    assert again.errors == []
    assert "请再看一遍" in again.html
    assert "过 7 秒就可以再按“提交”" in again.html
    assert "太快" not in again.html
    sent = {name: [value] if isinstance(value, str) else value for name, value in form.items()}
    assert again.values == sent | ({"started": [renewed]} if renewed else {})
    assert "it can be sent" in post(client, f"/s/{code}?lang=en", form, 422).html
    assert survey.counts()["used"] == 0
    monkeypatch.setattr(respondent, "submit", send)
    assert post(client, f"/s/{code}", again.values).kind == "receipt"


def test_an_end_at_midnight_belongs_to_the_day_that_it_ends(
    client: FlaskClient, survey: Survey, clock: FixedClock, code: str
) -> None:
    survey.change_campaign(
        closes=datetime(2026, 12, 5, 16, 0, tzinfo=UTC), opens=datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    )
    receipt = post(client, f"/s/{code}", filled(get(client, f"/s/{code}"))).receipt
    other = survey.codes["parent", SCHOOL][1]
    for address in (f"/s/{other}", f"/r?receipt={receipt}"):
        assert "2026年12月5日 24:00" in get(client, address).html
        assert "5 December 2026, 24:00" in get(client, f"{address}{'&' if '?' in address else '?'}lang=en").html
    clock.moment = datetime(2026, 12, 5, 16, 0, tzinfo=UTC)
    assert "2026年12月5日 24:00" in get(client, f"/s/{other}", 403).html
    survey.change_campaign(admission=0)
    clock.moment = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    assert "2026年11月23日 00:00" in get(client, f"/s/{other}", 403).html


def test_another_form_for_a_used_code_is_told_that_the_first_answers_count(client: FlaskClient, code: str) -> None:
    one, other = (filled(get(client, f"/s/{code}")) for _ in range(2))
    assert one["nonce"] != other["nonce"]
    post(client, f"/s/{code}", one)
    refused = post(client, f"/s/{code}", other, 409)
    assert refused.kind == "used"
    assert "以第一次提交的为准" in refused.html
    assert "receipt" not in refused.ids


def test_looking_at_a_used_code_is_no_error_and_shows_no_form(client: FlaskClient, code: str) -> None:
    post(client, f"/s/{code}", filled(get(client, f"/s/{code}")))
    page = get(client, f"/s/{code}", 200)
    assert page.kind == "used"
    assert "<form" not in page.html
    assert page.fields == []


def test_a_form_thirty_hours_old_from_before_a_restart_is_taken(
    client: FlaskClient, survey: Survey, clock: FixedClock, app: Flask, code: str
) -> None:
    survey.change_campaign(closes=clock.now() + timedelta(days=5))
    form = filled(get(client, f"/s/{code}"))
    clock.move(timedelta(hours=30))
    fresh = app.test_client(use_cookies=False)
    assert post(fresh, f"/s/{code}", form).kind == "receipt"


# --- fields that can't be taken


def test_a_form_with_gaps_comes_back_as_it_was_with_the_first_error_linked(client: FlaskClient, code: str) -> None:
    empty = get(client, f"/s/{code}")
    form = empty.values | {"q01": "3", "q03": "9", "q14": "我的话\r\n<b>&amp;</b>"}
    again = post(client, f"/s/{code}", form, 422)
    assert again.kind == "form"
    assert len(again.errors) == 11
    assert again.values == empty.values | {"q01": ["3"], "q03": ["9"], "q14": ["我的话\n<b>&amp;</b>"]}
    assert again.values["nonce"] == empty.values["nonce"]
    assert again.values["started"] == empty.values["started"]
    anchors = [link for link in again.links if link.startswith("#q")]
    assert anchors[0] == "#q02-1"
    assert {anchor[1:] for anchor in anchors} <= again.ids
    assert post(client, f"/s/{code}", again.values | all_satisfied("parent")).kind == "receipt"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"q02": "7"}, "没有看懂这一题的选择"),
        ({"q02": ["1", "3"]}, "这一题只能选一项"),
        ({"q02": ""}, "这一题还没有选"),
        ({"q14": "字" * 2001}, "写了 2001 个字，最多 2000 个"),
    ],
)
def test_each_mistake_is_said_in_plain_words_and_leaves_the_code_unused(
    client: FlaskClient, survey: Survey, code: str, fields: dict[str, Any], words: str
) -> None:
    refused = post(client, f"/s/{code}", filled(get(client, f"/s/{code}"), **fields), 422)
    assert words in refused.errors[0]
    assert survey.counts()["used"] == 0


@pytest.mark.parametrize("length", [2_001, 40_000])
def test_a_comment_that_is_too_long_is_kept_in_the_form(client: FlaskClient, code: str, length: int) -> None:
    typed = "长" * length
    refused = post(client, f"/s/{code}", filled(get(client, f"/s/{code}"), q14=typed), 422)
    assert refused.values["q14"] == [typed]
    assert any(f"写了 {length} 个字" in error for error in refused.errors)


@pytest.mark.parametrize(
    "comment",
    [
        b"%3D1%2B1",
        b"%EF%BC%9D1",
        b"a%0Bb",
        b"%F0%9F%98%80",
        b"%F0%A0%AE%B7+%E4%B6%AE+%E3%9B%83",
        b"a%0D%0Ab",
        b"%ED%A0%80",
        b"%FF%FE",
        b"%00",
        b"a%00b",
        "😀".encode() * 2_000,
    ],
)
def test_odd_characters_are_no_error_of_ours(client: FlaskClient, code: str, comment: bytes) -> None:
    form = filled(get(client, f"/s/{code}"))
    form.pop("q14")
    parts = [f"{name}={value if isinstance(value, str) else value[0]}".encode() for name, value in form.items()]
    body = b"&".join([*parts, b"q14=" + comment])
    for _ in range(2):
        response = client.post(f"/s/{code}", data=body, content_type="application/x-www-form-urlencoded")
        assert response.status_code in (200, 422)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"not a form", "text/plain"),
        (b'{"q01": 1}', "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"q01=1&q01[]=2&=3&&%%%", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_form_is_a_form_with_gaps(
    client: FlaskClient, survey: Survey, code: str, body: bytes, content_type: str
) -> None:
    response = client.post(f"/s/{code}", data=body, content_type=content_type)
    assert response.status_code == 422
    assert survey.counts()["used"] == 0


def test_a_multipart_form_is_taken_as_well(client: FlaskClient, code: str) -> None:
    form = filled(get(client, f"/s/{code}"))
    response = client.post(f"/s/{code}", data=form, content_type="multipart/form-data")
    assert Page(response.text).kind == "receipt"


# --- what stands in the way


def test_a_wrong_copy_and_an_unknown_code_each_have_their_page(client: FlaskClient, code: str) -> None:
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    unknown = make_code()
    assert get(client, f"/s/{wrong}", 422).kind == "wrong_copy"
    assert post(client, f"/s/{wrong}", {}, 422).kind == "wrong_copy"
    assert get(client, f"/s/{unknown}", 404).kind == "unknown_code"
    assert post(client, f"/s/{unknown}", {"q01": "1"}, 404).kind == "unknown_code"


def test_a_full_group_is_thanked_and_its_codes_stay_unused(client: FlaskClient, survey: Survey, code: str) -> None:
    form = filled(get(client, f"/s/{code}"))
    survey.change_group("parent", cap=0)
    assert get(client, f"/s/{code}", 409).kind == "group_full"
    refused = post(client, f"/s/{code}", form, 409)
    assert refused.kind == "group_full"
    assert "参与码没有用掉" in refused.html
    assert survey.counts()["used"] == 0


def test_before_opening_the_page_says_when(client: FlaskClient, survey: Survey, clock: FixedClock, code: str) -> None:
    form = filled(get(client, f"/s/{code}"))
    survey.change_campaign(opens=clock.now() + timedelta(hours=20), admission=0)
    assert "2026年11月24日 08:00" in get(client, f"/s/{code}", 403).html
    assert post(client, f"/s/{code}", form, 403).kind == "not_open"
    assert "24 November 2026, 08:00" in get(client, f"/s/{code}?lang=en", 403).html


def test_after_closing_a_form_opened_before_is_taken_in_the_grace_and_not_later(
    client: FlaskClient, survey: Survey, clock: FixedClock, code: str
) -> None:
    other = survey.codes["parent", SCHOOL][1]
    one, two = filled(get(client, f"/s/{code}")), filled(get(client, f"/s/{other}"))
    clock.move(timedelta(days=1, minutes=29))
    assert get(client, f"/s/{code}", 403).kind == "closed"
    assert post(client, f"/s/{code}", one).kind == "receipt"
    clock.move(timedelta(minutes=2))
    refused = post(client, f"/s/{other}", two, 403)
    assert refused.kind == "closed"
    assert "2026年11月24日 12:00" in refused.html


@pytest.mark.parametrize(("method", "kind"), [("PUT", "wrong_method"), ("DELETE", "wrong_method")])
def test_other_methods_have_a_page(client: FlaskClient, code: str, method: str, kind: str) -> None:
    response = client.open(f"/s/{code}", method=method)
    assert (response.status_code, Page(response.text).kind) == (405, kind)
    assert "POST" in response.headers["Allow"]


def test_an_unknown_address_has_a_page_that_leads_to_the_entry(client: FlaskClient) -> None:
    page = get(client, "/elsewhere", 404)
    assert page.kind == "not_found"
    assert "/s" in page.links


def test_a_body_of_more_than_a_megabyte_has_a_page(client: FlaskClient, survey: Survey, code: str) -> None:
    refused = post(client, f"/s/{code}", {"q14": "x" * 1_100_000}, 413)
    assert refused.kind == "too_large"
    assert survey.counts()["used"] == 0


def test_our_own_mistake_says_so_and_the_log_holds_neither_code_nor_answers(
    client: FlaskClient, app: Flask, code: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    form = filled(get(client, f"/s/{code}"), q14="my secret")

    def broken(*_: Any) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(respondent, "submit", broken)
    app.testing = False
    with caplog.at_level(logging.DEBUG):
        page = post(client, f"/s/{code}", form, 500)
    assert page.kind == "our_mistake"
    assert "返回上一页" in page.html
    assert "out of order" in caplog.text
    assert "respondent.send" in caplog.text
    assert code not in caplog.text
    assert "my secret" not in caplog.text
    assert "out of order" not in page.html


# --- typing a code, and looking for a receipt


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_typed_code_leads_to_its_form(client: FlaskClient, code: str, method: str) -> None:
    typed = {"code": print_code(code).lower()}
    response = client.get("/s", query_string=typed) if method == "get" else client.post("/s", data=typed)
    assert (response.status_code, response.headers["Location"]) == (303, f"/s/{code}")


@pytest.mark.parametrize("typed", ["ABC", "", "<script>alert(1)</script>"])
def test_a_mistyped_code_comes_back_with_the_mistake_linked(client: FlaskClient, typed: str) -> None:
    page = post(client, "/s", {"code": typed}, 422)
    assert page.kind == "entry"
    assert len(page.errors) == 1
    assert "#code" in page.links
    assert page.values["code"] == [typed]


def test_the_entry_asks_for_a_code(client: FlaskClient) -> None:
    page = get(client, "/s")
    assert page.kind == "entry"
    assert page.errors == []


def test_a_receipt_is_found_once_the_campaign_is_closed(client: FlaskClient, survey: Survey, code: str) -> None:
    receipt = post(client, f"/s/{code}", filled(get(client, f"/s/{code}"))).receipt
    early = get(client, f"/r?receipt={receipt}")
    assert "名单还没有公布" in early.html
    assert "2026年11月24日 12:00" in early.html
    with survey.database.write() as connection:
        connection.execute(update(tables.campaign).values(state="closed"))
    for typed in (receipt, receipt.lower().replace("-", ""), f" {receipt} "):
        assert "在名单里" in get(client, f"/r?receipt={quote(typed)}").html
    assert "不在已公布的名单里" in get(client, "/r?receipt=0000-0000-0000").html
    assert len(get(client, "/r?receipt=abc").errors) == 1


# --- print, language, and what every answer carries


def test_large_print_and_english_are_kept_through_links_and_forms(client: FlaskClient, code: str) -> None:
    page = get(client, f"/s/{code}?big=1&lang=en")
    assert '<html lang="en" class="big">' in page.html
    assert f"/s/{code}?big=1&lang=en" in page.links
    assert "Are you satisfied" in page.html
    refused = post(client, f"/s/{code}?big=1&lang=en", page.values, 422)
    assert '<html lang="en" class="big">' in refused.html
    assert f"/s/{code}?big=1&lang=en" in refused.links
    receipt = post(client, f"/s/{code}?big=1&lang=en", filled(page))
    assert "Received. Thank you!" in receipt.html
    assert any(link.startswith("/r?") and "lang=en" in link and "big=1" in link for link in receipt.links)
    assert client.post("/s?lang=en", data={"code": code}).headers["Location"] == f"/s/{code}?lang=en"


@pytest.mark.parametrize("path", ["", "?lang=en"])
def test_english_pages_speak_no_chinese_but_names(client: FlaskClient, survey: Survey, code: str, path: str) -> None:
    pages = [get(client, f"/s/{code}{path}"), get(client, f"/s{path}"), get(client, f"/r{path}")]
    pages += [get(client, f"/s/{survey.codes['student', SCHOOL][0]}{path}"), get(client, f"/nowhere{path}", 404)]
    for page in pages:
        own = re.sub(r'<(\w+)[^>]* lang="zh-Hans"[^>]*>[^<]*</\1>|<title>.*?</title>', "", page.html)
        assert bool(re.search("[\u4e00-\u9fff]", own)) == (path == "")


@pytest.mark.parametrize("address", ["/s", "/s/{code}", "/s/XXX", "/r", "/nowhere", "/healthz"])
def test_every_answer_is_guarded_and_sets_no_cookie(client: FlaskClient, code: str, address: str) -> None:
    headers = client.get(address.format(code=code)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert "Set-Cookie" not in headers


def test_files_are_kept_for_good_under_an_address_that_names_their_version(client: FlaskClient, code: str) -> None:
    files = [link for link in get(client, f"/s/{code}").links if link.startswith("/static/")]
    assert len(files) == 3
    for file in files:
        with client.get(file) as versioned, client.get(file.split("?")[0]) as bare:
            assert versioned.headers["Cache-Control"].endswith("immutable")
            assert bare.headers["Cache-Control"] == "no-store"


def test_nothing_of_a_form_is_run_as_markup(client: FlaskClient, code: str) -> None:
    form = get(client, f"/s/{code}").values
    evil = '"></textarea><script>alert(1)</script>'
    html = post(client, f"/s/{code}", form | {"nonce": evil, "started": evil, "q14": evil}, 422).html
    assert "<script>alert" not in html
    assert "</textarea><script" not in html


# --- guessing (the limit counts unknown codes only)


def test_two_thousand_guesses_a_minute_are_stopped_and_a_real_code_behind_the_same_address_is_not(
    client: FlaskClient, clock: FixedClock, code: str
) -> None:
    statuses = [client.get(f"/s/{make_code()}").status_code for _ in range(500)]
    assert statuses.count(404) == 400
    assert statuses[400:] == [429] * 100
    stopped = client.post(f"/s/{make_code()}")
    assert (stopped.status_code, Page(stopped.text).kind) == (429, "too_many_guesses")
    assert stopped.headers["Retry-After"] == "60"
    assert post(client, f"/s/{code}", filled(get(client, f"/s/{code}"))).kind == "receipt"
    clock.move(timedelta(minutes=1))
    assert get(client, f"/s/{make_code()}", 404).kind == "unknown_code"


def test_three_hundred_phones_behind_one_address_are_never_refused(client: FlaskClient, survey: Survey) -> None:
    codes = survey.all_codes()
    assert {client.get(f"/s/{codes[turn % len(codes)]}").status_code for turn in range(600)} == {200}
