"""The files of an assessment: made from the live verdict while it is a draft, handed out as they were frozen once it is signed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from evaluation.assessment import Assessment
from evaluation.assessment_json import assessment_document
from evaluation.errors import Language
from evaluation.report.conclusion import ConclusionView
from evaluation.report.contents import report_of
from evaluation.report.writing import ASSESSMENT_FILE, LEDGER_FILE, PAGE_FILE, WORD_FILE, report_files
from survey_app.domain.clock import LOCAL_ZONE, Clock
from survey_app.domain.errors import UnknownAssessment
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments.judging import kept_verdict
from survey_app.storage.assessments.assessments import find_assessment, find_signed_file, list_signings
from survey_app.storage.assessments.files import read_file
from survey_app.storage.session import Database

FILES: Final[Mapping[str, str]] = {
    PAGE_FILE: "text/html; charset=utf-8",
    WORD_FILE: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    LEDGER_FILE: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ASSESSMENT_FILE: "application/json",
}
"""The files by name, with their media types."""


@dataclass(frozen=True, slots=True)
class AssessmentFile:
    """A file to hand out; `is_draft` says that it is not signed."""

    name: str
    media_type: str
    content: bytes
    is_draft: bool


def assessment_document_for(database: Database, assessment_id: str, user: StaffUser | None = None) -> dict[str, Any]:
    """The object `junheng.assessment/1` of what stands or is signed, as somebody may see it (None: with everything).

    Raises `UnknownAssessment`, also while there is no workbook, and `NotJudged`.
    """
    return assessment_document(_standing(database, assessment_id, user))


def assessment_file(database: Database, clock: Clock, user: StaffUser, assessment_id: str, name: str) -> AssessmentFile:
    """One of `FILES`. Raises `UnknownAssessment`, also where there is nothing to write about yet, and `NotJudged`."""
    if name not in FILES:
        raise UnknownAssessment(f"{assessment_id}/{name}")
    with database.read() as connection:
        assessment = find_assessment(connection, assessment_id)
        frozen = _frozen_file(connection, assessment_id, name) if assessment.is_signed else None
    if frozen is None:
        result = replace(_standing(database, assessment_id, user), made_on=today(clock))
        frozen = report_files(result, names=(name,))[name]
    return AssessmentFile(name, FILES[name], frozen, not assessment.is_signed)


def verdict_words(result: Assessment, language: Language) -> ConclusionView:
    """The verdict in words."""
    return report_of(result, language).conclusion


def today(clock: Clock) -> date:
    """The day in the county."""
    return clock.now().astimezone(LOCAL_ZONE).date()


def _standing(database: Database, assessment_id: str, user: StaffUser | None) -> Assessment:
    """The signed result, or the live one, a draft, as somebody may see it."""
    verdict = kept_verdict(database, assessment_id, user)
    if verdict.result is None:
        raise UnknownAssessment(assessment_id)
    return verdict.result if verdict.content.assessment.is_signed else replace(verdict.result, is_draft=True)


def _frozen_file(connection: Connection, assessment_id: str, name: str) -> bytes | None:
    number = list_signings(connection, assessment_id)[0].number
    digest = find_signed_file(connection, assessment_id, number, name)
    return None if digest is None else read_file(connection, digest)
