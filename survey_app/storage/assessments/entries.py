"""Queries about what evaluators entered and the photos they took. Entries are added; nothing of them is changed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from survey_app.domain.assessments import Entry, EntryKey, EntryKind, Origin, Photo
from survey_app.storage.assessment_tables import assessment_entry, finding_photo

_PHOTO_COLUMNS = [column for column in finding_photo.c if column.name != "assessment"]
_ENTRY_ORDER = (
    assessment_entry.c.kind,
    assessment_entry.c.subject,
    assessment_entry.c.owner,
    assessment_entry.c.version,
)


def list_entries(connection: Connection, assessment_id: str) -> list[Entry]:
    """Every version of every entry, the versions of an entry in order."""
    wanted = select(assessment_entry).where(assessment_entry.c.assessment == assessment_id).order_by(*_ENTRY_ORDER)
    return [_entry_from_row(row) for row in connection.execute(wanted)]


def insert_entry(connection: Connection, assessment_id: str, new: Entry) -> bool:
    """Adds a version; False if somebody has added it before."""
    try:
        with connection.begin_nested():
            insert_entries(connection, assessment_id, [new])
    except IntegrityError:
        return False
    return True


def insert_entries(connection: Connection, assessment_id: str, new: Iterable[Entry]) -> None:
    """Adds versions that nobody else can add: the caller holds the assessment."""
    rows = [_entry_row(assessment_id, one) for one in new]
    if rows:
        connection.execute(insert(assessment_entry), rows)


def insert_photo(connection: Connection, assessment_id: str, new: Photo) -> None:
    """Adds a photo whose content is stored."""
    values = {column.name: getattr(new, column.name) for column in _PHOTO_COLUMNS}
    connection.execute(insert(finding_photo), {"assessment": assessment_id, **values})


def list_photos(connection: Connection, assessment_id: str) -> list[Photo]:
    """All photos in the order in which they were added, removed ones too."""
    wanted = select(*_PHOTO_COLUMNS).where(finding_photo.c.assessment == assessment_id)
    return [Photo(*row) for row in connection.execute(wanted.order_by(finding_photo.c.id))]


def mark_photo_removed(connection: Connection, assessment_id: str, photo_id: str, by: str, at: datetime) -> bool:
    """Takes a photo out of the finding; it stays in the history. False if it is not there any more."""
    is_there = (finding_photo.c.assessment == assessment_id) & (finding_photo.c.id == photo_id)
    wanted = update(finding_photo).where(is_there, finding_photo.c.removed_at.is_(None))
    return connection.execute(wanted.values(removed_by=by, removed_at=at)).rowcount == 1


def _entry_row(assessment_id: str, new: Entry) -> dict[str, Any]:
    key = {"kind": str(new.key.kind), "subject": new.key.subject, "owner": new.key.owner}
    rest = ("version", "value", "text", "workbook", "cell", "by", "at")
    return {"assessment": assessment_id, **key, "origin": str(new.origin)} | {name: getattr(new, name) for name in rest}


def _entry_from_row(row: Row[Any]) -> Entry:
    return Entry(
        key=EntryKey(EntryKind(row.kind), row.subject, row.owner),
        version=row.version,
        value=row.value,
        text=row.text,
        origin=Origin(row.origin),
        workbook=row.workbook,
        cell=row.cell,
        by=row.by,
        at=row.at,
    )
