"""The live verdict is what the command says of the same workbook and survey, with what was entered in the place of its own rows."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from evaluation.assessment import ClauseResult
from evaluation.assessment_json import assessment_document
from evaluation.evaluating import SurveyFiles, evaluate_workbook
from survey_app.domain.assessments import EntryKey, EntryKind, workbook_owner
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import UnknownAssessment
from survey_app.services.assessments.entering import Typed, save_finding, save_veto
from survey_app.services.assessments.files import assessment_document_for
from survey_app.services.assessments.judging import LiveVerdict, live_verdict
from survey_app.services.assessments.overview import overview
from survey_app.services.assessments.scoring import TypedScore, leave_rest, save_scores, set_aside
from survey_app.services.assessments.starting import link_campaign, show_assessment
from survey_app.services.assessments.stored_results import result_from_text, result_text
from survey_app.services.assessments.uploading import upload_workbook
from survey_app.storage import tables
from survey_app.storage.assessment_tables import judged
from survey_app.storage.session import Database
from tests.builders_assessments import ADMIN, LI, NEW, WANG, close_golden_survey, start, workbook
from tests.golden.comparing import differences
from tests.golden.test_counties import county_with_answers_that_count_nowhere, expected
from tests.paths import COUNTIES, GOLDEN


def begun(database: Database, clock: FixedClock, sheets: dict[str, list[dict[str, object]]] | None = None) -> str:
    id_ = start(database, clock)
    upload_workbook(database, clock, LI, id_, "a.xlsx", workbook(sheets))
    return id_


def clause(verdict: LiveVerdict, id_: str) -> ClauseResult:
    assert verdict.result is not None
    return next(one for indicator in verdict.result.indicators for one in indicator.clauses if one.id == id_)


@pytest.mark.parametrize("name", COUNTIES)
def test_a_golden_county_is_judged_as_the_reference_says(database: Database, clock: FixedClock, name: str) -> None:
    folder = GOLDEN / "counties" / name
    reference = evaluate_workbook(
        folder / "workbook.xlsx", "xiangtan-2018", SurveyFiles(folder / "responses.csv", folder / "questionnaires")
    )
    campaign = close_golden_survey(database, clock, folder)
    new = replace(NEW, county_code=reference.county_code, year=str(reference.year))
    id_ = start(database, clock, new)
    upload_workbook(database, clock, ADMIN, id_, "workbook.xlsx", (folder / "workbook.xlsx").read_bytes())
    link_campaign(database, clock, ADMIN, id_, campaign, None)
    live_verdict(database, clock, id_)
    actual = json.loads(json.dumps(assessment_document_for(database, id_), allow_nan=False))
    assert list(differences(expected(name), actual)) == []
    same = json.loads(json.dumps(assessment_document(reference)))
    for part in (
        "outcome",
        "grade",
        "b",
        "vetoes",
        "veto_items",
        "a_unmet",
        "a_missing",
        "schools",
        "gaps",
        "findings",
        "warnings",
    ):
        assert actual[part] == same[part], part
    assert actual["sources"]["workbook_sha256"] == same["sources"]["workbook_sha256"]
    assert actual["sources"]["rulebook_sha256"] == same["sources"]["rulebook_sha256"]
    assert [one["clauses"] for one in actual["indicators"] if one["id"] != "36"] == [
        one["clauses"] for one in same["indicators"] if one["id"] != "36"
    ]


def test_without_a_workbook_there_is_no_verdict(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    assert live_verdict(database, clock, id_).result is None
    with pytest.raises(UnknownAssessment):
        assessment_document_for(database, id_)


def test_what_was_typed_decides_and_says_by_whom_and_when(database: Database, clock: FixedClock) -> None:
    id_ = begun(database, clock, {"现场核查": [{}]})
    before = clause(live_verdict(database, clock, id_), "10.1")
    assert (before.status, [one.source for one in before.evidence]) == ("met", ["现场核查!B2"])
    save_finding(database, clock, WANG, id_, "10.1", Typed("no", "三所学校未公示", seen=1))
    after = clause(live_verdict(database, clock, id_), "10.1")
    assert after.status == "unmet"
    assert [(one.value, one.source) for one in after.evidence] == [("三所学校未公示", "wang 2026-11-23 12:00")]


def test_a_finding_taken_back_is_missing_again(database: Database, clock: FixedClock) -> None:
    id_ = begun(database, clock, {"现场核查": [{}]})
    save_finding(database, clock, WANG, id_, "10.1", Typed("", "", seen=1, withdraws=True))
    assert clause(live_verdict(database, clock, id_), "10.1").status == "missing"


def test_the_score_is_the_mean_of_workbook_and_typed_ones_that_count(database: Database, clock: FixedClock) -> None:
    id_ = begun(database, clock, {"B评分": [{}, {"评估人": "乙", "得分": 1.5}]})
    save_scores(database, clock, LI, id_, [TypedScore("8.1", "2", "", 0)])
    assert clause(live_verdict(database, clock, id_), "8.1").score == 2
    key = EntryKey(EntryKind.SCORE, "8.1", workbook_owner("乙"))
    set_aside(database, clock, LI, id_, key, 1, "重复")
    judged_clause = clause(live_verdict(database, clock, id_), "8.1")
    assert judged_clause.score == 2.25
    assert [(one.label, one.source) for one in judged_clause.evidence] == [
        ("甲 · 材料", "B评分!C2"),
        ("li", "li 2026-11-23 12:00"),
    ]


def test_nobody_can_work_out_a_hidden_score_from_the_verdict(database: Database, clock: FixedClock) -> None:
    id_ = begun(database, clock)
    save_scores(database, clock, LI, id_, [TypedScore("8.1", "2", "", 0)])
    hidden = live_verdict(database, clock, id_, WANG)
    assert clause(hidden, "8.1").score is None
    assert hidden.content.hidden == ("8.1",)
    leave_rest(database, clock, WANG, id_)
    assert clause(live_verdict(database, clock, id_, WANG), "8.1").score == 2


def test_a_veto_decides(database: Database, clock: FixedClock) -> None:
    id_ = begun(database, clock)
    save_veto(database, clock, LI, id_, "3", Typed("yes", "有择校费投诉，经查属实", seen=0))
    result = live_verdict(database, clock, id_).result
    assert result is not None
    assert (result.outcome, result.vetoes_present) == ("vetoed", ("3",))
    assert show_assessment(database, id_).outcome == "vetoed"


def test_what_lists_show_is_old_once_something_is_entered(database: Database, clock: FixedClock) -> None:
    id_ = begun(database, clock)
    live_verdict(database, clock, id_)
    assert show_assessment(database, id_).judged_sha256 is not None
    save_finding(database, clock, LI, id_, "10.1", Typed("yes", "", seen=0))
    assert show_assessment(database, id_).judged_sha256 is None


def test_the_same_content_is_judged_once_and_old_results_go(database: Database, clock: FixedClock) -> None:
    def kept() -> int:
        with database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(judged)).scalar_one())

    id_ = begun(database, clock)
    first = live_verdict(database, clock, id_)
    assert live_verdict(database, clock, id_).result == first.result
    assert kept() == 1
    for seen in range(15):
        save_finding(database, clock, LI, id_, "10.1", Typed("yes", f"第{seen}次", seen=seen))
        clock.move(timedelta(minutes=1))
        live_verdict(database, clock, id_)
    assert kept() == 12


def test_a_result_reads_back_equal(database: Database, clock: FixedClock) -> None:
    result = live_verdict(database, clock, begun(database, clock)).result
    assert result is not None
    assert result_from_text(result_text(result)) == result


def test_the_browser_warns_of_what_the_command_warns_of(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    folder = county_with_answers_that_count_nowhere(tmp_path)
    survey = SurveyFiles(folder / "responses.csv", folder / "questionnaires")
    commanded = evaluate_workbook(folder / "workbook.xlsx", "xiangtan-2018", survey)
    campaign = close_golden_survey(database, clock, folder)
    id_ = start(database, clock, replace(NEW, county_code=commanded.county_code, year=str(commanded.year)))
    upload_workbook(database, clock, ADMIN, id_, "workbook.xlsx", (folder / "workbook.xlsx").read_bytes())
    link_campaign(database, clock, ADMIN, id_, campaign, None)
    result = live_verdict(database, clock, id_).result
    assert result is not None
    assert result.warnings == commanded.warnings
    assert {"responses_of_unknown_schools", "question_of_unknown_item"} <= {one.kind for one in result.warnings}
    page = overview(database, ADMIN, id_, "en").report
    assert page is not None
    assert "3 responses name 1 schools that the workbook does not have: NOSCHOOL" in page.warnings


def test_a_survey_planned_for_another_population_is_remarked_on(database: Database, clock: FixedClock) -> None:
    folder = GOLDEN / "counties" / "good-11"
    campaign = close_golden_survey(database, clock, folder)
    with database.write() as connection:
        connection.execute(update(tables.campaign).values(population=300_000))
    id_ = start(database, clock, replace(NEW, county_code="430300"))
    upload_workbook(database, clock, ADMIN, id_, "a.xlsx", (folder / "workbook.xlsx").read_bytes())
    link_campaign(database, clock, ADMIN, id_, campaign, None)
    result = live_verdict(database, clock, id_).result
    assert result is not None
    assert "survey_of_another_population" in [one.kind for one in result.warnings]
