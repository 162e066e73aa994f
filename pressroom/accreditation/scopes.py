"""Which requests a reviewer sees: those of some events, or of some of their categories. Without a scope, all of them."""

from collections.abc import Collection
from datetime import datetime

from pressroom import audit
from pressroom.access import Actor, Role
from pressroom.accreditation.models import ReviewerScope
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.events import queries as all_events
from pressroom.events.models import Event
from pressroom.i18n import gettext as _
from pressroom.staff.models import Staff


def of(staff: Staff) -> list[str]:
    """What the reviewer sees, each as "<event>" or "<event>:<category>"."""
    rows = db.session.scalars(
        db.select(ReviewerScope).filter_by(staff_id=staff.id).order_by(ReviewerScope.id)
    )
    return [f"{row.event_id}:{row.category}".rstrip(":") for row in rows]


def events(staff: Staff, now: datetime) -> list[Event]:
    """The events that a scope may name: those that are not over, and those that it names already."""
    named = {one.partition(":")[0] for one in of(staff)}
    every = db.session.scalars(all_events.every())
    return [event for event in every if event.ends_at > now or event.id in named]


def set_for(staff: Staff, chosen: Collection[str], *, by: Actor, at: datetime) -> None:
    """Let the reviewer see this and nothing else; nothing chosen: everything. An event as a whole includes its
    categories. Raises Refused for somebody who is no reviewer."""
    if staff.role is not Role.REVIEWER:
        raise Refused(_("Only reviewers can be limited to some events."))
    wanted = [one.partition(":")[::2] for one in chosen]
    whole = {event_id for event_id, category in wanted if not category}
    db.session.execute(db.delete(ReviewerScope).filter_by(staff_id=staff.id))
    db.session.add_all(
        ReviewerScope(staff_id=staff.id, event_id=event_id, category=category)
        for event_id, category in wanted
        if not category or event_id not in whole
    )
    audit.record("staff.scope", f"staff:{staff.id}", by=by, at=at)
