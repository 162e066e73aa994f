"""what PostgreSQL finds words by is made when they are stored, and its indexes have nothing left to read in

Without it each look went through the texts themselves and took them apart again: an index that collects changes for later
(`fastupdate`) is left aside by the planner until the next vacuum.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = {"search_entry": "search_index", "queue_entry": "queue_index"}


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for table, view in TABLES.items():
        op.execute(f"DROP INDEX ix_{table}_terms")
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN found_by tsvector"
            " GENERATED ALWAYS AS (to_tsvector('simple', terms)) STORED"
        )
        op.execute(f"CREATE INDEX ix_{table}_terms ON {table} USING gin (found_by) WITH (fastupdate = off)")
        op.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT id AS rowid, found_by AS terms FROM {table}")


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for table, view in TABLES.items():
        op.execute(
            f"CREATE OR REPLACE VIEW {view} AS SELECT id AS rowid, to_tsvector('simple', terms) AS terms FROM {table}"
        )
        op.execute(f"ALTER TABLE {table} DROP COLUMN found_by")
        op.execute(f"CREATE INDEX ix_{table}_terms ON {table} USING gin (to_tsvector('simple', terms))")
