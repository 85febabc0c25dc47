"""Writes all files of an assessment: everything is made in a temporary folder and renamed into place, so that nothing is half-written."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from evaluation.assessment import Assessment, assessment_document
from evaluation.errors import Language
from evaluation.report.contents import report_of

ASSESSMENT_FILE, PAGE_FILE, WORD_FILE, LEDGER_FILE = "assessment.json", "report.html", "report.docx", "ledger.xlsx"


def write_reports(
    assessment: Assessment, directory: Path, language: Language = "zh", written_on: date | None = None
) -> tuple[Path, ...]:
    """Write assessment.json, report.html, report.docx and ledger.xlsx into `directory`, which is made if need be; return their paths.

    The same assessment, language and day give the same bytes. Without a day none is printed, and the files' properties say
    1 January of the year that was assessed. Raises `OSError` where the folder can't be written; then no file is touched.
    """
    made_on = written_on or date(assessment.year, 1, 1)
    report = report_of(assessment, language, written_on)

    def page() -> bytes:
        from evaluation.report.html import html_of

        return html_of(report).encode("utf-8")

    def word() -> bytes:
        from evaluation.report.docx import docx_of

        return docx_of(report, made_on)

    def ledger() -> bytes:
        from evaluation.report.ledger_workbook import ledger_of

        return ledger_of(assessment, made_on)

    makers = {ASSESSMENT_FILE: lambda: json_of(assessment), PAGE_FILE: page, WORD_FILE: word, LEDGER_FILE: ledger}
    return _write_together(makers, directory)


def json_of(assessment: Assessment) -> bytes:
    """assessment.json: UTF-8, a line a value; NaN is refused, since JSON has none."""
    document = assessment_document(assessment)
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def _write_together(makers: Mapping[str, Callable[[], bytes]], directory: Path) -> tuple[Path, ...]:
    directory = directory.absolute()
    directory.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", suffix=".part", dir=directory.parent))
    try:
        for name, make in makers.items():
            (folder / name).write_bytes(make())
        directory.mkdir(exist_ok=True)
        for name in makers:
            os.replace(folder / name, directory / name)
    finally:
        shutil.rmtree(folder)
    return tuple(directory / name for name in makers)
