"""Everything held about one subscriber because of the subscription, as they may have it (GDPR article 15)."""

from datetime import datetime
from typing import Any

from pressroom import links
from pressroom.alerts import queries
from pressroom.alerts.models import Subscription
from pressroom.delivery.models import Message


def data(subscription: Subscription, at: datetime) -> dict[str, Any]:
    """All of it in plain values; `at` is now."""
    stopped = queries.stopped(subscription.email, queries.SCOPE)
    return {
        "generated_at": at.isoformat(),
        "email": subscription.email,
        "language": subscription.language,
        "every_topic": subscription.every_topic,
        "topics": [topic.words(subscription.language).name for topic in subscription.topics],
        "subscribed_at": subscription.created_at.isoformat(),
        "confirmed_at": _moment(subscription.confirmed_at),
        "ended_at": _moment(subscription.ended_at),
        "not_written_to_since": _moment(stopped and stopped.at),
        "mails": [_mail(message) for message in queries.mails(subscription)],
    }


def _mail(message: Message) -> dict[str, Any]:
    return {
        "written_at": message.created_at.isoformat(),
        "subject": links.redact(message.subject),
        "language": message.language,
        "state": message.state.value,
        "accepted_at": _moment(message.accepted_at),
    }


def _moment(moment: datetime | None) -> str | None:
    return moment and moment.isoformat()
