"""Pictures with their words in each language. The file stored is rebuilt from pixels; the upload is not kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from pressroom.database import ID, WithId, db


class Asset(WithId, db.Model):
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(150))  # the uploaded file's name, a label only
    credit: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(60))
    width: Mapped[int]  # pixels of the full rendition
    height: Mapped[int]
    size: Mapped[int]  # bytes of the full rendition
    full_key: Mapped[str] = mapped_column(String(26))
    web_key: Mapped[str] = mapped_column(String(26))  # at most 1,280 pixels wide
    web_width: Mapped[int]
    web_height: Mapped[int]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    texts: Mapped[dict[str, "AssetText"]] = relationship(
        cascade="all, delete-orphan", collection_class=attribute_keyed_dict("language")
    )

    __mapper_args__ = {"version_id_col": version}

    def words(self, language: str) -> "AssetText":
        """The words in `language`, or in another one when a language was added to the site since."""
        return self.texts.get(language) or next(iter(self.texts.values()))


class AssetText(db.Model):
    asset_id: Mapped[str] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    alt: Mapped[str] = mapped_column(String(500))
    caption: Mapped[str] = mapped_column(Text)
