"""What falls due among contacts: whoever has not done anything here for long is forgotten, and outlets with them."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists

from pressroom import retention
from pressroom.contacts.models import Contact, Outlet
from pressroom.database import db


def purge(now: datetime, *, unless: ColumnElement[bool]) -> dict[str, int]:
    """Delete contacts, except those of whom `unless` is true, and outlets where nobody is left; how many contacts, by
    row of retention.TABLE."""
    old = delete(Contact).where(Contact.last_action_at <= retention.before("contacts", now), ~unless)
    gone = db.session.execute(old).rowcount
    if gone:
        db.session.execute(delete(Outlet).where(~exists().where(Contact.outlet_id == Outlet.id)))
    return {"contacts": gone}
