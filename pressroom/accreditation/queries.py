"""What is asked of applications: who sees which, and which one a link opens.

What the desk sees leaves out the applications that only repeat one which the same address already has.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_
from sqlalchemy.orm import joinedload

from pressroom.access import Actor, Role
from pressroom.accreditation.models import (
    LIVE,
    Application,
    Document,
    Draft,
    ErasedLink,
    ReviewerScope,
    State,
)
from pressroom.database import db
from pressroom.events.models import Event
from pressroom.events.models import State as EventState


def seen_by(viewer: Actor) -> ColumnElement[bool]:
    """The applications that this member of staff may see: a reviewer with a scope sees only what is in it.

    Those that only repeat another one of the same address are nobody's to see.
    """
    shown = Application.duplicate_of_id.is_(None)
    if viewer.role is not Role.REVIEWER:
        return shown
    own = ReviewerScope.staff_id == viewer.id
    in_scope = exists().where(
        own,
        ReviewerScope.event_id == Application.event_id,
        or_(ReviewerScope.category == "", ReviewerScope.category == Application.category),
    )
    return and_(shown, or_(~exists().where(own), in_scope))


def scope_of(viewer: Actor) -> list[ReviewerScope]:
    """What a reviewer is limited to; nothing: no limit."""
    if viewer.role is not Role.REVIEWER:
        return []
    return list(db.session.scalars(db.select(ReviewerScope).filter_by(staff_id=viewer.id)))


def event(event_id: str, viewer: Actor) -> Event | None:
    """The event, when this member of staff may open its queue at all."""
    scope = scope_of(viewer)
    if scope and event_id not in {one.event_id for one in scope}:
        return None
    return db.session.get(Event, event_id)


def listed(event_id: str, viewer: Actor) -> Select[tuple[Application]]:
    """An event's applications, oldest first."""
    return (
        db.select(Application)
        .where(Application.event_id == event_id, seen_by(viewer))
        .order_by(Application.submitted_at, Application.id)
    )


def find(event_id: str, application_id: str, viewer: Actor) -> Application | None:
    """One application of an event, when this member of staff may see it."""
    return db.session.scalar(
        db.select(Application).where(
            Application.id == application_id, Application.event_id == event_id, seen_by(viewer)
        )
    )


def document(application: Application, document_id: str) -> Document | None:
    """One of an application's documents; None when it is another's."""
    return next((document for document in application.documents if document.id == document_id), None)


def by_link(digest: str) -> Application | None:
    """The application that a private link opens."""
    return db.session.scalar(db.select(Application).filter_by(link_digest=digest))


def by_verification(digest: str) -> Application | None:
    """The application whose address a mailed link confirms."""
    return db.session.scalar(db.select(Application).filter_by(verify_digest=digest))


def was_erased(digest: str) -> bool:
    """Whether a private link belonged to an application that was erased."""
    return db.session.get(ErasedLink, digest) is not None


def by_draft(digest: str) -> Application | None:
    """The application that a form became."""
    return db.session.scalar(db.select(Application).filter_by(draft_key=digest))


def draft(digest: str, event_id: str) -> Draft | None:
    """What was typed for an event under this key, with its files."""
    whole = _draft(digest, event_id).options(joinedload(Draft.documents))
    return db.session.scalars(whole).unique().one_or_none()


def draft_to_send(digest: str, event_id: str) -> Draft | None:
    """The same, while others who send it wait until this transaction has ended."""
    return db.session.scalar(_draft(digest, event_id).with_for_update())


def of_address(email: str, now: datetime) -> list[Application]:
    """An address's applications to events that are not over, oldest first; one that is postponed is still to come."""
    to_come = or_(Event.ends_at > now, Event.state == EventState.POSTPONED)
    return db.session.scalars(
        db.select(Application)
        .join(Event)
        .where(Application.email_key == email.lower(), to_come, _shown())
        .order_by(Application.submitted_at)
    ).all()


def live(email: str, event_id: str) -> Application | None:
    """The application that an address already has for an event, unless it is over with it."""
    return db.session.scalars(
        db.select(Application)
        .where(
            Application.email_key == email.lower(),
            Application.event_id == event_id,
            Application.state.in_(LIVE),
            _shown(),
        )
        .order_by(Application.submitted_at)
    ).first()


def accredited(now: datetime) -> ColumnElement[bool]:
    """The condition on Application under which a person is accredited for good: by a decision that can no longer be
    undone, at a confirmed address."""
    return and_(
        Application.state == State.APPROVED,
        Application.verified_at.is_not(None),
        _shown(),
        or_(Application.undo_until.is_(None), Application.undo_until <= now),
    )


def unsent_bytes() -> int:
    """How much the files of all forms take that nobody has sent yet."""
    unsent = db.select(func.coalesce(func.sum(Document.size), 0)).where(Document.draft_id.is_not(None))
    return db.session.scalar(unsent)


def stale_drafts(before: datetime) -> list[Draft]:
    """Drafts that were begun before this moment."""
    return list(db.session.scalars(db.select(Draft).where(Draft.created_at < before)))


def stray_documents(before: datetime) -> list[Document]:
    """Documents that belong neither to a draft nor to an application."""
    return db.session.scalars(
        db.select(Document).where(
            Document.created_at < before, Document.draft_id.is_(None), Document.application_id.is_(None)
        )
    ).all()


def _draft(digest: str, event_id: str) -> Select[tuple[Draft]]:
    return db.select(Draft).filter_by(key=digest, event_id=event_id)


def _shown() -> ColumnElement[bool]:
    return Application.duplicate_of_id.is_(None)
