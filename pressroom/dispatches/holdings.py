"""A copy of everything known of one person (GDPR article 15): data.json, and of each request, after its reference, the
same and the files.

Links are left out, because each one opens something, and so are our keys.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from pressroom import links
from pressroom.accreditation import held
from pressroom.alerts import held as alerts
from pressroom.alerts.models import Subscription
from pressroom.archives import Content
from pressroom.contacts import queries, topics
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.delivery import words
from pressroom.delivery.models import Copy, Message, Suppression
from pressroom.dispatches import erasure
from pressroom.releases.models import Preview

NOT_TOLD = held.NOT_TOLD  # messages that may still be taken back


def members(contact: Contact, addresses: Sequence[str], at: datetime) -> Iterator[tuple[str, Content]]:
    """The files of the archive, by name; `at` is now."""
    yield "data.json", json.dumps(data(contact, addresses, at), ensure_ascii=False, indent=2).encode()
    for application in erasure.applications(addresses):
        for name, content in held.members(application, at):
            yield f"{application.reference}-{name}", content


def data(contact: Contact, addresses: Sequence[str], at: datetime) -> dict[str, Any]:
    """All of it but the requests, in plain values."""
    return {
        "generated_at": at.isoformat(),
        "contacts": [_contact(one) for one in erasure.contacts_of(contact, addresses)],
        "alerts": [alerts.data(one, at) for one in _all(Subscription, Subscription.email, addresses)],
        "mails": [
            _mail(one)
            for one in db.session.scalars(
                select(Message)
                .where(erasure.mails(addresses), Message.state.not_in(NOT_TOLD))
                .order_by(Message.created_at)
            )
        ],
        "not_written_to": [
            {"since": one.at.isoformat(), "scope": one.scope or "all", "reason": one.reason, "note": one.note}
            for one in _all(Suppression, Suppression.recipient, addresses)
        ],
        "press_releases_received": [
            {"at": one.at.isoformat(), "what": one.about, "revision": one.revision, "by": one.by}
            for one in _all(Copy, Copy.recipient, addresses)
        ],
        "previews": [_preview(one) for one in _all(Preview, Preview.email, addresses)],
        "requests": [one.reference for one in erasure.applications(addresses)],
    }


def _contact(contact: Contact) -> dict[str, Any]:
    named = topics.names(contact.language)
    return {
        "name": contact.name, "email": contact.email, "former_addresses": queries.former_addresses(contact.id), "phone": contact.phone, "language": contact.language,
        "country": contact.country, "outlet": contact.outlet.name if contact.outlet else "", "notes": contact.notes,
        "source": contact.source, "known_since": contact.created_at.isoformat(),
        "last_action_at": contact.last_action_at.isoformat(), "lists": [one.name for one in contact.lists],
        "topics": [named[id] for id in topics.of(contact.id)],
        "consents": [
            {"at": one.at.isoformat(), "given": one.given, "source": one.source} for one in contact.consents
        ],
    }  # fmt: skip


def _mail(message: Message) -> dict[str, Any]:
    said = words.of(message)
    return {
        "at": message.created_at.isoformat(), "to": message.recipient, "state": message.state,
        "subject": links.redact(said.subject), "text": links.redact(said.text),
    }  # fmt: skip


def _preview(preview: Preview) -> dict[str, Any]:
    return {
        "release": preview.release_id, "name": preview.name, "email": preview.email,
        "created_at": preview.created_at.isoformat(),
        "openings": [{"at": one.at.isoformat(), "what": one.what} for one in preview.openings],
    }  # fmt: skip


def _all(model, column, addresses: Sequence[str]) -> list:
    return list(db.session.scalars(select(model).where(erasure.theirs(column, addresses)).order_by(model.id)))
