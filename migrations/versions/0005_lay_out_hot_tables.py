"""How PostgreSQL lays out what every submission writes; SQLite has nothing of the kind.

A code's row grows once, when it is used: with room left on its page the new version stays beside the old one and no index is touched.
Sealed bytes can't be compressed, so nothing should try.
"""

from alembic import op

revision = "0005_lay_out_hot_tables"
down_revision = "0004_create_office_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE code SET (fillfactor = 40)")
    for table in ("envelope", "sealed_comment"):
        op.execute(f"ALTER TABLE {table} ALTER COLUMN ct SET STORAGE EXTERNAL")
