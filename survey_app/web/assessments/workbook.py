"""The workbook: uploads, what became of each, the list of problems, and the empty workbook."""

import io
from collections.abc import Iterator, Sequence
from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound

from evaluation.errors import InvalidInput, Message
from survey_app.domain.assessments import WORKBOOK_LIMIT_BYTES
from survey_app.output.row_list import rows_xlsx
from survey_app.services.assessments.jobs import ask_for_check, checks_under_way
from survey_app.services.assessments.problems import ProblemRow
from survey_app.services.assessments.sources import empty_workbook
from survey_app.services.assessments.uploading import (
    UploadReport,
    read_upload_report,
    uploads_of,
    workbook_content,
)
from survey_app.services.jobs import PART_BYTES
from survey_app.web.access import current_user, signed_in
from survey_app.web.assessments import wording
from survey_app.web.assessments.blueprint import WORKERS, attachment, blueprint, find
from survey_app.web.counties import assessment_county
from survey_app.web.installation import installation
from survey_app.web.jobs import lead_to_job
from survey_app.web.languages import current_language
from survey_app.web.staff_words import problems_by_field, words

# far more than is taken, so that somebody who sends a large file reads our words and not the browser's
LARGEST_BODY_BYTES: Final = 2 * WORKBOOK_LIMIT_BYTES
ROWS_SHOWN: Final = 150
"""Of a long list; all of it is in the list to download."""
PROBLEM_WIDTHS: Final = (8, 14, 10, 26, 20, 60, 60)
DIFFERENCE_WIDTHS: Final = (8, 14, 34, 24, 24, 24, 14)
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/<assessment_id>/workbook")
@signed_in(*WORKERS, county=assessment_county)
def workbook(assessment_id: str) -> ResponseReturnValue:
    """Who uploaded what and when, and the form for another upload."""
    return _workbook_page(assessment_id, {})


@blueprint.post("/<assessment_id>/workbook")
@signed_in(*WORKERS, county=assessment_county, body_limit_bytes=LARGEST_BODY_BYTES)
def upload(assessment_id: str) -> ResponseReturnValue:
    """Has a workbook checked by a job, whose page leads to what became of it."""
    sent = request.files.get("workbook")
    name, size, parts = (sent.filename or "", size_of(sent), parts_of(sent)) if sent else ("", 0, iter(()))
    try:
        job = ask_for_check(installation(), current_user(), assessment_id, name, size, parts)
    except InvalidInput as invalid:
        return _workbook_page(assessment_id, problems_by_field(invalid)), 422
    return lead_to_job(job)


@blueprint.get("/<assessment_id>/uploads/<upload_id>")
@signed_in(*WORKERS, county=assessment_county)
def upload_report(assessment_id: str, upload_id: str) -> ResponseReturnValue:
    """What became of an upload: problems and warnings beside their cells, differences from the version before."""
    report = _report(assessment_id, upload_id)
    return render_template("assessments/upload.html", assessment=find(assessment_id), report=report, most=ROWS_SHOWN)


@blueprint.get("/<assessment_id>/uploads/<upload_id>/problems.xlsx")
@signed_in(*WORKERS, county=assessment_county)
def problem_list(assessment_id: str, upload_id: str) -> ResponseReturnValue:
    """The same problems and warnings as a table to download."""
    report = _report(assessment_id, upload_id)
    rows = [*_lines(wording.PROBLEM, report.problems), *_lines(wording.WARNING, report.warnings)]
    return _row_list(wording.PROBLEMS_FILE, report, wording.PROBLEM_HEADS, PROBLEM_WIDTHS, rows)


@blueprint.get("/<assessment_id>/uploads/<upload_id>/differences.xlsx")
@signed_in(*WORKERS, county=assessment_county)
def difference_list(assessment_id: str, upload_id: str) -> ResponseReturnValue:
    """The differences from the version before, as a table to download."""
    report = _report(assessment_id, upload_id)
    rows = [
        [words(wording.CHANGES[one.change]), one.sheet, one.row, one.column, one.old, one.new, one.cell]
        for one in report.differences
    ]
    return _row_list(wording.DIFFERENCES_FILE, report, wording.DIFFERENCE_HEADS, DIFFERENCE_WIDTHS, rows)


@blueprint.get("/<assessment_id>/uploads/<upload_id>/workbook.xlsx")
@signed_in(*WORKERS, county=assessment_county)
def uploaded_workbook(assessment_id: str, upload_id: str) -> ResponseReturnValue:
    """A version of the workbook as it was sent."""
    found = workbook_content(installation().database, assessment_id, upload_id)
    if found is None:
        raise NotFound
    sent, content = found
    return attachment(content, XLSX, sent.file_name)


@blueprint.get("/<assessment_id>/template.xlsx")
@signed_in(*WORKERS, county=assessment_county)
def template(assessment_id: str) -> ResponseReturnValue:
    """The empty workbook for the rulebook of this assessment."""
    assessment = find(assessment_id)
    content = empty_workbook(installation().database, assessment)
    return attachment(content, XLSX, words(wording.TEMPLATE_FILE, rulebook=assessment.rulebook))


def size_of(sent: FileStorage) -> int:
    """How large a file is that a form brought."""
    return sent.stream.seek(0, io.SEEK_END)


def parts_of(sent: FileStorage) -> Iterator[bytes]:
    """The content of a file that a form brought, part by part."""
    sent.stream.seek(0, io.SEEK_SET)
    return iter(lambda: sent.stream.read(PART_BYTES), b"")


def _row_list(
    name: Message, report: UploadReport, heads: Sequence[Message], widths: Sequence[float], rows: list[list[str]]
) -> ResponseReturnValue:
    stem = report.upload.file_name.rpartition(".")[0] or report.upload.file_name
    return attachment(rows_xlsx([words(head) for head in heads], widths, rows), XLSX, words(name, name=stem))


def _report(assessment_id: str, upload_id: str) -> UploadReport:
    report = read_upload_report(installation().database, assessment_id, upload_id)
    if report is None:
        raise NotFound
    return report


def _workbook_page(assessment_id: str, problems: dict[str, str]) -> str:
    at, assessment = installation(), find(assessment_id)
    return render_template(
        "assessments/workbook.html",
        assessment=assessment,
        uploads=uploads_of(at.database, assessment_id),
        checks=checks_under_way(at, assessment),
        user_name=current_user().name,
        problems=problems,
        limit_mb=WORKBOOK_LIMIT_BYTES // 1_000_000,
    )


def _lines(kind: Message, rows: list[ProblemRow]) -> list[list[str]]:
    language = current_language()
    return [
        [words(kind), row.sheet, row.cell, row.beside, row.found, row.wrong[language], row.expected[language]]
        for row in rows
    ]
