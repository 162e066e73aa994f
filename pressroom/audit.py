"""The journal: who did what to which thing, and when. Rows are only ever added, and hold no personal data
beyond the name of the member of staff who acted."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pressroom.access import Actor, Role
from pressroom.database import ID, db


class Entry(db.Model):
    __tablename__ = "journal"
    __table_args__ = (Index(None, "subject", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_role: Mapped[Role]
    actor_name: Mapped[str] = mapped_column(String(120))
    actor_id: Mapped[str | None] = mapped_column(ID)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))  # "release:4f7k2m9q"


def record(action: str, subject: str, *, by: Actor, at: datetime) -> None:
    """Add one row to the journal, in the transaction of the change itself. `subject` is "<kind>:<id>"."""
    name = "" if by.role is Role.APPLICANT else by.name
    db.session.add(
        Entry(at=at, actor_role=by.role, actor_name=name, actor_id=by.id, action=action, subject=subject)
    )


def history(subject: str) -> list[Entry]:
    """What happened to one thing, oldest first."""
    return list(db.session.scalars(db.select(Entry).filter_by(subject=subject).order_by(Entry.id)))
