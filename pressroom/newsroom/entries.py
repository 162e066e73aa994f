"""Which entries of the journal are asked for, and the things that they are about, as far as these still exist."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select

from pressroom.access import Role
from pressroom.accreditation.models import Application, Document
from pressroom.audit import Entry
from pressroom.contacts.models import Contact, ContactList, Outlet
from pressroom.database import db
from pressroom.delivery.models import Dispatch
from pressroom.dispatches import subjects
from pressroom.dispatches.subjects import Subject
from pressroom.i18n import lazy as _l
from pressroom.media.models import Asset
from pressroom.staff.models import Staff

# What comes before the colon in an entry's subject.
KINDS = {
    "application": _l("Requests"),
    "document": _l("Proofs"),
    "reason": _l("Reasons for declining"),
    "event": _l("Events"),
    "release": _l("Press releases"),
    "topic": _l("Topics"),
    "asset": _l("Media library"),
    "kit": _l("Press kits"),
    "dispatch": _l("Mailings"),
    "contact": _l("Contacts"),
    "address": _l("Erased addresses"),
    "list": _l("Lists"),
    "outlet": _l("Outlets"),
    "import": _l("Imports"),
    "subscription": _l("Alerts"),
    "suppression": _l("Addresses not written to"),
    "mail": _l("Messages"),
    "text": _l("What the mails say"),
    "staff": _l("People"),
    "press_contact": _l("Press contacts"),
    "office": _l("Settings"),
    "journal": _l("Journal"),
}
# Who acts without an account.
OTHERS = {Role.APPLICANT.value: _l("Applicants"), Role.SYSTEM.value: _l("Pressroom itself")}


class Asked(NamedTuple):
    """What the journal is narrowed to: None is anything. `person` is an account's id or one of OTHERS; both days are
    within, by the office's clocks."""

    kind: str | None = None
    person: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def address(self) -> dict[str, str]:
        """As arguments of an address."""
        return {name: str(value) for name, value in self._asdict().items() if value}


def read(typed: Mapping[str, str], people: Iterable[Staff]) -> Asked:
    """What an address asks for; what makes no sense narrows nothing."""
    kind, person = typed.get("kind"), typed.get("person")
    known = {*OTHERS, *(one.id for one in people)}
    return Asked(
        kind if kind in KINDS else None, person if person in known else None,
        _day(typed.get("since", "")), _day(typed.get("until", "")),
    )  # fmt: skip


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if 1970 <= day.year < 3000 else None


def listed(asked: Asked, zone: ZoneInfo) -> Select[tuple[Entry]]:
    """Those entries, newest first."""
    entries = db.select(Entry).order_by(Entry.id.desc())
    if asked.kind:
        entries = entries.where(Entry.subject.startswith(f"{asked.kind}:", autoescape=True))
    if asked.person == Role.SYSTEM:
        entries = entries.where(Entry.actor_id.is_(None), Entry.actor_role != Role.APPLICANT)
    elif asked.person == Role.APPLICANT:
        entries = entries.where(Entry.actor_role == Role.APPLICANT)
    elif asked.person:
        entries = entries.where(Entry.actor_id == asked.person)
    if asked.since:
        entries = entries.where(Entry.at >= _begins(asked.since, zone))
    if asked.until:
        entries = entries.where(Entry.at < _begins(asked.until + timedelta(days=1), zone))
    return entries


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


# What they are about --------------------------------------------------------------------------------------


def things(entries: Iterable[Entry], language: str) -> dict[str, Subject]:
    """By subject: one query for each kind of thing, whatever their number."""
    ids = defaultdict(set)
    for entry in entries:
        kind, _, key = entry.subject.partition(":")
        ids[kind].add(key)
    return {
        f"{kind}:{key}": thing
        for kind in ids.keys() & FINDERS.keys()
        for key, thing in FINDERS[kind](ids[kind], language)
    }


def _applications(ids: set[str], _language: str) -> Iterator[tuple[str, Subject]]:
    columns = (Application.id, Application.event_id, Application.reference)
    for key, event_id, reference in db.session.execute(db.select(*columns).where(Application.id.in_(ids))):
        values = {"event_id": event_id, "application_id": key}
        yield key, Subject(reference, None, "accreditation_desk.show", values)


def _documents(ids: set[str], _language: str) -> Iterator[tuple[str, Subject]]:
    columns = (Document.id, Application.id, Application.event_id, Application.reference)
    statement = db.select(*columns).join(Application, Document.application_id == Application.id)
    for key, application_id, event_id, reference in db.session.execute(statement.where(Document.id.in_(ids))):
        values = {"event_id": event_id, "application_id": application_id}
        yield key, Subject(reference, None, "accreditation_desk.show", values)


def _dispatches(ids: set[str], language: str) -> Iterator[tuple[str, Subject]]:
    found = db.session.scalars(db.select(Dispatch).where(Dispatch.id.in_(ids)))
    for key, subject in subjects.of_all(found, language).items():
        yield key, Subject(subject.name, subject.language, "reports.show", {"dispatch_id": key})


def _named(model, endpoint: str, argument: str | None = None):
    """Finds such rows by their names; their page takes the id as this argument."""

    def find(ids: set[str], _language: str) -> Iterator[tuple[str, Subject]]:
        for key, name in db.session.execute(db.select(model.id, model.name).where(model.id.in_(ids))):
            yield key, Subject(name, None, endpoint, {argument: key} if argument else {})

    return find


FINDERS = {
    **subjects.FINDERS,
    "application": _applications,
    "document": _documents,
    "dispatch": _dispatches,
    "contact": _named(Contact, "contacts_desk.show", "contact_id"),
    "list": _named(ContactList, "contacts_desk.index", "list"),
    "outlet": _named(Outlet, "contacts_outlets.show", "outlet_id"),
    "asset": _named(Asset, "media_desk.edit", "asset_id"),
    "staff": _named(Staff, "staff_desk.index"),
}
