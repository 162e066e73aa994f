"""Alerts: what became public, or was corrected, goes to those who subscribed, without anybody pressing a button.

Found by what is true now, not by an event: a release that is visible and appeared in a language within the last day, a
correction that readers were told of within it. What is older than that is history, and no alert any more.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import selectinload

from pressroom.access import SYSTEM
from pressroom.alerts import queries as alerts
from pressroom.alerts.models import Subscription
from pressroom.database import db
from pressroom.delivery.models import Dispatch, DispatchKind
from pressroom.dispatches import workflow
from pressroom.errors import Refused
from pressroom.releases import queries as releases
from pressroom.releases.models import Correction, Publication, Release, ReleaseText

WINDOW = timedelta(hours=24)
PREFIX = "alert:"  # of the keys of their dispatches


class News(NamedTuple):
    """What subscribers are to be told, in which languages, and since when readers of each know it."""

    kind: DispatchKind
    about: str  # "release:4f7k2m9q", "correction:…"
    since: dict[str, datetime]

    @property
    def once(self) -> str:
        """The key of its dispatch: no second one tells the readers of these languages."""
        return f"{PREFIX}{self.about}:{'+'.join(sorted(self.since))}"


def owed(now: datetime) -> list[News]:
    """All that somebody who subscribed before it was known has not been told yet."""
    if not db.session.scalar(select(exists().where(alerts.live()))):
        return []
    found = (_untold(news, topics) for news, topics in (*_releases(now), *_corrections(now)))
    return [news for news in found if news.since]


def make(news: News, now: datetime) -> None:
    """Put a dispatch on its way, by the system; it waits for the undo delay like any other. When nobody is left to
    write to, because all have it already or want no more, nothing is made."""
    segments = [
        {"who": "alerts", "language": code, "since": since.isoformat()} for code, since in news.since.items()
    ]
    undo = timedelta(seconds=current_app.config["UNDO_SECONDS"])
    try:
        with db.session.begin_nested():
            dispatch = workflow.create(
                news.kind, about=news.about, audience=segments, once=news.once, by=SYSTEM, at=now
            )
            workflow.act(dispatch, "send", undo=undo, by=SYSTEM, at=now)
    except Refused:
        return


def _untold(news: News, topics: list[str]) -> News:
    """`news` in the languages whose readers no alert has told yet, and of which there is somebody to tell."""
    keys = db.session.scalars(
        select(Dispatch.once).where(Dispatch.about == news.about, Dispatch.once.startswith(PREFIX))
    )
    told = {code for key in keys for code in key.rpartition(":")[2].split("+")}
    return news._replace(
        since={
            code: since
            for code, since in news.since.items()
            if code not in told and _anybody(topics, since, code)
        }
    )


def _anybody(topics: list[str], since: datetime, language: str) -> bool:
    found = alerts.to_tell(topics, since, language).order_by(None).limit(1)
    return db.session.scalar(found.with_only_columns(Subscription.id)) is not None


def _releases(now: datetime) -> Iterator[tuple[News, list[str]]]:
    """What appeared, each in the languages in which it did; one may follow days after the other."""
    newly = exists().where(
        Publication.text_id == ReleaseText.id, Publication.at > now - WINDOW, Publication.at <= now
    )
    lately = or_(Release.public_from > now - WINDOW, Release.texts.any(newly))
    visible = (
        select(Release).where(releases.visible(None, now), lately).order_by(Release.public_from, Release.id)
        .options(selectinload(Release.texts).selectinload(ReleaseText.publications), selectinload(Release.topics))
    )  # fmt: skip
    for release in db.session.scalars(visible):
        since = {code: _known_since(release, code) for code in releases.public_in(release)}
        fresh = {code: moment for code, moment in since.items() if now - WINDOW < moment <= now}
        yield News(DispatchKind.RELEASE, f"release:{release.id}", fresh), _topics(release)


def _corrections(now: datetime) -> Iterator[tuple[News, list[str]]]:
    """What was said of words that readers of the language had; before they had them there is nothing to correct."""
    told = releases.log_of_corrections(now).where(Correction.at > now - WINDOW)
    for correction in db.session.scalars(told):
        release = correction.release
        since = {
            code: correction.at for code in correction.texts if correction.at > _known_since(release, code)
        }
        yield News(DispatchKind.CORRECTION, f"correction:{correction.id}", since), _topics(release)


def _known_since(release: Release, language: str) -> datetime:
    """Since when readers have had a release in a language."""
    first = min((one.at for one in release.texts[language].publications), default=release.public_from)
    return max(first, release.public_from)


def _topics(release: Release) -> list[str]:
    return [topic.id for topic in release.topics]
