"""The list of releases and the board of releases and languages: what the address asks for, and in which order."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import aliased

from pressroom.releases import queries
from pressroom.releases.models import Kind, Release, ReleaseText, State, Topic
from pressroom.releases.queries import Stage


class Filter(NamedTuple):
    """What is asked for; None and "" mean everything."""

    stage: Stage | None = None
    words: str = ""  # in a headline
    kind: Kind | None = None
    topic: str = ""  # its id

    @property
    def narrow(self) -> bool:
        return any(self)

    def address(self, **changes) -> dict[str, str | None]:
        """The same choice as an address has it, with `changes`."""
        values = {"stage": self.stage, "q": self.words, "kind": self.kind, "topic": self.topic, **changes}
        return {name: str(value) if value else None for name, value in values.items()}


def listed(chosen: Filter, now: datetime) -> Select[tuple[Release]]:
    """The chosen releases, newest first."""
    statement = queries.on_the_desk(chosen.stage, chosen.words, now)
    if chosen.kind:
        statement = statement.where(Release.kind == chosen.kind)
    if chosen.topic:
        statement = statement.where(Release.topics.any(Topic.id == chosen.topic))
    return statement


def outdated_first(chosen: Filter, now: datetime) -> Select[tuple[Release]]:
    """The same, those first in which a translation is outdated: the work that waits."""
    newest_first = func.coalesce(Release.public_from, Release.created_at).desc()
    statement = listed(chosen, now).order_by(None)
    return statement.order_by(case((has_outdated(), 0), else_=1), newest_first, Release.id)


def has_outdated() -> ColumnElement[bool]:
    """What `queries.outdated` says of one text, asked of every text that can still be changed."""
    text, source = aliased(ReleaseText), aliased(ReleaseText)
    behind = (
        select(text.id)
        .join(source, and_(source.release_id == text.release_id, source.language == Release.source_language))
        .where(text.release_id == Release.id, text.language != Release.source_language)
        .where(text.made_from_number < source.major_number)
        .correlate(Release)
    )
    return and_(Release.state.in_((State.DRAFT, State.PUBLISHED)), behind.exists())
