"""The survey: campaigns and their plans, codes, envelopes, answers, ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001_create_survey_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("county_name", sa.Text(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("rulebook", sa.String(length=64), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("anonymity_k", sa.Integer(), nullable=False),
        sa.Column("min_seconds", sa.Float(), nullable=True),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("per_school", sa.Integer(), nullable=False),
        sa.Column("expected_return", sa.Float(), nullable=False),
        sa.Column("sample_required", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("admission", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "code",
        sa.Column("h", sa.LargeBinary(length=32), nullable=False),
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("school", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=128), nullable=False),
        sa.Column("used", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("cancelled", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("retry", sa.LargeBinary(length=32), nullable=True),
        sa.Column("receipt", sa.String(length=14), nullable=True),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("checkpoint", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("h", name=op.f("pk_code")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_code_campaign_group_school", "code", ["campaign", "group", "school"], unique=False)
    op.create_table(
        "sealed_comment",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("ct", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_comment")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sealed_comment_campaign"), "sealed_comment", ["campaign"], unique=False)
    op.create_table(
        "comment",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_comment_campaign"), "comment", ["campaign"], unique=False)
    op.create_table(
        "envelope",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("label", sa.String(length=128), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("ct", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_envelope_label"), "envelope", ["label"], unique=False)
    op.create_table(
        "guess",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("window", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "window", name=op.f("pk_guess")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pool",
        sa.Column("label", sa.String(length=128), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("label", name=op.f("pk_pool")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "response",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("label", sa.String(length=128), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("questionnaire", sa.String(length=64), nullable=False),
        sa.Column("duration_bucket", sa.SmallInteger(), nullable=False),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_response_label"), "response", ["label"], unique=False)
    op.create_table(
        "run",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("school", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("longest", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("campaign", "school", name=op.f("pk_run")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cell",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("school", sa.String(length=40), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("issued", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answered", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_cell_campaign_campaign")),
        sa.PrimaryKeyConstraint("campaign", "group", "school", name=op.f("pk_cell")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoint",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=True),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_checkpoint_campaign_campaign")),
        sa.PrimaryKeyConstraint("campaign", "size", name=op.f("pk_checkpoint")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "document",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_document_campaign_campaign")),
        sa.PrimaryKeyConstraint("campaign", "name", name=op.f("pk_document")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_entry_campaign_campaign")),
        sa.PrimaryKeyConstraint("campaign", "seq", name=op.f("pk_entry")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "label",
        sa.Column("label", sa.String(length=128), nullable=False),
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("valid", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_label_campaign_campaign")),
        sa.PrimaryKeyConstraint("label", name=op.f("pk_label")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_label_campaign"), "label", ["campaign"], unique=False)
    op.create_table(
        "questionnaire",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_questionnaire_campaign_campaign")),
        sa.PrimaryKeyConstraint("campaign", "group", name=op.f("pk_questionnaire")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quota",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=True),
        sa.Column("frame", sa.Integer(), nullable=True),
        sa.Column("to_issue", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("issued", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("valid", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_quota_campaign_campaign")),
        sa.PrimaryKeyConstraint("campaign", "group", name=op.f("pk_quota")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "school",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_school_campaign_campaign")),
        sa.PrimaryKeyConstraint("campaign", "code", name=op.f("pk_school")),
        sqlite_with_rowid=False,
    )
