"""What may happen to the journalists that the press office knows, to their outlets, and to its lists of them."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, String, delete, exists, func, insert, literal, select, update

from pressroom import audit
from pressroom.access import Actor
from pressroom.contacts import queries, topics
from pressroom.contacts.models import (
    Consent,
    Contact,
    ContactList,
    ImportRow,
    Outlet,
    contact_listing,
    former_address,
    told_apart,
)
from pressroom.contacts.outlets import outlet_key
from pressroom.database import db
from pressroom.delivery import suppressions
from pressroom.delivery.models import Reason
from pressroom.errors import Refused
from pressroom.i18n import gettext as _

SCOPE = "contacts"  # of mail that the press office sends on its own account


class Facts(NamedTuple):
    """What the press office notes of somebody. The address is canonical (`forms.canonical_address`), `outlet` is a
    name as typed, `lists` and `topics` are ids."""

    email: str
    name: str
    language: str
    phone: str = ""
    outlet: str = ""
    country: str = ""
    notes: str = ""
    lists: Sequence[str] = ()
    topics: Sequence[str] = ()


def facts_of(contact: Contact) -> Facts:
    """What is noted of somebody now."""
    return Facts(
        email=contact.email, name=contact.name, language=contact.language, phone=contact.phone,
        outlet=contact.outlet.name if contact.outlet else "", country=contact.country, notes=contact.notes,
        lists=tuple(sorted(one.id for one in contact.lists)), topics=tuple(topics.of(contact.id)),
    )  # fmt: skip


def remember(
    *, email: str, name: str, phone: str, outlet: str, language: str, source: str, at: datetime
) -> Contact:
    """Note a journalist whose address is confirmed; one who is known already is brought up to date."""
    contact = queries.find(email)
    if contact is None:
        contact = Contact(email=email, source=source, created_at=at)
        db.session.add(contact)
    contact.name, contact.language, contact.last_action_at = name, language, at
    contact.phone = phone or contact.phone or ""
    contact.outlet = _outlet(outlet)
    return contact


def create(facts: Facts, *, source: str, by: Actor, at: datetime) -> Contact:
    """Note somebody whom the press office has heard of otherwise: `source` says how. Raises Refused when the address
    is known."""
    contact = Contact(source=source, created_at=at, last_action_at=at)
    _claim(contact, facts.email)
    write(contact, facts)
    audit.record("contact.create", subject(contact), by=by, at=at)
    return contact


def change(contact: Contact, facts: Facts, *, by: Actor, at: datetime) -> None:
    """Whoever asked for silence has it under a new address too. Raises Refused when that is somebody else's."""
    _claim(contact, facts.email)
    _spare(facts.email, contact.email, by=by, at=at)
    _leave(contact, [contact.email], facts.email)
    write(contact, facts)
    drop_empty_outlets()
    audit.record("contact.change", subject(contact), by=by, at=at)


def note_consent(contact: Contact, given: bool, source: str, *, by: Actor, at: datetime) -> None:
    """Somebody agreed to be written to, or took it back: then nothing that the press office sends on its own account
    reaches them until they agree again. `source` says how we know."""
    contact.consents.append(Consent(given=given, source=source, actor=by.name, at=at))
    contact.last_action_at = max(at, contact.last_action_at)
    if not given:
        suppressions.add(contact.email, SCOPE, Reason.ASKED, note=source, by=by, at=at)
    else:
        for one in queries.suppressions([contact.email]).get(contact.email.lower(), []):
            if one.scope == SCOPE:
                suppressions.lift(one, by=by, at=at)
    audit.record("contact.agree" if given else "contact.object", subject(contact), by=by, at=at)


