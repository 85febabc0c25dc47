"""The staff: accounts, ended sessions, failed sign-ins, tokens, counted requests, and a log that can only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0002_create_staff_tables"
down_revision = "0001_create_survey_tables"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
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
        "ended_session",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_session")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_ended_session_ends_at"), "ended_session", ["ends_at"], unique=False)
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
