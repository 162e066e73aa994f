"""what a body hands over

Which words of which release whoever gets a message of a dispatch has then been handed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("body") as body:
        body.add_column(sa.Column("holds", sa.String(length=60), nullable=True))
        body.add_column(sa.Column("revision", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("body") as body:
        body.drop_column("revision")
        body.drop_column("holds")
