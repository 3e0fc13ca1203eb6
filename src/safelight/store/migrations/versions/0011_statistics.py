"""Statistics of versions, and the way to the assets that have a label."""

import sqlalchemy as sa
from alembic import op

from safelight.store.columns import Key

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asset_block",
        sa.Column("version_key", Key, autoincrement=False, nullable=False),
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("assets", sa.Integer()),
        sa.Column("statistics", sa.LargeBinary()),
        sa.CheckConstraint("(assets IS NULL) = (statistics IS NULL)", name="counted"),
        sa.PrimaryKeyConstraint("version_key", "block", name="pk_asset_block"),
    )
    op.create_table(
        "asset_facet",
        sa.Column("version_key", Key, autoincrement=False, nullable=False),
        sa.Column("facet", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version_key", "facet", "block", name="pk_asset_facet"),
    )
    op.create_index("ix_asset_facet_block", "asset_facet", ["version_key", "block"])
    op.create_table(
        "version_statistics",
        sa.Column("version_key", Key, autoincrement=False, nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("statistics", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version_key", name="pk_version_statistics"),
    )
    op.drop_index("ix_asset_tag_tag", table_name="asset_tag")
    op.create_index("ix_asset_tag_tag", "asset_tag", ["tag_id", "asset_key"])
