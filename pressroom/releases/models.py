"""Press releases: one fact sheet, words in each language, and every revision of those words."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from pressroom.database import ID, WithId, db
from pressroom.events.models import Event
from pressroom.media.models import Asset
from pressroom.staff.models import PressContact


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = (
        "published"  # visible from `publish_at` and from the embargo's end on, decided when it is read
    )
    WITHDRAWN = "withdrawn"


class Words(NamedTuple):
    """What a release says in one language; `body` is sanitised HTML, the rest is plain text."""

    headline: str
    place: str  # of the date line, in this language
    lead: str
    body: str

    @property
    def complete(self) -> bool:
        """Whether there is enough to be published."""
        return bool(self.headline and self.body)


class Release(WithId, db.Model):
    __table_args__ = (Index(None, "state", "public_from"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)  # 8 characters, part of the public address
    number: Mapped[str | None] = mapped_column(String(20), unique=True)  # "2026-047", given at publication
    state: Mapped[State]
    source_language: Mapped[str] = mapped_column(String(8))
    dated: Mapped[date]  # the date of the date line
    publish_at: Mapped[datetime | None]
    embargo_until: Mapped[datetime | None]
    public_from: Mapped[datetime | None]  # the later of the two, the only moment that visibility asks for
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("press_contact.id"))
    event_id: Mapped[str | None] = mapped_column(ForeignKey("event.id"), index=True)
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    contact: Mapped[PressContact | None] = relationship()
    event: Mapped[Event | None] = relationship()
    texts: Mapped[dict[str, "ReleaseText"]] = relationship(
        cascade="all, delete-orphan",
        collection_class=attribute_keyed_dict("language"),
        back_populates="release",
    )
    pictures: Mapped[list["ReleasePicture"]] = relationship(
        cascade="all, delete-orphan", order_by="ReleasePicture.position"
    )

    __mapper_args__ = {"version_id_col": version}


class ReleaseText(WithId, db.Model):
    """A release's words in one language: which revision is being worked on, and which one is public."""

    __table_args__ = (UniqueConstraint("release_id", "language"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    slug: Mapped[str] = mapped_column(String(120))
    # Revisions are numbered from 1; comparing numbers says what is outdated, dates never do.
    latest_number: Mapped[int]
    public_number: Mapped[int | None]
    made_from_number: Mapped[int | None]  # of the source's revisions; None for the source itself
    release: Mapped[Release] = relationship(back_populates="texts")
    revisions: Mapped[list["Revision"]] = relationship(
        order_by="Revision.number", cascade="all, delete-orphan", back_populates="text"
    )
    latest: Mapped["Revision"] = relationship(
        primaryjoin="and_(Revision.text_id == ReleaseText.id, Revision.number == ReleaseText.latest_number)",
        viewonly=True,
    )
    public: Mapped["Revision | None"] = relationship(
        primaryjoin="and_(Revision.text_id == ReleaseText.id, Revision.number == ReleaseText.public_number)",
        viewonly=True,
    )


class Revision(db.Model):
    """One state of the words; never changed once written."""

    text_id: Mapped[str] = mapped_column(ForeignKey("release_text.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    headline: Mapped[str] = mapped_column(String(300))
    lead: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)  # sanitised HTML
    place: Mapped[str] = mapped_column(String(120))  # of the date line, in this language
    author: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    text: Mapped[ReleaseText] = relationship(back_populates="revisions")

    @property
    def words(self) -> Words:
        return Words(self.headline, self.place, self.lead, self.body)


class ReleasePicture(db.Model):
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"), primary_key=True)
    asset_id: Mapped[str] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    position: Mapped[int]
    asset: Mapped[Asset] = relationship()
