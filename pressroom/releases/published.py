"""What readers are shown of releases, only read: a query for each kind of thing, however many there are of it."""

from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, select

from pressroom.database import UTC, db
from pressroom.events.models import Event
from pressroom.media.models import Asset, AssetRendition, AssetText
from pressroom.readings import Reading
from pressroom.releases import queries
from pressroom.releases.models import (
    Correction,
    CorrectionText,
    Publication,
    Release,
    ReleasePicture,
    ReleaseText,
    Revision,
    Topic,
    TopicText,
)
from pressroom.staff import queries as staff

TOPIC = Reading(Topic, texts=Reading(TopicText))
_ASSET = Reading(Asset, texts=Reading(AssetText), renditions=Reading(AssetRendition))
_CHANGES = {
    "texts": Reading(ReleaseText, public=Reading(Revision), publications=Reading(Publication)),
    "topics": TOPIC,
    "corrections": Reading(Correction, texts=Reading(CorrectionText)),
}
_FILES = {"pictures": Reading(ReleasePicture, asset=_ASSET)}
_BRIEF = Reading(ReleaseText, public=Reading(Revision, without=("body",)))

BRIEF = Reading(Release, texts=_BRIEF, topics=TOPIC)  # as lists have it
SHOWING = Reading(Release, texts=_BRIEF, contact=staff.CONTACT, **_FILES)
FACTS = Reading(Release, **_CHANGES, event=Reading(Event))
WHOLE = Reading(Release, **_CHANGES, **_FILES)
_PAGE = Reading(Release, **_CHANGES, **_FILES, contact=staff.CONTACT)


def find(release_id: str, now: datetime) -> Release | None:
    """The release, if anybody may know of it, with all that its page says. Its event is the session's."""
    found = _PAGE.read(_found(), {"id": release_id, "now": now})
    for one in found:
        vars(one)["event"] = one.event_id and db.session.get(Event, one.event_id)
    return next(iter(found), None)


def topics() -> list[Topic]:
    """In the order in which people see them."""
    return TOPIC.read(_topics())


@cache
def _topics() -> Select:
    return TOPIC.of(select(Topic).order_by(Topic.position, Topic.id))


@cache
def _found() -> Select:
    """Put together once: every page of a release asks it."""
    known = queries.visible(None, bindparam("now", type_=UTC))
    return _PAGE.of(select(Release).where(Release.id == bindparam("id"), known))
