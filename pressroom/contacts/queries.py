"""What is asked about the journalists whom the press office knows, their outlets and its lists."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, exists, func, select

from pressroom.contacts.models import (
    Consent,
    Contact,
    ContactList,
    Outlet,
    contact_listing,
    contact_topic,
    former_address,
)
from pressroom.contacts.outlets import outlet_key
from pressroom.database import db, folded
from pressroom.delivery.models import Suppression
from pressroom.delivery.suppressions import known_as

MOST_WORDS = 8  # of what is looked for


def find(email: str) -> Contact | None:
    """Whose address this is, in whatever case it is written."""
    return db.session.scalar(select(Contact).where(func.lower(Contact.email) == email.lower()))


def former_addresses(contact_id: str) -> list[str]:
    """Those under which somebody was known before, and nobody is now."""
    taken = exists().where(func.lower(Contact.email) == func.lower(former_address.c.email))
    had = select(former_address.c.email).where(former_address.c.contact_id == contact_id, ~taken)
    return list(db.session.scalars(had.order_by(former_address.c.email)))


def in_list(list_id: str) -> Select[tuple[Contact]]:
    """The members of a list."""
    on_it = select(contact_listing.c.contact_id).where(contact_listing.c.list_id == list_id)
    return select(Contact).where(Contact.id.in_(on_it))


def with_topic(topic_id: str) -> Select[tuple[Contact]]:
    """Who is interested in a topic."""
    interested = select(contact_topic.c.contact_id).where(contact_topic.c.topic_id == topic_id)
    return select(Contact).where(Contact.id.in_(interested))


def last_word():
    """SQL: whether the contact's last word was to agree to be written to; NULL of whoever never said anything."""
    said = select(Consent.given).where(Consent.contact_id == Contact.id)
    return said.order_by(Consent.at.desc(), Consent.id.desc()).limit(1).correlate(Contact).scalar_subquery()


def suppressions(emails: Iterable[str]) -> dict[str, list[Suppression]]:
    """Why nothing, or nothing of some kind, is sent to these addresses: by address in lower case."""
    named = {name: email.lower() for email in emails for name in known_as(email)}
    found: dict[str, list[Suppression]] = {}
    of_them = select(Suppression).where(Suppression.recipient.in_(named)).order_by(Suppression.at)
    for one in db.session.scalars(of_them):
        found.setdefault(named[one.recipient], []).append(one)
    return found


def lists() -> list[ContactList]:
    """Every list, by name."""
    return list(db.session.scalars(select(ContactList).order_by(folded(ContactList.name))))


def sizes() -> dict[str, int]:
    """How many contacts are on each list that is not empty, by its id."""
    rows = db.session.execute(
        select(contact_listing.c.list_id, func.count()).group_by(contact_listing.c.list_id)
    )
    return dict(rows.all())


def outlets(words: str = "") -> Select[tuple[Outlet]]:
    """Outlets whose name contains every word, by name."""
    found = select(Outlet)
    for key in map(outlet_key, words.split()[:MOST_WORDS]):
        found = found.where(Outlet.key.contains(key, autoescape=True))
    return found.order_by(Outlet.key)


def people(outlet_ids: Sequence[str]) -> dict[str, int]:
    """How many people work for each of these outlets, by its id."""
    counted = select(Contact.outlet_id, func.count()).where(Contact.outlet_id.in_(outlet_ids))
    return dict(db.session.execute(counted.group_by(Contact.outlet_id)).all())


def outlet_named(name: str) -> Outlet | None:
    """The outlet that this is a spelling of."""
    return db.session.scalar(select(Outlet).filter_by(key=outlet_key(name)))


def people_of(outlet_id: str) -> Select[tuple[Contact]]:
    """Who works for an outlet, by name."""
    return select(Contact).filter_by(outlet_id=outlet_id).order_by(Contact.name_key, Contact.id)


def countries() -> list[str]:
    """The codes of the countries that anybody is from."""
    known = select(Contact.country).where(Contact.country != "").distinct()
    return list(db.session.scalars(known.order_by(Contact.country)))


def is_any() -> bool:
    """Whether the press office knows anybody yet."""
    return bool(db.session.scalar(select(exists().where(Contact.id.is_not(None)))))


def whose(addresses: Sequence[str]) -> dict[str, str]:
    """Which contact has each of these addresses, or had it before: ids by address in lower case, which they are in."""
    found: dict[str, str] = {}
    for first in range(0, len(addresses), 500):
        chunk = addresses[first : first + 500]
        had = select(func.lower(former_address.c.email), former_address.c.contact_id)
        has = select(func.lower(Contact.email), Contact.id)
        found |= dict(db.session.execute(had.where(func.lower(former_address.c.email).in_(chunk))).all())
        found |= dict(db.session.execute(has.where(func.lower(Contact.email).in_(chunk))).all())
    return found
