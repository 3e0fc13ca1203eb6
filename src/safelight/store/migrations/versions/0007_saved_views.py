"""Saved views of the list of jobs."""

import sqlalchemy as sa
from alembic import op

from safelight.store.columns import Id, Json

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TRIGGERS = {
    "sqlite": (
        """CREATE TRIGGER private_views_go_with_their_user BEFORE DELETE ON user_account
        BEGIN DELETE FROM saved_view WHERE owner_id = OLD.user_id AND NOT shared; END""",
    ),
    "postgresql": (
        """CREATE FUNCTION private_views_go_with_their_user() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM saved_view WHERE owner_id = OLD.user_id AND NOT shared;
            RETURN OLD;
        END $$""",
        """CREATE TRIGGER private_views_go_with_their_user BEFORE DELETE ON user_account
        FOR EACH ROW EXECUTE FUNCTION private_views_go_with_their_user()""",
    ),
}


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("view_id", Id(), nullable=False),
        sa.Column(
            "organization_id",
            Id(),
            sa.ForeignKey("organization.organization_id", name="fk_saved_view_organization_id"),
            nullable=False,
        ),
        sa.Column(
            "kind", sa.Text(), sa.CheckConstraint("kind IN ('jobs')", name="kind"), nullable=False
        ),
        sa.Column(
            "owner_id",
            Id(),
            sa.ForeignKey(
                "user_account.user_id", name="fk_saved_view_owner_id", ondelete="SET NULL"
            ),
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("columns", Json()),
        sa.Column(
            "density",
            sa.Text(),
            sa.CheckConstraint("density IN ('comfortable', 'compact')", name="density"),
        ),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("view_id", name="pk_saved_view"),
        sa.CheckConstraint("shared OR owner_id IS NOT NULL", name="private_has_owner"),
        sa.UniqueConstraint(
            "organization_id",
            "owner_id",
            "kind",
            "name",
            name="uq_saved_view_organization_id_owner_id_kind_name",
        ),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
