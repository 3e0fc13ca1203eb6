"""Annotations are counted beside shapes, so what was counted before is counted again."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE asset_block SET assets = NULL, statistics = NULL")
    op.execute("DELETE FROM version_statistics")
