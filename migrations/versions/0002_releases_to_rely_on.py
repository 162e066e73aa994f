"""revisions, corrections, topics, previews

What was public before is kept as a publication, what was withdrawn as a withdrawal in each language.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATES = ("draft", "published", "withdrawn")
PUBLICATIONS = """
    INSERT INTO publication (text_id, number, at)
    SELECT release_text.id, public_number, public_from FROM release_text JOIN release ON release.id = release_id
    WHERE public_number IS NOT NULL AND public_from IS NOT NULL"""
MAJOR = """
    UPDATE release_text SET major_number = latest_number, public_major_number = public_number,
        public_made_from_number = CASE WHEN public_number IS NULL THEN NULL ELSE made_from_number END"""
WITHDRAWALS = """
    INSERT INTO correction (id, release_id, kind, at, author)
    SELECT id, id, 'withdrawal', withdrawn_at, '' FROM release WHERE withdrawn_at IS NOT NULL"""
REASONS = """
    INSERT INTO correction_text (correction_id, language, note, wrong, "right", from_number)
    SELECT release.id, language, coalesce(withdrawal_reason, ''), '', '', public_number
    FROM release JOIN release_text ON release_id = release.id
    WHERE withdrawn_at IS NOT NULL AND public_number IS NOT NULL"""
REASONS_BACK = """
    UPDATE release SET withdrawal_reason = (
        SELECT note FROM correction_text JOIN correction ON correction.id = correction_id
        WHERE release_id = release.id AND kind IN ('withdrawal', 'kill') ORDER BY at DESC, language LIMIT 1)"""


def demand_states(batch, *states) -> None:
    batch.drop_constraint(batch.f("ck_release_state"), type_="check")
    listed = ", ".join(f"'{state}'" for state in states)
    batch.create_check_constraint(batch.f("ck_release_state"), f"state IN ({listed})")


def upgrade() -> None:
    op.create_table(
        "copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy")),
    )
    with op.batch_alter_table("copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_copy_about_copy_revision"), ["about", "revision"], unique=False)
        batch_op.create_index(batch_op.f("ix_copy_recipient"), ["recipient"], unique=False)

    op.create_table(
        "topic",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )
    op.create_table(
        "topic_text",
        sa.Column("topic_id", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_topic_text_topic_id_topic"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("topic_id", "language", name=op.f("pk_topic_text")),
        sa.UniqueConstraint("language", "slug", name=op.f("uq_topic_text_language_slug")),
    )
    op.create_table(
        "writing",
        sa.Column("staff_id", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("began_from", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_writing_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "what", name=op.f("pk_writing")),
    )
    with op.batch_alter_table("writing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_writing_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "correction",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("release_id", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "update",
                "clarification",
                "correction",
                "withdrawal",
                "kill",
                name="correctionkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_correction_release_id_release"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_correction_release_id"), ["release_id"], unique=False)

    op.create_table(
        "dismissal",
        sa.Column("release_id", sa.String(length=16), nullable=False),
        sa.Column("finding", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_dismissal_release_id_release"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("release_id", "finding", name=op.f("pk_dismissal")),
    )
    op.create_table(
        "preview",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("release_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("link_digest", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_preview_release_id_release"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_preview_link_digest")),
    )
    with op.batch_alter_table("preview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preview_release_id"), ["release_id"], unique=False)

    op.create_table(
        "release_topic",
        sa.Column("release_id", sa.String(length=16), nullable=False),
        sa.Column("topic_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["release.id"],
            name=op.f("fk_release_topic_release_id_release"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_release_topic_topic_id_topic")),
        sa.PrimaryKeyConstraint("release_id", "topic_id", name=op.f("pk_release_topic")),
    )
    with op.batch_alter_table("release_topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_release_topic_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "correction_text",
        sa.Column("correction_id", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("wrong", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("from_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["correction.id"],
            name=op.f("fk_correction_text_correction_id_correction"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("correction_id", "language", name=op.f("pk_correction_text")),
    )
    op.create_table(
        "preview_opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("preview_id", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("what", sa.String(length=150), nullable=False),
        sa.ForeignKeyConstraint(
            ["preview_id"],
            ["preview.id"],
            name=op.f("fk_preview_opening_preview_id_preview"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview_opening")),
    )
    with op.batch_alter_table("preview_opening", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_preview_opening_preview_id_preview_opening_at"), ["preview_id", "at"], unique=False
        )

    op.create_table(
        "publication",
        sa.Column("text_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["text_id"],
            ["release_text.id"],
            name=op.f("fk_publication_text_id_release_text"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("text_id", "number", name=op.f("pk_publication")),
    )
    with op.batch_alter_table("release_text") as batch:
        batch.add_column(sa.Column("public_made_from_number", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("major_number", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("public_major_number", sa.Integer(), nullable=True))
    with op.batch_alter_table("revision") as batch:
        batch.add_column(sa.Column("minor", sa.Boolean(), nullable=False, server_default=sa.false()))
    for statement in (PUBLICATIONS, MAJOR, WITHDRAWALS, REASONS):
        op.execute(statement)
    kinds = sa.Enum(
        "release", "advisory", "statement", "backgrounder", "speech",
        name="kind", native_enum=False, create_constraint=True, length=32,
    )  # fmt: skip
    with op.batch_alter_table("release") as batch:
        demand_states(batch, *STATES, "killed")
        batch.add_column(sa.Column("kind", kinds, nullable=False, server_default="release"))
        batch.add_column(sa.Column("together", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.drop_column("withdrawal_reason")
    # The defaults were only for the rows that there were.
    for table, column in (
        ("release_text", "major_number"), ("revision", "minor"), ("release", "kind"), ("release", "together"),
    ):  # fmt: skip
        if op.get_context().dialect.name != "sqlite":
            op.alter_column(table, column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("release") as batch:
        batch.add_column(sa.Column("withdrawal_reason", sa.Text(), nullable=True))
    op.execute(REASONS_BACK)
    op.execute("UPDATE release SET state = 'withdrawn' WHERE state = 'killed'")
    with op.batch_alter_table("release") as batch:
        demand_states(batch, *STATES)
        batch.drop_constraint(batch.f("ck_release_kind"), type_="check")
        batch.drop_column("together")
        batch.drop_column("kind")
    with op.batch_alter_table("revision") as batch:
        batch.drop_column("minor")
    with op.batch_alter_table("release_text") as batch:
        batch.drop_column("public_major_number")
        batch.drop_column("major_number")
        batch.drop_column("public_made_from_number")

    op.drop_table("publication")
    with op.batch_alter_table("preview_opening", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preview_opening_preview_id_preview_opening_at"))

    op.drop_table("preview_opening")
    op.drop_table("correction_text")
    with op.batch_alter_table("release_topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_release_topic_topic_id"))

    op.drop_table("release_topic")
    with op.batch_alter_table("preview", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preview_release_id"))

    op.drop_table("preview")
    op.drop_table("dismissal")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_release_id"))
        batch_op.drop_index(batch_op.f("ix_correction_at"))

    op.drop_table("correction")
    with op.batch_alter_table("writing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_writing_seen_at"))

    op.drop_table("writing")
    op.drop_table("topic_text")
    op.drop_table("topic")
    with op.batch_alter_table("copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_copy_recipient"))
        batch_op.drop_index(batch_op.f("ix_copy_about_copy_revision"))

    op.drop_table("copy")
