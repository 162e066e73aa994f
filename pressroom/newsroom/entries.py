"""Which entries of the journal are asked for, and the things that they are about, as far as these still exist."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from pressroom.access import Role
from pressroom.accreditation.models import Application, Document
from pressroom.audit import Entry
from pressroom.contacts.models import Contact, ContactList, Outlet
from pressroom.database import db
from pressroom.delivery.models import Dispatch
from pressroom.dispatches import subjects
from pressroom.events.models import Event
from pressroom.i18n import lazy as _l
from pressroom.kits.models import Kit
from pressroom.media.models import Asset
from pressroom.releases.models import Release, ReleaseText
from pressroom.releases.queries import shown_text
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


class Thing(NamedTuple):
    """Something with a page on the desk: its name, the name's language (None: none in particular), the page."""

    name: str
    language: str | None
    endpoint: str
    values: dict[str, str]


def things(entries: Iterable[Entry], language: str) -> dict[str, Thing]:
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


def _applications(ids: set[str], _language: str) -> Iterator[tuple[str, Thing]]:
    columns = (Application.id, Application.event_id, Application.reference)
    for key, event_id, reference in db.session.execute(db.select(*columns).where(Application.id.in_(ids))):
        values = {"event_id": event_id, "application_id": key}
        yield key, Thing(reference, None, "accreditation_desk.show", values)


def _documents(ids: set[str], _language: str) -> Iterator[tuple[str, Thing]]:
    columns = (Document.id, Application.id, Application.event_id, Application.reference)
    statement = db.select(*columns).join(Application, Document.application_id == Application.id)
    for key, application_id, event_id, reference in db.session.execute(statement.where(Document.id.in_(ids))):
        values = {"event_id": event_id, "application_id": application_id}
        yield key, Thing(reference, None, "accreditation_desk.show", values)


def _events(ids: set[str], language: str) -> Iterator[tuple[str, Thing]]:
    statement = db.select(Event).options(selectinload(Event.texts)).where(Event.id.in_(ids))
    for event in db.session.scalars(statement):
        words = event.words(language)
        yield event.id, Thing(words.title, words.language, "events_desk.edit", {"event_id": event.id})


def _kits(ids: set[str], language: str) -> Iterator[tuple[str, Thing]]:
    statement = db.select(Kit).options(selectinload(Kit.event).selectinload(Event.texts))
    for kit in db.session.scalars(statement.where(Kit.id.in_(ids))):
        words = kit.event.words(language)
        yield kit.id, Thing(words.title, words.language, "kits_desk.edit", {"kit_id": kit.id})


def _releases(ids: set[str], language: str) -> Iterator[tuple[str, Thing]]:
    statement = db.select(Release).options(selectinload(Release.texts).joinedload(ReleaseText.latest))
    for release in db.session.scalars(statement.where(Release.id.in_(ids))):
        if text := shown_text(release, language):
            values = {"release_id": release.id}
            yield release.id, Thing(text.latest.headline, text.language, "releases_desk.show", values)


def _assets(ids: set[str], _language: str) -> Iterator[tuple[str, Thing]]:
    for key, name in db.session.execute(db.select(Asset.id, Asset.name).where(Asset.id.in_(ids))):
        yield key, Thing(name, None, "media_desk.edit", {"asset_id": key})


def _staff(ids: set[str], _language: str) -> Iterator[tuple[str, Thing]]:
    for key, name in db.session.execute(db.select(Staff.id, Staff.name).where(Staff.id.in_(ids))):
        yield key, Thing(name, None, "staff_desk.index", {})


def _contacts(ids: set[str], _language: str) -> Iterator[tuple[str, Thing]]:
    for key, name in db.session.execute(db.select(Contact.id, Contact.name).where(Contact.id.in_(ids))):
        yield key, Thing(name, None, "contacts_desk.show", {"contact_id": key})


def _lists(ids: set[str], _language: str) -> Iterator[tuple[str, Thing]]:
    named = db.select(ContactList.id, ContactList.name).where(ContactList.id.in_(ids))
    for key, name in db.session.execute(named):
        yield key, Thing(name, None, "contacts_desk.index", {"list": key})


def _outlets(ids: set[str], _language: str) -> Iterator[tuple[str, Thing]]:
    for key, name in db.session.execute(db.select(Outlet.id, Outlet.name).where(Outlet.id.in_(ids))):
        yield key, Thing(name, None, "contacts_outlets.show", {"outlet_id": key})


def _dispatches(ids: set[str], language: str) -> Iterator[tuple[str, Thing]]:
    found = db.session.scalars(db.select(Dispatch).where(Dispatch.id.in_(ids)))
    for key, subject in subjects.of_all(found, language).items():
        yield key, Thing(subject.name, subject.language, "reports.show", {"dispatch_id": key})


FINDERS = {
    "application": _applications,
    "document": _documents,
    "event": _events,
    "kit": _kits,
    "dispatch": _dispatches,
    "contact": _contacts,
    "list": _lists,
    "outlet": _outlets,
    "release": _releases,
    "asset": _assets,
    "staff": _staff,
}
