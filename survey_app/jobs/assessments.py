"""The jobs of assessments: check a workbook, judge, keep photos, write a report, sign."""

from sqlalchemy import Connection

from survey_app.domain.assessments import Upload
from survey_app.jobs.performing import JobOutcome, Run
from survey_app.services.assessments.entering import save_photos
from survey_app.services.assessments.files import assessment_file
from survey_app.services.assessments.jobs import PHOTO_FILE, WORKBOOK_FILE
from survey_app.services.assessments.judging import live_verdict
from survey_app.services.assessments.photos import PhotoFile
from survey_app.services.assessments.signing import sign
from survey_app.services.assessments.uploading import upload_workbook


def check_workbook(run: Run) -> JobOutcome:
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


def judge(run: Run) -> JobOutcome:
    """Judges an assessment as it stands, for its pages: with everything, and as whoever asked may see it."""
    at, arguments = run.at, run.job.arguments
    for reader in (None, run.user):
        live_verdict(at.database, at.clock, arguments["assessment"], reader)
    return {}


def keep_photos(run: Run) -> JobOutcome:
    """Makes the photos of a clause ready and keeps them, all or none."""
    at, arguments = run.at, run.job.arguments
    photos = [PhotoFile(name, run.file(f"{PHOTO_FILE}{number}")) for number, name in enumerate(arguments["photos"])]

    def end(connection: Connection) -> None:
        run.end(connection, {})

    save_photos(at.database, at.clock, run.user, arguments["assessment"], arguments["clause"], photos, end)
    return {}


def write_report(run: Run) -> JobOutcome:
    """A file of an assessment that is not signed, as whoever asked may see it."""
    at, user, arguments = run.at, run.user, run.job.arguments
    live_verdict(at.database, at.clock, arguments["assessment"], user)
    run.tell(30)
    made = assessment_file(at.database, at.clock, user, arguments["assessment"], arguments["file"])
    return run.keep(arguments["file_name"], made.media_type, made.content)


def sign_assessment(run: Run) -> JobOutcome:
    """Signs an assessment as the signer saw it, with its files."""
    at, arguments = run.at, run.job.arguments
    live_verdict(at.database, at.clock, arguments["assessment"])
    run.tell(30)

    def end(connection: Connection) -> None:
        run.end(connection, {})

    knows_open = bool(arguments["knows_open"])
    sign(at.database, at.clock, run.user, arguments["assessment"], arguments["seen"], knows_open=knows_open, end=end)
    return {}
