"""Long datalakes: the way to any place of their list, data by their tag."""

import sqlalchemy as sa
from alembic import op

from safelight.store.columns import Id

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_block",
        sa.Column(
            "datalake_id",
            Id(),
            sa.ForeignKey(
                "datalake.datalake_id", name="fk_data_block_datalake_id", ondelete="CASCADE"
            ),
            nullable=False,
        ),
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "number", sa.Integer(), sa.CheckConstraint("number >= 0", name="number"), nullable=False
        ),
        sa.PrimaryKeyConstraint("datalake_id", "block", name="pk_data_block"),
    )
    op.execute(
        "INSERT INTO data_block (datalake_id, block, number) "
        "SELECT datalake_id, data_key / 1024, count(*) FROM data GROUP BY 1, 2"
    )
    op.drop_index("ix_data_tag_tag", table_name="data_tag")
    op.create_index("ix_data_tag_tag", "data_tag", ["tag_id", "data_key"])
