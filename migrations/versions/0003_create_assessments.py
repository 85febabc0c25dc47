"""Assessments: their frozen rulebooks, uploads, entries, photos, judged results, signings, and the files behind them."""

import sqlalchemy as sa
from alembic import op

revision = "0003_create_assessments"
down_revision = "0002_create_staff_tables"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "frozen_rulebook",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_frozen_rulebook")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("county_name", sa.String(length=100), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("rulebook", sa.String(length=60), nullable=False),
        sa.Column("rulebook_sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("campaign", sa.String(length=40), nullable=True),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("judged_sha256", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("grade", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_assessment_campaign_campaign")),
        sa.ForeignKeyConstraint(
            ["rulebook_sha256"], ["frozen_rulebook.sha256"], name=op.f("fk_assessment_rulebook_sha256_frozen_rulebook")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_assessment_county_code"), "assessment", ["county_code"], unique=False)
    op.create_table(
        "assessment_entry",
        sa.Column("assessment", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=130), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("workbook", sa.Integer(), nullable=True),
        sa.Column("cell", sa.String(length=100), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment"], ["assessment.id"], name=op.f("fk_assessment_entry_assessment_assessment")
        ),
        sa.PrimaryKeyConstraint("assessment", "kind", "subject", "owner", "version", name=op.f("pk_assessment_entry")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "finding_photo",
        sa.Column("assessment", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("original_sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("removed_by", sa.String(length=40), nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["assessment"], ["assessment.id"], name=op.f("fk_finding_photo_assessment_assessment")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_finding_photo_sha256_stored_file")),
        sa.PrimaryKeyConstraint("assessment", "id", name=op.f("pk_finding_photo")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_finding_photo_assessment_clause", "finding_photo", ["assessment", "clause"], unique=False)
    op.create_table(
        "judged",
        sa.Column("assessment", sa.String(length=40), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["assessment"], ["assessment.id"], name=op.f("fk_judged_assessment_assessment")),
        sa.PrimaryKeyConstraint("assessment", "content_sha256", name=op.f("pk_judged")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signing",
        sa.Column("assessment", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signed_by", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=False),
        sa.Column("reopened_by", sa.String(length=40), nullable=True),
        sa.Column("reopened_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["assessment"], ["assessment.id"], name=op.f("fk_signing_assessment_assessment")),
        sa.PrimaryKeyConstraint("assessment", "number", name=op.f("pk_signing")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "workbook_upload",
        sa.Column("assessment", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment"], ["assessment.id"], name=op.f("fk_workbook_upload_assessment_assessment")
        ),
        sa.PrimaryKeyConstraint("assessment", "id", name=op.f("pk_workbook_upload")),
        sa.UniqueConstraint("assessment", "version", name=op.f("uq_workbook_upload_assessment_version")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signed_file",
        sa.Column("assessment", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment", "number"],
            ["signing.assessment", "signing.number"],
            name=op.f("fk_signed_file_assessment_number_signing"),
        ),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_signed_file_sha256_stored_file")),
        sa.PrimaryKeyConstraint("assessment", "number", "name", name=op.f("pk_signed_file")),
        sqlite_with_rowid=False,
    )
