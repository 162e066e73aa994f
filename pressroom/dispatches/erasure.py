"""Everything known of one person, wherever it lies: how much it is, and its end.

A person is known by addresses: the contact's, and others of theirs that the press office names. What stays is what says
nothing of anybody: the journal's ids, the numbers of past events, and a wish not to be written to, under a code.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from pressroom import audit, links, storage
from pressroom.access import Actor
from pressroom.accreditation import erasure
from pressroom.accreditation.models import Application, Draft
from pressroom.alerts import workflow as alerts
from pressroom.alerts.models import Subscription
from pressroom.contacts import workflow as contacts
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.delivery import strangers, suppressions
from pressroom.delivery.models import Copy, Message, Reason, Suppression
from pressroom.kits.models import Grant
from pressroom.releases.models import Preview

ERASED, SILENCED = "address.erase", "address.silence"  # what the journal says of each address


def applications(addresses: Sequence[str]) -> list[Application]:
    """Their requests for accreditation, oldest first, whether or not the address was confirmed."""
    theirs = select(Application).where(Application.email_key.in_(addresses))
    return list(db.session.scalars(theirs.order_by(Application.submitted_at)))


def theirs(column, addresses: Sequence[str]) -> ColumnElement[bool]:
    """SQL: the column holds one of these addresses, which are in lower case."""
    return func.lower(column).in_(addresses)


def mails(addresses: Sequence[str]) -> ColumnElement[bool]:
    """The condition on Message under which it was written to them; what is about an account of the press office
    concerns a colleague."""
    return theirs(Message.recipient, addresses) & ~Message.about.startswith("staff:")


def contacts_of(contact: Contact, addresses: Sequence[str]) -> list[Contact]:
    """The contact, and others under the same person's addresses, which are in lower case."""
    others = select(Contact).where(theirs(Contact.email, addresses), Contact.id != contact.id)
    return [contact, *db.session.scalars(others.order_by(Contact.email))]


def numbers(contact: Contact, addresses: Sequence[str]) -> dict[str, int]:
    """How much there is, by kind of thing."""
    of_them, people = Application.email_key.in_(addresses), contacts_of(contact, addresses)
    return {
        "consents": sum(len(one.consents) for one in people),
        "lists": len({each.id for one in people for each in one.lists}),
        "requests": _count(Application, of_them),
        "kits": _count(Grant, Grant.application.has(of_them)),
        "previews": _count(Preview, theirs(Preview.email, addresses)),
        "alerts": _count(Subscription, Subscription.email.in_(addresses)),
        "messages": _count(Message, mails(addresses)),
        "copies": _count(Copy, theirs(Copy.recipient, addresses)),
        "wishes": _count(Suppression, Suppression.recipient.in_(addresses)),
    }


def subject(address: str) -> str:
    """What the journal calls an address in lower case that is erased: only the secret key leads back to it."""
    return f"address:{links.mint('erased person', address)}"


def erase(people: Iterable[Contact], addresses: Iterable[str], *, silence: bool, by: Actor, at: datetime) -> None:  # fmt: skip
    """Delete it all. `addresses` are the person's, in lower case, those of the contacts `people` among them; with
    `silence` it is remembered, as a code, that they are not to be written to. Once this is committed `storage.sweep`
    deletes the files and `database.empty_log` what SQLite still has of the rows."""
    known = sorted(set(addresses))
    contacts.forget_rows(known)
    for one in people:
        contacts.erase(one, by=by, at=at)
    db.session.flush()
    for address in known:
        audit.record(SILENCED if silence else ERASED, subject(address), by=by, at=at)
        while found := applications([address]):
            erasure.erase(found[0], by=by, at=at)
            db.session.expire_all()
        if subscription := db.session.scalar(select(Subscription).filter_by(email=address)):
            alerts.erase(subscription, by=by, at=at)
        if silence:
            suppressions.add(address, contacts.SCOPE, Reason.ASKED, by=by, at=at)
        suppressions.seal(address)
    for preview in db.session.scalars(select(Preview).where(theirs(Preview.email, known))):
        db.session.delete(preview)
    _forget_unsent(known)
    strangers.forget(mails(known), at)
    db.session.execute(delete(Copy).where(theirs(Copy.recipient, known)))


def _forget_unsent(addresses: Sequence[str]) -> None:
    """What they typed into a request that was never sent."""
    drafts = db.session.scalars(
        select(Draft).where(theirs(Draft.fields["email"].as_string(), addresses))
    ).all()
    documents = [document for draft in drafts for document in draft.documents]
    storage.discard(document.file_key for document in documents)
    for row in (*documents, *drafts):
        db.session.delete(row)


def _count(model, condition: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(condition))
