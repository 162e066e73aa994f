"""What is asked of the media library."""

from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, or_, true
from sqlalchemy.orm import selectinload

from pressroom.database import db, numbers
from pressroom.media.models import Asset, AssetRendition, AssetText, Kind, RenditionName


class Among(StrEnum):
    """The desk's ways of looking at the library."""

    EVERY = "every"
    INCOMPLETE = "incomplete"
    PICTURE = "picture"
    LOGO = "logo"
    DOCUMENT = "document"
    AUDIO = "audio"
    RESTRICTED = "restricted"
    UNUSED = "unused"


def described() -> Select[tuple[Asset]]:
    """All assets that have their words, the newest first: what a release may use."""
    return _newest_first().where(Asset.described_at.is_not(None))


def to_describe() -> Select[tuple[Asset]]:
    """What waits for its words, in the order in which it came."""
    return (
        db.select(Asset).options(selectinload(Asset.texts))
        .where(Asset.described_at.is_(None)).order_by(Asset.created_at, Asset.name, Asset.id)
    )  # fmt: skip


def on_the_desk(among: Among, words: str) -> Select[tuple[Asset]]:
    """The part of the library that holds `words` in a name, a credit or the words in any language."""
    typed = (Asset.name, Asset.credit, Asset.place)
    said = (AssetText.title, AssetText.alt, AssetText.caption)
    has_words = or_(
        *(column.icontains(words, autoescape=True) for column in typed),
        Asset.id.in_(
            db.select(AssetText.asset_id).where(
                or_(*(column.icontains(words, autoescape=True) for column in said))
            )
        ),
    )
    return _newest_first().where(_in(among), has_words if words else true())


def counts() -> dict[Among, int]:
    """How many assets there are in each part of the library, as far as `database.numbers` counts."""
    return numbers({among: db.select(Asset.id).where(_in(among)) for among in Among})


def unfinished(limit: int) -> list[str]:
    """The ids of pictures whose renditions are not all made: the AVIF one is made last."""
    finished = Asset.renditions.any(
        and_(AssetRendition.name == RenditionName.WEB, AssetRendition.media_type == "image/avif")
    )
    pictures = db.select(Asset.id).where(Asset.kind.in_((Kind.PICTURE, Kind.LOGO)), ~finished)
    return list(db.session.scalars(pictures.order_by(Asset.created_at, Asset.id).limit(limit)))


def _newest_first() -> Select[tuple[Asset]]:
    return (
        db.select(Asset).options(selectinload(Asset.texts))
        .order_by(Asset.created_at.desc(), Asset.name, Asset.id)
    )  # fmt: skip


def _in(among: Among) -> ColumnElement[bool]:
    conditions = {
        Among.EVERY: true(),
        Among.INCOMPLETE: Asset.described_at.is_(None),
        Among.RESTRICTED: Asset.restricted,
        Among.UNUSED: ~Asset.uses.any(),
    }
    return conditions[among] if among in conditions else Asset.kind == Kind(among.value)
