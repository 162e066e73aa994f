"""A place that somebody left goes down the waiting list: to the first one there whom no limit keeps out."""

from datetime import datetime

from sqlalchemy import select

from pressroom.access import SYSTEM
from pressroom.accreditation import places, workflow
from pressroom.accreditation.models import Application, State
from pressroom.accreditation.places import Of
from pressroom.database import db
from pressroom.events.models import Event
from pressroom.events.models import State as EventState


def pass_on(application: Application, now: datetime) -> None:
    """Offer the place that this application left to whoever waits for it; when nobody does, the place is simply free."""
    event = db.session.scalar(select(Event).where(Event.id == application.event_id).with_for_update())
    if event.state is EventState.ANNOUNCED and now < event.starts_at:
        _offer_one(event, now)
    application.passes_on = False


def _offer_one(event: Event, now: datetime) -> None:
    waiting = db.session.scalars(
        select(Application)
        .where(
            Application.event_id == event.id, Application.state == State.WAITLISTED,
            Application.duplicate_of_id.is_(None),
        )
        .order_by(Application.waitlisted_at, Application.id)
    )  # fmt: skip
    for application in waiting:
        if application.is_pending(now) or "offer" not in workflow.allowed(application, SYSTEM, now):
            continue
        full = places.full(application, now)
        if not full:
            workflow.act(application, "offer", by=SYSTEM, at=now)
        if not full or any(limit.of is Of.EVENT for limit in full):
            return
