"""files of journalists that were brought in"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "contact_import",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("filename", sa.String(length=150), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("consent", sa.String(length=200), nullable=False),
        sa.Column("list_id", sa.String(length=16), nullable=True),
        sa.Column("state", one_of("importstate", "read", "running", "done", "undone"), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["contact_list.id"],
            name=op.f("fk_contact_import_list_id_contact_list"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_import")),
    )
    op.create_index(op.f("ix_contact_import_created_at"), "contact_import", ["created_at"])
    op.create_table(
        "contact_import_row",
        sa.Column("import_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column(
            "outcome",
            one_of("outcome", "waiting", "added", "updated", "same", "refused", "undone", "kept"),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("contact_id", sa.String(length=16), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_contact_import_row_contact_id_contact"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["contact_import.id"],
            name=op.f("fk_contact_import_row_import_id_contact_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_contact_import_row")),
    )
    op.create_index(op.f("ix_contact_import_row_contact_id"), "contact_import_row", ["contact_id"])
    op.create_index(
        op.f("ix_contact_import_row_import_id_contact_import_row_outcome"),
        "contact_import_row",
        ["import_id", "outcome"],
    )


def downgrade() -> None:
    op.drop_table("contact_import_row")
    op.drop_table("contact_import")
