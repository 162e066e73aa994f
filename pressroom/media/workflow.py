"""What may happen to a picture: it is added with its words, its words are mended, it is removed while unused."""

import io
from datetime import datetime

from PIL import Image
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from pressroom import audit, storage
from pressroom.access import Actor
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.media import intake
from pressroom.media.intake import Taken
from pressroom.media.models import Asset, AssetText

WEB_WIDTH = 1280


def smaller(picture: Taken, width: int = WEB_WIDTH) -> Taken:
    """The same picture, of the same kind, at most `width` pixels wide; itself when it is no wider."""
    if picture.width <= width:
        return picture
    with Image.open(io.BytesIO(picture.data)) as source:
        height = max(1, round(picture.height * width / picture.width))
        resized = source.resize((width, height), Image.Resampling.LANCZOS)
    data = intake.encode(resized, picture.media_type.removeprefix("image/").upper())
    return picture._replace(data=data, width=width, height=height)


def add(
    picture: Taken, web: Taken, *, credit: str, words: dict[str, dict[str, str]], by: Actor, at: datetime
) -> Asset:
    """Store both renditions; `words` hold `alt` and `caption` by language."""
    full_key = storage.put(picture.data)
    asset = Asset(
        name=picture.name, credit=credit, media_type=picture.media_type, created_at=at,
        width=picture.width, height=picture.height, size=len(picture.data), full_key=full_key,
        web_width=web.width, web_height=web.height, web_key=full_key if web is picture else storage.put(web.data),
    )  # fmt: skip
    db.session.add(asset)
    _say(asset, words)
    audit.record("asset.add", f"asset:{asset.id}", by=by, at=at)
    return asset


def edit(asset: Asset, *, credit: str, words: dict[str, dict[str, str]], by: Actor, at: datetime) -> None:
    asset.credit = credit
    _say(asset, words)
    flag_modified(asset, "credit")  # words alone also make a new version: two people may be writing
    audit.record("asset.edit", f"asset:{asset.id}", by=by, at=at)


def remove(asset: Asset, *, by: Actor, at: datetime) -> set[str]:
    """Forget the picture; returns the keys of its files, to be deleted once that is committed.

    Raises Refused while something uses it: the database itself says so.
    """
    keys = {asset.full_key, asset.web_key}
    audit.record("asset.remove", f"asset:{asset.id}", by=by, at=at)
    db.session.delete(asset)
    try:
        db.session.flush()
    except IntegrityError as used:
        raise Refused(_("A release uses this picture: take it off there first.")) from used
    return keys


def _say(asset: Asset, words: dict[str, dict[str, str]]) -> None:
    for language, values in words.items():
        text = asset.texts.setdefault(language, AssetText(language=language))
        text.alt, text.caption = values["alt"], values["caption"]
