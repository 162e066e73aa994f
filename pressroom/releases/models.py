"""Press releases: one fact sheet, words in each language, and every revision of those words."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from pressroom.database import ID, WithId, db, partial_index
from pressroom.events.models import Event
from pressroom.media.models import Asset
from pressroom.staff.models import PressContact, Staff

NEWEST = "coalesce(public_from, created_at)"  # SQL: by what the desk puts releases in order


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = (
        "published"  # visible from `publish_at` and from the embargo's end on, decided when it is read
    )
    WITHDRAWN = "withdrawn"  # its page stays, with the reason; no list and no feed names it any more
    KILLED = "killed"  # its words are gone for everybody: "do not use"


class Kind(StrEnum):
    RELEASE = "release"
    ADVISORY = "advisory"  # an invitation to the press
    STATEMENT = "statement"
    BACKGROUNDER = "backgrounder"
    SPEECH = "speech"


class CorrectionKind(StrEnum):
    UPDATE = "update"  # something happened since
    CLARIFICATION = "clarification"  # nothing was wrong, something was unclear
    CORRECTION = "correction"  # something was wrong
    WITHDRAWAL = "withdrawal"
    KILL = "kill"


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


release_topic = Table(
    "release_topic",
    db.metadata,
    Column("release_id", ForeignKey("release.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("topic.id"), primary_key=True, index=True),
)


class Release(WithId, db.Model):
    __table_args__ = (
        Index(None, "state", "public_from"),
        # The desk's list, newest first: all of it, one state, one kind. A migration that rebuilds the table on SQLite
        # (batch mode does) loses them, and has to make them again.
        Index("ix_release_newest", text(NEWEST)),
        Index("ix_release_state_newest", "state", text(NEWEST)),
        Index("ix_release_kind_newest", "kind", text(NEWEST)),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)  # 8 characters, part of the public address
    # "2026-047", given once readers can see it: a number under embargo would leave a gap that tells of it.
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    state: Mapped[State]
    kind: Mapped[Kind]
    together: Mapped[bool]  # its languages are published at the same time or not at all
    source_language: Mapped[str] = mapped_column(String(8))
    dated: Mapped[date] = mapped_column(index=True)  # the date of the date line
    publish_at: Mapped[datetime | None]
    embargo_until: Mapped[datetime | None]
    public_from: Mapped[datetime | None]  # the later of the two, the only moment that visibility asks for
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("press_contact.id"))
    event_id: Mapped[str | None] = mapped_column(ForeignKey("event.id"), index=True)
    withdrawn_at: Mapped[datetime | None]  # or killed
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
        cascade="all, delete-orphan", order_by="ReleasePicture.position", back_populates="release"
    )
    topics: Mapped[list["Topic"]] = relationship(secondary=release_topic, order_by="Topic.position")
    corrections: Mapped[list["Correction"]] = relationship(
        cascade="all, delete-orphan", order_by="Correction.at", back_populates="release"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def open_assets(self) -> list[Asset]:
        """What anybody may take along, in order: what only accredited media may have is not part of it."""
        return [one.asset for one in self.pictures if not one.asset.restricted]


class ReleaseText(WithId, db.Model):
    """A release's words in one language: which revision is being worked on, and which one is public."""

    __table_args__ = (
        UniqueConstraint("release_id", "language"),
        # Only what was changed after it was first written can leave a translation behind.
        partial_index(
            "ix_release_text_changed", "release_id", "language", "major_number", where="major_number > 1"
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    slug: Mapped[str] = mapped_column(String(120))
    # Revisions are numbered from 1; comparing numbers says what is outdated, dates never do.
    latest_number: Mapped[int]
    public_number: Mapped[int | None]
    # Which of the source's revisions the newest words follow, and the public ones; None for the source itself.
    made_from_number: Mapped[int | None]
    public_made_from_number: Mapped[int | None]
    # The newest revision that was more than a minor edit, among all and up to the public one.
    major_number: Mapped[int]
    public_major_number: Mapped[int | None]
    release: Mapped[Release] = relationship(back_populates="texts")
    revisions: Mapped[list["Revision"]] = relationship(
        order_by="Revision.number", cascade="all, delete-orphan", back_populates="text"
    )
    publications: Mapped[list["Publication"]] = relationship(
        order_by="Publication.number", cascade="all, delete-orphan"
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
    minor: Mapped[bool]  # spelling, spacing: translations stay valid, readers are told nothing
    author: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    text: Mapped[ReleaseText] = relationship(back_populates="revisions")

    @property
    def words(self) -> Words:
        return Words(self.headline, self.place, self.lead, self.body)


class ReleasePicture(db.Model):
    """One of the assets that a release shows: a picture, a logo, a document or a recording."""

    release_id: Mapped[str] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"), primary_key=True)
    asset_id: Mapped[str] = mapped_column(ForeignKey("asset.id"), primary_key=True, index=True)
    position: Mapped[int]
    asset: Mapped[Asset] = relationship()
    release: Mapped[Release] = relationship(back_populates="pictures")


class Publication(db.Model):
    """A revision that was made public, and when: readers may see these, and no other."""

    text_id: Mapped[str] = mapped_column(ForeignKey("release_text.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]  # readers see it from then on, and not before the release itself is public


class Correction(WithId, db.Model):
    """What was changed in a public release, said to its readers in each language that it concerns."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"), index=True)
    kind: Mapped[CorrectionKind]
    at: Mapped[datetime] = mapped_column(index=True)
    author: Mapped[str] = mapped_column(String(120))
    release: Mapped[Release] = relationship(back_populates="corrections")
    texts: Mapped[dict[str, "CorrectionText"]] = relationship(
        cascade="all, delete-orphan", collection_class=attribute_keyed_dict("language"), lazy="selectin"
    )


class CorrectionText(db.Model):
    """What readers of one language are told. Without `number` the words in this language do not follow yet."""

    correction_id: Mapped[str] = mapped_column(
        ForeignKey("correction.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    note: Mapped[str] = mapped_column(Text)
    wrong: Mapped[str] = mapped_column(Text)  # what it said, and what it says now: only of a correction
    right: Mapped[str] = mapped_column(Text)
    from_number: Mapped[int]  # the last revision without it
    number: Mapped[int | None]  # the first public revision with it


class Topic(WithId, db.Model):
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    position: Mapped[int]
    texts: Mapped[dict[str, "TopicText"]] = relationship(
        cascade="all, delete-orphan", collection_class=attribute_keyed_dict("language")
    )

    def words(self, language: str) -> "TopicText":
        """The words in `language`, or in another one when a language was added to the site since."""
        return self.texts.get(language) or next(iter(self.texts.values()))


class TopicText(db.Model):
    __table_args__ = (UniqueConstraint("language", "slug"),)

    topic_id: Mapped[str] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    slug: Mapped[str] = mapped_column(String(80))


class SearchEntry(db.Model):
    """What a public text can be found by, under an id that follows the hour from which it is public: the order of
    ids is the order of appearance. SQLite keeps a full-text index of it by triggers (migration 0005)."""

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    text_id: Mapped[str] = mapped_column(ForeignKey("release_text.id", ondelete="CASCADE"), unique=True)
    terms: Mapped[str] = mapped_column(Text)


class Preview(WithId, db.Model):
    """One person's own link to a release that is not public yet."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))  # asked of whoever opens the link
    language: Mapped[str] = mapped_column(String(8))
    link_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    accepted_at: Mapped[datetime | None]  # the embargo's terms
    revoked_at: Mapped[datetime | None]
    release: Mapped[Release] = relationship()
    openings: Mapped[list["PreviewOpening"]] = relationship(
        cascade="all, delete-orphan", order_by="PreviewOpening.id"
    )


class PreviewOpening(db.Model):
    """One try to open a preview link, or one thing taken through it."""

    __table_args__ = (Index(None, "preview_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    preview_id: Mapped[str] = mapped_column(ForeignKey("preview.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    granted: Mapped[bool]
    what: Mapped[str] = mapped_column(String(150))  # "" for the pages, else the file's name


class Writing(db.Model):
    """What one person is writing and has not saved yet: kept every few seconds, and shown to nobody else."""

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    what: Mapped[str] = mapped_column(String(40), primary_key=True)  # "<release id or new>:<language>"
    began_from: Mapped[int]  # the newest revision when the person opened it, 0 for none
    words: Mapped[dict[str, str] | None] = mapped_column(JSON)  # None: only looking so far
    seen_at: Mapped[datetime] = mapped_column(index=True)
    staff: Mapped[Staff] = relationship()


class Dismissal(db.Model):
    """A difference between two languages that a person has looked at and found right."""

    release_id: Mapped[str] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"), primary_key=True)
    finding: Mapped[str] = mapped_column(String(64), primary_key=True)  # changes with what was found
    reason: Mapped[str] = mapped_column(String(300))
    author: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
