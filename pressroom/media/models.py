"""Assets: pictures, logos, documents and recordings, their words in each language, and the files made of them.

What is stored of a picture is rebuilt from its pixels; the upload itself is not kept.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from pressroom.database import ID, WithId, db, partial_index
from pressroom.media.licences import TERMS, Licence, Terms


class Kind(StrEnum):
    PICTURE = "picture"
    LOGO = "logo"
    DOCUMENT = "document"
    AUDIO = "audio"


class RenditionName(StrEnum):
    """How large a rendition is, from the smallest to the one that journalists take away."""

    THUMB = "thumb"
    WEB = "web"
    PRINT = "print"  # all there is; of a document and of a recording, the file itself


# What a page offers before the rendition that every browser understands, the lightest first.
MODERN = ("image/avif", "image/webp")


class Asset(WithId, db.Model):
    __table_args__ = (
        # The library, newest first: all of it, or one part.
        Index(None, "created_at"),
        Index(None, "kind", "created_at"),
        Index(None, "restricted", "created_at"),
        partial_index("ix_asset_to_describe", "created_at", where="described_at IS NULL"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[Kind]
    name: Mapped[str] = mapped_column(String(150))  # the uploaded file's name, a label only
    credit: Mapped[str] = mapped_column(String(200))
    licence: Mapped[Licence]
    decorative: Mapped[bool]  # it says nothing that the text does not: its description is empty on purpose
    restricted: Mapped[bool]  # for accredited media: readers see that it exists, and how to ask
    offered: Mapped[bool]  # stands in the media library even when no release shows it
    taken_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(120))
    language: Mapped[str | None] = mapped_column(String(8))  # of what is written or said in it
    pages: Mapped[int | None]  # of a document
    created_at: Mapped[datetime]
    described_at: Mapped[datetime | None]  # until then nobody but the desk sees it, and no release may use it
    version: Mapped[int] = mapped_column()
    texts: Mapped[dict[str, "AssetText"]] = relationship(
        cascade="all, delete-orphan", collection_class=attribute_keyed_dict("language")
    )
    renditions: Mapped[list["AssetRendition"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", back_populates="asset"
    )
    # Where releases show it: declared by name, because releases stand above media.
    uses = relationship("ReleasePicture", viewonly=True)

    __mapper_args__ = {"version_id_col": version}

    def words(self, language: str) -> "AssetText":
        """The words in `language`, or in another one when a language was added to the site since."""
        return self.texts.get(language) or next(iter(self.texts.values()))

    @property
    def is_picture(self) -> bool:
        return self.kind in (Kind.PICTURE, Kind.LOGO)

    @property
    def terms(self) -> Terms:
        """On what terms others may use it, in the language being spoken."""
        return TERMS[self.licence]

    @property
    def download(self) -> "AssetRendition":
        """The file to take away, the largest there is."""
        return next(one for one in self.renditions if one.name is RenditionName.PRINT)

    def rendition(self, name: str) -> "AssetRendition":
        """The file of that size which every browser understands; the next larger one while there is none."""
        whole = self.download.media_type
        plain = {one.name: one for one in self.renditions if one.media_type == whole}
        sizes = list(RenditionName)
        return next(plain[size] for size in sizes[sizes.index(RenditionName(name)) :] if size in plain)

    def sources(self, name: str) -> list["AssetRendition"]:
        """The lighter files of that size, best first, for browsers that understand them."""
        lighter = [one for one in self.renditions if one.name == name and one.media_type in MODERN]
        fallback = lighter and self.rendition(name)
        return sorted((one for one in lighter if one is not fallback), key=lambda one: one.media_type)


class AssetText(db.Model):
    asset_id: Mapped[str] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    alt: Mapped[str] = mapped_column(String(500))
    caption: Mapped[str] = mapped_column(Text)
    transcript: Mapped[str] = mapped_column(Text)  # of a recording

    @property
    def label(self) -> str:
        """What to call it in a heading or a link; empty when only the file's name is left to say."""
        return self.title or self.alt


class AssetRendition(db.Model):
    """One file made of an asset. What lies under a key never changes."""

    asset_id: Mapped[str] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[RenditionName] = mapped_column(primary_key=True)
    media_type: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(26), index=True)
    width: Mapped[int | None]  # pixels
    height: Mapped[int | None]
    size: Mapped[int]  # bytes
    asset: Mapped[Asset] = relationship(back_populates="renditions")

    @property
    def filename(self) -> str:
        """The name under which it is fetched and saved: “Salle.jpg”, “Salle-web.webp”."""
        if self.name is RenditionName.PRINT:
            return self.asset.name
        stem = self.asset.name.rpartition(".")[0] or self.asset.name
        return f"{stem}-{self.name}.{self.media_type.rpartition('/')[2].replace('jpeg', 'jpg')}"
