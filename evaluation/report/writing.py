"""Writes all files of an assessment: every one is made before the first is put in place, so that nothing is half-written."""

import json
from datetime import date
from pathlib import Path

from evaluation.assessment import Assessment, assessment_document
from evaluation.errors import Language
from evaluation.output_files import write_files
from evaluation.report.contents import Report, report_of

ASSESSMENT_FILE, PAGE_FILE, WORD_FILE, LEDGER_FILE = "assessment.json", "report.html", "report.docx", "ledger.xlsx"


def write_reports(
    assessment: Assessment, directory: Path, language: Language = "zh", written_on: date | None = None
) -> tuple[Path, ...]:
    """Write assessment.json, report.html, report.docx and ledger.xlsx into `directory`, which is made if need be; return their paths.

    The same assessment, language and day give the same bytes. Without a day none is printed, and the files' properties say
    1 January of the year that was assessed. Raises `InvalidInput` where the folder or one of the files can't be written; then no file is touched.
    """
    made_on = written_on or date(assessment.year, 1, 1)
    report = report_of(assessment, language, written_on)
    contents = {
        ASSESSMENT_FILE: json_of(assessment),
        PAGE_FILE: _page(report),
        WORD_FILE: _word(report, made_on),
        LEDGER_FILE: _ledger(assessment, made_on),
    }
    return write_files(directory, contents)


def _page(report: Report) -> bytes:
    from evaluation.report.html import html_of

    return html_of(report).encode("utf-8")


def _word(report: Report, made_on: date) -> bytes:
    from evaluation.report.docx import docx_of

    return docx_of(report, made_on)


def _ledger(assessment: Assessment, made_on: date) -> bytes:
    from evaluation.report.ledger_workbook import ledger_of

    return ledger_of(assessment, made_on)


def json_of(assessment: Assessment) -> bytes:
    """assessment.json: UTF-8, a line a value; NaN is refused, since JSON has none."""
    document = assessment_document(assessment)
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")
