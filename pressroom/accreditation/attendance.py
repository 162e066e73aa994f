"""Who came: marked by the press office, from the list on paper or as people arrive."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select

from pressroom import audit
from pressroom.access import Actor
from pressroom.accreditation.models import Application, State
from pressroom.accreditation.queries import seen_by
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.events.models import Event
from pressroom.i18n import gettext as _


def expected(event: Event, viewer: Actor) -> Select[tuple[Application]]:
    """The accredited whom this member of staff may see, by name."""
    return (
        db.select(Application)
        .where(Application.event_id == event.id, Application.state == State.APPROVED, seen_by(viewer))
        .order_by(Application.words, Application.id)
    )


def mark(event: Event, shown: Collection[str], came: Collection[str], *, by: Actor, at: datetime) -> int:
    """Note of the applications `shown` (ids) that those in `came` were there, and the others not.

    Returns how many marks changed. Raises Refused before the event begins.
    """
    if at < event.starts_at:
        raise Refused(_("The event has not begun: nobody can have come."))
    chosen = expected(event, by).where(Application.id.in_(shown))
    changed = 0
    for application in db.session.scalars(chosen.with_for_update()):
        is_here = application.id in came
        if is_here is (application.came_at is not None):
            continue
        application.came_at = at if is_here else None
        action = "accreditation.came" if is_here else "accreditation.not_come"
        audit.record(action, application.subject, by=by, at=at)
        changed += 1
    return changed
