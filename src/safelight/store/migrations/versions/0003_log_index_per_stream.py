"""The log's index counts the lines of each stream, so that one of them can be read by itself"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("log_index", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("stderr", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("setup", sa.BigInteger(), server_default="0", nullable=False))
