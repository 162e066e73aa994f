"""contacts and outlets that were found to be two; an import being undone"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def demand_states(*states: str) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table("contact_import") as batch:
        batch.drop_constraint(batch.f("ck_contact_import_importstate"), type_="check")
        batch.create_check_constraint(batch.f("ck_contact_import_importstate"), f"state IN ({listed})")


def upgrade() -> None:
    op.create_table(
        "told_apart",
        sa.Column("one_id", sa.String(length=16), nullable=False),
        sa.Column("other_id", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_told_apart")),
    )
    demand_states("read", "running", "done", "undoing", "undone")


def downgrade() -> None:
    op.execute("UPDATE contact_import SET state = 'done' WHERE state = 'undoing'")
    demand_states("read", "running", "done", "undone")
    op.drop_table("told_apart")
