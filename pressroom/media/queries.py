"""What is asked of the picture library."""

from sqlalchemy import Select, or_
from sqlalchemy.orm import selectinload

from pressroom.database import db
from pressroom.media.models import Asset


def every() -> Select[tuple[Asset]]:
    """All pictures, the newest first."""
    return db.select(Asset).options(selectinload(Asset.texts)).order_by(Asset.created_at.desc(), Asset.id)


def by_key(key: str) -> Asset | None:
    """The picture of which a rendition is stored under this key."""
    return db.session.scalar(db.select(Asset).filter(or_(Asset.full_key == key, Asset.web_key == key)))
