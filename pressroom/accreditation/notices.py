"""The mails about an application: what each may say, to whom, and how often.

An address that nobody has confirmed gets no word that an applicant typed: it may belong to somebody else.
"""

from datetime import datetime, timedelta

from pressroom import links
from pressroom.accreditation import queries
from pressroom.accreditation.models import Application
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.delivery import queries as messages
from pressroom.staff.models import PressContact

DECISION_NOTICES = (
    "accreditation_approved",
    "accreditation_closed",
    "accreditation_declined",
    "accreditation_offered",
    "accreditation_question",
    "accreditation_reconsidered",
    "accreditation_reinstated",
    "accreditation_revoked",
    "accreditation_waitlisted",
)


def page_of(application: Application) -> str:
    """The private address of an application's page, as mails give it."""
    return links.absolute(
        "accreditation.application",
        language=application.language,
        token=links.mint("application", application.id),
    )


def verification_of(application: Application) -> str:
    return links.absolute(
        "accreditation.verify", language=application.language, token=links.mint("verify", application.id)
    )


def receipt(application: Application, *, at: datetime, once: str | None = None) -> None:
    """Say that the request has come, and ask to confirm the address, unless too much went there already.

    The owner of a live request is told of that one instead: only by mail, so that a page betrays nobody.
    """
    told, notice = application, "accreditation_received"
    if application.duplicate_of_id:
        told, notice = db.session.get_one(Application, application.duplicate_of_id), "accreditation_already"
    if queries.may_write_to(application.email, at):
        outbox.put(
            notice,
            to=told.email,
            language=told.language,
            about=told.subject,
            at=at,
            once=once,
            **_words(told),
        )


def found(email: str, *, language: str, at: datetime) -> None:
    """Send an address the links of its requests, when it has some and not too much went there already."""
    applications = queries.of_address(email, at)
    if applications and queries.may_write_to(email, at):
        outbox.put(
            "accreditation_found", to=applications[-1].email, language=language, about=applications[-1].subject, at=at,
            requests=[_words(application) for application in applications],
        )  # fmt: skip


def outcome(application: Application, notice: str, *, at: datetime, hold: timedelta, **context) -> None:
    """Tell the applicant what became of the request, as an answer to the receipt, once `hold` has passed."""
    first = next(
        (m for m in messages.about(application.subject) if m.notice == "accreditation_received"), None
    )
    outbox.put(
        notice, to=application.email, language=application.language, about=application.subject, at=at,
        hold=round(hold.total_seconds()), reply_to=_mailbox(application.event.contact),
        in_reply_to=first.message_id if first else None, **_words(application), **context,
    )  # fmt: skip


def _words(application: Application) -> dict:
    return {
        "name": application.name if application.verified_at else "",
        "event": application.event,
        "contact": application.event.contact,
        "reference": application.reference,
        "page": page_of(application),
        "verification": None if application.verified_at else verification_of(application),
    }


def _mailbox(contact: PressContact | None) -> str | None:
    return f"{contact.name} <{contact.email}>" if contact else None
