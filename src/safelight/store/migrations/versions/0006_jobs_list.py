"""What the list of jobs filters by stands in the job's own row, with an index for each filter."""

from alembic import op
from sqlalchemy import text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = (
    "'script_error', 'out_of_memory', 'timeout', 'setup_error', 'engine_error', 'lost', "
    "'invalid_input', 'disk_full'"
)
OLD = ("newest", "type_newest", "status_newest", "user_newest", "target_newest")
LISTED, REST = ("organization_id", "archived"), ("type", "status", "triggered_at", "job_key")


def upgrade() -> None:
    # Columns are added in place: a table that is built anew would lose its triggers, and for a
    # million jobs minutes.
    op.execute("ALTER TABLE job ADD COLUMN engine TEXT DEFAULT 'local' NOT NULL")
    op.execute(
        "ALTER TABLE job ADD COLUMN failure_kind TEXT "
        f"CONSTRAINT ck_job_failure_kind CHECK (failure_kind IN ({KINDS}))"
    )
    op.execute("ALTER TABLE job ADD COLUMN archived BOOLEAN DEFAULT false NOT NULL")
    kind = (
        "json_extract(run.failure, '$.kind')"
        if op.get_bind().dialect.name == "sqlite"
        else "run.failure::json ->> 'kind'"
    )
    op.execute(
        f"UPDATE job SET engine = run.engine, failure_kind = {kind} FROM run "
        "WHERE run.run_id = job.latest_run_id AND (run.engine <> 'local' OR run.failure IS NOT NULL)"
    )
    for name in OLD:
        op.drop_index(f"ix_job_{name}", "job")
    op.create_index("ix_job_newest", "job", [*LISTED, "triggered_at", "job_key"])
    op.create_index("ix_job_kind", "job", [*LISTED, *REST])
    op.create_index("ix_job_user", "job", [*LISTED, "triggered_by", *REST])
    op.create_index("ix_job_engine", "job", [*LISTED, "engine", *REST])
    for name, column in (
        ("ix_job_target", "target_id"),
        ("ix_job_processing", "processing_id"),
        ("ix_job_failure_kind", "failure_kind"),
        ("ix_job_failure_key", "failure_key"),
    ):
        given = text(f"{column} IS NOT NULL")
        columns = [*LISTED, column, *REST]
        op.create_index(name, "job", columns, sqlite_where=given, postgresql_where=given)
