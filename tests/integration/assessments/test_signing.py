"""A signature freezes what was seen; reopening needs a reason and the right role; all of it stays."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from evaluation.assessment_json import assessment_document, assessment_from_document
from evaluation.errors import InvalidInput
from survey_app.domain.assessments import Signing
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import AssessmentSigned, UnknownAssessment
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments import judging
from survey_app.services.assessments.entering import Typed, save_finding, save_veto
from survey_app.services.assessments.files import FILES, assessment_document_for, assessment_file
from survey_app.services.assessments.judging import live_verdict
from survey_app.services.assessments.overview import overview
from survey_app.services.assessments.photos import PhotoFile, remove_photo
from survey_app.services.assessments.scoring import TypedScore, leave_rest, save_scores
from survey_app.services.assessments.signing import (
    ToSign,
    prepare_signing,
    read_manifest,
    reopen,
    sign,
    signings_of,
)
from survey_app.services.assessments.starting import link_campaign, show_assessment
from survey_app.services.assessments.uploading import upload_workbook, uploads_of
from survey_app.services.audit import read_audit
from survey_app.storage.assessment_tables import signing
from survey_app.storage.audit import AuditFilter
from survey_app.storage.session import Database
from tests.builders import JUNIOR_SCHOOL, PRIMARY_SCHOOL
from tests.builders_assessments import ADMIN, LI, WANG, picture, start, workbook
from tests.paths import REPOSITORY


@pytest.fixture
def vetoed(database: Database, clock: FixedClock) -> str:
    """An assessment whose verdict stands: a veto is present."""
    id_ = start(database, clock)
    upload_workbook(database, clock, LI, id_, "a.xlsx", workbook({"现场核查": [{}], "B评分": [{}]}))
    save_veto(database, clock, LI, id_, "3", Typed("yes", "经查属实", seen=0))
    return id_


def prepared(database: Database, clock: FixedClock, id_: str, user: StaffUser) -> ToSign:
    """What is shown once it is judged, which a job does."""
    live_verdict(database, clock, id_)
    return prepare_signing(database, id_, user)


def sign_as_seen(database: Database, clock: FixedClock, user: StaffUser, id_: str, **options: bool) -> Signing:
    seen = prepared(database, clock, id_, user).content_sha256
    return sign(database, clock, user, id_, seen, **{"knows_open": False, **options})


def kinds(refused: InvalidInput) -> list[str]:
    return [one.kind for one in refused.problems]


def test_a_signature_says_what_it_froze(database: Database, clock: FixedClock, vetoed: str) -> None:
    save_finding(database, clock, LI, vetoed, "10.2", Typed("yes", "看过", 0), [PhotoFile("a.jpg", picture())])
    signing = sign_as_seen(database, clock, ADMIN, vetoed)
    manifest = read_manifest(signing)
    assessment = show_assessment(database, vetoed)
    assert (assessment.state, assessment.outcome) == ("signed", "vetoed")
    assert (signing.number, signing.signed_by, signing.role, signing.signed_at) == (1, "admin", "admin", clock.now())
    (upload,) = uploads_of(database, vetoed)
    assert manifest["workbook"] == {"version": 1, "file": "a.xlsx", "sha256": upload.sha256}
    assert manifest["rulebook"] == {"id": "xiangtan-2018", "sha256": assessment.rulebook_sha256}
    assert {kind: part["count"] for kind, part in manifest["entries"].items()} == {"finding": 2, "score": 1, "veto": 1}
    assert (len(manifest["photos"]), manifest["outcome"], manifest["survey"]) == (1, "vetoed", None)
    assert set(manifest["files"]) == set(FILES)


def test_nothing_changes_once_it_is_signed(database: Database, clock: FixedClock, vetoed: str) -> None:
    save_finding(database, clock, LI, vetoed, "10.2", Typed("yes", "看过", 0), [PhotoFile("a.jpg", picture())])
    seen = prepared(database, clock, vetoed, ADMIN)
    sign(database, clock, ADMIN, vetoed, seen.content_sha256, knows_open=False)
    attempts = [
        lambda: upload_workbook(database, clock, LI, vetoed, "b.xlsx", workbook()),
        lambda: save_finding(database, clock, LI, vetoed, "10.1", Typed("no", "x", 1)),
        lambda: save_finding(database, clock, LI, vetoed, "10.1", Typed("", "", 1), [PhotoFile("b.jpg", picture())]),
        lambda: save_veto(database, clock, LI, vetoed, "3", Typed("no", "", 1)),
        lambda: save_scores(database, clock, LI, vetoed, [TypedScore("8.1", "1", "", 0)]),
        lambda: leave_rest(database, clock, LI, vetoed),
        lambda: link_campaign(database, clock, LI, vetoed, "c", None),
        lambda: remove_photo(database, clock, LI, vetoed, seen.content.photos[0].id),
        lambda: sign(database, clock, ADMIN, vetoed, seen.content_sha256, knows_open=False),
    ]
    for attempt in attempts:
        with pytest.raises(AssessmentSigned):
            attempt()
    assert prepared(database, clock, vetoed, ADMIN).content_sha256 == seen.content_sha256


def test_signed_files_are_those_of_the_day_of_the_signature(database: Database, clock: FixedClock, vetoed: str) -> None:
    signing = sign_as_seen(database, clock, ADMIN, vetoed)
    clock.move(timedelta(days=40))
    digests = read_manifest(signing)["files"]
    for name in FILES:
        file = assessment_file(database, clock, LI, vetoed, name)
        assert hashlib.sha256(file.content).hexdigest() == digests[name]
        assert not file.is_draft
    page = assessment_file(database, clock, LI, vetoed, "report.html").content.decode()
    assert "2026年11月23日" in page
    assert "草稿" not in page
    document = json.loads(assessment_file(database, clock, LI, vetoed, "assessment.json").content)
    assert document == json.loads(json.dumps(assessment_document_for(database, vetoed)))


def test_files_of_a_draft_say_so(database: Database, clock: FixedClock, vetoed: str) -> None:
    live_verdict(database, clock, vetoed, LI)
    page = assessment_file(database, clock, LI, vetoed, "report.html")
    assert page.is_draft
    assert "草稿，未签署" in page.content.decode()
    for name in FILES:
        assert assessment_file(database, clock, LI, vetoed, name).content
    with pytest.raises(UnknownAssessment):
        assessment_file(database, clock, LI, vetoed, "../secret")


def test_what_was_not_seen_is_not_signed(database: Database, clock: FixedClock, vetoed: str) -> None:
    seen = prepared(database, clock, vetoed, ADMIN).content_sha256
    save_finding(database, clock, LI, vetoed, "10.2", Typed("no", "漏看了一处", 0))
    with pytest.raises(InvalidInput) as refused:
        sign(database, clock, ADMIN, vetoed, seen, knows_open=False)
    assert kinds(refused.value) == ["sign_changed"]
    assert signings_of(database, vetoed) == []


def test_the_hash_of_the_content_does_not_depend_on_the_version_of_the_program(
    database: Database, clock: FixedClock, vetoed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = prepared(database, clock, vetoed, ADMIN).content
    before = (content.content_sha256, content.judged_sha256)
    monkeypatch.setattr(judging, "_judging_sha256", lambda: "another version")
    assert content.content_sha256 == before[0]
    assert content.judged_sha256 != before[1]


def test_a_photo_added_since_counts_as_a_change(database: Database, clock: FixedClock, vetoed: str) -> None:
    seen = prepared(database, clock, vetoed, ADMIN).content_sha256
    save_finding(database, clock, LI, vetoed, "10.1", Typed("", "", 1), [PhotoFile("a.jpg", picture())])
    with pytest.raises(InvalidInput):
        sign(database, clock, ADMIN, vetoed, seen, knows_open=False)


def test_an_open_verdict_is_not_signed(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    with pytest.raises(InvalidInput) as refused:
        sign_as_seen(database, clock, ADMIN, id_)
    assert kinds(refused.value) == ["sign_no_workbook"]
    good = [PRIMARY_SCHOOL, JUNIOR_SCHOOL | {"体育运动场馆面积": 6000}]
    upload_workbook(database, clock, LI, id_, "a.xlsx", workbook({"学校": good}))
    assert prepared(database, clock, id_, ADMIN).result is not None
    with pytest.raises(InvalidInput) as refused:
        sign_as_seen(database, clock, ADMIN, id_)
    assert kinds(refused.value) == ["sign_incomplete"]


def test_scores_far_apart_without_a_note_must_be_known(database: Database, clock: FixedClock, vetoed: str) -> None:
    save_scores(database, clock, LI, vetoed, [TypedScore("8.1", "3", "", 0)])
    save_scores(database, clock, WANG, vetoed, [TypedScore("8.1", "0.5", "", 0)])
    assert prepared(database, clock, vetoed, ADMIN).clauses_without_note == ("8.1",)
    with pytest.raises(InvalidInput) as refused:
        sign_as_seen(database, clock, ADMIN, vetoed)
    assert kinds(refused.value) == ["sign_open_notes"]
    assert sign_as_seen(database, clock, ADMIN, vetoed, knows_open=True).number == 1


def test_an_evaluator_scores_before_signing(database: Database, clock: FixedClock, vetoed: str) -> None:
    save_scores(database, clock, LI, vetoed, [TypedScore("8.1", "3", "", 0)])
    with pytest.raises(InvalidInput) as refused:
        sign_as_seen(database, clock, WANG, vetoed)
    assert kinds(refused.value) == ["sign_score_first"]
    leave_rest(database, clock, WANG, vetoed)
    assert sign_as_seen(database, clock, WANG, vetoed).signed_by == "wang"


def test_of_two_who_sign_at_once_one_does(database: Database, clock: FixedClock, vetoed: str) -> None:
    seen = prepared(database, clock, vetoed, ADMIN).content_sha256

    def attempt(user: StaffUser) -> bool:
        try:
            sign(database, clock, user, vetoed, seen, knows_open=False)
        except AssessmentSigned:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, [LI, ADMIN])) == [False, True]
    assert len(signings_of(database, vetoed)) == 1


def test_reopening_needs_a_reason_and_stays_in_the_history(database: Database, clock: FixedClock, vetoed: str) -> None:
    sign_as_seen(database, clock, LI, vetoed)
    with pytest.raises(InvalidInput) as refused:
        reopen(database, clock, LI, vetoed, " ")
    assert kinds(refused.value) == ["reopen_reason"]
    reopen(database, clock, WANG, vetoed, "复核发现否决事项不成立")
    assert show_assessment(database, vetoed).state == "reopened"
    save_veto(database, clock, LI, vetoed, "3", Typed("yes", "补充了证据", seen=1))
    sign_as_seen(database, clock, LI, vetoed)
    history = signings_of(database, vetoed)
    assert [(one.number, one.reopened_by, one.reason) for one in history] == [
        (2, None, ""),
        (1, "wang", "复核发现否决事项不成立"),
    ]
    with pytest.raises(InvalidInput) as refused:
        reopen(database, clock, ADMIN, start(database, clock), "x")
    assert kinds(refused.value) == ["reopen_not_signed"]


def test_what_an_administrator_signed_only_an_administrator_reopens(
    database: Database, clock: FixedClock, vetoed: str
) -> None:
    sign_as_seen(database, clock, ADMIN, vetoed)
    with pytest.raises(InvalidInput) as refused:
        reopen(database, clock, LI, vetoed, "想改")
    assert kinds(refused.value) == ["reopen_role"]
    reopen(database, clock, ADMIN, vetoed, "数据有误")


def test_each_act_is_logged_with_its_county(database: Database, clock: FixedClock, vetoed: str) -> None:
    sign_as_seen(database, clock, LI, vetoed)
    reopen(database, clock, LI, vetoed, "理由")
    entries = read_audit(database, AuditFilter(object=f"assessment/{vetoed}", county="439901")).entries
    assert [one.action for one in entries] == [
        "assessment_reopened",
        "assessment_signed",
        "veto_saved",
        "workbook_uploaded",
        "assessment_started",
    ]
    assert entries[0].details["reason"] == "理由"


def test_what_was_signed_before_results_were_lossless_is_read_as_it_was_signed(
    database: Database, clock: FixedClock, vetoed: str
) -> None:
    """`signed-before-lossless.json`: a result as it was stored then, of the golden county boundary-13."""
    text = (REPOSITORY / "tests" / "files" / "stored" / "signed-before-lossless.json").read_text(encoding="utf-8")
    sign_as_seen(database, clock, ADMIN, vetoed)
    with database.write() as connection:
        connection.execute(update(signing).values(judged=text))
    stored, document = json.loads(text), assessment_document_for(database, vetoed)
    for name in ("outcome", "grade", "year", "recognition_threshold", "coefficients", "county_values", "sources"):
        assert document[name] == stored[name], name
    assert document["warnings"] == stored["warnings"]
    assert document["made_on"] == "2026-11-23"
    survey, told = stored["recognition"], document["recognition"]
    assert told["estimates"]["groups"].keys() == survey["estimates"]["groups"].keys()
    for name in ("rate", "ci95", "sample", "dont_know_share", "answers_to_fail", "items"):
        assert told[name] == survey[name], name
    assert {gap["resource"] for gap in document["gaps"]} <= {"1", "2", "3", "4", "5", "6", "7"}
    read = assessment_from_document(json.loads(json.dumps(document)))
    assert json.loads(json.dumps(assessment_document(read))) == json.loads(json.dumps(document))
    page = overview(database, ADMIN, vetoed, "zh").report
    assert page is not None
    assert page.warnings == tuple(stored["warnings"])
