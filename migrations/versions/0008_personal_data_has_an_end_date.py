"""personal data has an end date

Files that are to be deleted, and an index for everything that is found by its age.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BY_AGE = (
    ("contact", "last_action_at"),
    ("copy", "at"),
    ("draft", "created_at"),
    ("preview", "expires_at"),
    ("sign_in_attempt", "at"),
    ("staff_session", "created_at"),
)
# Only the rows that have something left to lose: name, table, columns, condition.
PARTIAL = (
    ("ix_message_with_words", "message", ["created_at"], "(text != '')"),
    ("ix_application_unconfirmed", "application", ["submitted_at"], "verified_at IS NULL"),
    ("ix_application_with_needs", "application", ["event_id"], "(needs != '' OR needs_answer != '')"),
    ("ix_document_kept", "document", ["application_id"], "deleted_at IS NULL"),
    ("ix_document_unsent", "document", ["draft_id", "created_at"], "application_id IS NULL"),
)


def upgrade() -> None:
    op.create_table(
        "discarded_file",
        sa.Column("key", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_discarded_file")),
    )
    for table, column in BY_AGE:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for name, table, columns, condition in PARTIAL:
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _columns, _condition in PARTIAL:
        op.drop_index(name, table)
    for table, column in BY_AGE:
        op.drop_index(f"ix_{table}_{column}", table)
    op.drop_table("discarded_file")
