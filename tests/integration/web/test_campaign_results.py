"""Bulletins while a campaign runs; results and exports once it is closed."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import create_app
from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Role
from survey_app.services.campaigns.closing import close_campaign
from survey_app.settings import Settings
from survey_app.storage import staff_tables
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import append_entry
from tests.builders_cockpit import PLANNED, count_answers, note_pace, open_planned_survey
from tests.builders_staff import OTHER_COUNTY, OWN_COUNTY, StaffBrowser, sign_in_as
from tests.builders_survey import CAMPAIGN, Survey

PATH = f"/campaigns/{CAMPAIGN}"


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_planned_survey(database, keys, clock)


@pytest.fixture
def app(survey: Survey, database_url: str, keys: KeyDirectory, clock: FixedClock) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url, keys_dir=keys.path), clock)
    app.testing = True
    yield app
    app.extensions["junheng"].database.close()


@pytest.fixture
def evaluator(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.EVALUATOR, OWN_COUNTY)


def close(survey: Survey) -> None:
    closing = FixedClock(survey.clock.now() + timedelta(days=3))
    close_campaign(survey.database, survey.keys, closing, CAMPAIGN)
    close_campaign(survey.database, survey.keys, FixedClock(closing.now() + timedelta(hours=1)), CAMPAIGN)


def answer_all(survey: Survey, *, dissatisfied: int = 5) -> None:
    """Every parent and deputy answers; some parents are not satisfied, all deputies are."""
    codes = [code for school in ("S1", "S2", "S3") for code in survey.codes["parent", school]]
    for number, code in enumerate(codes):
        survey.submit(code, q01="3" if number < dissatisfied else "1", q04=f"意见{number}")
    for code in survey.codes["npc_deputy", ""][:12]:
        survey.submit(code)
    for code in survey.codes["public", ""][:11]:
        survey.submit(code, q01="2")
    survey.submit(survey.codes["public", ""][11], q01="3")


# --- the bulletin ------------------------------------------------------------------------------------------------------------------


def test_the_bulletin_has_today_on_one_page_and_no_answer(survey: Survey, evaluator: StaffBrowser) -> None:
    count_answers(survey, dict.fromkeys(PLANNED, 6) | {"parent": 36, "principal": 1})
    note_pace(survey, dict.fromkeys(PLANNED, 2) | {"parent": 12, "principal": 0})
    with survey.database.write() as connection:
        append_entry(connection, CAMPAIGN, {"kind": "open"})
    answer = evaluator.get(f"{PATH}/bulletin.pdf")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={CAMPAIGN}-20261123-1200.pdf"
    document = pypdfium2.PdfDocument(answer.data)
    assert len(document) == 1
    text = document[0].get_textpage().get_text_bounded().replace("\r\n", "")
    document.close()
    for words in ("如果现在结束，样本无效", "进度落后：校长", "JH1-1-", "截止时预计", "没有交", "2026年11月23日 12:00"):
        assert words in text
    assert "认可度" not in text.replace("社会认可度调查", "").replace("不含任何答案和认可度", "")


def test_the_bulletin_for_word_is_a_word_file(survey: Survey, evaluator: StaffBrowser) -> None:
    answer = evaluator.get(f"{PATH}/bulletin.docx")
    assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None
    assert evaluator.get(f"{PATH}/bulletin.txt").status_code == 404


def test_a_campaign_without_a_ledger_has_a_bulletin_without_its_head(survey: Survey, evaluator: StaffBrowser) -> None:
    assert b"%PDF" in evaluator.get(f"{PATH}/bulletin.pdf").data


# --- after the closing -------------------------------------------------------------------------------------------------------------


def test_results_are_refused_in_plain_words_until_the_closing(survey: Survey, evaluator: StaffBrowser) -> None:
    for path in ("results", "export/csv", "export/xlsx"):
        answer = evaluator.get(f"{PATH}/{path}")
        assert answer.status_code == 409
        assert "现在不能这样做" in answer.text


def test_the_rate_is_shown_with_its_interval_and_groups_as_they_may_be(survey: Survey, evaluator: StaffBrowser) -> None:
    answer_all(survey)
    close(survey)
    page = evaluator.get(f"{PATH}/results").text
    assert "93.94%" in page  # 93 of 99
    assert "样本无效" in page
    assert "置信区间" in page
    # the deputies all agree: they do not stand alone, and take the smallest group that could along
    assert "人大代表、其他群众" in page
    assert "家长" in page


def test_a_group_of_too_few_is_not_listed_alone(survey: Survey, evaluator: StaffBrowser) -> None:
    for number, code in enumerate(survey.codes["parent", "S1"]):
        survey.submit(code, q01="3" if number < 3 else "1")
    for code in survey.codes["student", "S1"][:5]:
        survey.submit(code, q01="3")
    for code in survey.codes["principal", "S1"][:3]:
        survey.submit(code, q01="3")
    close(survey)
    page = evaluator.get(f"{PATH}/results").text
    assert "家长、学生" in page
    assert "校长 3 份" in page, "withheld, and told"


def test_who_watches_sees_the_tables_and_only_who_judges_the_rows(survey: Survey, app: Flask) -> None:
    close(survey)
    for role, county, tables_status, rows_status in (
        (Role.MONITOR, OWN_COUNTY, 200, 403),
        (Role.MONITOR, OTHER_COUNTY, 404, 403),
        (Role.DESK, OWN_COUNTY, 403, 403),
        (Role.EVALUATOR, OTHER_COUNTY, 404, 404),
        (Role.ADMIN, None, 200, 200),
    ):
        browser = sign_in_as(app, role, county)
        shown = browser.get(f"{PATH}/results")
        assert shown.status_code == tables_status
        assert ("/export/" in shown.text) == (rows_status == tables_status == 200)
        assert browser.get(f"{PATH}/export/csv").status_code == rows_status


@pytest.mark.parametrize("ending", ["csv", "xlsx", "sav", "parquet"])
def test_answers_are_downloaded_whole_and_the_download_is_noted(
    survey: Survey, evaluator: StaffBrowser, ending: str
) -> None:
    answer_all(survey)
    close(survey)
    answer = evaluator.get(f"{PATH}/export/{ending}")
    assert answer.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    if ending == "xlsx":
        assert "xl/workbook.xml" in archive.namelist()
    else:
        beside = {
            f"{CAMPAIGN}.{ending}",
            *(f"{CAMPAIGN}-{part}.csv" for part in ("codebook", "comments", "units", "counts")),
        }
        assert set(archive.namelist()) == beside
    if ending == "csv":
        assert archive.read(f"{CAMPAIGN}.csv").decode("utf-8-sig").count("\n") == 100
    with survey.database.read() as connection:
        rows = connection.execute(select(staff_tables.audit.c.action, staff_tables.audit.c.details)).all()
    assert ("answers_exported", f'{{"format":"{ending}"}}') in [tuple(row) for row in rows]


def test_a_closed_campaign_leads_to_its_results(survey: Survey, evaluator: StaffBrowser) -> None:
    close(survey)
    page = evaluator.get(PATH).text
    assert f"{PATH}/results" in page
    assert "hx-get" not in page  # nothing changes any more
