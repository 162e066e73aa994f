"""What is announced and attended: facts once, words in each language."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from pressroom.database import ID, WithId, db
from pressroom.staff.models import PressContact


class State(StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"
    CANCELLED = "cancelled"


class Category(StrEnum):
    """What a journalist comes to do."""

    WRITTEN = "written"
    PHOTO = "photo"
    BROADCAST = "broadcast"
    AGENCY = "agency"
    ONLINE = "online"
    TECHNICAL = "technical"


class Event(WithId, db.Model):
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    state: Mapped[State]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(String(60))  # IANA name
    requests_open_at: Mapped[datetime]
    requests_close_at: Mapped[datetime]
    answer_by: Mapped[datetime]  # the answer that is promised to applicants
    categories: Mapped[list[str]] = mapped_column(JSON)
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("press_contact.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    contact: Mapped[PressContact | None] = relationship()
    texts: Mapped[dict[str, "EventText"]] = relationship(
        cascade="all, delete-orphan",
        collection_class=attribute_keyed_dict("language"),
        back_populates="event",
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def is_public(self) -> bool:
        return self.state in (State.ANNOUNCED, State.CANCELLED)

    def words(self, language: str) -> "EventText":
        """The words in `language`, or in the first language that has some: facts are the same."""
        return self.texts.get(language) or next(iter(self.texts.values()))


class EventText(db.Model):
    __table_args__ = (UniqueConstraint("language", "slug"),)

    event_id: Mapped[str] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    slug: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500))
    description: Mapped[str] = mapped_column(Text)  # sanitised HTML
    place: Mapped[str] = mapped_column(String(200))  # town, as in a date line
    address: Mapped[str] = mapped_column(String(500))
    conditions: Mapped[str] = mapped_column(Text)  # for picture and sound, who may attend; plain text
    event: Mapped[Event] = relationship(back_populates="texts")
