"""What takes long about an assessment and is therefore done by a job: checking its workbook, judging it, its files and photos, signing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaluation.errors import InputProblem, InvalidInput
from survey_app.domain.assessments import CountyAssessment
from survey_app.domain.errors import UnknownAssessment
from survey_app.domain.jobs import Job, JobKind
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments.files import today
from survey_app.services.assessments.judging import NotJudged, content_of
from survey_app.services.assessments.photos import refuse_large, refuse_many
from survey_app.services.assessments.signing import checked_to_sign
from survey_app.services.assessments.starting import refuse_signed, show_assessment
from survey_app.services.assessments.uploading import refuse_at_once, shown_file_name
from survey_app.services.installation import Installation
from survey_app.services.jobs import ask, jobs_about
from survey_app.storage.assessments.assessments import find_assessment

WORKBOOK_FILE = "workbook"
PHOTO_FILE = "photo-"  # and a number


def ask_for_check(
    at: Installation, user: StaffUser, assessment_id: str, file_name: str, size: int, parts: Iterable[bytes]
) -> str:
    """Has a workbook checked; the id of the job. Raises `InvalidInput` as `upload_workbook` does, before anything is stored, `AssessmentSigned`."""
    refuse_at_once(file_name, size)
    assessment = show_assessment(at.database, assessment_id)
    refuse_signed(assessment)
    arguments = {"assessment": assessment.id, "file_name": shown_file_name(file_name), "size": size}
    return ask(
        at,
        user,
        JobKind.WORKBOOK,
        _subject(assessment),
        assessment.county_code,
        arguments,
        files={WORKBOOK_FILE: parts},
    )


def ask_for_verdict(at: Installation, user: StaffUser, missing: NotJudged, back: str = "") -> str:
    """Has an assessment judged as it stands, for the page `back`; the id of the job. Who looks twice asks once."""
    assessment = missing.content.assessment
    once = f"verdict/{assessment.id}/{missing.content.judged_sha256}/{user.name}"
    arguments = {"assessment": assessment.id, "back": back}
    return ask(at, user, JobKind.VERDICT, _subject(assessment), assessment.county_code, arguments, once=once)


def ask_for_report(at: Installation, user: StaffUser, assessment_id: str, file: str, file_name: str) -> str:
    """Has a file of an assessment that is not signed written as somebody may see it; the id of the job. Raises `UnknownAssessment`."""
    with at.database.read() as connection:
        assessment = find_assessment(connection, assessment_id)
        content = content_of(connection, assessment, user)
    if content.workbook is None:
        raise UnknownAssessment(assessment_id)
    once = f"report/{content.judged_sha256}/{user.name}/{file}/{today(at.clock)}"
    arguments = {"assessment": assessment.id, "file": file, "file_name": file_name}
    county = assessment.county_code
    return ask(at, user, JobKind.REPORT, _subject(assessment), county, arguments, once=once, keeps=True)


def ask_for_signing(at: Installation, user: StaffUser, assessment_id: str, seen: str, *, knows_open: bool) -> str:
    """Has an assessment signed as the signer saw it; the id of the job. Raises as `checked_to_sign` does, before anything is stored."""
    assessment = checked_to_sign(at.database, user, assessment_id, seen, knows_open=knows_open).content.assessment
    refuse_signed(assessment)
    arguments = {"assessment": assessment.id, "seen": seen, "knows_open": knows_open}
    once = f"signing/{assessment.id}/{seen}/{user.name}"
    return ask(at, user, JobKind.SIGNING, _subject(assessment), assessment.county_code, arguments, once=once)


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A photo as it comes in."""

    file_name: str
    size: int
    parts: Iterable[bytes]


def refuse_photos(photos: Sequence[SentPhoto]) -> None:
    """Raises `InvalidInput` with what is wrong about photos and needs no look at them: too many, too large."""
    refuse_many(len(photos))
    problems: list[InputProblem] = []
    for one in photos:
        try:
            refuse_large(one.file_name, one.size)
        except InvalidInput as invalid:
            problems.extend(invalid.problems)
    if problems:
        raise InvalidInput(problems)


def ask_for_photos(
    at: Installation, user: StaffUser, assessment_id: str, clause: str, photos: Sequence[SentPhoto], back: str
) -> str:
    """Has photos of a clause made ready and kept, for the page `back`; the id of the job. Raises `AssessmentSigned`."""
    assessment = show_assessment(at.database, assessment_id)
    refuse_signed(assessment)
    names = [shown_file_name(one.file_name) for one in photos]
    arguments = {"assessment": assessment.id, "clause": clause, "photos": names, "back": back}
    files = {f"{PHOTO_FILE}{number}": one.parts for number, one in enumerate(photos)}
    return ask(at, user, JobKind.PHOTOS, _subject(assessment), assessment.county_code, arguments, files=files)


def checks_under_way(at: Installation, assessment: CountyAssessment) -> list[Job]:
    """The workbooks that are being checked, or whose check has failed; the latest first."""
    return jobs_about(at, _subject(assessment), JobKind.WORKBOOK)


def _subject(assessment: CountyAssessment) -> str:
    return f"assessment/{assessment.id}"
