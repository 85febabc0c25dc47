"""The pages of jobs: how far one is, why one failed, whose it is."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_app.domain.clock import FixedClock
from survey_app.domain.jobs import LIMITS, Failure, JobKind, JobState
from survey_app.domain.staff import Role
from survey_app.services.jobs import ask, sweep_jobs
from survey_app.storage.assessments.assessments import update_assessment
from survey_app.storage.heartbeats import WORKER, beat
from survey_app.storage.jobs import end_job
from survey_app.web.jobs import wording
from tests.builders import COUNTY
from tests.builders_assessments import start, workbook
from tests.builders_jobs import claim, run_waiting_jobs
from tests.builders_staff import StaffBrowser, installation_of, open_session_for, sign_in_as

PATH = f"/assessments/2020-{COUNTY}"


@pytest.fixture
def li(app: Flask) -> StaffBrowser:
    at = installation_of(app)
    start(at.database, at.clock)
    return sign_in_as(app, Role.EVALUATOR, COUNTY, "li")


def send(li: StaffBrowser, content: bytes | None = None) -> str:
    """Uploads a workbook that nobody checks yet, and returns the address of the job."""
    fields = {"csrf_token": li.csrf_token(), "workbook": (io.BytesIO(content or workbook()), "统计.xlsx")}
    answer: TestResponse = li.client.post(f"{PATH}/workbook", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_without_a_worker_the_page_says_so_and_nothing_is_lost(app: Flask, li: StaffBrowser) -> None:
    page = li.get(send(li)).text
    assert "后台任务没有运行" in page
    assert "不会丢失" in page
    assert '<noscript><meta http-equiv="refresh" content="1; url=/jobs/' in page
    assert li.client.get("/healthz").get_json() == {"status": "degraded", "missing": ["worker"]}
    assert "统计.xlsx" in li.get(f"{PATH}/workbook").text
    assert run_waiting_jobs(installation_of(app)) == 1
    assert "第 1 版" in li.get(f"{PATH}/workbook").text


def test_the_page_of_a_job_leads_to_what_came_of_it(app: Flask, li: StaffBrowser) -> None:
    page = send(li)
    run_waiting_jobs(installation_of(app))
    answer = li.get(page)
    assert (answer.status_code, answer.headers["Location"].split("/")[3]) == (303, "uploads")
    assert "已接收，为第 1 版" in li.get(answer.headers["Location"]).text
    listed = li.get("/jobs").text
    assert "已完成" in listed
    assert page in listed


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Failure.MEMORY, "内存超过了上限"),
        (Failure.TIME, "用时超过了上限"),
        (Failure.DIED, "中途断了"),
        (Failure.BUG, "程序出错了"),
        (Failure.FORBIDDEN, "现在不能做了"),
    ],
)
def test_a_job_that_failed_says_why_and_can_be_started_again(
    app: Flask, li: StaffBrowser, failure: Failure, words: str
) -> None:
    at, address = installation_of(app), send(li)
    job = claim(at)
    assert job
    with at.database.write() as connection:
        end_job(connection, job, at.clock.now(), job.ends_at, {}, failure)
    page = li.get(address).text
    assert words in page
    assert "refresh" not in page
    assert "未完成" in li.get(f"{PATH}/workbook").text
    answer = li.post(address)
    assert (answer.status_code, "uploads" in answer.headers["Location"]) == (303, True)


def test_how_far_a_job_is_and_how_many_come_before_it(app: Flask, li: StaffBrowser, clock: FixedClock) -> None:
    at, asked = installation_of(app), []
    for _ in range(3):
        asked.append(send(li))
        clock.move(timedelta(seconds=1))
    first, second, third = asked
    job = claim(at)
    assert job
    assert "正在处理，已完成 0%" in li.get(first).text
    assert "马上开始" in li.get(second).text
    assert "前面还有 1 项" in li.get(third).text


def test_a_job_is_seen_by_nobody_else(app: Flask, li: StaffBrowser) -> None:
    address = send(li)
    for other in (sign_in_as(app, Role.EVALUATOR, COUNTY, "wang"), sign_in_as(app, Role.ADMIN, None, "chief")):
        assert other.get(address).status_code == 404
        assert other.post(address).status_code == 404
        assert address not in other.get("/jobs").text
    assert sign_in_as(app, Role.DESK, COUNTY, "desk").get("/jobs").status_code == 403


def test_who_may_no_longer_do_it_does_not_see_what_came_of_it(app: Flask, li: StaffBrowser) -> None:
    monitor = sign_in_as(app, Role.MONITOR, COUNTY, "zhou")
    assert monitor.account
    at = installation_of(app)
    job = ask(at, monitor.account.user, JobKind.VERDICT, f"assessment/2020-{COUNTY}", COUNTY, {})
    assert monitor.get(f"/jobs/{job}").status_code == 403
    assert job not in monitor.get("/jobs").text


def test_a_file_is_had_again_from_the_list_until_it_has_had_its_time(
    app: Flask, li: StaffBrowser, clock: FixedClock
) -> None:
    at = installation_of(app)
    send(li)
    run_waiting_jobs(at)
    answer = li.client.get(f"{PATH}/files/ledger.xlsx")
    page = answer.headers["Location"].removesuffix("?file=1")
    assert answer.headers["Location"] == f"{page}?file=1"
    assert li.get(f"{page}/file").status_code == 404
    run_waiting_jobs(at)
    assert li.client.get(f"{PATH}/files/ledger.xlsx").headers["Location"] == f"{page}?file=1", "the same file, once"
    assert li.client.get(f"{page}?file=1").headers["Location"] == f"{page}/file"
    assert f'href="{page}/file"' in li.get(page).text
    first, second = li.get(f"{page}/file").data, li.get(f"{page}/file").data
    assert first == second
    assert first.startswith(b"PK")
    assert sign_in_as(app, Role.ADMIN, None, "chief").get(f"{page}/file").status_code == 404
    clock.move(LIMITS[JobKind.REPORT].kept + timedelta(minutes=1))
    sweep_jobs(at)
    again = sign_in_again(app, li)
    assert again.get(f"{page}/file").status_code == 404
    assert "已过保存期限" in again.get(page).text


def sign_in_again(app: Flask, browser: StaffBrowser) -> StaffBrowser:
    assert browser.account
    return open_session_for(app, browser.account)


def test_with_a_worker_there_the_page_waits_a_little_itself(app: Flask, li: StaffBrowser) -> None:
    at = installation_of(app)
    with at.database.write() as connection:
        beat(connection, WORKER, at.clock.now())
    page = li.get(send(li)).text
    assert "后台任务没有运行" not in page
    assert 'data-under-way="1"' in page


def test_a_signed_assessment_takes_no_workbook(app: Flask, li: StaffBrowser) -> None:
    at, address = installation_of(app), send(li)
    with at.database.write() as connection:
        update_assessment(connection, f"2020-{COUNTY}", state="signed")
    run_waiting_jobs(at)
    assert "现在不能做了" in li.get(address).text


def test_states_have_names_in_both_languages() -> None:
    assert set(wording.STATES) == set(JobState)
    assert set(wording.FAILURES) == set(Failure)
    assert set(wording.KINDS) == set(JobKind)
