"""The first schema, as each database says it: statements stand apart by an empty line."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    connection = op.get_bind()
    script = (SQL / f"0001_first.{connection.dialect.name}.sql").read_text()
    for statement in script.split("\n\n"):
        connection.exec_driver_sql(statement)
