"""report.docx: the report for filing, with a title page, real headings, tables that break well and a place to sign."""

import io
import zipfile
from datetime import date

from evaluation.report.contents import Report
from evaluation.report.docx_closing import (
    write_findings,
    write_how_to_read,
    write_scores,
    write_signatures,
    write_sources,
    write_vetoes,
)
from evaluation.report.docx_filing import Filing
from evaluation.report.docx_opening import write_conclusion, write_contents, write_indicators, write_title_page
from evaluation.report.docx_schools import write_coefficients, write_gaps, write_matrices
from evaluation.report.docx_survey import write_survey

PARTS = (
    write_title_page,
    write_contents,
    write_conclusion,
    write_indicators,
    write_coefficients,
    write_matrices,
    write_gaps,
    write_survey,
    write_scores,
    write_vetoes,
    write_findings,
    write_sources,
    write_how_to_read,
    write_signatures,
)
# Zip members carry a time; the earliest one that zip knows makes the same report the same bytes.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def docx_of(report: Report, made_on: date) -> bytes:
    """The Word file of a report; `made_on` goes into its properties, so that the same input gives the same bytes."""
    filing = Filing(report, made_on)
    for write in PARTS:
        write(filing)
    return _without_times(filing.bytes())


def _without_times(document: bytes) -> bytes:
    """The same zip with every member at one time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return stream.getvalue()
