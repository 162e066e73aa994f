"""What is asked about the journalists whom the press office knows."""

from sqlalchemy import Select
from sqlalchemy.orm import contains_eager

from pressroom.contacts.models import Contact, Outlet
from pressroom.database import db


def search(words: str) -> Select[tuple[Contact]]:
    """Contacts whose name or outlet contains every word, by name; all of them when there is no word."""
    statement = db.select(Contact).outerjoin(Contact.outlet).options(contains_eager(Contact.outlet))
    for word in words.split():
        in_name = Contact.name.icontains(word, autoescape=True)
        statement = statement.where(in_name | Outlet.name.icontains(word, autoescape=True))
    return statement.order_by(Contact.name, Contact.id)
