"""Takes a workbook: checked in memory, then stored with all that follows from it in one transaction, or refused and not stored."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final

from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.reading.county import Reading
from evaluation.reading.tables import MEGABYTE, RawWorkbook
from evaluation.reading.xlsx import read_xlsx
from evaluation.rulebook.asked import asked_by
from evaluation.rulebook.model import Rulebook
from evaluation.rulebook_input import ignored_rows
from survey_app.domain.answers import clean_text
from survey_app.domain.assessments import WORKBOOK_LIMIT_BYTES, CountyAssessment, Upload
from survey_app.domain.clock import Clock, sortable_id
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments import wording
from survey_app.services.assessments.differences import WorkbookDifference, differences_document, workbook_differences
from survey_app.services.assessments.entries import current_entries
from survey_app.services.assessments.problems import ProblemRow, problem_rows, rows_document, rows_from_document
from survey_app.services.assessments.sources import reading_of, reading_of_raw, rulebook_of
from survey_app.services.assessments.starting import record_act, refuse_signed, to_change
from survey_app.services.assessments.workbook_entries import Stated, TakenOver, take_over
from survey_app.storage.assessments.assessments import (
    find_assessment,
    find_newest_version,
    find_upload,
    insert_upload,
    list_uploads,
)
from survey_app.storage.assessments.entries import insert_entries, list_entries
from survey_app.storage.assessments.files import keep_file, keep_parts, read_file
from survey_app.storage.session import Database

MOST_DIFFERENCES: Final = 5_000
_NAME_LENGTH: Final = 200
_MACROS: Final = "xl/vbaproject.bin"


@dataclass(frozen=True)
class UploadReport:
    """An upload and what became of it. `same_as`: the version that the file is, where nothing new was stored."""

    upload: Upload
    problems: list[ProblemRow]
    problem_count: int
    warnings: list[ProblemRow]
    warning_count: int
    differences: list[WorkbookDifference]
    difference_count: int
    same_as: int | None
    before: int | None
    taken_over: int
    overruled: list[dict[str, Any]]


@dataclass(frozen=True)
class _Arrival:
    """A file that was looked at: its reading, or None with the problems; and how it differs from the version before it."""

    rulebook: Rulebook
    content: bytes
    reading: Reading | None
    problems: list[ProblemRow]
    warnings: list[ProblemRow]
    newest: Upload | None
    differences: list[WorkbookDifference]

    def is_overtaken_by(self, newest: Upload | None) -> bool:
        """Whether another version has come since it was compared."""
        return self.reading is not None and newest != self.newest


def upload_workbook(
    database: Database,
    clock: Clock,
    user: StaffUser,
    assessment_id: str,
    file_name: str,
    content: bytes,
    end: Callable[[Connection, Upload], object] = lambda _connection, _upload: None,
    tell: Callable[[int], object] = lambda _percent: None,
) -> Upload:
    """Takes a workbook as a new version, or refuses it; either way the upload's report can be read afterwards.

    `end` is called in the transaction that stores it, `tell` with percents. Raises `InvalidInput` where no file was sent, `AssessmentSigned`,
    `UnknownAssessment`.
    """
    _refuse_no_file(file_name, len(content))
    name = shown_file_name(file_name)
    # reading and comparing take their time: before the transaction, in which others would have to wait
    arrival = _examine(database, assessment_id, name, content, tell)
    tell(80)
    if arrival.reading:
        keep_parts(database, content)
    while True:
        with database.write() as connection:
            assessment = to_change(connection, assessment_id)  # and nobody else meanwhile
            newest = find_newest_version(connection, assessment_id)
            if not arrival.is_overtaken_by(newest):
                stored = _store(connection, assessment, arrival, newest, _sent(clock, user, name, content))
                details = {"version": stored.version, "sha256": stored.sha256, "file": name}
                action = "workbook_uploaded" if arrival.reading else "workbook_refused"
                record_act(connection, clock, user, action, assessment, details | {"problems": len(arrival.problems)})
                end(connection, stored)
                return stored
        arrival = _compared_with(database, arrival, newest)


def refuse_at_once(file_name: str, size: int) -> None:
    """Raises `InvalidInput` where no file was sent, or one that is too large: what needs no reading."""
    _refuse_no_file(file_name, size)
    _refuse_large("workbook", size)


def shown_file_name(sent: str) -> str:
    """A file's name without folders and what can't be shown."""
    base = PureWindowsPath(PurePosixPath(clean_text(sent).replace("\n", " ")).name).name
    return base[-_NAME_LENGTH:] or "workbook.xlsx"


def read_upload_report(database: Database, assessment_id: str, upload_id: str) -> UploadReport | None:
    """The report of an upload; None if the assessment has no such upload."""
    with database.read() as connection:
        upload = find_upload(connection, assessment_id, upload_id)
    return None if upload is None else report_of_upload(upload)


def report_of_upload(upload: Upload) -> UploadReport:
    """What the stored findings of an upload say."""
    found = json.loads(upload.findings)
    return UploadReport(
        upload=upload,
        problems=rows_from_document(found["problems"]),
        problem_count=found["problem_count"],
        warnings=rows_from_document(found["warnings"]),
        warning_count=found["warning_count"],
        differences=[WorkbookDifference(**one) for one in found["differences"]],
        difference_count=found["difference_count"],
        same_as=found["same_as"],
        before=found["before"],
        taken_over=found["taken_over"],
        overruled=found["overruled"],
    )


def uploads_of(database: Database, assessment_id: str) -> list[Upload]:
    """Who sent what and when, the latest first."""
    with database.read() as connection:
        return list_uploads(connection, assessment_id)


def workbook_content(database: Database, assessment_id: str, upload_id: str) -> tuple[Upload, bytes] | None:
    """A stored workbook; None where there is no such version."""
    with database.read() as connection:
        upload = find_upload(connection, assessment_id, upload_id)
        if upload is None or upload.version is None:
            return None
        return upload, read_file(connection, upload.sha256)


def _sent(clock: Clock, user: StaffUser, name: str, content: bytes) -> Upload:
    digest = sha256(content).hexdigest()
    return Upload(sortable_id(clock.now()), None, name, len(content), digest, user.name, clock.now(), "")


def _examine(
    database: Database, assessment_id: str, name: str, content: bytes, tell: Callable[[int], object]
) -> _Arrival:
    with database.read() as connection:
        assessment = find_assessment(connection, assessment_id)
        refuse_signed(assessment)
        rulebook = rulebook_of(connection, assessment)
        newest = find_newest_version(connection, assessment_id)
        before = reading_of(connection, newest, rulebook) if newest else None
    tell(30)
    reading, problems, warnings = _read(assessment, rulebook, name, content)
    tell(70)
    differences = (
        workbook_differences(before.facts, reading.facts, asked_by(rulebook).sheets) if before and reading else []
    )
    return _Arrival(rulebook, content, reading, problems, warnings, newest, differences)


def _read(
    assessment: CountyAssessment, rulebook: Rulebook, name: str, content: bytes
) -> tuple[Reading | None, list[ProblemRow], list[ProblemRow]]:
    """The reading of a file (None: it is refused), its problems and its warnings."""
    raw: RawWorkbook | None = None
    try:
        _refuse_large(name, len(content))
        _refuse_macros(name, content)
        raw = read_xlsx(name, content)
        reading = reading_of_raw(raw, rulebook)
        _require_fitting(reading, assessment)
    except InvalidInput as invalid:
        return None, problem_rows(invalid.problems, raw), problem_rows(invalid.warnings, raw)
    return reading, [], problem_rows([*reading.warnings, *ignored_rows(reading.facts, rulebook)], raw)


def _refuse_no_file(file_name: str, size: int) -> None:
    if not file_name and not size:
        raise InvalidInput([InputProblem("workbook", wording.NO_FILE)])


def _refuse_large(where: str, size: int) -> None:
    if size > WORKBOOK_LIMIT_BYTES:
        values = {"size": -(-size // MEGABYTE), "limit": WORKBOOK_LIMIT_BYTES // MEGABYTE}
        raise InvalidInput([InputProblem(where, wording.TOO_LARGE, values)])


def _refuse_macros(name: str, content: bytes) -> None:
    """Programs in a workbook are not kept, since others will download it."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return  # what it is instead, the reader says
    if any(part.lower() == _MACROS for part in parts):
        raise InvalidInput([InputProblem(name, wording.MACROS)])


