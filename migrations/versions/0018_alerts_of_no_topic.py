"""a subscription says whether it is to every topic: one whose only topic is removed is not"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    every = sa.Column("every_topic", sa.Boolean(), nullable=False, server_default=sa.true())
    with op.batch_alter_table("subscription") as batch:
        batch.add_column(every)
    chosen = sa.select(sa.column("subscription_id")).select_from(sa.table("subscription_topic"))
    subscription = sa.table("subscription", sa.column("id"), sa.column("every_topic", sa.Boolean()))
    op.execute(subscription.update().where(subscription.c.id.in_(chosen)).values(every_topic=False))


def downgrade() -> None:
    with op.batch_alter_table("subscription") as batch:
        batch.drop_column("every_topic")
