"""The topics that releases are filed under: their names, their order, their addresses."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import selectinload

from pressroom import audit
from pressroom.access import Actor
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.releases import queries
from pressroom.releases.models import Release, Topic, TopicText, release_topic
from pressroom.slugs import slug


def every() -> list[Topic]:
    """In the order in which people see them."""
    in_order = select(Topic).order_by(Topic.position, Topic.id).options(selectinload(Topic.texts))
    return list(db.session.scalars(in_order))


def seen(now: datetime) -> list[Topic]:
    """Those under which readers have seen a release: any other may be made for one to come."""
    public = or_(queries.visible(None, now), queries.was_public(now))
    filed = select(release_topic.c.topic_id).join(Release, Release.id == release_topic.c.release_id)
    shown = set(db.session.scalars(filed.where(public)))
    return [topic for topic in every() if topic.id in shown]


def used() -> set[str]:
    """The ids of those that any release, public or not, is filed under."""
    return set(db.session.scalars(select(Topic.id).where(_filed_under(Topic.id))))


def add(names: Mapping[str, str], *, by: Actor, at: datetime) -> Topic:
    """A new topic, after the others; `names` by language. Raises Refused."""
    topic = Topic(position=(db.session.scalar(select(func.max(Topic.position))) or 0) + 1)
    _name(topic, names)
    db.session.add(topic)
    audit.record("topic.add", f"topic:{topic.id}", by=by, at=at)
    return topic


def rename(topic: Topic, names: Mapping[str, str], *, by: Actor, at: datetime) -> None:
    """Other names; its addresses stay as they are, readers may follow them. Raises Refused."""
    _name(topic, names)
    audit.record("topic.rename", f"topic:{topic.id}", by=by, at=at)


def move_up(topic: Topic, *, by: Actor, at: datetime) -> None:
    """Let it change places with the one before it; the first one stays where it is."""
    before = [other for other in every() if other.position < topic.position]
    if before:
        before[-1].position, topic.position = topic.position, before[-1].position
        audit.record("topic.move", f"topic:{topic.id}", by=by, at=at)


def remove(topic: Topic, *, by: Actor, at: datetime) -> None:
    """Raises Refused while a release is filed under it."""
    if db.session.scalar(select(_filed_under(topic.id))):
        raise Refused(_("Releases are filed under this topic: file them elsewhere before you remove it."))
    db.session.delete(topic)
    audit.record("topic.remove", f"topic:{topic.id}", by=by, at=at)


def _filed_under(topic_id):
    return exists().where(release_topic.c.topic_id == topic_id)


def _name(topic: Topic, names: Mapping[str, str]) -> None:
    for language, name in names.items():
        known = topic.texts.get(language)
        if known is None:
            taken = db.session.scalars(select(TopicText.slug).where(TopicText.language == language)).all()
            topic.texts[language] = TopicText(language=language, name=name, slug=slug(name, 70, taken))
        known = topic.texts[language]
        others = select(TopicText.topic_id).where(
            TopicText.language == language, TopicText.name == name, TopicText.topic_id != topic.id
        )
        if db.session.scalar(others):
            raise Refused(_("There is a topic “%(name)s” already.", name=name))
        known.name = name
