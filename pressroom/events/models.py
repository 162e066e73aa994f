"""What is announced and attended: facts once, words in each language."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from pressroom.database import ID, WithId, db
from pressroom.staff.models import PressContact


class State(StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"
    POSTPONED = "postponed"  # to a date that is not known yet
    CANCELLED = "cancelled"


class Late(StrEnum):
    """What becomes of a request after closing: refused at the form, or taken and marked, without a promise."""

    REFUSED = "refused"
    TAKEN = "taken"


class Proof(StrEnum):
    """What somebody of a category must show: a file (card or letter), links to work, one of the two, or nothing."""

    EITHER = "either"
    FILE = "file"
    LINKS = "links"
    NONE = "none"


class ChangeKind(StrEnum):
    POSTPONED = "postponed"
    MOVED = "moved"
    CANCELLED = "cancelled"


class Category(StrEnum):
    """The usual answers to what a journalist comes to do; an event may have others of its own."""

    WRITTEN = "written"
    PHOTO = "photo"
    BROADCAST = "broadcast"
    AGENCY = "agency"
    ONLINE = "online"
    TECHNICAL = "technical"


USUAL_OUTLET_QUOTA = 2


class Event(WithId, db.Model):
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    state: Mapped[State]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(String(60))  # IANA name
    requests_open_at: Mapped[datetime]
    requests_close_at: Mapped[datetime]
    answer_by: Mapped[datetime]  # the answer that is promised to applicants
    late: Mapped[Late] = mapped_column(default=Late.REFUSED)
    quota: Mapped[int | None]  # places for the media in all; None: no limit
    # For one outlet, unless `outlet_quotas` names it; None: no limit. No default here: a given None would become it.
    outlet_quota: Mapped[int | None]
    # How long a place that became free is kept for somebody.
    offer_hours: Mapped[int] = mapped_column(default=24)
    venue_is_private: Mapped[bool] = mapped_column(default=False)  # the address is for the accredited only
    map_url: Mapped[str] = mapped_column(String(500), default="")
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("press_contact.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    contact: Mapped[PressContact | None] = relationship()
    texts: Mapped[dict[str, "EventText"]] = relationship(
        cascade="all, delete-orphan",
        collection_class=attribute_keyed_dict("language"),
        back_populates="event",
    )
    categories: Mapped[list["EventCategory"]] = relationship(
        cascade="all, delete-orphan", order_by="EventCategory.position"
    )
    outlet_quotas: Mapped[list["OutletQuota"]] = relationship(
        cascade="all, delete-orphan", order_by="OutletQuota.name"
    )
    changes: Mapped[list["EventChange"]] = relationship(
        cascade="all, delete-orphan", order_by="EventChange.id", back_populates="event"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def is_public(self) -> bool:
        return self.state is not State.DRAFT

    @property
    def days(self) -> list[date]:
        """Every day on which the event takes place, where it does."""
        first, last = (moment.astimezone(self.zone).date() for moment in (self.starts_at, self.ends_at))
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    @property
    def open_categories(self) -> list["EventCategory"]:
        """Those that new requests may name; `categories` also has those that were closed since."""
        return [category for category in self.categories if category.is_open]

    @property
    def last_change(self) -> "EventChange | None":
        """What became of the event since it was announced: it was moved, postponed or cancelled, as `state` says."""
        return self.changes[-1] if self.changes else None

    @property
    def public_map_url(self) -> str:
        """The map, "" where it would tell readers an address that is for the accredited only."""
        return "" if self.venue_is_private else self.map_url

    def category(self, code: str) -> "EventCategory | None":
        """The category of this code, closed or not; None once the event no longer has it."""
        return next((category for category in self.categories if category.code == code), None)

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

    @property
    def public_address(self) -> str:
        """The address as any reader may know it: "" when it is for the accredited only."""
        return "" if self.event.venue_is_private else self.address


class EventCategory(WithId, db.Model):
    """One sort of people who may ask to come: how many of them, and what they are asked."""

    __table_args__ = (UniqueConstraint("event_id", "code"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(20))  # one of Category, or one that only this event has
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # by language; {}: the usual name
    position: Mapped[int]
    # To new requests; an announced event's are never dropped.
    is_open: Mapped[bool] = mapped_column(default=True)
    quota: Mapped[int | None]  # None: no limit
    proof: Mapped[Proof] = mapped_column(default=Proof.EITHER)
    asks: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of events/questions.py


class OutletQuota(db.Model):
    """How many people one outlet may send when that is not the event's usual number: agencies, for example."""

    event_id: Mapped[str] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)  # contacts.outlets.outlet_key of the name
    name: Mapped[str] = mapped_column(String(200))
    quota: Mapped[int]


class EventChange(db.Model):
    """What became of an event after it was announced, as those concerned are told."""

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ChangeKind]
    at: Mapped[datetime]
    starts_at: Mapped[datetime]  # as it was before
    ends_at: Mapped[datetime]
    places: Mapped[dict[str, str]] = mapped_column(JSON)  # by language, as they were before
    notes: Mapped[dict[str, str]] = mapped_column(JSON)  # by language: what the office says of it; may be {}
    told: Mapped[bool] = mapped_column(default=False)  # whether every message about it has been written
    event: Mapped[Event] = relationship(back_populates="changes")
