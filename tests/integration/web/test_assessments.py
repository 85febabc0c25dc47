"""The pages of assessments: uploads, findings, scores, vetoes, verdict, signature, as browsers without scripts use them."""

import gc
import io
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from survey_app.domain.clock import FixedClock
from survey_app.domain.staff import Role, StaffUser
from survey_app.services.accounts.tokens import make_token
from survey_app.services.assessments.judging import live_verdict
from survey_app.services.assessments.starting import visible_assessments
from survey_app.services.assessments.uploading import uploads_of
from survey_app.storage.session import Database
from tests.builders import COUNTY, JUNIOR_SCHOOL, PRIMARY_SCHOOL
from tests.builders_assessments import ADMIN, NEW, close_golden_survey, picture, start, workbook
from tests.builders_jobs import run_waiting_jobs
from tests.builders_staff import StaffBrowser, installation_of, sign_in_as
from tests.builders_web import Page
from tests.paths import GOLDEN

NASTY = "<script>alert(1)</script> 🏫𠮷 ' \" & {{ 7*7 }} %s\n" + "长" * 1900
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt; 🏫𠮷 &#39; &#34; &amp; {{ 7*7 }} %s\n"
# large bodies lie in temporary files that werkzeug leaves to the collector, which Python warns about; they are collected here
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
OWN = f"/assessments/2020-{COUNTY}"


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
def li(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.EVALUATOR, COUNTY, "li")


@pytest.fixture
def wang(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.EVALUATOR, COUNTY, "wang")


@pytest.fixture
def chief(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.ADMIN, None, "chief")


@pytest.fixture
def begun(database: Database, clock: FixedClock) -> str:
    """An assessment without anything in it."""
    start(database, clock)
    return OWN


def send_workbook(browser: StaffBrowser, content: bytes, name: str = "统计.xlsx") -> TestResponse:
    return browser.post(f"{OWN}/workbook", {"workbook": (io.BytesIO(content), name)})


