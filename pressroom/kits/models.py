"""Press kits: what each version holds, who has been given one, on what terms, and what was fetched."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from pressroom.accreditation.models import Application
from pressroom.database import ID, WithId, db
from pressroom.events.models import Event
from pressroom.media.models import Asset
from pressroom.releases.models import Release
from pressroom.storage import KEY_LENGTH

EVERYTHING = "*"


class State(StrEnum):
    DRAFT = "draft"
    OPEN = "open"  # its links open for whoever is approved
    CLOSED = "closed"


class Kit(WithId, db.Model):
    """An event's press kit: one an event. What it holds is in its versions; when it opens holds for all of them."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id"), unique=True)
    state: Mapped[State]
    opened_at: Mapped[datetime | None]
    opens_at: Mapped[datetime | None]  # nobody finds anything in it before
    embargo_until: Mapped[datetime | None]  # of all of it: only those who accept it find anything before
    expires_at: Mapped[datetime | None]  # None: so many days after the event, whenever that is
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    event: Mapped[Event] = relationship()
    versions: Mapped[list["Version"]] = relationship(
        cascade="all, delete-orphan", order_by="Version.number", back_populates="kit"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"kit:{self.id}"

    @property
    def published(self) -> list["Version"]:
        """What recipients have found in it, the newest first."""
        return [one for one in reversed(self.versions) if one.published_at]

    @property
    def current(self) -> "Version | None":
        """What recipients find in it."""
        return next(iter(self.published), None)

    @property
    def draft(self) -> "Version | None":
        """The next version, that only the desk sees."""
        return next((one for one in self.versions if one.published_at is None), None)

    @property
    def newest(self) -> "Version":
        """What the desk works on: the draft, or what a draft would begin with."""
        return self.versions[-1]


class Version(WithId, db.Model):
    """What a kit held from a moment on. Nothing in it changes once it is published."""

    __tablename__ = "kit_version"
    __table_args__ = (UniqueConstraint("kit_id", "number"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id", ondelete="CASCADE"))
    number: Mapped[int]
    published_at: Mapped[datetime | None]
    kit: Mapped[Kit] = relationship(back_populates="versions")
    texts: Mapped[dict[str, "KitText"]] = relationship(
        cascade="all, delete-orphan", collection_class=attribute_keyed_dict("language")
    )
    files: Mapped[list["KitFile"]] = relationship(cascade="all, delete-orphan", order_by="KitFile.position")
    releases: Mapped[list["KitRelease"]] = relationship(
        cascade="all, delete-orphan", order_by="KitRelease.position"
    )
    archives: Mapped[list["Archive"]] = relationship(cascade="all, delete-orphan")


class KitText(db.Model):
    version_id: Mapped[str] = mapped_column(
        ForeignKey("kit_version.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    cover: Mapped[str] = mapped_column(Text)  # plain text, paragraphs apart by an empty line
    note: Mapped[str] = mapped_column(Text, server_default="", default="")  # what this version changed


class KitFile(WithId, db.Model):
    """A file of a version: one that was sent, or the copy of an asset of the library with its words inside."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("kit_version.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(150))
    language: Mapped[str | None] = mapped_column(String(8))  # None: for readers of any language
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]  # bytes
    file_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    digest: Mapped[str] = mapped_column(String(64), server_default=text("''"))  # SHA-256, in hexadecimal
    asset_id: Mapped[str | None] = mapped_column(ForeignKey("asset.id", ondelete="SET NULL"), index=True)
    asset: Mapped[Asset | None] = relationship()


class KitRelease(db.Model):
    version_id: Mapped[str] = mapped_column(
        ForeignKey("kit_version.id", ondelete="CASCADE"), primary_key=True
    )
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    position: Mapped[int]
    release: Mapped[Release] = relationship()


class Archive(WithId, db.Model):
    """A version as one ZIP file, with the words of exactly the releases that `parts` stands for. It never changes:
    when other words may be read there is another one."""

    __tablename__ = "kit_archive"
    __table_args__ = (UniqueConstraint("version_id", "parts"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("kit_version.id", ondelete="CASCADE"))
    parts: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(db.BigInteger)  # bytes
    file_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256, in hexadecimal
    built_at: Mapped[datetime]


class Grant(WithId, db.Model):
    """One approved applicant's own link to one kit. Whether it opens is asked at every request."""

    __tablename__ = "kit_grant"
    __table_args__ = (UniqueConstraint("kit_id", "application_id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    generation: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    link_digest: Mapped[str] = mapped_column(String(64), unique=True)
    opens_until: Mapped[datetime | None]  # of a link that was asked for after the kit's links had expired
    revoked_at: Mapped[datetime | None]  # the press office closed this person's link
    created_at: Mapped[datetime]
    kit: Mapped[Kit] = relationship()
    application: Mapped[Application] = relationship()
    former_links: Mapped[list["FormerLink"]] = relationship(cascade="all, delete-orphan")
    acceptances: Mapped[list["Acceptance"]] = relationship(cascade="all, delete-orphan")
    fetches: Mapped[list["Fetch"]] = relationship(
        cascade="all, delete-orphan", order_by="Fetch.id", back_populates="grant"
    )


class FormerLink(db.Model):
    """A link that somebody had before: it opens nothing, and says that there is a newer one."""

    __tablename__ = "kit_former_link"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("kit_grant.id", ondelete="CASCADE"), index=True)


class Acceptance(db.Model):
    """That somebody accepted the embargo on what a version holds, and when."""

    __tablename__ = "kit_acceptance"

    grant_id: Mapped[str] = mapped_column(ForeignKey("kit_grant.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # the version's
    at: Mapped[datetime]


class Fetch(db.Model):
    """One press of a download button: the access that was granted, without address or browser."""

    __tablename__ = "kit_fetch"

    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("kit_grant.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(server_default=text("1"))  # the version's
    what: Mapped[str] = mapped_column(String(150))  # the file's name, or EVERYTHING
    file_id: Mapped[str | None] = mapped_column(String(16))  # None: everything
    at: Mapped[datetime]
    completed_at: Mapped[datetime | None]  # when its last byte was handed over
    grant: Mapped[Grant] = relationship(back_populates="fetches")
