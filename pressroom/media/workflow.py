"""What may happen to an asset: it comes in, it is described, its words are mended, it is removed while unused."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from pressroom import audit
from pressroom.access import Actor
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.media import embedded
from pressroom.media.embedded import Told
from pressroom.media.intake import PICTURES, Taken
from pressroom.media.licences import Licence
from pressroom.media.models import Asset, AssetRendition, AssetText, Kind

WORDS = ("title", "alt", "caption", "transcript")


class Facts(NamedTuple):
    """What is said of an asset once for every language."""

    kind: Kind
    credit: str
    licence: Licence = Licence.EDITORIAL
    decorative: bool = False
    restricted: bool = False
    offered: bool = False
    taken_on: date | None = None
    place: str = ""
    language: str | None = None


def kind_of(media_type: str) -> Kind:
    """What an upload is before anybody says more: a logo comes in as a picture."""
    if media_type in PICTURES:
        return Kind.PICTURE
    return Kind.AUDIO if media_type.startswith("audio/") else Kind.DOCUMENT


def add(
    taken: Taken, stored: Iterable[AssetRendition], *, languages: Iterable[str], told: Told = embedded.NOTHING,
    credit: str = "", by: Actor, at: datetime,
) -> Asset:  # fmt: skip
    """Keep what was stored of an upload. It begins with what the file tells of itself, in `languages` (what has no
    language goes to the first), and nobody but the desk sees it before it is described."""
    languages = list(languages)
    asset = Asset(
        kind=kind_of(taken.media_type), name=taken.name, credit=credit or told.credit, licence=Licence.EDITORIAL,
        decorative=False, restricted=False, offered=False, taken_on=told.taken_on, place=told.place, language=None,
        pages=taken.pages, created_at=at, renditions=list(stored),
    )  # fmt: skip
    for code in sorted(languages):
        first = code == languages[0]
        asset.texts[code] = AssetText(
            language=code, alt="", transcript="",
            title=told.titles.get(code) or (told.titles.get("", "") if first else ""),
            caption=told.captions.get(code) or (told.captions.get("", "") if first else ""),
        )  # fmt: skip
    db.session.add(asset)
    db.session.flush()
    audit.record("asset.add", f"asset:{asset.id}", by=by, at=at)
    return asset


def describe(
    asset: Asset, facts: Facts, words: dict[str, dict[str, str]], *, by: Actor, at: datetime
) -> None:
    """Say what it is; `words` hold any of WORDS by language. From the first time on releases may use it."""
    for name, value in facts._asdict().items():
        setattr(asset, name, value)
    for language, said in words.items():
        text = asset.texts.setdefault(language, AssetText(language=language))
        for name in WORDS:
            setattr(text, name, said.get(name, ""))
    asset.described_at = asset.described_at or at
    flag_modified(asset, "credit")  # words alone also make a new version: two people may be writing
    audit.record("asset.edit", f"asset:{asset.id}", by=by, at=at)


def remove(asset: Asset, *, by: Actor, at: datetime) -> set[str]:
    """Forget the asset; returns the keys of its files, to be deleted once that is committed.

    Raises Refused while something uses it: the database itself says so.
    """
    keys = {one.key for one in asset.renditions}
    audit.record("asset.remove", f"asset:{asset.id}", by=by, at=at)
    db.session.delete(asset)
    try:
        db.session.flush()
    except IntegrityError as used:
        raise Refused(_("A release uses this file: take it off there first.")) from used
    return keys
