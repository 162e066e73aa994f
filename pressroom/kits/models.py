"""Press kits: what each holds, who has been given one, and what was fetched."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from pressroom.accreditation.models import Application
from pressroom.database import ID, WithId, db
from pressroom.events.models import Event
from pressroom.releases.models import Release


class State(StrEnum):
    DRAFT = "draft"
    OPEN = "open"  # sent to whoever is approved, now or later
    CLOSED = "closed"


class Kit(WithId, db.Model):
    """An event's press kit: one an event."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id"), unique=True)
    state: Mapped[State]
    opened_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    event: Mapped[Event] = relationship()
    texts: Mapped[dict[str, "KitText"]] = relationship(
        cascade="all, delete-orphan", collection_class=attribute_keyed_dict("language")
    )
    files: Mapped[list["KitFile"]] = relationship(cascade="all, delete-orphan", order_by="KitFile.position")
    releases: Mapped[list["KitRelease"]] = relationship(
        cascade="all, delete-orphan", order_by="KitRelease.position"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"kit:{self.id}"


class KitText(db.Model):
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    cover: Mapped[str] = mapped_column(Text)  # plain text, paragraphs apart by an empty line


class KitFile(WithId, db.Model):
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(150))
    language: Mapped[str | None] = mapped_column(String(8))  # None: for readers of any language
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    file_key: Mapped[str] = mapped_column(String(26))


class KitRelease(db.Model):
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id", ondelete="CASCADE"), primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    position: Mapped[int]
    release: Mapped[Release] = relationship()


class Grant(WithId, db.Model):
    """One approved applicant's own link to one kit. Whether it opens is asked at every request."""

    __tablename__ = "kit_grant"
    __table_args__ = (UniqueConstraint("kit_id", "application_id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    link_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    kit: Mapped[Kit] = relationship()
    application: Mapped[Application] = relationship()
    fetches: Mapped[list["Fetch"]] = relationship(cascade="all, delete-orphan", order_by="Fetch.id")


class Fetch(db.Model):
    """One press of a download button: the access that was granted, without address or browser."""

    __tablename__ = "kit_fetch"

    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("kit_grant.id", ondelete="CASCADE"), index=True)
    what: Mapped[str] = mapped_column(String(150))  # the file's name, or "*" for everything
    at: Mapped[datetime]
