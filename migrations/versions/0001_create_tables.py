"""All tables: the survey, staff, assessments, the office's pages.

Release 0.1 was never deployed; what it made is refused (survey_app/storage/migrating.py), and nothing leads on from it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001_create_tables"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_survey_tables()
    create_staff_tables()
    create_assessment_tables()
    create_office_tables()
    lay_out_hot_tables()


def counter(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def create_survey_tables() -> None:
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
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tag", sa.LargeBinary(length=32), nullable=False),
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
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_code")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_code_campaign_group_school", "code", ["campaign", "group", "school"], unique=False)
    op.create_table(
        "pace",
        sa.Column("label", sa.String(length=128), nullable=False),
        counter("fast"),
        sa.PrimaryKeyConstraint("label", name=op.f("pk_pace")),
        sqlite_with_rowid=False,
    )
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
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
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
        sa.Column("pub_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("label", name=op.f("pk_pool")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "response",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("label", sa.String(length=128), nullable=False),
        sa.Column("questionnaire", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_response_label"), "response", ["label"], unique=False)
    op.create_table(
        "allocation",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("school", sa.String(length=40), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=True),
        counter("issued"),
        counter("answered"),
        counter("void"),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_allocation_campaign_campaign")),
        sa.PrimaryKeyConstraint("campaign", "group", "school", name=op.f("pk_allocation")),
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
        sa.Column("base_unit", sa.String(length=40), nullable=False),
        sa.Column("text_label", sa.String(length=128), nullable=True),
        sa.Column("void", sa.Boolean(), server_default="0", nullable=False),
        counter("lost"),
        counter("answered"),
        counter("withheld"),
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
        sa.Column("least_crowd", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("stopped", sa.Boolean(), server_default="0", nullable=False),
        counter("issued"),
        counter("answered"),
        counter("taken"),
        counter("void"),
        counter("lost"),
        counter("responses"),
        counter("withheld"),
        counter("withheld_void"),
        counter("from_paper"),
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


def create_staff_tables() -> None:
    op.create_table(
        "account",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("county", sa.String(length=6), nullable=True),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("session_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("must_change", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("last_sign_in", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_account")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staff_session",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("awaits_code", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f("fk_staff_session_account_account")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_staff_session")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_staff_session_account"), "staff_session", ["account"], unique=False)
    op.create_table(
        "known_place",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f("fk_known_place_account_account")),
        sa.PrimaryKeyConstraint("account", "hash", name=op.f("pk_known_place")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "second_factor",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f("fk_second_factor_account_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_second_factor")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recovery_code",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f("fk_recovery_code_account_account")),
        sa.PrimaryKeyConstraint("account", "hash", name=op.f("pk_recovery_code")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "second_factor_role",
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_second_factor_role")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "failed_sign_in",
        sa.Column("source", sa.LargeBinary(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_failed_sign_in")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "token",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f("fk_token_account_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_token_hash")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_token_account"), "token", ["account"], unique=False)
    op.create_table(
        "request_count",
        sa.Column("source", sa.LargeBinary(length=32), nullable=False),
        sa.Column("window", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "window", name=op.f("pk_request_count")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_request_count_window", "request_count", ["window"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("staff", sa.String(length=40), nullable=False),
        sa.Column("county", sa.String(length=6), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_staff_id", "audit", ["staff", "id"], unique=False)
    op.create_index("ix_audit_county_id", "audit", ["county", "id"], unique=False)
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def create_assessment_tables() -> None:
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


def create_office_tables() -> None:
    op.create_table(
        "counter_reading",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("group", sa.String(length=16), nullable=False),
        counter("answered"),
        counter("valid"),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_counter_reading_campaign_campaign")),
        sa.PrimaryKeyConstraint("campaign", "at", "group", name=op.f("pk_counter_reading")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "heartbeat",
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_heartbeat")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "guess_hour",
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        counter("n"),
        counter("most"),
        sa.PrimaryKeyConstraint("hour", name=op.f("pk_guess_hour")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "typed_sheet",
        sa.Column("name", sa.LargeBinary(length=32), nullable=False),
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("typist", sa.String(length=40), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_typed_sheet")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_typed_sheet_campaign"), "typed_sheet", ["campaign"], unique=False)
    op.create_table(
        "parcel",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_parcel_ends_at"), "parcel", ["ends_at"], unique=False)


def lay_out_hot_tables() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE code SET (fillfactor = 40)")
    op.execute("ALTER TABLE envelope ALTER COLUMN ciphertext SET STORAGE EXTERNAL")


GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER audit_keeps_{act.lower()} BEFORE {act} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END"
        for act in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is only appended to'; END $$",
        "CREATE TRIGGER audit_keeps_rows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
    ],
}
