"""Change sets know tags, removed versions, names and types, who undid them, and how much they changed."""

import sqlalchemy as sa
from alembic import op

from safelight.store.columns import Id

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = {
    "change_set": (
        "fields_before TEXT",
        "fields_after TEXT",
        "undoes {key}",
        "undone_by {key}",
        "numbers TEXT",
    ),
    "asset_change": (
        "next_annotation INTEGER",
        "next_shape INTEGER",
        "asset_created_at BIGINT",
    ),
}
# Of assets that were removed earlier nobody knows the next numbers. These are above all that were given.
UNUSED = 1_000_000


def upgrade() -> None:
    key = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for table, columns in COLUMNS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column.format(key=key)}")
    op.create_table(
        "asset_tag_change",
        sa.Column(
            "change_set_key",
            _key(),
            sa.ForeignKey("change_set.change_set_key", name="fk_asset_tag_change_change_set_key"),
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("asset_key", _key(), nullable=False, autoincrement=False),
        sa.Column("tag_id", Id(), nullable=False),
        sa.Column("was_on", sa.Boolean(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "change_set_key", "asset_key", "tag_id", name="pk_asset_tag_change"
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        r"""UPDATE change_set SET fields_before = '{"exists"\:false}', fields_after = '{"exists"\:true}'
        WHERE kind = 'version_created'"""
    )
    op.execute(
        f"UPDATE asset_change SET next_annotation = {UNUSED}, next_shape = {UNUSED}, "
        "asset_created_at = (SELECT created_at FROM change_set "
        "WHERE change_set.change_set_key = asset_change.change_set_key) "
        "WHERE existed_before != exists_after"
    )


def _key() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
