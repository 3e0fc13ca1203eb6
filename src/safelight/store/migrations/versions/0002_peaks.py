"""The most of each measure that a run has used since its start."""

import sqlalchemy as sa
from alembic import op

from safelight.store.columns import Id

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "peak",
        sa.Column(
            "run_id", Id(), sa.ForeignKey("run.run_id", name="fk_peak_run_id"), nullable=False
        ),
        sa.Column("cpu", sa.Float()),
        sa.Column("memory", sa.BigInteger()),
        sa.Column("gpu", sa.Float()),
        sa.Column("disk", sa.BigInteger()),
        sa.PrimaryKeyConstraint("run_id", name="pk_peak"),
        sqlite_with_rowid=False,
    )
