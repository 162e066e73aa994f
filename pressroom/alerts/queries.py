"""What is asked of subscriptions: whose a link is, who is to be told of what, how many there are."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import selectinload

from pressroom.alerts.models import Subscription, subscription_topic
from pressroom.database import db
from pressroom.delivery import suppressions
from pressroom.delivery.models import Message, Suppression
from pressroom.releases.models import Topic

SCOPE = "alerts"  # of their messages, see delivery.models.Message


class Numbers(NamedTuple):
    """How many subscriptions there are in one language: all that are live, those to every topic, by topic id, those
    whose topics have all been removed, and those that nobody has confirmed yet."""

    live: int
    every: int
    topics: dict[str, int]
    empty: int
    waiting: int


def by_link(digest: str) -> Subscription | None:
    """The subscription that a private link opens."""
    return db.session.scalar(select(Subscription).filter_by(link_digest=digest))


def of_address(email: str) -> Subscription | None:
    """The subscription of an address, whatever its state."""
    return db.session.scalar(select(Subscription).filter_by(email=email.lower()))


def live() -> ColumnElement[bool]:
    """The condition on Subscription under which it gets alerts."""
    return Subscription.confirmed_at.is_not(None) & Subscription.ended_at.is_(None)


def to_tell(
    topics: Collection[str] | None, since: datetime | None = None, language: str | None = None
) -> Select[tuple[Subscription]]:
    """Who is to be told of what is filed under `topics` (ids; None: whatever they chose): those who want all of it, or
    one of these. Only those who had confirmed at `since`, and those who read `language`, when these are given."""
    found = select(Subscription).where(live())
    if topics is not None:
        some = Subscription.topics.any(Topic.id.in_(topics))
        found = found.where(or_(Subscription.every_topic, some))
    if since:
        found = found.where(Subscription.confirmed_at <= since)
    if language:
        found = found.where(Subscription.language == language)
    return found.order_by(Subscription.email)


def message(digest: str) -> Message | None:
    """The message whose link to end such mail this is."""
    return db.session.scalar(select(Message).filter_by(link_digest=digest))


def stopped(recipient: str, scope: str) -> Suppression | None:
    """What keeps mail of this kind from the address, bar what keeps all mail from it."""
    named = Suppression.recipient.in_(suppressions.known_as(recipient))
    return db.session.scalar(select(Suppression).where(named, Suppression.scope == scope).limit(1))


def kept_away(email: str) -> bool:
    """Whether something keeps alerts from the address: it asked for no mail, or mail to it came back."""
    return bool(suppressions.reasons([email], SCOPE))


def mails(subscription: Subscription) -> list[Message]:
    """What was written to the address because of the subscription, oldest first."""
    return list(
        db.session.scalars(select(Message).where(its_mails(subscription)).order_by(Message.created_at))
    )


def its_mails(subscription: Subscription) -> ColumnElement[bool]:
    """The condition on Message under which it was written because of the subscription."""
    alert = (func.lower(Message.recipient) == subscription.email) & (Message.scope == SCOPE)
    return or_(Message.about == subscription.subject, alert)


def numbers() -> dict[str, Numbers]:
    """By language, of those languages in which somebody subscribed."""
    counts = select(
        Subscription.language,
        func.count().filter(live()),
        func.count().filter(live() & Subscription.every_topic),
        func.count().filter(live() & ~Subscription.every_topic & ~Subscription.topics.any()),
        func.count().filter(Subscription.confirmed_at.is_(None) & Subscription.ended_at.is_(None)),
    ).group_by(Subscription.language)
    by_topic = (
        select(Subscription.language, subscription_topic.c.topic_id, func.count())
        .join(subscription_topic, subscription_topic.c.subscription_id == Subscription.id)
        .where(live()).group_by(Subscription.language, subscription_topic.c.topic_id)
    )  # fmt: skip
    found: dict[str, dict[str, int]] = {}
    for language, topic, number in db.session.execute(by_topic):
        found.setdefault(language, {})[topic] = number
    return {
        language: Numbers(count, every, found.get(language, {}), empty, waiting)
        for language, count, every, empty, waiting in db.session.execute(
            counts.order_by(Subscription.language)
        )
    }


def search(words: str) -> Select[tuple[Subscription]]:
    """Subscriptions whose address contains `words`."""
    return (
        select(Subscription)
        .where(Subscription.email.contains(words.lower(), autoescape=True))
        .options(selectinload(Subscription.topics).selectinload(Topic.texts))
        .order_by(Subscription.email)
    )
