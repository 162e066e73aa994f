"""What it takes to erase an application: its rows and files, its mails, what we know of the person because of it.

What stays is what a purge leaves too: a journal of ids, and a number that names nobody.
"""

from datetime import datetime, timedelta

from sqlalchemy import case, delete, exists, func, or_, select, update

from pressroom import audit
from pressroom.access import Actor, Role
from pressroom.accreditation import passing, queries, repeats, retention, workflow
from pressroom.accreditation.models import LIVE, Application, ErasedLink
from pressroom.contacts import workflow as contacts
from pressroom.database import db
from pressroom.delivery.models import Copy, Message, MessageEvent
from pressroom.delivery.models import State as Fate

NEVER_LEFT = (Fate.HELD, Fate.QUEUED, Fate.CANCELLED)
LIMITED_FOR = timedelta(hours=24)  # how long a mail that anybody can cause counts, see queries.may_write_to


def erase(application: Application, *, by: Actor, at: datetime) -> None:
    """Delete an application, and those that the same person sent besides it or that were merged into it.

    One that lives is withdrawn first, so that its place goes to the next. Whoever never confirmed the address may not
    be its owner: then only this one application goes. Once this is committed `storage.sweep` deletes the files and
    `database.empty_log` what SQLite still has of the rows.
    """
    if application.state in LIVE and at < application.event.ends_at:
        if application.is_pending(at) and by.role is not Role.APPLICANT:
            workflow.act(application, "undo", by=by, at=at)
        workflow.act(application, "withdraw", by=by, at=at)
    if application.passes_on:
        passing.pass_on(application, at)  # nobody could later: the row that says so goes
    confirmed = application.verified_at is not None
    if not confirmed:
        repeats.let_go(application)
    gone = _with_repeats(application) if confirmed else [application]
    owners = {one.email for one in gone if one.verified_at}
    for one in gone:
        audit.record("accreditation.erase", one.subject, by=by, at=at)
        db.session.add_all(ErasedLink(digest=digest) for digest in (one.link_digest, one.verify_digest))
    aside = [one.id for one in gone if one.duplicate_of_id]
    rest = [one.id for one in gone if not one.duplicate_of_id]
    db.session.flush()
    _forget_mails([one.subject for one in gone], owners, at)
    retention.forget(aside, counted=False)
    retention.forget(rest, counted=confirmed)
    for address in owners:
        _forget_person(address)


def _with_repeats(application: Application) -> list[Application]:
    """It, those that were merged into it, and those that were only kept aside because of one of them."""
    found = [application]
    for one in found:
        because = or_(Application.merged_into_id == one.id, Application.duplicate_of_id == one.id)
        found += db.session.scalars(select(Application).where(because))
    return found


def _forget_mails(subjects: list[str], owners: set[str], at: datetime) -> None:
    """Delete the messages about these applications, and those that list the requests of the addresses' owners.

    What anybody can cause and has left still counts against what may go to an address: of that a row stays, with a
    stand-in for the address and without words, or else erasing would let a stranger be written to for ever.
    """
    listing = Message.notice == "accreditation_found"
    theirs = listing & func.lower(Message.recipient).in_([address.lower() for address in owners])
    ours = Message.about.in_(subjects) | theirs
    counts = select(Message.id, Message.recipient).where(
        ours, Message.notice.in_(queries.TO_STRANGERS), Message.state.not_in(NEVER_LEFT),
        Message.created_at > at - LIMITED_FOR,
    )  # fmt: skip
    for id, address in db.session.execute(counts).all():
        db.session.execute(delete(MessageEvent).where(MessageEvent.message_id == id))
        db.session.execute(
            update(Message).where(Message.id == id).values(
                about="erased", once=None, recipient=queries.stand_in(address), subject="", text="", html="",
                smtp_reply=None, in_reply_to=None, lease_owner=None, lease_until=None, phase=None,
                state=case((Message.state == Fate.SENDING, Fate.IN_DOUBT), else_=Message.state),
            )
        )  # fmt: skip
    db.session.execute(
        delete(Message).where(Message.about.in_(subjects) | (theirs & (Message.about != "erased")))
    )


def _forget_person(address: str) -> None:
    """What we know of the person because of such requests, once the last of them is gone."""
    key = address.lower()
    if db.session.scalar(select(exists().where(Application.email_key == key))):
        return
    contacts.forget(address, source="accreditation")
    db.session.execute(delete(Copy).where(func.lower(Copy.recipient) == key))