def merge(kept: Contact, other: Contact, facts: Facts, *, by: Actor, at: datetime) -> None:
    """Make one contact of two that are one person: `facts` is what holds of it, with the address of either. Both
    ones' lists, topics and consents stay, and what one of the two addresses was spared."""
    if kept.id == other.id or facts.email not in (kept.email, other.email):
        raise Refused(_("These are not two contacts of one person."))
    both = {
        "lists": dict.fromkeys([*facts.lists, *(one.id for one in (*kept.lists, *other.lists))]),
        "topics": dict.fromkeys([*facts.topics, *topics.of(kept.id), *topics.of(other.id)]),
    }
    db.session.execute(update(Consent).filter_by(contact_id=other.id).values(contact_id=kept.id))
    kept.created_at = min(kept.created_at, other.created_at)
    kept.last_action_at = max(kept.last_action_at, other.last_action_at)
    dropped = other.email if facts.email == kept.email else kept.email
    _leave(kept, [dropped, *queries.former_addresses(other.id)], facts.email)
    db.session.expire(other, ["consents"])
    db.session.delete(other)
    db.session.flush()
    db.session.expire(kept, ["consents"])
    _spare(facts.email, dropped, by=by, at=at)
    write(kept, facts._replace(**{name: tuple(ids) for name, ids in both.items()}))
    drop_empty_outlets()
    audit.record(f"contact.merge:{other.id}", subject(kept), by=by, at=at)


def tell_apart(one: Contact | Outlet, other: Contact | Outlet, *, by: Actor, at: datetime) -> None:
    """Remember that two which look alike are not one: they are not proposed again."""
    first, second = sorted((one.id, other.id))
    known = select(told_apart).filter_by(one_id=first, other_id=second)
    if not db.session.execute(known).first():
        db.session.execute(insert(told_apart).values(one_id=first, other_id=second))
    kind = "contact" if isinstance(one, Contact) else "outlet"
    audit.record(f"{kind}.tell_apart:{other.id}", f"{kind}:{one.id}", by=by, at=at)


def erase(contact: Contact, *, by: Actor, at: datetime) -> None:
    """Delete a contact with its consents, lists and topics; see dispatches/erasure.py for all that is known of the
    person."""
    audit.record("contact.erase", subject(contact), by=by, at=at)
    forget_rows([contact.email])
    db.session.execute(delete(ImportRow).filter_by(contact_id=contact.id))
    db.session.delete(contact)
    drop_empty_outlets()


def forget_rows(addresses: Iterable[str]) -> None:
    """Delete the rows of files that name one of these addresses."""
    for address in addresses:
        names_it = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)", re.IGNORECASE).search
        some = select(ImportRow).where(ImportRow.cells.cast(String).icontains(address, autoescape=True))
        for row in db.session.scalars(some):
            if any(map(names_it, row.cells)):
                db.session.delete(row)
    db.session.flush()


def forget(email: str, *, source: str) -> None:
    """Delete what we know of a journalist, when `source` is where we have it from, and an outlet where nobody is left."""
    known = func.lower(Contact.email) == email.lower()
    if db.session.execute(delete(Contact).where(known, Contact.source == source)).rowcount:
        drop_empty_outlets()


def subject(contact: Contact) -> str:
    """What the journal calls somebody."""
    return f"contact:{contact.id}"


# Lists ----------------------------------------------------------------------------------------------------


def create_list(name: str, *, by: Actor, at: datetime) -> ContactList:
    """Raises Refused when there is one of this name."""
    created = ContactList(created_at=at)
    _name(created, name)
    db.session.add(created)
    audit.record("list.create", f"list:{created.id}", by=by, at=at)
    return created


def rename_list(renamed: ContactList, name: str, *, by: Actor, at: datetime) -> None:
    """Raises Refused when there is another one of this name."""
    _name(renamed, name)
    audit.record("list.rename", f"list:{renamed.id}", by=by, at=at)


def delete_list(deleted: ContactList, *, by: Actor, at: datetime) -> None:
    """Its members stay contacts."""
    audit.record("list.delete", f"list:{deleted.id}", by=by, at=at)
    db.session.delete(deleted)


def put_on_list(listed: ContactList, contacts: Select, *, by: Actor, at: datetime) -> int:
    """Put everybody whose id `contacts` selects on a list; how many were not on it before."""
    db.session.flush()
    on_it = select(contact_listing.c.contact_id).where(contact_listing.c.list_id == listed.id)
    new = select(Contact.id, literal(listed.id)).where(Contact.id.in_(contacts), Contact.id.not_in(on_it))
    put = insert(contact_listing).from_select(["contact_id", "list_id"], new)
    number = db.session.execute(put.execution_options(preserve_rowcount=True)).rowcount
    audit.record("list.put", f"list:{listed.id}", by=by, at=at)
    return number


