"""The media library as readers see it: what of it they may know, and the ways to look through it.

An asset is seen when a release that the reader may see shows it, or when the desk offers it on its own.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, true
from sqlalchemy.orm import selectinload

from pressroom.access import Actor
from pressroom.database import db
from pressroom.events.models import Event
from pressroom.media.models import Asset, Kind
from pressroom.releases import published
from pressroom.releases.models import Release, ReleasePicture, Topic
from pressroom.releases.queries import EDITORS, listed, visible

YEAR = func.extract("year", func.coalesce(Asset.taken_on, Asset.created_at))


class Choices(NamedTuple):
    """What readers can choose from, each by the value that stands in the address."""

    kinds: dict[str, Kind]
    years: dict[str, int]
    topics: dict[str, Topic]
    events: dict[str, Event]


def shown(viewer: Actor | None, now: datetime) -> ColumnElement[bool]:
    """The condition on Asset under which `viewer` (None: anybody) may know at `now` that it exists."""
    if viewer and viewer.role in EDITORS:
        return true()
    return and_(Asset.described_at.is_not(None), or_(Asset.offered, _in_a_release(visible(viewer, now))))


def found(condition: ColumnElement[bool], viewer: Actor | None, now: datetime) -> Asset | None:
    """The one asset of which `condition` is true, if the viewer may see it."""
    return db.session.scalar(db.select(Asset).where(condition, shown(viewer, now)))


def among(chosen: dict[str, str], now: datetime) -> Select[tuple[Asset]]:
    """What anybody may see, newest first; `chosen` are values of Choices by the filter's name."""
    conditions = {
        "kind": lambda value: Asset.kind == Kind(value),
        "year": lambda value: int(value) == YEAR,
        "topic": lambda value: _in_a_release(visible(None, now), Release.topics.any(Topic.id == value)),
        "event": lambda value: _in_a_release(visible(None, now), Release.event_id == value),
    }
    return (
        db.select(Asset).options(selectinload(Asset.texts))
        .where(shown(None, now), *(conditions[name](value) for name, value in chosen.items()))
        .order_by(Asset.created_at.desc(), Asset.name, Asset.id)
    )  # fmt: skip


def choices(now: datetime) -> Choices:
    """Only what finds something: a filter never tells of what a reader may not see."""
    seen = and_(Asset.described_at.is_not(None), shown(None, now))
    kinds = set(db.session.scalars(db.select(Asset.kind).where(seen).distinct()))
    years = db.session.scalars(db.select(YEAR).where(seen).distinct().order_by(YEAR.desc()))
    used = and_(visible(None, now), Release.pictures.any())
    topics = db.select(Topic).where(Topic.id.in_(db.select(Topic.id).join(Release.topics).where(used)))
    events = db.select(Event).where(Event.id.in_(db.select(Release.event_id).where(used)))
    topics, events = topics.options(selectinload(Topic.texts)), events.options(selectinload(Event.texts))
    return Choices(
        {kind.value: kind for kind in Kind if kind in kinds},
        {str(int(year)): int(year) for year in years},
        {topic.id: topic for topic in db.session.scalars(topics.order_by(Topic.position, Topic.id))},
        {event.id: event for event in db.session.scalars(events.order_by(Event.starts_at.desc())) if event.is_public},
    )  # fmt: skip


def releases_with(asset: Asset, language: str, now: datetime) -> list[Release]:
    """The releases that anybody may read in `language` and that show the asset, newest first."""
    showing = ReleasePicture.asset_id == asset.id
    return published.BRIEF.all(listed(language, now).where(Release.pictures.any(showing)))


def _in_a_release(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    used = db.select(ReleasePicture.asset_id).join(ReleasePicture.release).where(*conditions)
    return Asset.id.in_(used)
