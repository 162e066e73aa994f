"""What is made of a picture: smaller ones for pages and lists, in the formats that make them light.

Those a page cannot do without are made when the picture comes in; AVIF, which takes its time, falls due.
"""

import io
from typing import NamedTuple

from PIL import Image

from pressroom import storage
from pressroom.media import intake
from pressroom.media.intake import Taken
from pressroom.media.models import Asset, AssetRendition, RenditionName

WIDEST = {RenditionName.WEB: 1280, RenditionName.THUMB: 480}  # pixels; nothing is ever enlarged
LATER = (RenditionName.WEB, "image/avif")


class Made(NamedTuple):
    """A rendition that is not stored yet."""

    name: RenditionName
    media_type: str
    data: bytes
    width: int | None
    height: int | None


def at_once(taken: Taken) -> list[AssetRendition]:
    """Store an upload: the file itself, and of a picture the smaller ones that pages need."""
    made = [Made(RenditionName.PRINT, taken.media_type, taken.data, taken.width, taken.height)]
    if taken.media_type in intake.PICTURES:
        made += make(taken.data, wanted(taken.media_type) - {LATER})
    return [stored(one) for one in made]


def wanted(media_type: str) -> set[tuple[RenditionName, str]]:
    """Every rendition that a picture of this type should have beside the whole one."""
    return {(name, kind) for name in WIDEST for kind in (media_type, "image/webp")} | {LATER}


def missing(asset: Asset) -> set[tuple[RenditionName, str]]:
    return wanted(asset.download.media_type) - {(one.name, one.media_type) for one in asset.renditions}


def make(data: bytes, chosen: set[tuple[RenditionName, str]]) -> list[Made]:
    """These renditions of the whole picture `data`, which takes from 0.1 to 1 s each."""
    made = []
    with Image.open(io.BytesIO(data)) as whole:
        for name in WIDEST:
            kinds = sorted(kind for size, kind in chosen if size is name)
            if kinds:
                width = min(whole.width, WIDEST[name])
                height = max(1, round(whole.height * width / whole.width))
                picture = whole.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)
                made += [
                    Made(name, kind, intake.encode(picture, kind.removeprefix("image/").upper()), width, height)
                    for kind in kinds
                ]  # fmt: skip
    return made


def stored(made: Made) -> AssetRendition:
    """Store the file and return the row that says where it lies."""
    return AssetRendition(
        name=made.name, media_type=made.media_type, key=storage.put(made.data),
        width=made.width, height=made.height, size=len(made.data),
    )  # fmt: skip
