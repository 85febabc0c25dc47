"""Queries about assessments, their rulebooks, uploads, judged results and signings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from survey_app.domain.assessments import AssessmentState, CountyAssessment, Signing, Upload
from survey_app.domain.errors import UnknownAssessment
from survey_app.storage.assessment_tables import (
    assessment,
    frozen_rulebook,
    judged,
    signed_file,
    signing,
    workbook_upload,
)

_UPLOAD_COLUMNS = [column for column in workbook_upload.c if column.name != "assessment"]
_SIGNING_COLUMNS = [column for column in signing.c if column.name != "assessment"]


def find_assessment(connection: Connection, assessment_id: str, *, to_change: bool = False) -> CountyAssessment:
    """The assessment; `to_change` holds its row until the transaction ends. Raises `UnknownAssessment`."""
    wanted = select(assessment).where(assessment.c.id == assessment_id)
    row = connection.execute(wanted.with_for_update(key_share=True) if to_change else wanted).one_or_none()
    if row is None:
        raise UnknownAssessment(assessment_id)
    return _assessment_from_row(row)


def list_assessments(connection: Connection, county: str | None) -> list[CountyAssessment]:
    """All assessments, or a county's: the latest year first, then by county."""
    wanted = select(assessment).order_by(assessment.c.year.desc(), assessment.c.county_code, assessment.c.id)
    if county is not None:
        wanted = wanted.where(assessment.c.county_code == county)
    return [_assessment_from_row(row) for row in connection.execute(wanted)]


def insert_assessment(connection: Connection, new: CountyAssessment) -> bool:
    """Stores a new assessment's row; False if its id is taken."""
    values = {name: getattr(new, name) for name in assessment.c.keys()}  # noqa: SIM118
    try:
        with connection.begin_nested():
            connection.execute(insert(assessment), values)
    except IntegrityError:
        return False
    return True


def update_assessment(connection: Connection, assessment_id: str, **columns: str | None) -> None:
    """Writes into an assessment's row."""
    connection.execute(update(assessment).where(assessment.c.id == assessment_id).values(columns))


def keep_rulebook(connection: Connection, sha256: str, text: str) -> None:
    """Stores a rulebook's text under its hash, unless it is there."""
    if connection.execute(select(frozen_rulebook.c.sha256).where(frozen_rulebook.c.sha256 == sha256)).first() is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(frozen_rulebook), {"sha256": sha256, "text": text})
        except IntegrityError:  # another transaction has just stored the same
            pass


def find_rulebook(connection: Connection, sha256: str) -> str:
    """The text of the rulebook with this hash."""
    wanted = select(frozen_rulebook.c.text).where(frozen_rulebook.c.sha256 == sha256)
    return str(connection.execute(wanted).scalar_one())


def insert_upload(connection: Connection, assessment_id: str, new: Upload) -> None:
    """Stores what was sent, and what became of it."""
    values = {column.name: getattr(new, column.name) for column in _UPLOAD_COLUMNS}
    connection.execute(insert(workbook_upload), {"assessment": assessment_id, **values})


def list_uploads(connection: Connection, assessment_id: str) -> list[Upload]:
    """All uploads, the latest first."""
    wanted = select(*_UPLOAD_COLUMNS).where(workbook_upload.c.assessment == assessment_id)
    return [Upload(*row) for row in connection.execute(wanted.order_by(workbook_upload.c.id.desc()))]


def find_upload(connection: Connection, assessment_id: str, upload_id: str) -> Upload | None:
    """One upload of an assessment."""
    wanted = select(*_UPLOAD_COLUMNS).where(
        workbook_upload.c.assessment == assessment_id, workbook_upload.c.id == upload_id
    )
    row = connection.execute(wanted).one_or_none()
    return None if row is None else Upload(*row)


def find_newest_version(connection: Connection, assessment_id: str) -> Upload | None:
    """The upload that is the workbook now."""
    is_kept = (workbook_upload.c.assessment == assessment_id) & workbook_upload.c.version.is_not(None)
    row = connection.execute(
        select(*_UPLOAD_COLUMNS).where(is_kept).order_by(workbook_upload.c.version.desc()).limit(1)
    ).one_or_none()
    return None if row is None else Upload(*row)


def find_judged(connection: Connection, assessment_id: str, content_sha256: str) -> str | None:
    """The judged result of this content, if it is kept."""
    wanted = select(judged.c.document).where(
        judged.c.assessment == assessment_id, judged.c.content_sha256 == content_sha256
    )
    return connection.execute(wanted).scalar_one_or_none()


def keep_judged(connection: Connection, assessment_id: str, content_sha256: str, document: str, at: datetime) -> None:
    """Keeps a judged result, unless it is there."""
    values = {"assessment": assessment_id, "content_sha256": content_sha256, "document": document, "at": at}
    try:
        with connection.begin_nested():
            connection.execute(insert(judged), values)
    except IntegrityError:  # another request has judged the same
        pass


def forget_judged(connection: Connection, assessment_id: str, kept: int) -> None:
    """Removes all but the latest `kept` judged results of an assessment."""
    of_assessment = judged.c.assessment == assessment_id
    latest = select(judged.c.content_sha256).where(of_assessment).order_by(judged.c.at.desc()).limit(kept)
    names = list(connection.execute(latest).scalars())
    connection.execute(delete(judged).where(of_assessment, judged.c.content_sha256.not_in(names)))


def insert_signing(connection: Connection, assessment_id: str, new: Signing, files: Mapping[str, str]) -> None:
    """Stores a signing with its files (name → SHA-256 of a stored file)."""
    values = {column.name: getattr(new, column.name) for column in _SIGNING_COLUMNS}
    connection.execute(insert(signing), {"assessment": assessment_id, **values})
    of_signing = {"assessment": assessment_id, "number": new.number}
    connection.execute(
        insert(signed_file), [{**of_signing, "name": name, "sha256": sha} for name, sha in files.items()]
    )


def mark_reopened(connection: Connection, assessment_id: str, number: int, **columns: Any) -> None:
    """Writes by whom, when and why a signing was taken back."""
    of_signing = (signing.c.assessment == assessment_id) & (signing.c.number == number)
    connection.execute(update(signing).where(of_signing).values(columns))


def list_signings(connection: Connection, assessment_id: str) -> list[Signing]:
    """All signings, the latest first."""
    wanted = select(*_SIGNING_COLUMNS).where(signing.c.assessment == assessment_id)
    return [Signing(*row) for row in connection.execute(wanted.order_by(signing.c.number.desc()))]


def find_signed_file(connection: Connection, assessment_id: str, number: int, name: str) -> str | None:
    """The SHA-256 of a file of a signing."""
    wanted = select(signed_file.c.sha256).where(
        signed_file.c.assessment == assessment_id, signed_file.c.number == number, signed_file.c.name == name
    )
    return connection.execute(wanted).scalar_one_or_none()


def _assessment_from_row(row: Row[Any]) -> CountyAssessment:
    return CountyAssessment(**dict(row._mapping) | {"state": AssessmentState(row.state)})
