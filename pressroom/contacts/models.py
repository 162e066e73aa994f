"""Journalists and the outlets they work for, as the press office knows them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pressroom.database import ID, WithId, db


class Outlet(WithId, db.Model):
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))  # as first typed, never rewritten
    key: Mapped[str] = mapped_column(
        String(200), unique=True
    )  # accents, case and spaces folded, for matching


class Contact(WithId, db.Model):
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    outlet_id: Mapped[str | None] = mapped_column(ForeignKey("outlet.id"), index=True)
    source: Mapped[str] = mapped_column(String(60))  # where we have the address from: "accreditation"
    created_at: Mapped[datetime]
    last_action_at: Mapped[datetime] = mapped_column(index=True)  # by the person; retention counts from it
    outlet: Mapped[Outlet | None] = relationship()
