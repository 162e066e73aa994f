"""What falls due in kits: whoever is accredited, now or later, is given the kit. Nobody has to think of it. Long after
the event the links are forgotten, and what was fetched through them."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from pressroom.accreditation.models import Application
from pressroom.database import db
from pressroom.kits import queries, workflow
from pressroom.kits.models import Grant, Kit


def fall_due(now: datetime) -> None:
    """Give every kit that is owed, each in a transaction of its own; running twice gives none twice."""
    owed = db.session.execute(queries.owed(now)).all()
    db.session.rollback()  # each gift begins anew, on what is true by then
    for kit_id, application_id in owed:
        try:
            if queries.is_owed(kit_id, application_id, now):
                kit, application = (
                    db.session.get_one(Kit, kit_id),
                    db.session.get_one(Application, application_id),
                )
                workflow.give(kit, application, at=now)
            db.session.commit()
        except IntegrityError:
            db.session.rollback()  # another worker has just given it


def purge(now: datetime) -> dict[str, int]:
    """Delete the links that no longer open, so that none is owed again; how many, by row of retention.TABLE."""
    over = db.select(Kit.id).where(~queries.lasts(now))
    return {"kits": db.session.execute(delete(Grant).where(Grant.kit_id.in_(over))).rowcount}
