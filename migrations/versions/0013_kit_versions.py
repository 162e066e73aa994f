"""kit versions

What a kit holds belongs to a version of it: each kit that exists becomes its first version, published when it was
opened, and what was fetched was fetched from that one. Embargo, opening and end of a kit; assets as files of kits;
archives built once; whose link is closed or new, and who accepted an embargo.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PARTS = ("kit_text", "kit_file", "kit_release")


def upgrade() -> None:
    op.create_table(
        "kit_version",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("kit_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["kit_id"], ["kit.id"], name=op.f("fk_kit_version_kit_id_kit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kit_version")),
        sa.UniqueConstraint("kit_id", "number", name=op.f("uq_kit_version_kit_id_number")),
    )
    # The first version has the id of its kit: whatever named the kit names the version from now on.
    op.execute(
        "INSERT INTO kit_version (id, kit_id, number, published_at) SELECT id, id, 1, "
        "COALESCE(opened_at, CASE WHEN state <> 'draft' THEN created_at END) FROM kit"
    )
    op.drop_index("ix_kit_file_kit_id", "kit_file")
    for table in PARTS:
        _move(table, "kit_id", "kit", "version_id", "kit_version")
    with op.batch_alter_table("kit_text") as batch:
        batch.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("kit_file") as batch:
        batch.alter_column("media_type", existing_type=sa.String(60), type_=sa.String(100))
        batch.add_column(sa.Column("digest", sa.String(length=64), nullable=False, server_default=""))
        batch.add_column(sa.Column("asset_id", sa.String(length=16), nullable=True))
        batch.create_foreign_key(
            op.f("fk_kit_file_asset_id_asset"), "asset", ["asset_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index("ix_kit_file_version_id", "kit_file", ["version_id"])
    op.create_index("ix_kit_file_asset_id", "kit_file", ["asset_id"])
    _add_archives_and_acceptances()
    with op.batch_alter_table("kit") as batch:
        for name in ("opens_at", "embargo_until", "expires_at"):
            batch.add_column(sa.Column(name, MOMENT, nullable=True))
    with op.batch_alter_table("kit_grant") as batch:
        batch.add_column(sa.Column("generation", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("former_digest", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("opens_until", MOMENT, nullable=True))
        batch.add_column(sa.Column("revoked_at", MOMENT, nullable=True))
        batch.create_unique_constraint(op.f("uq_kit_grant_former_digest"), ["former_digest"])
    with op.batch_alter_table("kit_fetch") as batch:
        batch.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("file_id", sa.String(length=16), nullable=True))
        batch.add_column(sa.Column("completed_at", MOMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("kit_fetch") as batch:
        for name in ("completed_at", "file_id", "number"):
            batch.drop_column(name)
    with op.batch_alter_table("kit_grant") as batch:
        batch.drop_constraint(op.f("uq_kit_grant_former_digest"), type_="unique")
        for name in ("revoked_at", "opens_until", "former_digest", "generation"):
            batch.drop_column(name)
    with op.batch_alter_table("kit") as batch:
        for name in ("expires_at", "embargo_until", "opens_at"):
            batch.drop_column(name)
    op.drop_table("kit_acceptance")
    op.drop_table("kit_archive")
    # What recipients find stays, or the draft where they find nothing yet.
    shown = (
        "SELECT id FROM kit_version v WHERE v.number = COALESCE("
        "(SELECT MAX(p.number) FROM kit_version p WHERE p.kit_id = v.kit_id AND p.published_at IS NOT NULL), 1)"
    )
    for table in PARTS:
        op.execute(f"DELETE FROM {table} WHERE version_id NOT IN ({shown})")
    op.drop_index("ix_kit_file_asset_id", "kit_file")
    op.drop_index("ix_kit_file_version_id", "kit_file")
    with op.batch_alter_table("kit_file") as batch:
        batch.drop_constraint(op.f("fk_kit_file_asset_id_asset"), type_="foreignkey")
        batch.drop_column("asset_id")
        batch.drop_column("digest")
    with op.batch_alter_table("kit_text") as batch:
        batch.drop_column("note")
    for table in PARTS:
        _move(table, "version_id", "kit_version", "kit_id", "kit")
    op.create_index("ix_kit_file_kit_id", "kit_file", ["kit_id"])
    op.drop_table("kit_version")


def _move(table: str, column: str, parent: str, new_column: str, new_parent: str) -> None:
    """Hang the rows of `table` on another parent, in a column of another name."""
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"fk_{table}_{column}_{parent}"), type_="foreignkey")
    if new_parent == "kit":
        op.execute(
            f"UPDATE {table} SET version_id = (SELECT kit_id FROM kit_version WHERE id = {table}.version_id)"
        )
    with op.batch_alter_table(table) as batch:
        batch.alter_column(column, new_column_name=new_column, existing_type=sa.String(16))
    with op.batch_alter_table(table) as batch:
        batch.create_foreign_key(
            op.f(f"fk_{table}_{new_column}_{new_parent}"),
            new_parent,
            [new_column],
            ["id"],
            ondelete="CASCADE",
        )


def _add_archives_and_acceptances() -> None:
    op.create_table(
        "kit_archive",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("version_id", sa.String(length=16), nullable=False),
        sa.Column("parts", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file_key", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("built_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["kit_version.id"], name=op.f("fk_kit_archive_version_id_kit_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kit_archive")),
        sa.UniqueConstraint("version_id", "parts", name=op.f("uq_kit_archive_version_id_parts")),
    )  # fmt: skip
    op.create_table(
        "kit_acceptance",
        sa.Column("grant_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["kit_grant.id"],
            name=op.f("fk_kit_acceptance_grant_id_kit_grant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("grant_id", "number", name=op.f("pk_kit_acceptance")),
    )
