"""Projections of data, declared custom metadata; annotations are counted beside shapes, so all is counted again."""

import sqlalchemy as sa
from alembic import op

from safelight.store.columns import Id, Instant, Json, Key

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_projection",
        sa.Column("projection_id", Id(), nullable=False),
        sa.Column(
            "data_key",
            Key,
            sa.ForeignKey("data.data_key", name="fk_data_projection_data_key", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "object_name",
            sa.Text(),
            sa.ForeignKey("stored_object.object_name", name="fk_data_projection_object_name"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("infos", Json()),
        sa.Column(
            "created_by",
            Id(),
            sa.ForeignKey("user_account.user_id", name="fk_data_projection_created_by"),
        ),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("projection_id", name="pk_data_projection"),
        sa.UniqueConstraint("object_name", name="uq_data_projection_object_name"),
    )
    op.create_index("ix_data_projection_data", "data_projection", ["data_key"])
    op.add_column("datalake", sa.Column("metadata_keys", Json()))
    op.add_column(
        "datalake",
        sa.Column(
            "other_metadata_keys", sa.Boolean(), nullable=False, server_default=sa.text("true")
        ),
    )
    op.execute("UPDATE asset_block SET assets = NULL, statistics = NULL")
    op.execute("DELETE FROM version_statistics")
