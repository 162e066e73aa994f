"""Journalists and the outlets they work for, as the press office knows them."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pressroom.database import ID, WithId, db


class Outlet(WithId, db.Model):
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))  # as first typed, never rewritten
    key: Mapped[str] = mapped_column(
        String(200), unique=True
    )  # accents, case and spaces folded, for matching


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


class ContactList(WithId, db.Model):
    """Journalists whom the press office writes to together, under a name that only it reads."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime]


class Contact(WithId, db.Model):
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    country: Mapped[str] = mapped_column(String(2), default="")  # ISO 3166-1; "" when nobody knows
    notes: Mapped[str] = mapped_column(Text, default="")  # of the press office
    outlet_id: Mapped[str | None] = mapped_column(ForeignKey("outlet.id"), index=True)
    source: Mapped[str] = mapped_column(String(60))  # where we have the address from: "accreditation"
    created_at: Mapped[datetime]
    last_action_at: Mapped[datetime] = mapped_column(index=True)  # by the person; retention counts from it
    outlet: Mapped[Outlet | None] = relationship()
    lists: Mapped[list[ContactList]] = relationship(secondary=contact_listing, order_by=ContactList.name)
    consents: Mapped[list["Consent"]] = relationship(cascade="all, delete-orphan", order_by="Consent.id")


class Consent(db.Model):
    """One time that a person agreed to be written to, or took it back; only ever added."""

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    given: Mapped[bool]
    source: Mapped[str] = mapped_column(String(200))  # how it was said: "card left at the stand", "import"
    actor: Mapped[str] = mapped_column(String(120))  # who noted it; "" for the person themselves
    at: Mapped[datetime]
