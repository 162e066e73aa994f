"""the links of erased applications

So that a link whose application was erased says so, instead of looking mistyped.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased_link",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_erased_link")),
    )


def downgrade() -> None:
    op.drop_table("erased_link")
