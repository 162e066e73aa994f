"""accreditation from announcement to outcome

An event's categories become rows (with a quota, a proof and questions each); requests know waiting lists, offers,
a second look and a closing. In the first tables two checks of `step` had one name, which PostgreSQL refuses: they
are made again here under their own.
"""

import json

import sqlalchemy as sa
from alembic import op

from pressroom.accreditation.models import phone_key, words_of
from pressroom.contacts.outlets import outlet_key
from pressroom.database import new_id

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

EVENT_STATES = ("draft", "announced", "cancelled"), ("draft", "announced", "postponed", "cancelled")
STATES = (
    ("received", "info_requested", "approved", "declined", "withdrawn", "revoked"),
    (
        "received", "in_review", "info_requested", "waitlisted", "offered", "approved", "declined", "withdrawn",
        "revoked", "closed",
    ),
)  # fmt: skip
USUAL = ("written", "photo", "broadcast", "agency", "online", "technical")
# What the states that are new here were nearest to before: for going back.
NEAREST = {
    "in_review": "received", "waitlisted": "received", "offered": "received", "closed": "withdrawn",
}  # fmt: skip
MOMENT = sa.DateTime(timezone=True)
APPLICATION = (
    ("outlet_key", sa.String(length=200), "''"), ("words", sa.Text(), "''"), ("days", sa.JSON(), "'[]'"),
    ("answers", sa.JSON(), "'{}'"), ("country", sa.String(length=2), "''"), ("needs_answer", sa.Text(), "''"),
    ("needs_answered_at", MOMENT, None), ("notice", sa.String(length=20), "''"), ("is_late", sa.Boolean(), "false"),
    ("waitlisted_at", MOMENT, None), ("offer_until", MOMENT, None), ("passes_on", sa.Boolean(), "false"),
    ("assignee_id", sa.String(length=16), None), ("merged_into_id", sa.String(length=16), None),
    ("came_at", MOMENT, None), ("phone_key", sa.String(length=9), "''"), ("card_key", sa.String(length=40), "''"),
)  # fmt: skip
STEP = (("actor_id", sa.String(length=16), None), ("changes", sa.JSON(), "'{}'"))
DOCUMENT = (
    ("kind", sa.String(length=20), "'proof_file'"), ("digest", sa.String(length=64), "''"), ("deleted_at", MOMENT, None),
)  # fmt: skip
EVENT = (
    ("quota", sa.Integer(), None), ("outlet_quota", sa.Integer(), None), ("offer_hours", sa.Integer(), "24"),
    ("venue_is_private", sa.Boolean(), "false"), ("map_url", sa.String(length=500), "''"),
)  # fmt: skip
INDEXES = (
    ("assignee_id",), ("event_id", "outlet_key"), ("event_id", "phone_key"), ("event_id", "card_key"), ("passes_on",),
    ("state", "decided_at"),
)  # fmt: skip


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    _make_tables()
    _add("event", EVENT)
    with op.batch_alter_table("event") as batch:
        batch.add_column(
            sa.Column("late", one_of("late", "refused", "taken"), nullable=False, server_default="refused")
        )
        _check(batch, "event", "state", EVENT_STATES[1])
    _make_categories_rows()
    with op.batch_alter_table("event") as batch:
        batch.drop_column("categories")
        batch.alter_column("late", server_default=None)
    _add("application", APPLICATION)
    with op.batch_alter_table("application") as batch:
        _check(batch, "application", "state", STATES[1])
        for name in _checks("application", "category"):
            batch.drop_constraint(batch.f(name), type_="check")
        batch.alter_column("category", type_=sa.String(length=20), existing_nullable=False)
        for columns in INDEXES:
            batch.create_index(batch.f(_index(columns)), list(columns))
        for column, table in (("assignee_id", "staff"), ("merged_into_id", "application")):
            batch.create_foreign_key(batch.f(f"fk_application_{column}_{table}"), table, [column], ["id"])
    _add("document", DOCUMENT)
    with op.batch_alter_table("document") as batch:
        batch.create_index(batch.f("ix_document_digest"), ["digest"])
    _add("step", STEP)
    with op.batch_alter_table("step") as batch:
        for name in _checks("step", "state", "source", "target"):
            batch.drop_constraint(batch.f(name), type_="check")
        for column in ("source", "target"):
            batch.create_check_constraint(batch.f(f"ck_step_{column}"), _listed(column, STATES[1]))
    _fold_words()


