"""Tables of assessments: what was uploaded, entered, judged and signed.

Entries, uploads and signings are only added to. Files are kept once, under their SHA-256, in the database, so that a transaction and a
backup hold everything.
"""

from typing import Any

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from survey_app.storage.tables import Instant, metadata


def _table(name: str, *columns: Any) -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


def _of_assessment() -> Column[str]:
    return Column("assessment", String(40), ForeignKey("assessment.id"), primary_key=True)


# the rulebook as it was when an assessment began
frozen_rulebook = _table(
    "frozen_rulebook",
    Column("sha256", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

assessment = _table(
    "assessment",
    Column("id", String(40), primary_key=True),
    Column("county_code", String(6), nullable=False, index=True),
    Column("county_name", String(100), nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("rulebook", String(60), nullable=False),
    Column("rulebook_sha256", String(64), ForeignKey("frozen_rulebook.sha256"), nullable=False),
    Column("state", String(10), nullable=False),
    Column("campaign", String(40), ForeignKey("campaign.id")),
    Column("created_by", String(40), nullable=False),
    Column("created_at", Instant, nullable=False),
    # the last judged result, for lists: of which content, and what it was
    Column("judged_sha256", String(64)),
    Column("outcome", String(12)),
    Column("grade", String(20)),
)

stored_file = _table(
    "stored_file",
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
)

stored_part = _table(
    "stored_part",
    Column("sha256", String(64), primary_key=True),  # of the whole file, whose row comes when all parts are there
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

workbook_upload = _table(
    "workbook_upload",
    _of_assessment(),
    Column("id", String(24), primary_key=True),  # grows with time
    Column("version", Integer),  # None: refused, its content is not kept
    Column("file_name", String(200), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("by", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("findings", Text, nullable=False),
    UniqueConstraint("assessment", "version"),
)

# the primary key holds the version: of two who save the same version, one is refused
assessment_entry = _table(
    "assessment_entry",
    _of_assessment(),
    Column("kind", String(10), primary_key=True),
    Column("subject", String(40), primary_key=True),
    Column("owner", String(130), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("value", Float),
    Column("text", Text, nullable=False),
    Column("origin", String(10), nullable=False),
    Column("workbook", Integer),
    Column("cell", String(100), nullable=False),
    Column("by", String(40), nullable=False),
    Column("at", Instant, nullable=False),
)

finding_photo = _table(
    "finding_photo",
    _of_assessment(),
    Column("id", String(24), primary_key=True),
    Column("clause", String(40), nullable=False),
    Column("sha256", String(64), ForeignKey("stored_file.sha256"), nullable=False),
    Column("media_type", String(20), nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("file_name", String(200), nullable=False),
    Column("original_sha256", String(64), nullable=False),
    Column("by", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("removed_by", String(40)),
    Column("removed_at", Instant),
)

# judged results by what was judged; may be emptied at any time
judged = _table(
    "judged",
    _of_assessment(),
    Column("content_sha256", String(64), primary_key=True),
    Column("document", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

signing = _table(
    "signing",
    _of_assessment(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("signed_by", String(40), nullable=False),
    Column("role", String(20), nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("content_sha256", String(64), nullable=False),
    Column("manifest", Text, nullable=False),
    Column("judged", Text, nullable=False),
    Column("reopened_by", String(40)),
    Column("reopened_at", Instant),
    Column("reason", Text, nullable=False),
)

signed_file = _table(
    "signed_file",
    Column("assessment", String(40), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), primary_key=True),
    Column("sha256", String(64), ForeignKey("stored_file.sha256"), nullable=False),
    ForeignKeyConstraint(["assessment", "number"], ["signing.assessment", "signing.number"]),
)

Index("ix_finding_photo_assessment_clause", finding_photo.c.assessment, finding_photo.c.clause)
