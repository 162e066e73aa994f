"""What an address asks of the releases: `?q=&topic=&year=&kind=`, the same for the list and for its feeds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, or_, select

from pressroom import clock
from pressroom.database import db
from pressroom.releases import queries, search
from pressroom.releases.models import Kind, Release, Topic, TopicText, release_topic

LONGEST = 200  # characters of words that are looked for


class Filter(NamedTuple):
    """What is asked for; nothing: everything."""

    words: str = ""
    topic: Topic | None = None
    year: int | None = None
    kind: Kind | None = None

    def listed(self, language: str, now: datetime) -> Select[tuple[Release]]:
        """What anybody may read in `language` that fits, newest first."""
        return search.listed(language, now, **self._asdict())

    def count(self, language: str, now: datetime, most: int) -> int:
        """How many these are; where there are more than `most`, one more than that."""
        return search.count(language, now, most, **self._asdict())

    def arguments(self, language: str) -> dict[str, Any]:
        """The filter as arguments of an address in `language`: give them to `url_for`."""
        topic = self.topic and self.topic.words(language).slug
        values = {"q": self.words, "topic": topic, "year": self.year, "kind": self.kind and self.kind.value}
        return {name: value for name, value in values.items() if value}


def from_args(args: Mapping[str, str], language: str) -> Filter:
    """The filter that an address means; what makes no sense is left out."""
    topic, year, kind = args.get("topic", ""), args.get("year", ""), args.get("kind", "")
    return Filter(
        words=" ".join(args.get("q", "").replace("\0", " ")[:LONGEST].split()),
        topic=_topic(topic.replace("\0", ""), language) if topic else None,
        year=int(year) if len(year) == 4 and year.isascii() and year.isdigit() and int(year) else None,
        kind=Kind(kind) if kind in list(Kind) else None,
    )


def _topic(slug: str, language: str) -> Topic | None:
    """By its slug in `language`, or in another: then the address was made for another page of the site. A topic
    under which readers never saw a release does not exist: it may be made for one to come."""
    now = clock.now()
    filed = and_(release_topic.c.topic_id == Topic.id, release_topic.c.release_id == Release.id)
    seen = exists().where(filed, or_(queries.visible(None, now), queries.was_public(now)))
    named = select(Topic).join(Topic.texts).where(TopicText.slug == slug, seen)
    return db.session.scalar(named.order_by((TopicText.language == language).desc()).limit(1))
