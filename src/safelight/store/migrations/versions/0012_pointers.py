"""Pointers without foreign keys (see store/presence.py), and documents that PostgreSQL compresses quickly."""

from alembic import op
from sqlalchemy import Connection, text

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
_KEYS = {"version_key": "dataset_version", "data_key": "data", "document_key": "document"}


def upgrade() -> None:
    op.drop_index("ix_asset_document", table_name="asset")
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _drop_keys_of_sqlite(connection)
        return
    for column in _KEYS:
        op.drop_constraint(f"fk_asset_{column}", "asset", type_="foreignkey")
    op.execute(_LZ4)


def _drop_keys_of_sqlite(connection: Connection) -> None:
    """Change what the table is said to be. Its rows stay where they are, be they many millions: foreign keys do
    not show in them. As https://www.sqlite.org/lang_altertable.html (7) describes it.
    """
    said: str = connection.scalar(text("SELECT sql FROM sqlite_schema WHERE name = 'asset'"))
    for column, table in _KEYS.items():
        key = f"CONSTRAINT fk_asset_{column} FOREIGN KEY({column}) REFERENCES {table} ({column})"
        before, found, after = said.partition(key)
        assert found, said
        said = before.rstrip().removesuffix(",") + after
    version: int = connection.scalar(text("PRAGMA schema_version"))
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    connection.execute(
        text("UPDATE sqlite_schema SET sql = :said WHERE type = 'table' AND name = 'asset'"),
        {"said": said},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")
