"""What may happen to the journalists that the press office knows."""

from datetime import datetime

from sqlalchemy import delete, exists, func

from pressroom.contacts.models import Contact, Outlet
from pressroom.contacts.outlets import outlet_key
from pressroom.database import db


def remember(
    *, email: str, name: str, phone: str, outlet: str, language: str, source: str, at: datetime
) -> Contact:
    """Note a journalist whose address is confirmed; one who is known already is brought up to date."""
    contact = db.session.scalar(db.select(Contact).filter_by(email=email))
    if contact is None:
        contact = Contact(email=email, source=source, created_at=at)
        db.session.add(contact)
    contact.name, contact.phone, contact.language, contact.last_action_at = name, phone, language, at
    contact.outlet = _outlet(outlet)
    return contact


def forget(email: str, *, source: str) -> None:
    """Delete what we know of a journalist, when `source` is where we have it from, and an outlet where nobody is left."""
    known = func.lower(Contact.email) == email.lower()
    if db.session.execute(delete(Contact).where(known, Contact.source == source)).rowcount:
        db.session.execute(delete(Outlet).where(~exists().where(Contact.outlet_id == Outlet.id)))


def _outlet(name: str) -> Outlet | None:
    key = outlet_key(name)
    if not key:
        return None
    outlet = db.session.scalar(db.select(Outlet).filter_by(key=key))
    if outlet is None:
        outlet = Outlet(name=name, key=key)
        db.session.add(outlet)
    return outlet
