"""Checkpoints of operations, and the records that an import did not take."""

import sqlalchemy as sa
from alembic import op

from safelight.store.columns import Id, Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkpoint",
        sa.Column(
            "run_id",
            Id(),
            sa.ForeignKey("run.run_id", name="fk_checkpoint_run_id"),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("document_keys", Json(), nullable=False),
        sa.Column("object_names", Json(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "number", name="pk_checkpoint"),
    )
    given = sa.text("sha256 IS NOT NULL")
    op.create_index(
        "ix_data_sha256", "data", ["sha256"], sqlite_where=given, postgresql_where=given
    )
    op.add_column("run", sa.Column("rejects", Json()))
