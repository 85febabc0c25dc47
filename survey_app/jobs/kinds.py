"""What each kind of job does. A function gives the outcome, which the job's page reads; what it stores, it stores with the end of the job."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from survey_app.domain.assessments import Upload
from survey_app.domain.jobs import JobKind
from survey_app.jobs.performing import Run
from survey_app.services.assessments.jobs import WORKBOOK_FILE
from survey_app.services.assessments.judging import live_verdict
from survey_app.services.assessments.uploading import upload_workbook

Outcome = Mapping[str, Any]


def check_workbook(run: Run) -> Outcome:
    """Takes a workbook or refuses it; then judges, so that whoever looks next need not wait."""
    at, user, arguments = run.at, run.user, run.job.arguments

    def end(connection: Connection, upload: Upload) -> None:
        run.end(connection, {"upload": upload.id})

    run.tell(10)
    content = run.file(WORKBOOK_FILE)
    taken = upload_workbook(
        at.database, at.clock, user, arguments["assessment"], arguments["file_name"], content, end, run.tell
    )
    if taken.version is not None:
        for reader in (None, user):
            live_verdict(at.database, at.clock, arguments["assessment"], reader)
    return {}


def judge(run: Run) -> Outcome:
    """Judges an assessment as it stands, for its pages: with everything, and as whoever asked may see it."""
    at, arguments = run.at, run.job.arguments
    for reader in (None, run.user):
        live_verdict(at.database, at.clock, arguments["assessment"], reader)
    return {}


KINDS: Final[Mapping[JobKind, Callable[[Run], Outcome]]] = {
    JobKind.WORKBOOK: check_workbook,
    JobKind.VERDICT: judge,
}
