"""What may happen to a subscription: asked for by anybody, confirmed by whoever reads the address, ended by them at once.

Whoever holds a private link is the person: who they are is never asked. Each step may be taken twice without harm.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func

from pressroom import audit, links
from pressroom.access import APPLICANT, Actor
from pressroom.alerts import notices, queries
from pressroom.alerts.models import Subscription
from pressroom.alerts.queries import SCOPE
from pressroom.contacts import queries as contacts
from pressroom.database import db, new_id
from pressroom.delivery import strangers, suppressions
from pressroom.delivery.models import Copy, Message, Reason
from pressroom.releases.models import Topic

CONTACTS = "contacts"  # the scope of mail that the press office sends on its own account


def ask(email: str, *, language: str, topics: Sequence[Topic], at: datetime) -> None:
    """Somebody would like alerts at this address. It may not be theirs: what its owner has chosen stays, and only a mail
    says which of the two it was."""
    subscription = queries.of_address(email)
    if subscription is None:
        id = new_id()
        digest = links.digest(links.mint("alerts", id))
        subscription = Subscription(id=id, email=email.lower(), link_digest=digest)
        db.session.add(subscription)
    if not subscription.is_live:
        _choose(subscription, language, topics)
        subscription.created_at, subscription.confirmed_at, subscription.ended_at = at, None, None
    db.session.flush()
    notices.answer(subscription, at=at)


def confirm(subscription: Subscription, *, at: datetime) -> None:
    """The owner of the address wants alerts, or wants them after all."""
    subscription.confirmed_at = subscription.confirmed_at or at
    subscription.ended_at = None
    _let_through(subscription.email, at)


def change(subscription: Subscription, *, language: str, topics: Sequence[Topic], at: datetime) -> None:
    """Alerts in this language, on these topics; none: on every topic. They come, whatever kept them away before."""
    _choose(subscription, language, topics)
    _let_through(subscription.email, at)


def end(subscription: Subscription, *, by: Actor = APPLICANT, at: datetime) -> None:
    """No alert leaves any more, not even one that waits already. `by` is the person, or whoever they telephoned."""
    telephoned = by is not APPLICANT
    subscription.ended_at = subscription.ended_at or at
    suppressions.add(
        subscription.email, SCOPE, Reason.ASKED if telephoned else Reason.UNSUBSCRIBED,
        by=by if telephoned else None, at=at,
    )  # fmt: skip
    if telephoned:
        audit.record("alert.end", subscription.subject, by=by, at=at)


def leave(message: Message, *, at: datetime) -> None:
    """Whoever got this message wants no more of its kind (RFC 8058)."""
    if subscription := subscribed(message):
        end(subscription, at=at)
    else:
        suppressions.add(message.recipient, scope_of(message), Reason.UNSUBSCRIBED, at=at)


def stay(message: Message, *, at: datetime) -> None:
    """It was a mistake: such mail may come again."""
    if subscription := subscribed(message):
        confirm(subscription, at=at)
    elif stopped := queries.stopped(message.recipient, scope_of(message)):
        suppressions.lift(stopped, by=APPLICANT, at=at)


def subscribed(message: Message) -> Subscription | None:
    """The subscription because of which a message was sent, as long as there is one."""
    return queries.of_address(message.recipient) if scope_of(message) == SCOPE else None


def scope_of(message: Message) -> str:
    """Which kind of mail its link ends. Never all of it: decisions about a request reach whoever made it."""
    return message.scope or CONTACTS


def erase(subscription: Subscription, *, by: Actor = APPLICANT, at: datetime) -> None:
    """Delete a subscription with the mails that it caused; what one of our contacts has received stays theirs."""
    email = subscription.email
    audit.record("alert.erase", subscription.subject, by=by, at=at)
    strangers.forget(queries.its_mails(subscription), at)
    if stopped := queries.stopped(email, SCOPE):
        db.session.delete(stopped)
    if contacts.find(email) is None:
        db.session.execute(delete(Copy).where(func.lower(Copy.recipient) == email))
    db.session.delete(subscription)


def _choose(subscription: Subscription, language: str, topics: Sequence[Topic]) -> None:
    subscription.language, subscription.topics = language, list(topics)
    subscription.every_topic = not topics


def _let_through(email: str, at: datetime) -> None:
    """Whoever presses the button reads this address, and what they want now is newer than what kept mail away; mail
    that they did not ask for stays away."""
    for stopped in (queries.stopped(email, SCOPE), queries.stopped(email, "")):
        if stopped is None:
            continue
        scope, reason, note = stopped.scope, stopped.reason, stopped.note
        suppressions.lift(stopped, by=APPLICANT, at=at)
        if not scope and reason in suppressions.WISHES:
            suppressions.add(email, CONTACTS, reason, note=note, at=at)
