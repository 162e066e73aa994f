"""What it takes to erase an application: its rows and files, its mails, what we know of the person because of it.

What stays is what a purge leaves too: a journal of ids, and a number that names nobody.
"""

from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select

from pressroom import audit
from pressroom.access import Actor, Role
from pressroom.accreditation import passing, repeats, retention, workflow
from pressroom.accreditation.models import LIVE, Application, ErasedLink
from pressroom.contacts import workflow as contacts
from pressroom.database import db
from pressroom.delivery import strangers
from pressroom.delivery.models import Copy, Message


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
    """Delete the messages about these applications, and those that list the requests of the addresses' owners."""
    listing = Message.notice == "accreditation_found"
    theirs = listing & func.lower(Message.recipient).in_([address.lower() for address in owners])
    strangers.forget(Message.about.in_(subjects) | theirs, at)


def _forget_person(address: str) -> None:
    """What we know of the person because of such requests, once the last of them is gone."""
    key = address.lower()
    if db.session.scalar(select(exists().where(Application.email_key == key))):
        return
    contacts.forget(address, source="accreditation")
    db.session.execute(delete(Copy).where(func.lower(Copy.recipient) == key))
