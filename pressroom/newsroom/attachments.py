"""The files that come with a release, as machines are told of them: those that anybody may take."""

from typing import NamedTuple

from pressroom import links
from pressroom.media.licences import TERMS, Terms
from pressroom.media.models import Asset
from pressroom.releases.models import Release


class Attachment(NamedTuple):
    """The largest file of an asset; its words are in `language`. `size` in bytes, `width` and `height` in pixels."""

    url: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    is_picture: bool
    language: str
    title: str
    credit: str
    terms: Terms


def of(release: Release, language: str) -> list[Attachment]:
    """In the release's order, with the words in `language` or else in another; what only accredited media may have
    is left out."""
    return [_attachment(asset, language) for asset in release.open_assets]


def _attachment(asset: Asset, language: str) -> Attachment:
    words, file = asset.words(language), asset.download
    return Attachment(
        url=links.absolute("pictures.file", key=file.key, name=file.filename),
        media_type=file.media_type, size=file.size, width=file.width, height=file.height,
        is_picture=asset.is_picture, language=words.language, title=words.caption or words.label or asset.name,
        credit=asset.credit, terms=TERMS[asset.licence],
    )  # fmt: skip
