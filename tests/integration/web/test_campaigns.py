"""The campaigns' pages: list, cockpit, opening, closing, codes."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select

from survey_app import create_app
from survey_app.domain.clock import FixedClock
from survey_app.domain.jobs import LIMITS, Failure, JobKind
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Role
from survey_app.jobs.performing import perform
from survey_app.services.campaigns.lifecycle import create_campaign
from survey_app.services.jobs import sweep_jobs
from survey_app.services.submission.submitting import look_up
from survey_app.settings import Settings
from survey_app.storage import job_tables, office_tables, staff_tables
from survey_app.storage.jobs import end_job
from survey_app.storage.session import Database
from tests.builders_campaign import write_campaign
from tests.builders_cockpit import PLANNED, count_answers, note_pace, open_planned_survey
from tests.builders_jobs import claim, run_waiting_jobs
from tests.builders_staff import OTHER_COUNTY, OWN_COUNTY, StaffBrowser, installation_of, sign_in_as
from tests.builders_survey import CAMPAIGN, Survey

PATH = f"/campaigns/{CAMPAIGN}"


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_planned_survey(database, keys, clock)


@pytest.fixture
def app(database_url: str, keys: KeyDirectory, clock: FixedClock) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url, keys_dir=keys.path), clock)
    app.testing = True
    yield app
    app.extensions["junheng"].database.close()


@pytest.fixture
def monitor(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.MONITOR, OWN_COUNTY)


@pytest.fixture
def admin(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.ADMIN)


@pytest.fixture
def draft(database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path) -> str:
    """A campaign of 100 answers, not yet opened; the clock of the tests is within its week."""
    return create_campaign(database, keys, clock, write_campaign(tmp_path))


def acts(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        rows = connection.execute(select(staff_tables.audit.c.staff, staff_tables.audit.c.action))
        return [(row.staff, row.action) for row in rows if row.action.startswith(("campaign", "codes"))]


def test_the_list_shows_each_campaign_with_its_sample(survey: Survey, monitor: StaffBrowser) -> None:
    page = monitor.get("/campaigns").text
    assert "测试县2026年社会认可度调查" in page
    assert "还有 2 天" in page
    assert "还不够" in page
    count_answers(survey, PLANNED | {"parent": 450})
    assert ">有效</span>" in monitor.get("/campaigns").text


def test_who_is_bound_to_a_county_sees_no_other(survey: Survey, app: Flask) -> None:
    other = sign_in_as(app, Role.MONITOR, OTHER_COUNTY)
    assert "还没有调查活动" in other.get("/campaigns").text
    assert other.get(PATH).status_code == 404


def test_the_cockpit_says_where_the_sample_stands_and_what_to_do(survey: Survey, monitor: StaffBrowser) -> None:
    count_answers(survey, dict.fromkeys(PLANNED, 6) | {"parent": 36, "principal": 1})
    note_pace(survey, dict.fromkeys(PLANNED, 2) | {"parent": 12, "principal": 0})
    page = monitor.get(PATH).text
    for words in ("如果现在结束，样本无效", "有效答卷还差", "还有 2 天 0 小时", "进度落后：校长", "没有动静", "11-23"):
        assert words in page
    assert "提前结束" not in page  # a monitor watches
    assert 'hx-get="/campaigns/c1/live"' in page


def test_nothing_of_the_answers_is_shown_before_closing(survey: Survey, admin: StaffBrowser) -> None:
    for code in survey.all_codes()[:30]:
        survey.submit(code, q04="一句意见")
    page = admin.get(PATH).text
    assert "认可度" not in page.replace("社会认可度调查", "")
    assert "一句意见" not in page


def test_the_live_part_is_sent_only_when_it_has_changed(survey: Survey, monitor: StaffBrowser) -> None:
    note_pace(survey, {})
    page = monitor.get(PATH).text
    tag = re.search(r"If-None-Match&#34;: &#34;(\\&#34;\w+\\&#34;)", page)
    assert tag
    known = tag[1].replace("\\", "").replace("&#34;", '"')
    headers = {"HX-Request": "true", "If-None-Match": known}
    unchanged = monitor.get(f"{PATH}/live", headers=headers)
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    survey.submit(survey.all_codes()[0])
    changed = monitor.get(f"{PATH}/live", headers=headers)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != known
    assert 'id="live"' in changed.text
    assert 'id="school-table" hx-swap-oob="true"' in changed.text
    assert "<html" not in changed.text


def test_the_live_part_tells_a_page_whose_session_has_run_out(survey: Survey, app: Flask) -> None:
    answer = app.test_client().get(f"{PATH}/live", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "登录已过期" in answer.text


def test_the_cockpit_asks_few_queries_however_many_answers(survey: Survey, monitor: StaffBrowser, app: Flask) -> None:
    monitor.get("/")  # the first request of a process looks where the service is reached
    asked: list[str] = []
    event.listen(installation_of(app).database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    counts = []
    for number in (100, 100_000):
        count_answers(survey, PLANNED | {"parent": number})
        asked.clear()
        assert monitor.get(PATH).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15


def test_schools_are_filtered_and_sorted_by_the_address(survey: Survey, monitor: StaffBrowser) -> None:
    count_answers(survey, {"parent": 20}, school="S2")
    page = monitor.get(f"{PATH}?group=parent&q=小学&sort=share&down=1").text
    table = page[page.index('id="school-table"') :]
    assert table.index("第二小学") < table.index("第一小学")
    assert "第三中学" not in table
    assert "没有这样的学校" in monitor.get(f"{PATH}?q=没有").text
    assert monitor.get(f"{PATH}?group=x&sort=x&down=x&q=%ff").status_code == 200


def test_markup_in_a_filter_is_shown_as_text(survey: Survey, monitor: StaffBrowser) -> None:
    page = monitor.get(f"{PATH}?q=<script>alert(1)</script>").text
    assert "<script>alert" not in page


def test_the_cockpit_speaks_english(survey: Survey, monitor: StaffBrowser) -> None:
    monitor.post("/language", {"language": "en", "next": PATH})
    page = monitor.get(PATH).text
    assert "Closed now, the sample would not be valid." in page
    assert "Nobody has answered yet." in page


def test_a_draft_leads_from_codes_to_opening(draft: str, admin: StaffBrowser, database: Database, app: Flask) -> None:
    page = admin.get(f"/campaigns/{draft}").text
    assert "还没有开放" in page
    assert "发放参与码" in page
    assert "从此固定" in admin.get(f"/campaigns/{draft}/open").text
    for _ in range(2):
        answer = admin.post(f"/campaigns/{draft}/open")
        assert answer.status_code == 303
    assert "调查已开放" in admin.get(f"/campaigns/{draft}").text
    assert admin.get(f"/campaigns/{draft}/open").status_code == 303
    assert admin.account is not None
    assert (admin.account.name, "campaign_opened") in acts(database)


def test_closing_is_asked_first_and_says_what_happens(survey: Survey, admin: StaffBrowser, database: Database) -> None:
    page = admin.get(f"{PATH}/close").text
    for words in ("如果现在结束，样本无效", "30 分钟", "不能再开放"):
        assert words in page
    answer = admin.post(f"{PATH}/close")
    assert answer.status_code == 303
    page = admin.get(PATH).text
    assert "正在结束" in page
    assert "可以交到" in page
    assert admin.get(f"{PATH}/close").status_code == 303
    assert admin.account is not None
    assert (admin.account.name, "campaign_closed") in acts(database)


def test_codes_are_issued_kept_for_their_browser_and_removed(
    draft: str, admin: StaffBrowser, app: Flask, database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    path = f"/campaigns/{draft}/codes"
    assert "按样本方案还要发放 127 个参与码" in admin.get(path).text
    assert admin.post(path).headers["Location"] == path
    page = admin.get(path).text
    assert "现在请下载" in page
    sheets = admin.get(f"{path}/sheets.pdf")
    assert sheets.data.startswith(b"%PDF")
    assert sheets.headers["Content-Disposition"] == f"attachment; filename={draft}-sheets.pdf"
    rows = list(csv.DictReader(io.StringIO(admin.get(f"{path}/codes.csv").text)))
    assert len(rows) == 127
    assert look_up(database, keys, clock, rows[0]["code"]).group == rows[0]["group"]
    stranger = sign_in_as(app, Role.ADMIN)
    assert stranger.get(f"{path}/sheets.pdf").status_code == 404
    assert "没有要发放的" in stranger.get(path).text
    assert admin.post(f"{path}/done").status_code == 303
    assert "已从服务器删除" in admin.get(f"/campaigns/{draft}").text
    assert admin.get(f"{path}/codes.csv").status_code == 404
    assert admin.account is not None
    assert (admin.account.name, "codes_issued") in acts(database)


def test_the_database_never_holds_a_code_in_the_clear_nor_what_opens_the_sheets(
    draft: str, admin: StaffBrowser, app: Flask, database: Database
) -> None:
    path = f"/campaigns/{draft}/codes"
    form = {"csrf_token": admin.csrf_token()}
    asked = admin.client.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"}).headers["Location"]
    again = admin.client.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"}).headers["Location"]
    assert again == asked == admin.client.get(path).headers["Location"], "a second click begins nothing"
    job = claim(installation_of(app))
    assert job
    perform(installation_of(app), job)
    rows = list(csv.DictReader(io.StringIO(admin.get(f"{path}/codes.csv").text)))
    with admin.client.session_transaction() as session:
        token = session["sheets"][draft]
    with database.read() as connection:
        kept = [
            row
            for table in (job_tables.job, job_tables.job_file, office_tables.parcel)
            for row in connection.execute(table.select())
        ]
    assert len(kept) == 2, "the job, which has no files, and the parcel"
    text = repr(kept)
    secrets = [token, *(row["code"] for row in rows), *(row["code"].replace("-", "") for row in rows)]
    assert [secret for secret in secrets if secret in text] == []


def test_codes_that_wait_too_long_for_a_worker_are_not_issued(
    draft: str, admin: StaffBrowser, app: Flask, clock: FixedClock
) -> None:
    path, at = f"/campaigns/{draft}/codes", installation_of(app)
    form = {"csrf_token": admin.csrf_token()}
    asked = admin.client.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"}).headers["Location"]
    clock.move(LIMITS[JobKind.CODES].waits)
    assert run_waiting_jobs(at) == 0
    sweep_jobs(at)
    assert "需要时请再做一次" in admin.get(asked).text
    assert "按样本方案还要发放 127 个参与码" in admin.get(path).text


def test_a_job_of_codes_that_failed_is_asked_for_anew(draft: str, admin: StaffBrowser, app: Flask) -> None:
    path, at = f"/campaigns/{draft}/codes", installation_of(app)
    form = {"csrf_token": admin.csrf_token()}
    asked = admin.client.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"}).headers["Location"]
    job = claim(at)
    assert job
    with at.database.write() as connection:
        end_job(connection, job, at.clock.now(), job.ends_at, {}, Failure.DIED)
    assert "重新开始</button>" not in admin.get(asked).text
    admin.client.post(asked, data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert claim(at) is None
    assert admin.post(path).headers["Location"] == path
    assert len(admin.get(f"{path}/codes.csv").text.splitlines()) == 128


def test_a_second_click_issues_nothing_twice(draft: str, admin: StaffBrowser) -> None:
    path = f"/campaigns/{draft}/codes"
    admin.post(path)
    first = admin.get(f"{path}/codes.csv").data
    admin.post(path)
    assert "没有要补的" in admin.get(path).text
    assert admin.get(f"{path}/codes.csv").data == first


def test_codes_after_the_closing_are_refused_in_plain_words(
    survey: Survey, admin: StaffBrowser, clock: FixedClock
) -> None:
    survey.change_campaign(closes=clock.now() - timedelta(hours=2))
    answer = admin.post(f"{PATH}/codes")
    assert answer.status_code == 409
    assert "现在不能这样做" in answer.text
