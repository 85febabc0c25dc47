"""The office's pages: readings of the counters, unknown codes by hour, typed sheets of paper, parcels; and how many answers came on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0004_create_office_tables"
down_revision = "0003_create_assessments"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def counter(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def upgrade() -> None:
    op.add_column("quota", counter("from_paper"))
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
        "guess_hour",
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        counter("n"),
        counter("most"),
        sa.PrimaryKeyConstraint("hour", name=op.f("pk_guess_hour")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "typed_sheet",
        sa.Column("h", sa.LargeBinary(length=32), nullable=False),
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("typist", sa.String(length=40), nullable=False),
        sa.Column("ct", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("h", name=op.f("pk_typed_sheet")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_typed_sheet_campaign"), "typed_sheet", ["campaign"], unique=False)
    op.create_table(
        "parcel",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ct", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_parcel_ends_at"), "parcel", ["ends_at"], unique=False)
