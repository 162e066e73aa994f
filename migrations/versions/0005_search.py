"""the search index

Both kinds of database keep an index of the entries' terms, asked through `search_index (rowid, terms)`:
SQLite's full-text table, or on PostgreSQL a view of what its index was made of.
"""

import sqlalchemy as sa
from alembic import op

from pressroom.database import UTC
from pressroom.releases import search
from pressroom.releases.models import Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PUBLIC = """
    SELECT t.id, t.language, r.public_from, r.dated, r.kind, v.headline, v.place, v.lead, v.body
    FROM release r
    JOIN release_text t ON t.release_id = r.id
    JOIN revision v ON v.text_id = t.id AND v.number = t.public_number
    WHERE r.state = 'published'
    ORDER BY r.public_from, t.id
"""
# The terms are letters and digits; only which of them there are is asked, not where they stand.
FTS5 = (
    "CREATE VIRTUAL TABLE search_index USING fts5"
    " (terms, content='search_entry', content_rowid='id', tokenize='ascii', detail=none)"
)
# FTS5 keeps no copy of the table: these keep the two alike. A later migration that rebuilds the table (batch
# mode does) drops them with it, and has to make them again.
TRIGGERS = {
    "search_entry_added": (
        "AFTER INSERT ON search_entry BEGIN"
        " INSERT INTO search_index (rowid, terms) VALUES (new.id, new.terms); END"
    ),
    "search_entry_deleted": (
        "AFTER DELETE ON search_entry BEGIN"
        " INSERT INTO search_index (search_index, rowid, terms) VALUES ('delete', old.id, old.terms); END"
    ),
    "search_entry_changed": (
        "AFTER UPDATE ON search_entry BEGIN"
        " INSERT INTO search_index (search_index, rowid, terms) VALUES ('delete', old.id, old.terms);"
        " INSERT INTO search_index (rowid, terms) VALUES (new.id, new.terms); END"
    ),
}
POSTGRESQL = (
    "CREATE INDEX ix_search_entry_terms ON search_entry USING gin (to_tsvector('simple', terms))",
    "CREATE VIEW search_index AS SELECT id AS rowid, to_tsvector('simple', terms) AS terms FROM search_entry",
)


def upgrade() -> None:
    op.create_index(op.f("ix_release_dated"), "release", ["dated"])
    entries = op.create_table(
        "search_entry",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("text_id", sa.String(length=16), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["text_id"],
            ["release_text.id"],
            name=op.f("fk_search_entry_text_id_release_text"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("text_id", name=op.f("uq_search_entry_text_id")),
    )
    if op.get_context().dialect.name == "sqlite":
        statements = (FTS5, *(f"CREATE TRIGGER {name} {body}" for name, body in TRIGGERS.items()))
    else:
        statements = POSTGRESQL
    for statement in statements:
        op.execute(statement)
    _index_what_is_public(entries)


def _index_what_is_public(entries: sa.Table) -> None:
    taken = 0
    public = sa.text(PUBLIC).columns(public_from=UTC(), dated=sa.Date())
    connection = op.get_bind()
    for row in connection.execute(public).all():
        words = Words(row.headline, row.place, row.lead, row.body)
        terms = search.terms(row.language, words, year=row.dated.year, kind=row.kind, topics=())
        taken = max(taken + 1, search.first_id(row.public_from))
        connection.execute(entries.insert(), {"id": taken, "text_id": row.id, "terms": terms})


def downgrade() -> None:
    kind = "TABLE" if op.get_context().dialect.name == "sqlite" else "VIEW"
    op.execute(f"DROP {kind} search_index")
    op.drop_table("search_entry")
    op.drop_index(op.f("ix_release_dated"), table_name="release")
