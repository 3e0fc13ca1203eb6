"""Compress documents quickly: PostgreSQL's usual way takes as long as all else that an import does."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# A server that was built without LZ4, or is older than version 14, keeps its usual way.
_LZ4 = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
    EXECUTE 'ALTER TABLE document ALTER COLUMN content SET COMPRESSION lz4';
  END IF;
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_LZ4)
