"""What each kind of job does. A function gives the outcome, which the job's page reads; what it stores, it stores with the end of the job."""

from collections.abc import Callable, Mapping
from typing import Final

from survey_app.domain.jobs import JobKind
from survey_app.jobs.assessments import check_workbook, judge, keep_photos, sign_assessment, write_report
from survey_app.jobs.campaigns import export_answers, issue_sheets, write_bulletin
from survey_app.jobs.performing import JobOutcome, Run

KINDS: Final[Mapping[JobKind, Callable[[Run], JobOutcome]]] = {
    JobKind.WORKBOOK: check_workbook,
    JobKind.VERDICT: judge,
    JobKind.PHOTOS: keep_photos,
    JobKind.REPORT: write_report,
    JobKind.SIGNING: sign_assessment,
    JobKind.CODES: issue_sheets,
    JobKind.EXPORT: export_answers,
    JobKind.BULLETIN: write_bulletin,
}
