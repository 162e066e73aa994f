"""kinds of files, their renditions, rights

Every picture that there is keeps its two files, which become renditions; what it lacks is made by the worker.
"""

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PRINTS = """
    INSERT INTO asset_rendition (asset_id, name, media_type, key, width, height, size)
    SELECT id, 'print', media_type, full_key, width, height, size FROM asset"""
# A small picture had one file for both.
WEBS = """
    INSERT INTO asset_rendition (asset_id, name, media_type, key, width, height, size)
    SELECT id, 'web', media_type, web_key, web_width, web_height, 0 FROM asset WHERE web_key <> full_key"""
DESCRIBED = "UPDATE asset SET described_at = created_at"
BACK = """
    UPDATE asset SET
        media_type = (SELECT media_type FROM asset_rendition WHERE asset_id = asset.id AND name = 'print'),
        full_key = (SELECT key FROM asset_rendition WHERE asset_id = asset.id AND name = 'print'),
        width = (SELECT width FROM asset_rendition WHERE asset_id = asset.id AND name = 'print'),
        height = (SELECT height FROM asset_rendition WHERE asset_id = asset.id AND name = 'print'),
        size = (SELECT size FROM asset_rendition WHERE asset_id = asset.id AND name = 'print')"""
BACK_WEB = """
    UPDATE asset SET
        web_key = coalesce((SELECT key FROM asset_rendition AS web WHERE web.asset_id = asset.id
            AND web.name = 'web' AND web.media_type = asset.media_type), full_key),
        web_width = coalesce((SELECT width FROM asset_rendition AS web WHERE web.asset_id = asset.id
            AND web.name = 'web' AND web.media_type = asset.media_type), width),
        web_height = coalesce((SELECT height FROM asset_rendition AS web WHERE web.asset_id = asset.id
            AND web.name = 'web' AND web.media_type = asset.media_type), height)"""
# What the tables before this knew nothing of: documents and recordings, and pictures that nobody has described.
STRANGERS = """
    DELETE FROM {table} WHERE {column} IN (
        SELECT id FROM asset WHERE kind NOT IN ('picture', 'logo') OR described_at IS NULL)"""
OLD = (
    ("media_type", sa.String(60), "''"), ("full_key", sa.String(26), "''"), ("web_key", sa.String(26), "''"),
    ("width", sa.Integer(), "0"), ("height", sa.Integer(), "0"), ("size", sa.Integer(), "0"),
    ("web_width", sa.Integer(), "0"), ("web_height", sa.Integer(), "0"),
)  # fmt: skip
NEW = (
    "kind", "licence", "decorative", "restricted", "offered", "taken_on", "place", "language", "pages", "described_at",
)  # fmt: skip


def listed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


KIND = listed("kind", "picture", "logo", "document", "audio")
LICENCE = listed("licence", "editorial", "cc_by", "cc0", "reserved")


def upgrade() -> None:
    op.create_table(
        "asset_rendition",
        sa.Column("asset_id", sa.String(length=16), nullable=False),
        sa.Column("name", listed("renditionname", "thumb", "web", "print"), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=26), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_asset_rendition_asset_id_asset"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("asset_id", "name", "media_type", name=op.f("pk_asset_rendition")),
    )
    op.create_index(op.f("ix_asset_rendition_key"), "asset_rendition", ["key"])
    op.execute(PRINTS)
    op.execute(WEBS)
    weigh(op.get_bind())
    with op.batch_alter_table("asset") as batch:
        batch.add_column(sa.Column("kind", KIND, nullable=False, server_default="picture"))
        batch.add_column(sa.Column("licence", LICENCE, nullable=False, server_default="editorial"))
        for name in ("decorative", "restricted", "offered"):
            batch.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("taken_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("place", sa.String(length=120), nullable=False, server_default=""))
        batch.add_column(sa.Column("language", sa.String(length=8), nullable=True))
        batch.add_column(sa.Column("pages", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("described_at", sa.DateTime(timezone=True), nullable=True))
        for name, _type, _empty in OLD:
            batch.drop_column(name)
        batch.create_index(batch.f("ix_asset_kind"), ["kind"])
    op.execute(DESCRIBED)
    with op.batch_alter_table("asset_text") as batch:
        batch.add_column(sa.Column("title", sa.String(length=200), nullable=False, server_default=""))
        batch.add_column(sa.Column("transcript", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for table, column in (
        ("release_picture", "asset_id"), ("asset_text", "asset_id"), ("asset_rendition", "asset_id"), ("asset", "id"),
    ):  # fmt: skip
        op.execute(STRANGERS.format(table=table, column=column))
    with op.batch_alter_table("asset") as batch:
        for name, type_, empty in OLD:
            batch.add_column(sa.Column(name, type_, nullable=False, server_default=sa.text(empty)))
    op.execute(BACK)
    op.execute(BACK_WEB)
    with op.batch_alter_table("asset") as batch:
        batch.drop_index(batch.f("ix_asset_kind"))
        for name in ("kind", "licence"):
            batch.drop_constraint(batch.f(f"ck_asset_{name}"), type_="check")
        for name in NEW:
            batch.drop_column(name)
    with op.batch_alter_table("asset_text") as batch:
        batch.drop_column("title")
        batch.drop_column("transcript")
    op.drop_table("asset_rendition")


def weigh(connection) -> None:
    """The smaller file's weight was never stored: it is read from the disk."""
    for key in connection.scalars(sa.text("SELECT key FROM asset_rendition WHERE size = 0")).all():
        path = current_app.config["DATA_DIR"] / "files" / key[:2] / key
        if path.is_file():
            weight = {"size": path.stat().st_size, "key": key}
            connection.execute(sa.text("UPDATE asset_rendition SET size = :size WHERE key = :key"), weight)