def _make_tables() -> None:
    def event() -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint(["event_id"], ["event.id"], ondelete="CASCADE")

    op.create_table(
        "decline_reason",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decline_reason")),
    )
    op.create_table(
        "event_category",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("quota", sa.Integer()),
        sa.Column("proof", one_of("proof", "either", "file", "links", "none"), nullable=False),
        sa.Column("asks", sa.JSON(), nullable=False),
        event(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_category")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_event_category_event_id_code")),
    )
    op.create_table(
        "event_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=16), nullable=False, index=True),
        sa.Column("kind", one_of("changekind", "postponed", "moved", "cancelled"), nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("at", "starts_at", "ends_at")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("places", "notes")),
        sa.Column("told", sa.Boolean(), nullable=False),
        event(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_change")),
    )
    op.create_table(
        "outlet_quota",
        sa.Column("event_id", sa.String(length=16), nullable=False),
        *(sa.Column(name, sa.String(length=200), nullable=False) for name in ("key", "name")),
        sa.Column("quota", sa.Integer(), nullable=False),
        event(),
        sa.PrimaryKeyConstraint("event_id", "key", name=op.f("pk_outlet_quota")),
    )
    op.create_table(
        "reviewer_scope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(length=16), nullable=False, index=True),
        sa.Column("event_id", sa.String(length=16), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        event(),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewer_scope")),
    )
    op.create_table(
        "tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=16), nullable=False),
        sa.Column("state", one_of("state", *STATES[1]), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        event(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
        sa.UniqueConstraint(
            "event_id", "state", "category", "country", "submitted_on", "came",
            name=op.f("uq_tally_event_id_state_category_country_submitted_on_came"),
        ),
    )  # fmt: skip
    roles = one_of("role", "admin", "officer", "reviewer", "door", "applicant", "system")
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.String(length=16), nullable=False, index=True),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("author_role", roles, nullable=False),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("author_id", sa.String(length=16)),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )


def _add(table: str, columns) -> None:
    """Add columns with what the rows that exist get, which later ones are then told by the application."""
    with op.batch_alter_table(table) as batch:
        for name, kind, empty in columns:
            default = None if empty is None else sa.text(empty)
            batch.add_column(sa.Column(name, kind, nullable=empty is None, server_default=default))
    with op.batch_alter_table(table) as batch:
        for name, kind, empty in columns:
            if empty is not None:
                batch.alter_column(name, existing_type=kind, server_default=None)


def _checks(table: str, *names: str) -> set[str]:
    """Those checks of `table` that exist among these."""
    known = {check["name"] for check in sa.inspect(op.get_bind()).get_check_constraints(table)}
    return known & {f"ck_{table}_{name}" for name in names}


def _check(batch, table: str, column: str, values) -> None:
    batch.drop_constraint(batch.f(f"ck_{table}_{column}"), type_="check")
    batch.create_check_constraint(batch.f(f"ck_{table}_{column}"), _listed(column, values))


def _listed(column: str, values) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _index(columns) -> str:
    return "ix_" + "_".join(f"application_{column}" for column in columns)


def _make_categories_rows() -> None:
    connection = op.get_bind()
    rows = sa.table(
        "event_category", *map(sa.column, ("id", "event_id", "code", "position", "proof")),
        sa.column("is_open", sa.Boolean()), *(sa.column(name, sa.JSON()) for name in ("names", "asks")),
    )  # fmt: skip
    for event_id, codes in connection.execute(sa.text("SELECT id, categories FROM event")).all():
        for code in json.loads(codes) if isinstance(codes, str) else codes:
            connection.execute(
                rows.insert(),
                {
                    "id": new_id(), "event_id": event_id, "code": code, "position": USUAL.index(code) + 1,
                    "is_open": True, "proof": "either", "names": {}, "asks": [],
                },
            )  # fmt: skip


def _fold_words() -> None:
    connection = op.get_bind()
    known = "SELECT id, name, outlet, email, reference, phone FROM application"
    change = sa.text(
        "UPDATE application SET outlet_key = :key, words = :words, phone_key = :phone WHERE id = :id"
    )
    for row in connection.execute(sa.text(known)).all():
        words = words_of(row.name, row.outlet, row.email, row.reference)
        keys = {"key": outlet_key(row.outlet), "phone": phone_key(row.phone), "words": words}
        connection.execute(change, {"id": row.id, **keys})


def downgrade() -> None:
    _go_back_to_nearest_states()
    with op.batch_alter_table("step") as batch:
        for column in ("source", "target"):
            _check(batch, "step", column, STATES[0])
        for name, _kind, _empty in STEP:
            batch.drop_column(name)
    with op.batch_alter_table("document") as batch:
        batch.drop_index(batch.f("ix_document_digest"))
        for name, _kind, _empty in DOCUMENT:
            batch.drop_column(name)
    with op.batch_alter_table("application") as batch:
        for column, table in (("assignee_id", "staff"), ("merged_into_id", "application")):
            batch.drop_constraint(batch.f(f"fk_application_{column}_{table}"), type_="foreignkey")
        for columns in INDEXES:
            batch.drop_index(batch.f(_index(columns)))
        _check(batch, "application", "state", STATES[0])
        batch.alter_column("category", type_=sa.String(length=32), existing_nullable=False)
        batch.create_check_constraint(batch.f("ck_application_category"), _listed("category", USUAL))
        for name, _kind, _empty in APPLICATION:
            batch.drop_column(name)
    _put_categories_back()
    for table in (
        "remark",
        "tally",
        "reviewer_scope",
        "outlet_quota",
        "event_change",
        "event_category",
        "decline_reason",
    ):
        op.drop_table(table)


def _go_back_to_nearest_states() -> None:
    for new, old in NEAREST.items():
        op.execute(f"UPDATE application SET state = '{old}' WHERE state = '{new}'")
        op.execute(f"UPDATE step SET source = '{old}' WHERE source = '{new}'")
        op.execute(f"UPDATE step SET target = '{old}' WHERE target = '{new}'")
    op.execute("UPDATE event SET state = 'announced' WHERE state = 'postponed'")
    op.execute(f"UPDATE application SET category = 'written' WHERE NOT ({_listed('category', USUAL)})")


def _put_categories_back() -> None:
    connection = op.get_bind()
    with op.batch_alter_table("event") as batch:
        batch.add_column(sa.Column("categories", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    change = sa.text("UPDATE event SET categories = :codes WHERE id = :id").bindparams(
        sa.bindparam("codes", type_=sa.JSON())
    )
    codes = sa.text(
        f"SELECT code FROM event_category WHERE event_id = :id AND {_listed('code', USUAL)} ORDER BY position"
    )
    for event_id in connection.scalars(sa.text("SELECT id FROM event")).all():
        own = connection.scalars(codes, {"id": event_id}).all()
        connection.execute(change, {"id": event_id, "codes": list(own)})
    with op.batch_alter_table("event") as batch:
        batch.alter_column("categories", existing_type=sa.JSON(), server_default=None)
        batch.drop_constraint(batch.f("ck_event_late"), type_="check")
        _check(batch, "event", "state", EVENT_STATES[0])
        for name in ("late", *(name for name, _kind, _empty in EVENT)):
            batch.drop_column(name)