def take_off_list(listed: ContactList, contacts: Select, *, by: Actor, at: datetime) -> int:
    """Take everybody whose id `contacts` selects off a list; how many were on it."""
    these = contact_listing.c.contact_id.in_(contacts)
    number = db.session.execute(
        delete(contact_listing).where(contact_listing.c.list_id == listed.id, these)
    ).rowcount
    audit.record("list.take_off", f"list:{listed.id}", by=by, at=at)
    return number


def _name(named: ContactList, name: str) -> None:
    if db.session.scalar(select(ContactList.id).filter_by(name=name).where(ContactList.id != named.id)):
        raise Refused(_("There is already a list of this name."))
    named.name = name


# Outlets --------------------------------------------------------------------------------------------------


def rename_outlet(outlet: Outlet, name: str, *, by: Actor, at: datetime) -> None:
    """Write an outlet's name as a person wants it. Raises Refused when another outlet goes by it."""
    known = queries.outlet_named(name)
    if not outlet_key(name) or (known and known.id != outlet.id):
        raise Refused(_("There is already an outlet of this name: merge the two."))
    outlet.name, outlet.key = name, outlet_key(name)
    audit.record("outlet.rename", f"outlet:{outlet.id}", by=by, at=at)


def merge_outlets(kept: Outlet, other: Outlet, *, by: Actor, at: datetime) -> None:
    """Have everybody of the other outlet work for the one that is kept, which keeps its name."""
    if kept.id == other.id:
        raise Refused(_("Choose two different outlets."))
    db.session.execute(update(Contact).filter_by(outlet_id=other.id).values(outlet_id=kept.id))
    db.session.delete(other)
    audit.record(f"outlet.merge:{other.id}", f"outlet:{kept.id}", by=by, at=at)


# Parts ----------------------------------------------------------------------------------------------------


def write(contact: Contact, facts: Facts) -> None:
    """Have these facts hold of somebody, without a word in the journal; the address must be nobody else's."""
    contact.email, contact.name, contact.phone = facts.email, facts.name, facts.phone
    contact.language, contact.country, contact.notes = facts.language, facts.country, facts.notes
    contact.outlet = _outlet(facts.outlet)
    contact.lists = [one for id in facts.lists if (one := db.session.get(ContactList, id))]
    db.session.add(contact)
    if set(facts.topics) != set(topics.of(contact.id)):
        db.session.flush()
        topics.choose(contact.id, facts.topics)


def _claim(contact: Contact, email: str) -> None:
    known = queries.find(email)
    if known and known.id != contact.id:
        raise Refused(_("There is already a contact with this address."))


def _spare(email: str, dropped: str, *, by: Actor, at: datetime) -> None:
    """Whoever asked for silence at the address that is dropped has it at the other one too. What concerns an event or the
    alerts stays where it is: those go to whichever address was given for them."""
    if email.lower() == dropped.lower():
        return
    for one in queries.suppressions([dropped]).get(dropped.lower(), []):
        if one.reason in suppressions.WISHES and one.scope in suppressions.LASTING:
            suppressions.add(email, one.scope, one.reason, note=one.note, by=by, at=at)


def _leave(contact: Contact, addresses: Iterable[str], email: str) -> None:
    """Remember that these addresses were a contact's, who has `email` now."""
    known = {one.lower(): one for one in (*queries.former_addresses(contact.id), *addresses)}
    known.pop(email.lower(), None)
    db.session.execute(delete(former_address).where(former_address.c.contact_id == contact.id))
    rows = [{"contact_id": contact.id, "email": one} for one in known.values()]
    if rows:
        db.session.execute(insert(former_address), rows)


def _outlet(name: str) -> Outlet | None:
    key = outlet_key(name)
    if not key:
        return None
    outlet = db.session.scalar(db.select(Outlet).filter_by(key=key))
    if outlet is None:
        outlet = Outlet(name=name, key=key)
        db.session.add(outlet)
        db.session.flush()
    return outlet


def drop_empty_outlets() -> None:
    """Forget the outlets where nobody is left."""
    db.session.flush()
    db.session.execute(delete(Outlet).where(~exists().where(Contact.outlet_id == Outlet.id)))
