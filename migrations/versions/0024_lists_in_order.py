"""what the desk's lists are put in order by has indexes; contacts keep their names as these are looked for

On SQLite a name could only be put in order once all of them were read: `fold` is ours, and no index can hold what it says.
"""

import sqlalchemy as sa
from alembic import op

from pressroom.slugs import fold

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BATCH = 1000
NEWEST = sa.text("coalesce(public_from, created_at)")
# Of few rows: name, table, columns, which rows.
PARTIAL = (
    ("ix_asset_to_describe", "asset", ["created_at"], "described_at IS NULL"),
    (
        "ix_release_text_changed",
        "release_text",
        ["release_id", "language", "major_number"],
        "major_number > 1",
    ),
)
INDEXES = (
    ("ix_release_newest", "release", [NEWEST]),
    ("ix_release_state_newest", "release", ["state", NEWEST]),
    ("ix_release_kind_newest", "release", ["kind", NEWEST]),
    ("ix_release_picture_asset_id", "release_picture", ["asset_id"]),
    ("ix_asset_created_at", "asset", ["created_at"]),
    ("ix_asset_kind_asset_created_at", "asset", ["kind", "created_at"]),
    ("ix_asset_restricted_asset_created_at", "asset", ["restricted", "created_at"]),
    ("ix_contact_name_key_contact_email_contact_outlet_id", "contact", ["name_key", "email", "outlet_id"]),
    ("ix_contact_language_contact_name_key", "contact", ["language", "name_key"]),
    ("ix_contact_country_contact_name_key", "contact", ["country", "name_key"]),
    ("ix_contact_outlet_id_contact_name_key", "contact", ["outlet_id", "name_key"]),
    ("ix_message_state_message_created_at", "message", ["state", "created_at"]),
    ("ix_message_dispatch_id_message_recipient", "message", ["dispatch_id", "recipient"]),
)
# Each is the beginning of one of those above.
REPLACED = (("ix_asset_kind", "asset", ["kind"]), ("ix_contact_outlet_id", "contact", ["outlet_id"]))


def upgrade() -> None:
    op.add_column("contact", sa.Column("name_key", sa.String(length=200), server_default="", nullable=False))
    _fold_names()
    for name, table, _columns in REPLACED:
        op.drop_index(name, table)
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    for name, table, columns, rows in PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(rows), postgresql_where=sa.text(rows))


def _fold_names() -> None:
    connection = op.get_bind()
    rows = [
        {"one": id, "key": fold(name)[:200]}
        for id, name in connection.execute(sa.text("SELECT id, name FROM contact"))
    ]
    for first in range(0, len(rows), BATCH):
        change = sa.text("UPDATE contact SET name_key = :key WHERE id = :one")
        connection.execute(change, rows[first : first + BATCH])


def downgrade() -> None:
    for name, table, *_rest in (*PARTIAL, *INDEXES):
        op.drop_index(name, table)
    for name, table, columns in REPLACED:
        op.create_index(name, table, columns)
    op.drop_column("contact", "name_key")
