"""the journal is a chain, and only grows

Its rows are sealed one behind the other (`pressroom/audit.py`), those that exist in their order; triggers refuse to
change a row (its name of a person may be blanked) and to remove one before its time.

A later migration that rebuilds `journal` (SQLite's batch mode does) drops the triggers with it, and has to make them
again. That is why this one alters no column: a default spares SQLite the rebuilding, and no row is written without its
seal.
"""

import sqlalchemy as sa
from alembic import op

from pressroom import audit
from pressroom.database import UTC

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SEALED = ("id", "at", "actor_role", "actor_id", "action", "subject", "previous", "mac")
NEW, OLD = (", ".join(f"{side}.{name}" for name in SEALED) for side in ("new", "old"))
DAYS = audit.KEPT.days - 1  # a purge goes by the application's clock, which may be ahead of the database's
SQLITE = (
    f"CREATE TRIGGER journal_unchanged BEFORE UPDATE ON journal WHEN ({NEW}, new.actor_name) IS NOT ({OLD}, '')"
    " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER journal_kept BEFORE DELETE ON journal"
    f" WHEN old.at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{DAYS} days')"
    " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$",
    "CREATE TRIGGER journal_unchanged BEFORE UPDATE ON journal FOR EACH ROW"
    f" WHEN (({NEW}, new.actor_name) IS DISTINCT FROM ({OLD}, '')) EXECUTE FUNCTION journal_refuses()",
    "CREATE TRIGGER journal_kept BEFORE DELETE ON journal FOR EACH ROW"
    f" WHEN (old.at > now() - interval '{DAYS} days') EXECUTE FUNCTION journal_refuses()",
    "CREATE TRIGGER journal_not_emptied BEFORE TRUNCATE ON journal EXECUTE FUNCTION journal_refuses()",
    "ALTER TABLE journal ALTER COLUMN id DROP DEFAULT",  # numbers follow each other without a gap
)


def upgrade() -> None:
    op.create_table(
        "journal_anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_anchor")),
    )
    for name in ("previous", "mac"):
        op.add_column("journal", sa.Column(name, sa.String(length=64), nullable=False, server_default=""))
    _seal_what_is_there()
    for statement in SQLITE if _on_sqlite() else POSTGRESQL:
        op.execute(statement)


def _seal_what_is_there() -> None:
    """In order, and numbered from 1: a transaction that came to nothing may have left a gap on PostgreSQL."""
    connection = op.get_bind()
    rows = sa.text("SELECT id, at, actor_role, actor_id, action, subject FROM journal ORDER BY id").columns(
        at=UTC()
    )
    change = sa.text("UPDATE journal SET id = :id, previous = :previous, mac = :mac WHERE id = :was")
    mac = ""
    for number, (was, *said) in enumerate(connection.execute(rows).all(), start=1):
        previous, mac = mac, audit.seal(number, *said, mac)
        connection.execute(change, {"id": number, "was": was, "previous": previous, "mac": mac})


def downgrade() -> None:
    for name in ("journal_unchanged", "journal_kept"):
        op.execute(f"DROP TRIGGER {name}" + ("" if _on_sqlite() else " ON journal"))
    if not _on_sqlite():
        op.execute("DROP TRIGGER journal_not_emptied ON journal")
        op.execute("DROP FUNCTION journal_refuses()")
        op.execute("CREATE SEQUENCE IF NOT EXISTS journal_id_seq OWNED BY journal.id")
        op.execute("SELECT setval('journal_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM journal), false)")
        op.execute("ALTER TABLE journal ALTER COLUMN id SET DEFAULT nextval('journal_id_seq')")
    for name in ("mac", "previous"):  # in place: batch mode would rebuild the table
        op.execute(f"ALTER TABLE journal DROP COLUMN {name}")
    op.drop_table("journal_anchor")


def _on_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"
