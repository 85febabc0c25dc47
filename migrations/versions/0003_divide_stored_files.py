"""Stored files in parts: no transaction is long because a file is large."""

import sqlalchemy as sa
from alembic import op

revision = "0003_divide_stored_files"
down_revision = "0002_create_jobs"
branch_labels = None
depends_on = None

PART_BYTES = 250_000


def upgrade() -> None:
    op.create_table(
        "stored_part",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "part", name=op.f("pk_stored_part")),
        sqlite_with_rowid=False,
    )
    divide(op.get_bind())
    op.execute("ALTER TABLE stored_file DROP COLUMN content")


def divide(connection: sa.Connection) -> None:
    """Copies each file into its parts, one file in memory at a time."""
    file = sa.table("stored_file", sa.column("sha256", sa.String), sa.column("content", sa.LargeBinary))
    parts = sa.table("stored_part", *map(sa.column, ("sha256", "part", "content")))
    for name in connection.execute(sa.select(file.c.sha256)).scalars().all():
        content = bytes(connection.execute(sa.select(file.c.content).where(file.c.sha256 == name)).scalar_one())
        for number, start in enumerate(range(0, len(content), PART_BYTES)):
            part = {"sha256": name, "part": number, "content": content[start : start + PART_BYTES]}
            connection.execute(sa.insert(parts), part)
