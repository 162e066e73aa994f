"""search among applications

Both kinds of database keep an index of the entries' terms, asked through `queue_index (rowid, terms)`: SQLite's
full-text table, or on PostgreSQL a view of what its index was made of.
"""

import json
from types import SimpleNamespace

import sqlalchemy as sa
from alembic import op

from pressroom.accreditation import indexing
from pressroom.accreditation.models import Application, State
from pressroom.database import UTC

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# The terms are letters and digits; only which of them there are is asked, not where they stand.
FTS5 = (
    "CREATE VIRTUAL TABLE queue_index USING fts5"
    " (terms, content='queue_entry', content_rowid='id', tokenize='ascii', detail=none)"
)
# FTS5 keeps no copy of the table: these keep the two alike. A later migration that rebuilds the table (batch
# mode does) drops them with it, and has to make them again.
TRIGGERS = {
    "queue_entry_added": (
        "AFTER INSERT ON queue_entry BEGIN"
        " INSERT INTO queue_index (rowid, terms) VALUES (new.id, new.terms); END"
    ),
    "queue_entry_deleted": (
        "AFTER DELETE ON queue_entry BEGIN"
        " INSERT INTO queue_index (queue_index, rowid, terms) VALUES ('delete', old.id, old.terms); END"
    ),
    "queue_entry_changed": (
        "AFTER UPDATE ON queue_entry BEGIN"
        " INSERT INTO queue_index (queue_index, rowid, terms) VALUES ('delete', old.id, old.terms);"
        " INSERT INTO queue_index (rowid, terms) VALUES (new.id, new.terms); END"
    ),
}
POSTGRESQL = (
    "CREATE INDEX ix_queue_entry_terms ON queue_entry USING gin (to_tsvector('simple', terms))",
    "CREATE VIEW queue_index AS SELECT id AS rowid, to_tsvector('simple', terms) AS terms FROM queue_entry",
)
KNOWN = """
    SELECT a.*, EXISTS (SELECT 1 FROM document d WHERE d.application_id = a.id AND d.deleted_at IS NULL) AS has_file
    FROM application a WHERE a.duplicate_of_id IS NULL ORDER BY a.submitted_at, a.id
"""


# Of the few that have a value, and of the many that the desk sees: name, columns, which rows.
INDEXES = (
    ("ix_application_repeats", ["duplicate_of_id"], "duplicate_of_id IS NOT NULL"),
    ("ix_application_merged", ["merged_into_id"], "merged_into_id IS NOT NULL"),
    ("ix_application_outlets", ["event_id", "outlet_key", "state"], "duplicate_of_id IS NULL"),
)


def upgrade() -> None:
    op.create_index("ix_application_outlet_key_application_state", "application", ["outlet_key", "state"])
    for name, columns, where in INDEXES:
        rows = sa.text(where)
        op.create_index(name, "application", columns, sqlite_where=rows, postgresql_where=rows)
    entries = op.create_table(
        "queue_entry",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("application_id", sa.String(length=16), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"],
            name=op.f("fk_queue_entry_application_id_application"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_entry")),
        sa.UniqueConstraint("application_id", name=op.f("uq_queue_entry_application_id")),
    )  # fmt: skip
    if op.get_context().dialect.name == "sqlite":
        statements = (FTS5, *(f"CREATE TRIGGER {name} {body}" for name, body in TRIGGERS.items()))
    else:
        statements = POSTGRESQL
    for statement in statements:
        op.execute(statement)
    _enter_what_is_there(entries)


def _enter_what_is_there(entries: sa.Table) -> None:
    connection, taken = op.get_bind(), {}
    columns = {name: UTC() for name in ("submitted_at", "verified_at", "needs_answered_at")}
    columns |= {name: sa.JSON() for name in ("samples", "days")}
    steps = sa.text("SELECT action FROM step WHERE application_id = :id ORDER BY id")
    for row in connection.execute(sa.text(KNOWN).columns(**columns)).mappings().all():
        history = [SimpleNamespace(action=action) for action in connection.scalars(steps, {"id": row["id"]})]
        facts = {
            **row,
            "state": State(row["state"]),
            "days": _list(row["days"]),
            "samples": _list(row["samples"]),
        }
        known = SimpleNamespace(
            **facts, standing=lambda past=history: Application.standing(SimpleNamespace(history=past))
        )
        proofs = {name for name, there in (("file", row["has_file"]), ("links", facts["samples"])) if there}
        first = indexing.first_number(row["submitted_at"], back=indexing.is_back(known))
        taken[first] = taken.get(first, first - 1) + 1
        terms = indexing.terms(known, proofs or {"none"})
        connection.execute(
            entries.insert(), {"id": taken[first], "application_id": row["id"], "terms": terms}
        )


def _list(value) -> list:
    return json.loads(value) if isinstance(value, str) else value or []


def downgrade() -> None:
    kind = "TABLE" if op.get_context().dialect.name == "sqlite" else "VIEW"
    op.execute(f"DROP {kind} queue_index")
    op.drop_table("queue_entry")
    op.drop_index("ix_application_outlet_key_application_state", "application")
    for name, _columns, _where in INDEXES:
        op.drop_index(name, "application")
