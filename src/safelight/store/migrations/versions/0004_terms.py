"""The terms of runs: priority, retries, when they may be claimed; limits of disk and per organization."""

from alembic import op
from sqlalchemy import text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = (
    "rank INTEGER DEFAULT '0' NOT NULL CONSTRAINT ck_run_rank CHECK (rank BETWEEN -100 AND 100)",
    "retry TEXT",
    """retries INTEGER DEFAULT '0' NOT NULL
    CONSTRAINT ck_run_retries CHECK (retries = 0 OR (retries > 0 AND retry IS NOT NULL))""",
    "ready_at BIGINT DEFAULT '0' NOT NULL",
    "is_internal BOOLEAN DEFAULT false NOT NULL",
)


def upgrade() -> None:
    # Added in place: a table that is built anew would lose its triggers.
    for column in COLUMNS:
        op.execute(f"ALTER TABLE run ADD COLUMN {column}")
    op.execute(
        "ALTER TABLE organization ADD COLUMN live_limit INTEGER "
        "CONSTRAINT ck_organization_live_limit CHECK (live_limit > 0)"
    )
    for table in ("processing", "model_version"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN default_disk BIGINT")
    op.execute("UPDATE run SET ready_at = created_at")
    op.execute(
        "UPDATE run SET is_internal = true FROM job "
        "WHERE job.job_id = run.job_id AND job.type = 'INTERNAL'"
    )
    pending, claimed = text("status = 'PENDING'"), text("claim_token IS NOT NULL")
    op.create_index(
        "ix_run_pending",
        "run",
        ["engine", "is_internal", "organization_id", "rank", "ready_at", "run_id"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
    op.create_index(
        "ix_run_claimed",
        "run",
        ["claimed_until"],
        sqlite_where=claimed,
        postgresql_where=claimed,
    )
