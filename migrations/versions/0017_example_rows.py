"""which rows are the example's"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "example_row",
        sa.Column("table", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("table", "key", name=op.f("pk_example_row")),
    )


def downgrade() -> None:
    op.drop_table("example_row")
