"""every link to a kit that somebody had before, not the last one only"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

GRANT = sa.table("kit_grant", sa.column("id"), sa.column("former_digest"))
FORMER = sa.table("kit_former_link", sa.column("digest"), sa.column("grant_id"))


def upgrade() -> None:
    op.create_table(
        "kit_former_link",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("grant_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["kit_grant.id"], name=op.f("fk_kit_former_link_grant_id_kit_grant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_kit_former_link")),
    )  # fmt: skip
    op.create_index("ix_kit_former_link_grant_id", "kit_former_link", ["grant_id"])
    known = sa.select(GRANT.c.former_digest, GRANT.c.id).where(GRANT.c.former_digest.is_not(None))
    op.execute(FORMER.insert().from_select(["digest", "grant_id"], known))
    with op.batch_alter_table("kit_grant") as batch:
        batch.drop_constraint(op.f("uq_kit_grant_former_digest"), type_="unique")
        batch.drop_column("former_digest")


def downgrade() -> None:
    """One of them stays known."""
    with op.batch_alter_table("kit_grant") as batch:
        batch.add_column(sa.Column("former_digest", sa.String(length=64), nullable=True))
        batch.create_unique_constraint(op.f("uq_kit_grant_former_digest"), ["former_digest"])
    one = sa.select(sa.func.min(FORMER.c.digest)).where(FORMER.c.grant_id == GRANT.c.id).scalar_subquery()
    op.execute(GRANT.update().values(former_digest=one))
    op.drop_table("kit_former_link")