def _require_fitting(reading: Reading, assessment: CountyAssessment) -> None:
    """The workbook must be of the assessment's county and year."""
    county = reading.county
    where = reading.facts.cell(county.code, "counties", 0)
    stated: list[tuple[object, object, Message]] = [
        (county.code, assessment.county_code, wording.OTHER_COUNTY),
        (county.year, assessment.year, wording.OTHER_YEAR),
    ]
    problems = [
        InputProblem(where, message, {"workbook": has, "assessment": expected})
        for has, expected, message in stated
        if has != expected
    ]
    if problems:
        raise InvalidInput(problems)


def _store(
    connection: Connection, assessment: CountyAssessment, arrival: _Arrival, newest: Upload | None, sent: Upload
) -> Upload:
    same_as = newest.version if newest and newest.sha256 == sent.sha256 else None
    if arrival.reading is None or same_as is not None:
        stored = replace(sent, findings=_findings(arrival, same_as=same_as))
        insert_upload(connection, assessment.id, stored)
        return stored
    return _store_version(connection, assessment, arrival, sent)


def _compared_with(database: Database, arrival: _Arrival, newest: Upload | None) -> _Arrival:
    """The same arrival, compared with a version that has come in the meantime."""
    assert newest is not None and arrival.reading is not None  # noqa: S101, PT018 - else it is not overtaken
    with database.read() as connection:
        before = reading_of(connection, newest, arrival.rulebook)
    sheets = asked_by(arrival.rulebook).sheets
    differences = workbook_differences(before.facts, arrival.reading.facts, sheets)
    return replace(arrival, newest=newest, differences=differences)


