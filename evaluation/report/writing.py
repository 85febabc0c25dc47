"""The files of an assessment, made from it and from nothing else, for commands and pages alike; every one before the first is put in place."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from evaluation.assessment import Assessment
from evaluation.assessment_json import json_of
from evaluation.errors import Language
from evaluation.output_files import write_files
from evaluation.report.contents import Report, report_of
from evaluation.report.ledger import LedgerRow

ASSESSMENT_FILE, PAGE_FILE, WORD_FILE, LEDGER_FILE = "assessment.json", "report.html", "report.docx", "ledger.xlsx"
REPORT_FILES: Final = (PAGE_FILE, WORD_FILE, LEDGER_FILE)
FILES: Final = (ASSESSMENT_FILE, *REPORT_FILES)


def write_reports(
    assessment: Assessment, directory: Path, language: Language = "zh", names: tuple[str, ...] = FILES
) -> tuple[Path, ...]:
    """Write assessment.json, report.html, report.docx and ledger.xlsx (or those of `names`) into `directory`, which is made if need be.

    Returns their paths. The same assessment and language give the same bytes; but what people typed in a ledger.xlsx that lies there is
    carried into the new one (`ledger_carry`). Raises `InvalidInput` where it can't be, or where the folder or one of the files can't be
    written; then no file is touched.
    """
    old = _read_ledger(directory / LEDGER_FILE, assessment) if LEDGER_FILE in names else []
    return write_files(directory, report_files(assessment, language, names, old))


def report_files(
    assessment: Assessment, language: Language = "zh", names: tuple[str, ...] = FILES, old: Sequence[LedgerRow] = ()
) -> dict[str, bytes]:
    """The contents of these files, `old` being the rows of a ledger to carry. Without a day none is printed, and their properties say 1 January of the year that was assessed."""
    made_on = assessment.made_on or date(assessment.year, 1, 1)
    report = report_of(assessment, language)
    makers: Mapping[str, Callable[[], bytes]] = {
        ASSESSMENT_FILE: lambda: json_of(assessment),
        PAGE_FILE: lambda: _page(report),
        WORD_FILE: lambda: _word(report, made_on),
        LEDGER_FILE: lambda: _ledger(assessment, made_on, old),
    }
    return {name: makers[name]() for name in names}


def _page(report: Report) -> bytes:
    from evaluation.report.html import html_of

    return html_of(report).encode("utf-8")


def _word(report: Report, made_on: date) -> bytes:
    from evaluation.report.docx import docx_of

    return docx_of(report, made_on)


def _ledger(assessment: Assessment, made_on: date, old: Sequence[LedgerRow]) -> bytes:
    from evaluation.report.ledger_workbook import ledger_of

    return ledger_of(assessment, made_on, old)


def _read_ledger(file: Path, assessment: Assessment) -> list[LedgerRow]:
    if not file.is_file():
        return []
    from evaluation.reading.tables import read_bytes
    from evaluation.report.ledger_carry import read_ledger

    return read_ledger(file.name, read_bytes(file), assessment.county_name)
