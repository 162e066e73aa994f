"""Several requests of one address for one event: the first that lives counts, later ones are kept aside, unseen.

Whoever sends a form may not own the address, so that neither a page nor a refusal tells them of another request.
"""

from sqlalchemy import select, update

from pressroom.accreditation import queries
from pressroom.accreditation.models import Application
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import gettext as _


def take_up(application: Application) -> None:
    """Before a request lives again: it is kept aside when another one of its address lives meanwhile. Raises Refused
    for who confirmed the address, and may know."""
    other = queries.live(application.email, application.event_id)
    if other and application.verified_at:
        raise Refused(_("Another request of yours for this event is being handled already."))
    application.duplicate_of_id = other.id if other else None
    if other:
        aside = update(Application).where(Application.duplicate_of_id == application.id)
        db.session.execute(aside.values(duplicate_of_id=other.id))


def let_go(application: Application) -> None:
    """When a request whose address nobody confirmed goes, the first of those kept aside because of it takes its
    place: they may be the owner's."""
    because = select(Application).where(Application.duplicate_of_id == application.id)
    aside = db.session.scalars(because.order_by(Application.submitted_at, Application.id)).all()
    for one in aside:
        one.duplicate_of_id = None if one is aside[0] else aside[0].id