def _store_version(connection: Connection, assessment: CountyAssessment, arrival: _Arrival, sent: Upload) -> Upload:
    assert arrival.reading is not None  # noqa: S101 - only a workbook that could be read becomes a version
    keep_file(connection, arrival.content)
    before = arrival.newest.version if arrival.newest else None
    version = replace(sent, version=(before or 0) + 1)
    current = current_entries(list_entries(connection, assessment.id))
    taken = take_over(arrival.reading.facts, arrival.rulebook, current, version)
    insert_entries(connection, assessment.id, taken.entries)
    stored = replace(version, findings=_findings(arrival, before=before, taken=taken))
    insert_upload(connection, assessment.id, stored)
    return stored


def _findings(
    arrival: _Arrival, *, same_as: int | None = None, before: int | None = None, taken: TakenOver | None = None
) -> str:
    """What became of an upload, as JSON."""
    found = arrival.differences if taken else []
    document = {
        "problems": rows_document(arrival.problems),
        "problem_count": len(arrival.problems),
        "warnings": rows_document(arrival.warnings),
        "warning_count": len(arrival.warnings),
        "differences": differences_document(found, MOST_DIFFERENCES),
        "difference_count": len(found),
        "same_as": same_as,
        "before": before,
        "taken_over": sum(one.value is not None for one in taken.entries) if taken else 0,
        "overruled": [_overruled(one) for one in taken.overruled] if taken else [],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _overruled(stated: Stated) -> dict[str, Any]:
    return {"kind": str(stated.key.kind), "subject": stated.key.subject, "value": stated.value, "cell": stated.cell}
