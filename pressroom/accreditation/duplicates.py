"""Requests for one event that may be the same person's, and making one of two.

Two requests of one address never stand beside each other (queries.live); these are the same person under two.
"""

from datetime import datetime, timedelta

from sqlalchemy import literal_column
from sqlalchemy.orm import aliased

from pressroom.access import Actor
from pressroom.accreditation import queries, workflow
from pressroom.accreditation.models import HOLDING, LIVE, Application, Document, State
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.slugs import fold

MOST = 10
WHY = {
    "name": _l("Same name and outlet"),
    "phone": _l("Same telephone number"),
    "card": _l("Same press card number"),
    "document": _l("Same document"),
}


def candidates(application: Application, viewer: Actor) -> list[tuple[Application, list]]:
    """The other requests for the event that may be this person's, with what they have in common; what was merged
    already is not among them."""
    same_name = Application.words.startswith(f"{fold(application.name)} ", autoescape=True)
    alike = [(Application.outlet_key == application.outlet_key) & same_name]
    for key in ("phone_key", "card_key"):
        if value := getattr(application, key):
            alike.append(getattr(Application, key) == value)
    # Each by its own index: one condition with "or" in it would go through the whole event.
    of_event = db.select(Application.id).where(Application.event_id == application.event_id)
    ids = db.union(_same_document(application), *(of_event.where(condition) for condition in alike))
    found = db.session.scalars(
        db.select(Application)
        .where(
            # By an expression, not the column: that keeps SQLite from going through the event all the same.
            Application.event_id + literal_column("''") == application.event_id,
            Application.id != application.id,
            Application.merged_into_id.is_(None),
            Application.id.in_(ids),
            queries.seen_by(viewer),
        )
        .order_by(Application.submitted_at)
        .limit(MOST)
    ).all()
    return [(other, why) for other in found if (why := in_common(application, other))]


def _same_document(application: Application):
    own = aliased(Document)
    return (
        db.select(Document.application_id)
        .join(own, own.digest == Document.digest)
        .where(own.application_id == application.id, own.digest != "", Document.application_id.is_not(None))
    )


def in_common(one: Application, other: Application) -> list:
    """What two requests have in common that two people rarely have, in words."""
    shared = {document.digest for document in one.documents if document.digest} & {
        document.digest for document in other.documents
    }
    return [
        WHY[what]
        for what, holds in (
            ("name", fold(one.name) == fold(other.name) and one.outlet_key == other.outlet_key),
            ("phone", one.phone_key and one.phone_key == other.phone_key),
            ("card", one.card_key and one.card_key == other.card_key),
            ("document", shared),
        )
        if holds
    ]


def merged_into(application: Application, viewer: Actor) -> list[Application]:
    """The requests that were closed as duplicates of this one: their documents and messages belong to it."""
    return db.session.scalars(
        db.select(Application)
        .where(Application.merged_into_id == application.id, queries.seen_by(viewer))
        .order_by(Application.submitted_at)
    ).all()


def survivor(application: Application, viewer: Actor) -> Application | None:
    """The request that this one was closed as a duplicate of."""
    if application.merged_into_id is None:
        return None
    return queries.find(application.event_id, application.merged_into_id, viewer)


def why_not(kept: Application, other: Application, viewer: Actor, now: datetime) -> str | None:
    """Why `other` cannot be closed as a duplicate of `kept`, in a sentence; None when it can."""
    if kept.id == other.id or kept.event_id != other.event_id:
        return _("These are not two requests for the same event.")
    if kept.merged_into_id or other.merged_into_id:
        return _("One of the two has been merged already.")
    if kept.state not in LIVE:
        return _("The request to keep is over: keep the other one.")
    if other.state is State.APPROVED:
        return _("An accepted request is not closed as a duplicate: keep it, or cancel it first.")
    if other.state in HOLDING and kept.state not in HOLDING:
        return _("A place is offered to the other request: keep that one.")
    if "close" not in workflow.allowed(other, viewer, now):
        return _("The other request is over already, or its last decision can still be undone.")
    return None


def merge(kept: Application, other: Application, *, by: Actor, at: datetime, undo: timedelta, version: int | None) -> None:  # fmt: skip
    """Close `other` as a duplicate of `kept`, which stays as it is. Undoing the closing undoes it all.

    Raises Refused.
    """
    if refusal := why_not(kept, other, by, at):
        raise Refused(refusal)
    workflow.act(other, "close", by=by, at=at, undo=undo, version=version, reason="duplicate")
    other.merged_into_id = kept.id
