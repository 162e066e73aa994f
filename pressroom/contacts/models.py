"""Journalists and the outlets they work for, as the press office knows them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from pressroom.database import ID, WithId, db
from pressroom.slugs import fold


class Outlet(WithId, db.Model):
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))  # as first typed, never rewritten
    # Accents, case and spaces folded, for matching.
    key: Mapped[str] = mapped_column(String(200), unique=True)


contact_topic = Table(
    "contact_topic",
    db.metadata,
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True, index=True),
)
contact_listing = Table(
    "contact_listing",
    db.metadata,
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("list_id", ForeignKey("contact_list.id", ondelete="CASCADE"), primary_key=True, index=True),
)


# Addresses that somebody had before, under which the press office has written to them.
former_address = Table(
    "former_address",
    db.metadata,
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("email", String(254), primary_key=True),
)
# Two contacts, or two outlets, that look alike and are not one; the lesser id comes first.
told_apart = Table(
    "told_apart",
    db.metadata,
    Column("one_id", ID, primary_key=True),
    Column("other_id", ID, primary_key=True),
)


class ContactList(WithId, db.Model):
    """Journalists whom the press office writes to together, under a name that only it reads."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime]


def _in_order(name: str) -> str:
    """What a name is found and put in order by, as much of it as an index takes."""
    return fold(name)[:200]


class Contact(WithId, db.Model):
    __table_args__ = (
        # By name: everybody, with what is looked for beside it; those of one outlet, language, country.
        Index(None, "name_key", "email", "outlet_id"),
        Index(None, "outlet_id", "name_key"),
        Index(None, "language", "name_key"),
        Index(None, "country", "name_key"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    # The name as it is looked for and put in order: whoever writes the name writes it too.
    name_key: Mapped[str] = mapped_column(
        String(200),
        server_default="",
        default=lambda row: _in_order(row.get_current_parameters()["name"]),
    )
    phone: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    country: Mapped[str] = mapped_column(String(2), default="")  # ISO 3166-1; "" when nobody knows
    notes: Mapped[str] = mapped_column(Text, default="")  # of the press office
    outlet_id: Mapped[str | None] = mapped_column(ForeignKey("outlet.id"))
    source: Mapped[str] = mapped_column(String(60))  # where we have the address from: "accreditation"
    created_at: Mapped[datetime]
    last_action_at: Mapped[datetime] = mapped_column(index=True)  # by the person; retention counts from it
    outlet: Mapped[Outlet | None] = relationship()
    lists: Mapped[list[ContactList]] = relationship(secondary=contact_listing, order_by=ContactList.name)
    consents: Mapped[list["Consent"]] = relationship(
        cascade="all, delete-orphan", order_by="Consent.at, Consent.id"
    )

    @validates("name")
    def _named(self, _key: str, name: str) -> str:
        self.name_key = _in_order(name)
        return name


class Consent(db.Model):
    """One time that a person agreed to be written to, or took it back; only ever added."""

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    given: Mapped[bool]
    source: Mapped[str] = mapped_column(String(200))  # how it was said: "card left at the stand", "import"
    actor: Mapped[str] = mapped_column(String(120))  # who noted it; "" for the person themselves
    at: Mapped[datetime]


class ImportState(StrEnum):
    READ = "read"  # its columns are being named
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class Outcome(StrEnum):
    """What became of one row of a file."""

    WAITING = "waiting"
    ADDED = "added"
    UPDATED = "updated"
    SAME = "same"  # known already, with all that the row says
    REFUSED = "refused"
    UNDONE = "undone"
    KEPT = "kept"  # changed by somebody since: not undone


class Import(WithId, db.Model):
    """A file of journalists that was brought in: whose columns mean what, and who did it."""

    __tablename__ = "contact_import"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    filename: Mapped[str] = mapped_column(String(150))
    header: Mapped[list[str]] = mapped_column(JSON)
    columns: Mapped[list[str]] = mapped_column(JSON)  # for each column the fact it holds, "" for none
    language: Mapped[str] = mapped_column(String(8))  # of whoever's row names none
    consent: Mapped[str] = mapped_column(String(200))  # how these people agreed; "" when they did not
    list_id: Mapped[str | None] = mapped_column(ForeignKey("contact_list.id", ondelete="SET NULL"))
    state: Mapped[ImportState]
    actor: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]


class ImportRow(db.Model):
    """One row of such a file, what became of it, and what the contact was before and after."""

    __tablename__ = "contact_import_row"
    __table_args__ = (Index(None, "import_id", "outcome"),)

    import_id: Mapped[str] = mapped_column(
        ForeignKey("contact_import.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # in the file; its header is 1
    cells: Mapped[list[str]] = mapped_column(JSON)
    outcome: Mapped[Outcome]
    reason: Mapped[str] = mapped_column(String(200))  # why it was refused, as a code of importing.REASONS
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    before: Mapped[dict | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict | None] = mapped_column(JSON(none_as_null=True))