def followed(browser: StaffBrowser, answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    shown = browser.get(answer.headers["Location"])
    assert shown.status_code == 200
    return shown.text


def fields(page: str, **typed: Any) -> dict[str, Any]:
    """The hidden fields of a page's form, and what is typed."""
    hidden = {name: values[-1] for name, values in Page(page).values.items() if name.startswith("seen")}
    return hidden | typed


# --- list and beginning ------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do_next(li: StaffBrowser) -> None:
    page = li.get("/assessments").text
    assert "还没有评估" in page
    assert 'href="/assessments/new"' in page


def test_an_assessment_begins_and_leads_to_the_upload(li: StaffBrowser) -> None:
    form = {"county_code": COUNTY, "county_name": NASTY[:60], "year": "2020", "rulebook": "xiangtan-2018"}
    answer = li.post("/assessments", form)
    assert answer.headers["Location"] == f"{OWN}/workbook"
    page = followed(li, answer)
    assert "评估已经开始" in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in li.get("/assessments").text


def test_the_form_comes_back_as_it_was_typed_with_each_problem_at_its_field(chief: StaffBrowser) -> None:
    form = {"county_code": "12", "county_name": "<b>县</b>", "year": "x", "rulebook": "xiangtan-2018"}
    answer = chief.post("/assessments", form)
    assert answer.status_code == 422
    assert 'value="&lt;b&gt;县&lt;/b&gt;"' in answer.text
    assert 'id="f-county_code-error"' in answer.text
    assert 'id="f-year-error"' in answer.text


def test_somebody_of_a_county_begins_and_sees_the_own_only(
    app: Flask, li: StaffBrowser, chief: StaffBrowser, database: Database, begun: str
) -> None:
    form = {"county_code": "430304", "county_name": "别县", "year": "2020", "rulebook": "xiangtan-2018"}
    assert li.post("/assessments", form).status_code == 404
    assert chief.post("/assessments", form).status_code == 303
    assert "别县" not in li.get("/assessments").text
    assert li.get("/assessments/2020-430304").status_code == 404
    assert len(visible_assessments(database, ADMIN)) == 2
    monitor = sign_in_as(app, Role.MONITOR, COUNTY)
    assert [monitor.get(path).status_code for path in ("/assessments", OWN)] == [403, 403]


def test_the_list_is_filtered(chief: StaffBrowser, database: Database, clock: FixedClock, begun: str) -> None:
    assert "测试县" in chief.get("/assessments?q=测试&year=2020&state=draft").text
    for query in ("q=没有这个县", "year=2019", "state=signed"):
        page = chief.get(f"/assessments?{query}").text
        assert "没有符合条件的评估" in page
        assert "<td" not in page


# --- workbook ----------------------------------------------------------------------------------------------------------------


def test_a_refused_workbook_has_a_page_and_a_list_that_stay(li: StaffBrowser, begun: str, database: Database) -> None:
    bad = workbook({"学校": [PRIMARY_SCHOOL | {"班级数": "=1+1", "学校名称": NASTY[:40]}, JUNIOR_SCHOOL]})
    answer = send_workbook(li, bad, "<i>表</i>.xlsx")
    for _ in range(2):
        page = followed(li, answer)
        assert "这份工作簿没有保存" in page
        assert "<b>H2</b>" in page
        assert "<script>" not in page
    listed = li.get(answer.headers["Location"] + "/problems.xlsx")
    assert "attachment" in listed.headers["Content-Disposition"]
    rows = list(load_workbook(io.BytesIO(listed.data)).active.iter_rows(values_only=True))
    assert rows[0] == ("类别", "表", "单元格", "所在行", "单元格内容", "问题", "应为")
    assert rows[1][:3] == ("问题", "学校", "H2")
    assert li.get(answer.headers["Location"] + "/workbook.xlsx").status_code == 404
    assert [one.version for one in uploads_of(database, f"2020-{COUNTY}")] == [None]


def test_a_list_to_download_holds_texts_and_no_formula(li: StaffBrowser, begun: str) -> None:
    answer = send_workbook(li, workbook({"学校": [PRIMARY_SCHOOL | {"城乡": "=cmd()"}, JUNIOR_SCHOOL]}))
    listed = li.get(answer.headers["Location"] + "/problems.xlsx")
    cells = [cell for row in load_workbook(io.BytesIO(listed.data)).active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}


def test_a_new_version_shows_its_differences_and_both_can_be_had(li: StaffBrowser, begun: str) -> None:
    first, second = workbook(), workbook({"学校": [PRIMARY_SCHOOL | {"学生数": 512}, JUNIOR_SCHOOL]})
    send_workbook(li, first)
    answer = send_workbook(li, second)
    page = followed(li, answer)
    assert "<del>500</del>" in page
    assert "<ins>512</ins>" in page
    assert "第 2 版" in page
    listed = load_workbook(io.BytesIO(li.get(answer.headers["Location"] + "/differences.xlsx").data)).active
    assert [cell.value for cell in listed[2]][1:6] == ["学校", "4399010001 测试小学 小学", "学生数", "500", "512"]
    versions = re.findall(rf"{OWN}/uploads/\w+/workbook.xlsx", li.get(f"{OWN}/workbook").text)
    assert [li.get(path).data for path in versions] == [second, first]


def test_the_same_file_twice_is_said(li: StaffBrowser, begun: str) -> None:
    content = workbook()
    send_workbook(li, content)
    assert "与现在的第 1 版完全相同" in followed(li, send_workbook(li, content, "又一次.xlsx"))


def test_no_file_is_said_at_the_field(li: StaffBrowser, begun: str) -> None:
    answer = li.post(f"{OWN}/workbook", {})
    assert answer.status_code == 422
    assert "没有选择文件" in answer.text


def test_fifty_megabytes_are_refused_in_kind_words_and_nothing_is_stored(
    li: StaffBrowser, begun: str, app: Flask
) -> None:
    answer = send_workbook(li, b"PK" + b"0" * 50_000_000, "大.xlsx")
    assert answer.status_code == 422
    assert "文件有 51 MB，最多接收 40 MB" in answer.text
    assert "请删去图片" in answer.text
    assert run_waiting_jobs(installation_of(app)) == 0


def test_more_than_any_workbook_is_refused_before_it_is_read(li: StaffBrowser, begun: str) -> None:
    answer = send_workbook(li, b"0" * 90_000_000)
    assert answer.status_code == 413
    assert "提交的内容太大" in answer.text


@pytest.fixture
def served(app: Flask) -> Iterator[tuple[str, int]]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield "127.0.0.1", server.port
    server.shutdown()
    thread.join()


def test_a_connection_lost_midway_leaves_nothing(
    served: tuple[str, int], li: StaffBrowser, begun: str, database: Database, app: Flask
) -> None:
    content, token = workbook(), li.csrf_token()
    cookie = li.client.get_cookie("junheng_session")
    assert cookie is not None
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode() + b"\r\n",
        b'--x\r\nContent-Disposition: form-data; name="workbook"; filename="a.xlsx"\r\n\r\n'
        + content
        + b"\r\n--x--\r\n",
    ]
    body = b"".join(parts)
    head = f"POST {OWN}/workbook HTTP/1.1\r\nHost: localhost\r\nCookie: junheng_session={cookie.value}\r\n"
    head += f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(served) as half:
        half.sendall(head.encode() + body[: len(body) // 2])
    with socket.create_connection(served) as whole:  # the same, whole, to see that it would have been taken
        whole.sendall(head.encode() + body)
        assert b" 303 " in whole.recv(100)
    assert run_waiting_jobs(installation_of(app)) == 1
    uploads = uploads_of(database, f"2020-{COUNTY}")
    assert [(one.version, one.size) for one in uploads] == [(1, len(content))]


def test_the_empty_workbook_is_of_the_rulebook(li: StaffBrowser, begun: str) -> None:
    sheets = load_workbook(io.BytesIO(li.get(f"{OWN}/template.xlsx").data))
    clauses = [row[0] for row in sheets["现场核查"].iter_rows(values_only=True)]
    assert "10.1" in clauses
    assert "G1.1" not in clauses


# --- findings and vetoes -----------------------------------------------------------------------------------------------------


def test_a_finding_is_shown_as_text_and_leads_to_the_next(li: StaffBrowser, begun: str) -> None:
    form = fields(li.get(f"{OWN}/findings/10.1").text, choice="no", text=NASTY, act="next")
    answer = li.post(f"{OWN}/findings/10.1", form)
    assert answer.headers["Location"] == f"{OWN}/findings/10.2"
    page = li.get(f"{OWN}/findings/10.1").text
    assert page.count(ESCAPED) == 2  # in the form and in the history
    assert "<script>" not in page
    assert ESCAPED in li.get(f"{OWN}/findings").text
    assert "li · <time>2026-11-23 12:00</time>" in page


def test_what_is_wrong_keeps_what_was_typed(li: StaffBrowser, begun: str) -> None:
    answer = li.post(f"{OWN}/findings/10.1", {"choice": "", "text": NASTY + "长" * 200, "seen": "0"})
    assert answer.status_code == 422
    assert ESCAPED in answer.text
    assert 'href="#f-choice"' in answer.text
    assert "最多 2000 字" in answer.text


def test_of_two_at_the_same_clause_the_second_sees_both_and_merges(
    li: StaffBrowser, wang: StaffBrowser, begun: str
) -> None:
    blank = fields(li.get(f"{OWN}/findings/10.1").text)
    li.post(f"{OWN}/findings/10.1", {**blank, "choice": "yes", "text": "李所见"})
    answer = wang.post(f"{OWN}/findings/10.1", {**blank, "choice": "no", "text": "王所见 <b>"})
    assert answer.status_code == 409
    assert "别人已经保存了这一款" in answer.text
    assert '<p class="typed">李所见</p>' in answer.text
    assert '<p class="typed">王所见 &lt;b&gt;</p>' in answer.text
    merged = Page(answer.text).values
    assert merged["text"] == ["李所见\n王所见 <b>"]
    form = {"seen": merged["seen"][-1], "text": merged["text"][0], "choice": "no", "act": "back"}
    assert "李所见\n王所见 &lt;b&gt;" in followed(wang, wang.post(f"{OWN}/findings/10.1", form))


def test_the_second_may_keep_what_is_saved(li: StaffBrowser, wang: StaffBrowser, begun: str) -> None:
    li.post(f"{OWN}/findings/10.1", {"choice": "yes", "text": "李所见", "seen": "0"})
    page = followed(wang, wang.post(f"{OWN}/findings/10.1", {"act": "theirs", "text": "王所见", "seen": "1"}))
    assert "保留了已保存的内容" in page
    assert "王所见" not in page


def test_a_photo_is_served_as_a_picture_and_nothing_else(li: StaffBrowser, begun: str) -> None:
    sent = {"choice": "yes", "text": "", "seen": "0", "photos": [(io.BytesIO(picture("PNG")), "<x>.html")]}
    li.post(f"{OWN}/findings/10.1", sent)
    page = li.get(f"{OWN}/findings/10.1").text
    (path,) = set(re.findall(rf'src="({OWN}/photos/\w+)"', page))
    shown = li.get(path)
    assert (shown.mimetype, shown.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert shown.headers["Content-Disposition"].startswith("inline; filename=10.1-")
    assert shown.data.startswith(b"\xff\xd8")
    assert li.post(path).headers["Location"] == f"{OWN}/findings/10.1"
    assert f'src="{path}"' not in li.get(f"{OWN}/findings/10.1").text


def test_a_file_that_is_no_photo_is_refused_and_the_text_stays(li: StaffBrowser, begun: str) -> None:
    photos = [(io.BytesIO(b"<html>"), "a.jpg"), (io.BytesIO(picture()), "b.jpg")]
    answer = li.post(f"{OWN}/findings/10.1", {"choice": "yes", "text": "看过", "seen": "0", "photos": photos})
    assert answer.status_code == 200
    assert "“a.jpg”不是可以保存的照片" in answer.text
    assert "重新开始" not in answer.text
    page = li.get(f"{OWN}/findings/10.1").text
    assert "看过</textarea>" in page
    assert "/photos/" not in page, "none is kept unless all can be"


def test_photos_that_are_too_large_or_too_many_are_refused_at_once(app: Flask, li: StaffBrowser, begun: str) -> None:
    typed = {"choice": "yes", "text": "看过", "seen": "0"}
    large = li.post(f"{OWN}/findings/10.1", typed | {"photos": [(io.BytesIO(b"0" * 8_000_001), "a.jpg")]})
    many = li.post(f"{OWN}/findings/10.1", typed | {"photos": [(io.BytesIO(b"0"), "a.jpg") for _ in range(13)]})
    assert [one.status_code for one in (large, many)] == [422, 422]
    assert "看过</textarea>" in large.text
    assert "最多" in many.text
    assert run_waiting_jobs(installation_of(app)) == 0
    assert "未填" in li.get(f"{OWN}/findings").text


def test_photos_of_another_county_are_not_there(app: Flask, li: StaffBrowser, begun: str) -> None:
    li.post(f"{OWN}/findings/10.1", {"choice": "yes", "seen": "0", "photos": [(io.BytesIO(picture()), "a.jpg")]})
    (path,) = set(re.findall(rf'src="({OWN}/photos/\w+)"', li.get(f"{OWN}/findings/10.1").text))
    other = sign_in_as(app, Role.EVALUATOR, "430304")
    assert other.get(path).status_code == 404


def test_unknown_parts_of_addresses_are_not_found(li: StaffBrowser, begun: str) -> None:
    paths = ("findings/10.3", "vetoes/7", "scores/1", "indicators/99", "uploads/0", "photos/0", "files/x.html")
    assert [li.get(f"{OWN}/{path}").status_code for path in paths] == [404] * len(paths)
    assert li.post(f"{OWN}/findings/10.3", {"choice": "yes", "seen": "0"}).status_code == 404
    assert li.get("/assessments/2020-000000").status_code == 404


def test_a_veto_needs_its_grounds(li: StaffBrowser, begun: str) -> None:
    assert li.post(f"{OWN}/vetoes/2", {"choice": "yes", "text": "", "seen": "0"}).status_code == 422
    answer = li.post(f"{OWN}/vetoes/2", {"choice": "yes", "text": "经查属实", "seen": "0", "act": "back"})
    assert answer.headers["Location"] == f"{OWN}/vetoes#s-2"
    assert "经查属实" in li.get(f"{OWN}/vetoes").text


# --- scores ------------------------------------------------------------------------------------------------------------------


def test_others_scores_are_on_no_page_before_the_own_one(li: StaffBrowser, wang: StaffBrowser, begun: str) -> None:
    send_workbook(li, workbook())
    note = "台账只有一半学期"
    li.post(f"{OWN}/scores/8", {"score-8.1": "1.37", "text-8.1": note, "seen-8.1": "0"})
    pages = ("", "/scores", "/scores/8", "/indicators/8", "/sign", "/files/assessment.json", "/files/report.html")
    for page in pages:
        text = wang.get(f"{OWN}{page}").text
        assert "1.37" not in text, page
        assert note not in text, page
    assert "已有 1 位评估员给分" in wang.get(f"{OWN}/scores/8").text
    assert "他人已评了 1 款" in wang.get(OWN).text
    wang.post(f"{OWN}/scores/8", {"score-8.1": "2", "seen-8.1": "0"})
    text = wang.get(f"{OWN}/scores/8").text
    assert "1.37" in text
    assert note in text
    assert "1.37 至 2，分差 0.63" in text


def test_an_evaluators_token_shows_no_hidden_score(
    app: Flask, li: StaffBrowser, wang: StaffBrowser, begun: str, database: Database, clock: FixedClock
) -> None:
    send_workbook(li, workbook())
    li.post(f"{OWN}/scores/8", {"score-8.1": "1.37", "seen-8.1": "0"})
    bearer = {"Authorization": f"Bearer {make_token(database, clock, '(junheng)', 'wang')}"}
    answer = app.test_client().get(f"/api/v1/assessments/2020-{COUNTY}", headers=bearer)
    assert answer.status_code == 200
    assert "1.37" not in answer.text


def test_a_wrong_score_keeps_the_form(li: StaffBrowser, begun: str) -> None:
    form = {"score-8.1": "3.5", "text-8.1": "多给", "score-8.2": "1", "seen-8.1": "0", "seen-8.2": "0"}
    answer = li.post(f"{OWN}/scores/8", form)
    assert answer.status_code == 422
    assert 'href="#f-score-8.1"' in answer.text
    assert 'value="3.5"' in answer.text
    assert "多给</textarea>" in answer.text
    assert "还没有人给分" in li.get(f"{OWN}/scores/8").text


def test_the_own_other_window_is_told_so(li: StaffBrowser, begun: str) -> None:
    li.post(f"{OWN}/scores/8", {"score-8.1": "2.5", "seen-8.1": "0"})
    answer = li.post(f"{OWN}/scores/8", {"score-8.1": "1", "seen-8.1": "0"})
    assert answer.status_code == 409
    assert "您在另一个窗口改过" in answer.text
    again = Page(answer.text).values
    assert (again["score-8.1"], again["seen-8.1"]) == (["1"], ["1"])
    followed(li, li.post(f"{OWN}/scores/8", {name: values[-1] for name, values in again.items()}))
    assert (
        'name="score-8.1" inputmode="decimal" autocomplete="off" maxlength="20" value="1"'
        in li.get(f"{OWN}/scores/8").text
    )


def test_saving_leads_to_the_next_indicator_that_is_open(li: StaffBrowser, begun: str) -> None:
    answer = li.post(f"{OWN}/scores/8", {"score-8.1": "2.5", "seen-8.1": "0", "act": "next"})
    assert answer.headers["Location"] == f"{OWN}/scores/9"
    assert "我已评或不评 40 / 40 款" in followed(li, li.post(f"{OWN}/scores", {}))
    assert li.get(f"{OWN}/scores").text.count("badge wait") == 0


def test_an_administrator_reads_scores_and_gives_none(chief: StaffBrowser, li: StaffBrowser, begun: str) -> None:
    li.post(f"{OWN}/scores/8", {"score-8.1": "1.37", "seen-8.1": "0"})
    page = chief.get(f"{OWN}/scores/8").text
    assert "1.37" in page
    assert 'name="score-8.1"' not in page
    assert chief.post(f"{OWN}/scores/8", {"score-8.1": "1", "seen-8.1": "0"}).status_code == 403


def test_a_score_of_the_workbook_is_set_aside_with_a_reason(li: StaffBrowser, begun: str) -> None:
    send_workbook(li, workbook({"B评分": [{}]}))
    path = f"{OWN}/scores/8/set-aside"
    page = li.get(f"{path}?clause=8.1&owner=@甲").text
    form = {name: values[-1] for name, values in Page(page).values.items() if name in ("clause", "owner", "seen")}
    assert li.post(path, {**form, "text": ""}).status_code == 422
    page = followed(li, li.post(path, {**form, "text": "本人已在网上评分"}))
    assert "本人已在网上评分" in page
    page = followed(li, li.post(path, {**form, "seen": "2", "act": "again"}))
    assert "平均 2.50" in page
    assert li.get(f"{path}?clause=8.1&owner=li").status_code == 404


# --- verdict and signature ---------------------------------------------------------------------------------------------------


@pytest.fixture
def decided(li: StaffBrowser, begun: str) -> str:
    """An assessment whose verdict stands."""
    send_workbook(li, workbook({"现场核查": [{}]}))
    li.post(f"{OWN}/vetoes/3", {"choice": "yes", "text": "经查属实", "seen": "0"})
    return OWN


def test_each_step_is_named_until_all_is_there(li: StaffBrowser, begun: str) -> None:
    assert "下一步：上传统计工作簿" in li.get(OWN).text
    good = [PRIMARY_SCHOOL, JUNIOR_SCHOOL | {"体育运动场馆面积": 6000}]
    send_workbook(li, workbook({"学校": good, "现场核查": [{}]}))
    page = li.get(OWN).text
    assert "下一步：填现场核查" in page
    assert "1 / 16" in page
    assert f'href="{OWN}/findings/10.2"' in page
    assert f'href="{OWN}/scores/9#s-9.1"' in page
    assert f'href="{OWN}/vetoes/1"' in page


def test_every_number_unfolds_to_where_it_comes_from(li: StaffBrowser, decided: str) -> None:
    li.post(f"{OWN}/findings/10.2", {"choice": "no", "text": "两所学校没有公示", "seen": "0"})
    page = li.get(OWN).text
    assert "现场核查!B2" in page
    assert "li 2026-11-23 12:00" in page
    assert "附件1 第1条第1款" in page
    send_workbook(li, workbook({"学校": [PRIMARY_SCHOOL | {"高于规定学历教师数": 10}, JUNIOR_SCHOOL]}))
    assert "学校!I2" in li.get(f"{OWN}/indicators/1").text


def test_drafts_say_so_and_files_are_attachments(li: StaffBrowser, decided: str) -> None:
    assert '<p class="draft-mark" aria-hidden="true">草稿</p>' in li.get(OWN).text
    for name, media in (
        ("report.html", "text/html"),
        ("report.docx", "application/vnd"),
        ("ledger.xlsx", "application/vnd"),
    ):
        answer = li.get(f"{OWN}/files/{name}")
        assert answer.mimetype.startswith(media)
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment")
        assert "%E8%8D%89%E7%A8%BF" in disposition  # 草稿
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_signature_freezes_what_was_seen(li: StaffBrowser, chief: StaffBrowser, decided: str) -> None:
    page = chief.get(f"{OWN}/sign").text
    assert "签署将封存这些内容" in page
    seen = Page(page).values["seen"][-1]
    li.post(f"{OWN}/findings/10.2", {"choice": "yes", "text": "补看", "seen": "0"})
    page = followed(chief, chief.post(f"{OWN}/sign", {"seen": seen}))
    assert "打开本页之后内容有了变动" in page
    answer = chief.post(f"{OWN}/sign", {"seen": Page(page).values["seen"][-1]})
    assert "chief 于 2026-11-23 12:00 签署" in followed(chief, answer)
    assert "%E8%8D%89%E7%A8%BF" not in li.get(f"{OWN}/files/report.html").headers["Content-Disposition"]
    assert "已签署" in li.get("/assessments").text


def test_a_signed_assessment_can_only_be_read(li: StaffBrowser, chief: StaffBrowser, decided: str) -> None:
    followed(chief, chief.post(f"{OWN}/sign", {"seen": Page(chief.get(f"{OWN}/sign").text).values["seen"][-1]}))
    for path in ("/workbook", "/findings/10.1", "/vetoes/1", "/scores/8", "/survey"):
        page = li.get(f"{OWN}{path}").text
        assert "评估已签署封存" in page
        assert 'class="card' not in page.replace('class="card wide score"', "")
    late = li.post(f"{OWN}/findings/10.1", {"choice": "no", "text": "来晚了", "seen": "1"})
    assert late.status_code == 409
    assert "没有保存您的改动" in late.text


def test_only_the_signers_role_reopens_and_only_with_a_reason(
    li: StaffBrowser, chief: StaffBrowser, decided: str
) -> None:
    followed(chief, chief.post(f"{OWN}/sign", {"seen": Page(chief.get(f"{OWN}/sign").text).values["seen"][-1]}))
    assert "请找管理员重新开启" in li.get(f"{OWN}/sign").text
    assert li.post(f"{OWN}/reopen", {"reason": "想改"}).status_code == 422
    assert chief.post(f"{OWN}/reopen", {"reason": " "}).status_code == 422
    assert "重新开启" in followed(chief, chief.post(f"{OWN}/reopen", {"reason": NASTY[:50]}))
    page = chief.get(f"{OWN}/sign").text
    assert "第 1 次签署" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>" not in page


def test_the_page_is_in_english_too(li: StaffBrowser, decided: str) -> None:
    page = li.get(f"{OWN}?lang=en").text
    assert "Next: enter the findings on site" in page
    assert "Vetoed" in page or "veto" in page


def test_the_programs_document_is_the_verdict(
    app: Flask, chief: StaffBrowser, decided: str, database: Database, clock: FixedClock
) -> None:
    bearer = {"Authorization": f"Bearer {make_token(database, clock, '(junheng)', 'chief')}"}
    address = f"/api/v1/assessments/2020-{COUNTY}"
    before = app.test_client().get(address, headers=bearer)  # nobody is there who would judge
    assert (before.status_code, before.get_json()["error"]["code"]) == (503, "not_yet")
    assert run_waiting_jobs(installation_of(app)) == 1
    document = app.test_client().get(address, headers=bearer).get_json()
    result = live_verdict(database, clock, f"2020-{COUNTY}", StaffUser("chief", Role.ADMIN, None)).result
    assert result is not None
    assert (document["schema"], document["outcome"], document["vetoes"]) == (
        "junheng.assessment/1",
        result.outcome,
        ["3"],
    )


# --- survey ------------------------------------------------------------------------------------------------------------------


def test_without_a_closed_survey_the_page_says_what_comes_first(li: StaffBrowser, begun: str) -> None:
    page = li.get(f"{OWN}/survey").text
    assert "本县区还没有已结束的问卷调查" in page
    assert 'type="radio"' not in page
    assert li.post(f"{OWN}/survey", {"campaign": "c1", "seen": ""}).status_code == 422  # open, and of another county


def test_a_closed_survey_is_joined_and_parted(chief: StaffBrowser, database: Database, clock: FixedClock) -> None:
    folder = GOLDEN / "counties" / "good-11"
    for name in ("one", "two"):
        close_golden_survey(database, clock, folder, name)
    path = f"/assessments/{start(database, clock, replace(NEW, county_code='430300'))}"
    chief.post(f"{path}/workbook", {"workbook": (io.BytesIO((folder / "workbook.xlsx").read_bytes()), "a.xlsx")})
    assert "下一步：关联已结束的问卷调查" in chief.get(path).text
    page = followed(chief, chief.post(f"{path}/survey", {"campaign": "one", "seen": ""}))
    assert "92.38%" in page
    assert "各步都已填完" in page
    stale = chief.post(f"{path}/survey", {"campaign": "two", "seen": ""})
    assert stale.status_code == 409
    assert "有人改了选择" in stale.text
    assert 'value="one" checked' in stale.text
    page = followed(chief, chief.post(f"{path}/survey", {"campaign": "", "seen": "one"}))
    assert "已取消关联的问卷调查" in page


def test_a_veto_that_somebody_else_saved_is_shown_beside_the_own(
    li: StaffBrowser, wang: StaffBrowser, begun: str
) -> None:
    li.post(f"{OWN}/vetoes/1", {"choice": "no", "text": "未接到举报", "seen": "0"})
    answer = wang.post(f"{OWN}/vetoes/1", {"choice": "yes", "text": "有两起举报", "seen": "0"})
    assert answer.status_code == 409
    assert 'value="yes" checked' not in answer.text  # they disagree: somebody must choose
    assert 'value="no" checked' not in answer.text
    page = followed(wang, wang.post(f"{OWN}/vetoes/1", {"act": "theirs"}))
    assert "未接到举报" in page


def test_photos_alone_are_saved_and_the_form_stays(li: StaffBrowser, begun: str) -> None:
    answer = li.post(f"{OWN}/findings/10.1", {"choice": "", "seen": "0", "photos": [(io.BytesIO(picture()), "a.jpg")]})
    assert answer.headers["Location"] == f"{OWN}/findings/10.1"
    assert "10.1 的照片已保存" in followed(li, answer)


def test_a_score_that_changed_meanwhile_is_not_set_aside(li: StaffBrowser, begun: str) -> None:
    send_workbook(li, workbook({"B评分": [{}]}))
    send_workbook(li, workbook({"B评分": [{"得分": 3}]}))
    form = {"clause": "8.1", "owner": "@甲", "seen": "1", "text": "重复"}
    answer = li.post(f"{OWN}/scores/8/set-aside", form)
    assert answer.status_code == 409
    assert "没有改动任何内容" in answer.text
