"""Pictures that imports brought into a datalake were not counted there: count all anew."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM data_block")
    op.execute(
        "INSERT INTO data_block (datalake_id, block, number) "
        "SELECT datalake_id, data_key / 1024, count(*) FROM data GROUP BY 1, 2"
    )
