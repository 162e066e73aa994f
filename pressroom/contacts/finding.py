"""Finding contacts: what an address of the desk asks for, and the selection that it stands for.

A selection has no row anywhere: its address is all there is of it, so whoever opens it later finds whom it holds then.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import contains_eager

from pressroom.contacts.models import Contact, Outlet, contact_listing, contact_topic
from pressroom.contacts.outlets import outlet_key
from pressroom.contacts.queries import MOST_WORDS, last_word
from pressroom.database import db
from pressroom.slugs import fold

LONGEST = 200  # characters of what is looked for
NONE = "none"  # on no list, of no outlet, interested in no topic, from no country that we know
GIVEN, TAKEN_BACK = "given", "taken_back"
CONSENTS = (GIVEN, TAKEN_BACK, NONE)


class Asked(NamedTuple):
    """What an address asks of the contacts; nothing: all of them."""

    q: str = ""
    list: str = ""  # an id, or NONE; so are the next two
    topic: str = ""
    outlet: str = ""
    language: str = ""
    country: str = ""
    consent: str = ""  # one of CONSENTS

    def arguments(self) -> dict[str, str]:
        """As arguments of an address: give them to `url_for`."""
        return {name: value for name, value in self._asdict().items() if value}


def from_args(args: Mapping[str, str]) -> Asked:
    """What an address, or a form that carries one, asks for; what makes no sense is left out."""
    given = {
        name: " ".join(args.get(name, "").replace("\0", " ")[:LONGEST].split()) for name in Asked._fields
    }
    return Asked(**given)._replace(consent=given["consent"] if given["consent"] in CONSENTS else "")


def found(asked: Asked) -> Select[tuple[Contact]]:
    """Those who are asked for, with their outlets, by name; accents and case make no difference."""
    statement = select(Contact).outerjoin(Contact.outlet).where(*_conditions(asked))
    by_name = statement.order_by(Contact.name_key, Contact.name, Contact.id)
    return by_name.options(contains_eager(Contact.outlet))


def ids(asked: Asked) -> Select[tuple[str]]:
    """The ids of those who are asked for."""
    return select(Contact.id).where(*_conditions(asked))


def number(asked: Asked) -> int:
    """How many they are."""
    return db.session.scalar(select(db.func.count()).select_from(ids(asked).subquery()))


def _conditions(asked: Asked) -> list:
    wanted = [_said(word) for word in asked.q.split()[:MOST_WORDS]]
    for chosen, table, column in (
        (asked.list, contact_listing, contact_listing.c.list_id),
        (asked.topic, contact_topic, contact_topic.c.topic_id),
    ):
        if chosen == NONE:
            wanted.append(~exists().where(table.c.contact_id == Contact.id))
        elif chosen:
            wanted.append(Contact.id.in_(select(table.c.contact_id).where(column == chosen)))
    if asked.outlet:
        wanted.append(Contact.outlet_id == (None if asked.outlet == NONE else asked.outlet))
    if asked.language:
        wanted.append(Contact.language == asked.language)
    if asked.country:
        wanted.append(Contact.country == ("" if asked.country == NONE else asked.country))
    if asked.consent:
        wanted.append(last_word().is_({GIVEN: True, TAKEN_BACK: False, NONE: None}[asked.consent]))
    return wanted


def _said(word: str):
    """SQL: the word stands in the name, the address or the outlet."""
    in_contact = [
        Contact.name_key.contains(fold(word), autoescape=True),
        Contact.email.icontains(word, autoescape=True),
    ]
    key = outlet_key(word)
    if key:
        in_contact.append(
            Contact.outlet_id.in_(select(Outlet.id).where(Outlet.key.contains(key, autoescape=True)))
        )
    return db.or_(*in_contact)
