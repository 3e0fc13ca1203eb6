"""Failures that can be told apart and found again, and how long work usually takes."""

import sqlalchemy as sa
from alembic import op

from safelight.store.columns import Id, Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("failure_key", sa.Text()))
    op.add_column("run", sa.Column("failure_key", sa.Text()))
    op.add_column("run", sa.Column("failure_line", sa.BigInteger()))
    op.create_table(
        "run_time",
        sa.Column(
            "organization_id",
            Id(),
            sa.ForeignKey("organization.organization_id", name="fk_run_time_organization_id"),
            nullable=False,
        ),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("seconds", Json(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "work", name="pk_run_time"),
        sqlite_with_rowid=False,
    )
