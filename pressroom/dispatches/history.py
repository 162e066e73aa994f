"""All that happened with one journalist, a plain sentence each: messages and their fate, kits, requests and what was
decided, consents, subscriptions, what ended them."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import joinedload, load_only, selectinload

from pressroom.access import Actor
from pressroom.accreditation import queries as accreditation
from pressroom.accreditation.models import Application, Step
from pressroom.accreditation.statuses import STEPS
from pressroom.alerts.models import Subscription
from pressroom.contacts import queries as contacts
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.delivery.models import Message, Reason, State, Suppression
from pressroom.dispatches import fates
from pressroom.events.models import Event
from pressroom.i18n import current_language
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.kits.models import Fetch, Grant, Kit

ENDED = {
    Reason.UNSUBSCRIBED: _l("Wants no such mail any more: used the link in a message."),
    Reason.ASKED: _l("Wants no such mail any more: told the press office."),
    Reason.UNKNOWN: _l("Is written to no longer: the mail server says that the address does not exist."),
    Reason.BOUNCED: _l("Is written to no longer: messages came back."),
}


class Line(NamedTuple):
    """One thing that happened: when, in a sentence; what it is about, in which language that is (None: in none), and
    its page on the desk; what more there is to know."""

    at: datetime
    sentence: str
    about: str = ""
    language: str | None = None
    endpoint: str = ""
    values: dict[str, str] | None = None
    detail: str = ""


def of(contact: Contact, viewer: Actor, now: datetime, zone: ZoneInfo) -> list[Line]:
    """Everything, newest first."""
    written = {contact.email, *contacts.former_addresses(contact.id)}
    addresses = {address.lower() for address in written}
    lines = [
        Line(contact.created_at, _("Was noted among the contacts.")),
        *_messages(written | addresses, now, zone), *_kits(addresses, viewer), *_requests(addresses, viewer),
        *_consents(contact), *_subscriptions(addresses), *_endings(contact.email.lower()),
    ]  # fmt: skip
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _messages(addresses: set[str], now: datetime, zone: ZoneInfo) -> Iterator[Line]:
    """Those to the address that is known now, and those that these stand for: they went to one that was wrong."""
    mine = (
        db.select(Message.id, Message.replaces_id).where(Message.recipient.in_(addresses)).cte(recursive=True)
    )
    before = db.select(Message.id, Message.replaces_id).join(mine, mine.c.replaces_id == Message.id)
    mine = mine.union(before)
    found = (
        db.select(Message).where(Message.id.in_(db.select(mine.c.id)))
        .options(load_only(
            Message.subject, Message.language, Message.state, Message.recipient, Message.attempts, Message.next_at,
            Message.created_at, Message.accepted_at, Message.smtp_code, Message.smtp_stage,
            Message.smtp_reply,
        ))
    )  # fmt: skip
    for message in db.session.scalars(found):
        answer = f"{message.smtp_code or ''} {message.smtp_reply or ''}".strip()
        failed = message.state in (State.REFUSED, State.BOUNCED, State.EXPIRED)
        to = "" if message.recipient in addresses else message.recipient
        yield Line(
            message.accepted_at or message.created_at, fates.sentence(message, now, zone), message.title,
            None if message.is_emptied else message.language, "delivery_desk.show", {"message_id": message.id},
            " – ".join(filter(None, (to, answer if failed else ""))),
        )  # fmt: skip


def _kits(addresses: set[str], viewer: Actor) -> Iterator[Line]:
    events = joinedload(Grant.kit).joinedload(Kit.event).selectinload(Event.texts)
    grants = (
        db.select(Grant).join(Grant.application)
        .where(Application.email_key.in_(addresses), accreditation.seen_by(viewer))
        .options(events, selectinload(Grant.fetches))
    )  # fmt: skip
    for grant in db.session.scalars(grants):
        words = grant.kit.event.words(current_language())
        about = (words.title, words.language, "kits_desk.edit", {"kit_id": grant.kit_id})
        yield Line(grant.created_at, _("Was given a personal link to the press kit."), *about)
        for fetch in grant.fetches:
            yield Line(fetch.at, _fetched(fetch), *about)


def _fetched(fetch: Fetch) -> str:
    if fetch.what == "*":
        return _("Downloaded the whole press kit.")
    return _("Downloaded “%(file)s” from the press kit.", file=fetch.what)


def _requests(addresses: set[str], viewer: Actor) -> Iterator[Line]:
    steps = (
        db.select(Step).join(Step.application)
        .where(Application.email_key.in_(addresses), accreditation.seen_by(viewer))
        .options(joinedload(Step.application).joinedload(Application.event).selectinload(Event.texts))
    )  # fmt: skip
    for step in db.session.scalars(steps):
        application = step.application
        words = application.event.words(current_language())
        values = {"event_id": application.event_id, "application_id": application.id}
        what = _("Accreditation request: %(what)s.", what=_small(str(STEPS.get(step.action, step.action))))
        yield Line(
            step.at, what, words.title, words.language, "accreditation_desk.show", values, step.actor_name
        )


def _small(words: str) -> str:
    """As it stands within a sentence."""
    return words[:1].lower() + words[1:]


def _consents(contact: Contact) -> Iterator[Line]:
    for consent in contact.consents:
        said = _("Agreed to be written to.") if consent.given else _("No longer agrees to be written to.")
        noted = _("Noted by %(name)s", name=consent.actor) if consent.actor else ""
        yield Line(consent.at, said, detail=" – ".join(filter(None, (consent.source, noted))))


def _subscriptions(addresses: set[str]) -> Iterator[Line]:
    for one in db.session.scalars(db.select(Subscription).where(Subscription.email.in_(addresses))):
        yield Line(one.created_at, _("Asked for alerts on the public site."))
        if one.confirmed_at:
            yield Line(one.confirmed_at, _("Confirmed the address for alerts."))
        if one.ended_at:
            yield Line(one.ended_at, _("Ended the alerts."))


def _endings(address: str) -> Iterator[Line]:
    for one in db.session.scalars(db.select(Suppression).filter_by(recipient=address)):
        yield Line(one.at, str(ENDED[one.reason]), detail=" – ".join(filter(None, (one.note, one.actor))))
