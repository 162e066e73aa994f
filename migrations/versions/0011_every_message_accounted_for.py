"""every message accounted for

Dispatches with their shared words, who is written to no longer, the outgoing mail as a whole; lists, consents and
countries of contacts; subscriptions to alerts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATES = ("held", "queued", "sending", "accepted", "refused", "in_doubt", "expired", "cancelled", "kept")
WITH_WORDS = "ix_message_with_words"


def upgrade() -> None:
    op.create_table(
        "contact_list",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_list")),
        sa.UniqueConstraint("name", name=op.f("uq_contact_list_name")),
    )
    op.create_table(
        "outgoing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("reply", sa.String(length=500), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_by", sa.String(length=120), nullable=False),
        sa.Column("held_why", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("email", name=op.f("uq_subscription_email")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_subscription_link_digest")),
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "unsubscribed",
                "asked",
                "unknown",
                "bounced",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("recipient", "scope", name=op.f("uq_suppression_recipient_scope")),
    )
    with op.batch_alter_table("suppression", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suppression_at"), ["at"], unique=False)

    op.create_table(
        "subscription_topic",
        sa.Column("subscription_id", sa.String(length=16), nullable=False),
        sa.Column("topic_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_subscription_topic_subscription_id_subscription"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_subscription_topic_topic_id_topic"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscription_id", "topic_id", name=op.f("pk_subscription_topic")),
    )
    with op.batch_alter_table("subscription_topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_topic_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.String(length=16), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_consent_contact_id_contact"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "contact_listing",
        sa.Column("contact_id", sa.String(length=16), nullable=False),
        sa.Column("list_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_contact_listing_contact_id_contact"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["contact_list.id"],
            name=op.f("fk_contact_listing_list_id_contact_list"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("contact_id", "list_id", name=op.f("pk_contact_listing")),
    )
    with op.batch_alter_table("contact_listing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_listing_list_id"), ["list_id"], unique=False)

    op.create_table(
        "contact_topic",
        sa.Column("contact_id", sa.String(length=16), nullable=False),
        sa.Column("topic_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_contact_topic_contact_id_contact"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_contact_topic_topic_id_topic"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "topic_id", name=op.f("pk_contact_topic")),
    )
    with op.batch_alter_table("contact_topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_topic_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "dispatch",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "release",
                "correction",
                "kit",
                "advisory",
                name="dispatchkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "scheduled",
                "sending",
                "paused",
                "finished",
                "stopped",
                name="dispatchstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("once", sa.String(length=120), nullable=True),
        sa.Column("event_id", sa.String(length=16), nullable=True),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("skips_known", sa.Boolean(), nullable=False),
        sa.Column("attaches", sa.Boolean(), nullable=False),
        sa.Column(
            "doubt",
            sa.Enum("resend", "hold", name="doubt", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("send_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author_id", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff.id"], name=op.f("fk_dispatch_author_id_staff"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_dispatch_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
        sa.UniqueConstraint("once", name=op.f("uq_dispatch_once")),
    )
    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatch_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatch_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatch_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_dispatch_state_dispatch_starts_at"), ["state", "starts_at"], unique=False
        )

    op.create_table(
        "body",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("dispatch_id", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["dispatch.id"], name=op.f("fk_body_dispatch_id_dispatch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
    )
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_dispatch_id"), ["dispatch_id"], unique=False)

    op.create_table(
        "dispatch_text",
        sa.Column("dispatch_id", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispatch_id"],
            ["dispatch.id"],
            name=op.f("fk_dispatch_text_dispatch_id_dispatch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dispatch_id", "language", name=op.f("pk_dispatch_text")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("body_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["body.id"], name=op.f("fk_attachment_body_id_body"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_body_id"), ["body_id"], unique=False)

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("country", sa.String(length=2), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("notes", sa.Text(), nullable=False, server_default=""))

    op.drop_index(WITH_WORDS, "message")
    with op.batch_alter_table("message", schema=None) as batch_op:
        _allow(batch_op, "message", (*STATES, "bounced", "suppressed"))
        batch_op.add_column(sa.Column("dispatch_id", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("body_id", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("personal", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("scope", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("link_digest", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column(
                "doubt",
                sa.Enum("resend", "hold", name="doubt", native_enum=False, create_constraint=True, length=32),
                nullable=False,
                server_default="resend",
            )
        )
        batch_op.add_column(sa.Column("replaces_id", sa.String(length=16), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_message_dispatch_id_message_state"), ["dispatch_id", "state"], unique=False
        )
        batch_op.create_unique_constraint(batch_op.f("uq_message_link_digest"), ["link_digest"])
        batch_op.create_foreign_key(
            batch_op.f("fk_message_dispatch_id_dispatch"), "dispatch", ["dispatch_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_message_replaces_id_message"),
            "message",
            ["replaces_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(batch_op.f("fk_message_body_id_body"), "body", ["body_id"], ["id"])
    _index_words("(subject != '')")
    with op.batch_alter_table("message_event", schema=None) as batch_op:
        _allow(batch_op, "message_event", (*STATES, "bounced", "suppressed"))
    # What was written before concerns everybody who has not asked for silence.
    op.execute("UPDATE message SET scope = ''")


def downgrade() -> None:
    for table in ("message", "message_event"):
        op.execute(f"UPDATE {table} SET state = 'refused' WHERE state = 'bounced'")
        op.execute(f"UPDATE {table} SET state = 'cancelled' WHERE state = 'suppressed'")
    # Without their dispatch these have no words, and would leave empty.
    op.execute(
        "DELETE FROM message_event WHERE message_id IN (SELECT id FROM message WHERE dispatch_id IS NOT NULL)"
    )
    op.execute("DELETE FROM message WHERE dispatch_id IS NOT NULL")
    with op.batch_alter_table("message_event", schema=None) as batch_op:
        _allow(batch_op, "message_event", STATES)
    op.drop_index(WITH_WORDS, "message")
    with op.batch_alter_table("message", schema=None) as batch_op:
        _allow(batch_op, "message", STATES)
        batch_op.drop_constraint(batch_op.f("fk_message_body_id_body"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_message_replaces_id_message"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_message_dispatch_id_dispatch"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_message_link_digest"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_message_dispatch_id_message_state"))
        batch_op.drop_column("replaces_id")
        batch_op.drop_constraint(batch_op.f("ck_message_doubt"), type_="check")
        batch_op.drop_column("doubt")
        batch_op.drop_column("link_digest")
        batch_op.drop_column("scope")
        batch_op.drop_column("personal")
        batch_op.drop_column("body_id")
        batch_op.drop_column("dispatch_id")
    _index_words("(text != '')")

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("notes")
        batch_op.drop_column("country")

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_body_id"))

    op.drop_table("attachment")
    op.drop_table("dispatch_text")
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_body_dispatch_id"))

    op.drop_table("body")
    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispatch_state_dispatch_starts_at"))
        batch_op.drop_index(batch_op.f("ix_dispatch_event_id"))
        batch_op.drop_index(batch_op.f("ix_dispatch_created_at"))
        batch_op.drop_index(batch_op.f("ix_dispatch_about"))

    op.drop_table("dispatch")
    with op.batch_alter_table("contact_topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_topic_topic_id"))

    op.drop_table("contact_topic")
    with op.batch_alter_table("contact_listing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_listing_list_id"))

    op.drop_table("contact_listing")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_contact_id"))

    op.drop_table("consent")
    with op.batch_alter_table("subscription_topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subscription_topic_topic_id"))

    op.drop_table("subscription_topic")
    with op.batch_alter_table("suppression", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suppression_at"))

    op.drop_table("suppression")
    op.drop_table("subscription")
    op.drop_table("outgoing")
    op.drop_table("contact_list")


def _allow(batch, table: str, states: tuple[str, ...]) -> None:
    batch.drop_constraint(batch.f(f"ck_{table}_state"), type_="check")
    listed = ", ".join(f"'{state}'" for state in states)
    batch.create_check_constraint(batch.f(f"ck_{table}_state"), f"state IN ({listed})")


def _index_words(condition: str) -> None:
    """Index the messages that still have their words."""
    where = sa.text(condition)
    op.create_index(WITH_WORDS, "message", ["created_at"], sqlite_where=where, postgresql_where=where)
