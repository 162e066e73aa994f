"""what the standing pages say

Nothing is known of an office that there is: its pages say so, and that nobody has audited the site.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COMPLIANCE = sa.Enum(
    "not", "partial", "full", name="compliance", native_enum=False, create_constraint=True, length=32
)
# The defaults are only for the row that there is.
FILLED = (
    ("compliance", COMPLIANCE, "not"), ("auditor", sa.String(200), ""), ("accessibility_email", sa.String(254), ""),
    ("privacy_email", sa.String(254), ""),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "office_text",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("director", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("not_accessible", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_office_text_office_id_office"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("office_id", "language", name=op.f("pk_office_text")),
    )
    with op.batch_alter_table("office") as batch:
        for name, kind, default in FILLED:
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        batch.add_column(sa.Column("audited_on", sa.Date(), nullable=True))
    if op.get_context().dialect.name != "sqlite":
        for name, _kind, _default in FILLED:
            op.alter_column("office", name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("office") as batch:
        batch.drop_constraint(batch.f("ck_office_compliance"), type_="check")
        for name in ("audited_on", *(name for name, _kind, _default in FILLED)):
            batch.drop_column(name)
    op.drop_table("office_text")
