"""The list of releases and the board of releases and languages: what the address asks for, and in which order."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, literal_column, select
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


def outdated_first(chosen: Filter, now: datetime) -> tuple[Select[tuple[Release]], ...]:
    """Those in which a translation is outdated, which is the work that waits; then the others."""
    everything = listed(chosen, now)
    return everything.where(has_outdated()), everything.where(~has_outdated())


def has_outdated() -> ColumnElement[bool]:
    """What `queries.outdated` says of one text, asked of every text that can still be changed: of those only whose source
    was changed at all, which an index knows."""
    text, source, release = aliased(ReleaseText), aliased(ReleaseText), aliased(Release)
    behind = (
        select(text.release_id)
        .join(source, source.release_id == text.release_id)
        .join(release, and_(release.id == source.release_id, release.source_language == source.language))
        .where(source.major_number > literal_column("1"), text.language != source.language)
        .where(text.made_from_number < source.major_number)
    )
    return Release.id.in_(behind.where(release.state.not_in((State.WITHDRAWN, State.KILLED))))
