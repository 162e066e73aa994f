"""Who gets a dispatch: one statement for each segment, and each address once.

A person who is in several segments gets it by the strongest relation to the office, which decides whose wish not to be
written to holds, and in which language they read: accredited, then contact, then subscriber.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from flask import current_app
from sqlalchemy import func, literal

from pressroom.accreditation import queries as accreditation
from pressroom.accreditation.models import Application
from pressroom.accreditation.models import State as ApplicationState
from pressroom.alerts import queries as alerts
from pressroom.alerts.models import Subscription
from pressroom.contacts import queries as contacts
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.delivery import queries as delivery
from pressroom.delivery.models import Copy, Dispatch, Message, Reason, Suppression
from pressroom.delivery.suppressions import known_as
from pressroom.dispatches import queries
from pressroom.kits import queries as kits
from pressroom.kits.models import Kit
from pressroom.releases import queries as releases
from pressroom.releases.models import Correction, Release

CONTACTS = "contacts"  # the scope of what a contact gets
UNWANTED = (Reason.UNSUBSCRIBED, Reason.ASKED)
# What a segment may ask for: how strong that relation is, the strongest first, and which of a person's ids it gives.
RELATIONS = {
    "accredited": (0, "application_id"),
    "behind": (0, "application_id"),  # those among them who hold an older version of a kit only
    "list": (1, "contact_id"),
    "topic": (1, "contact_id"),
    "alerts": (2, "subscription_id"),
    "holders": (3, None),
}
WHO = tuple(RELATIONS)


class Person(NamedTuple):
    """One who gets it: at which address, in which language, and by what relation to the office (`scope`)."""

    email: str
    name: str
    language: str  # one of the site's
    scope: str
    application_id: str | None = None
    contact_id: str | None = None
    subscription_id: str | None = None


class Sum(NamedTuple):
    """found − duplicates − unsubscribed − undeliverable − received_already = how many `people` there are."""

    found: int
    duplicates: int
    unsubscribed: int
    undeliverable: int
    received_already: int
    people: list[Person]


class _Found(NamedTuple):
    strength: int
    person: Person

    @property
    def key(self) -> str:
        return self.person.email.lower()


def resolve(dispatch: Dispatch, now: datetime, *, only: Iterable[str] = WHO) -> Sum:
    """Who gets it at `now`, and why others do not; `only` leaves out the other kinds of segments."""
    segments = [one for one in dispatch.audience if one["who"] in set(only)]
    found = [one for segment in segments for one in _found(segment, dispatch, now)]
    known: dict[str, _Found] = {}
    for one in sorted(found, key=lambda one: one.strength):
        known[one.key] = _joined(known[one.key], one) if one.key in known else one
    stopped = _stopped({one.person.scope for one in known.values()})
    sealed = any("@" not in name for name, _scope in stopped)  # of people who were erased
    had = set(db.session.scalars(db.select(func.lower(Message.recipient)).where(queries.received(dispatch))))
    left_out = {"unsubscribed": 0, "undeliverable": 0, "received_already": 0}
    people = []
    for key, one in known.items():
        names = known_as(key) if sealed else (key,)
        asked = ((name, scope) for scope in (one.person.scope, "") for name in names)
        why = next((stopped[each] for each in asked if each in stopped), None)
        why = why or ("received_already" if key in had else None)
        if why:
            left_out[why] += 1
        else:
            people.append(one.person)
    people.sort(key=lambda person: person.email.lower())
    return Sum(found=len(found), duplicates=len(found) - len(known), people=people, **left_out)


def languages(dispatch: Dispatch) -> list[str]:
    """The languages in which it has words, those that stand in for a missing one first; none when what it is about is
    gone."""
    subject = queries.subject_of(dispatch)
    if isinstance(subject, Release):
        return releases.public_in(subject) or releases.ready(subject)
    if isinstance(subject, Correction):
        source = subject.release.source_language
        return sorted(subject.texts, key=lambda code: (code != source, code))
    if isinstance(subject, Kit):
        return _in_order((subject.current or subject.newest).texts)
    if dispatch.about:
        return []
    return _in_order(code for code, text in dispatch.texts.items() if text.words)


def pending(dispatch: Dispatch, now: datetime) -> int:
    """How many are approved for its event by decisions that can still be undone: left out for now, they get it later."""
    if not any(one["who"] == "accredited" for one in dispatch.audience):
        return 0
    undoable = (Application.state == ApplicationState.APPROVED) & (Application.undo_until > now)
    return db.session.scalar(
        db.select(func.count()).select_from(Application)
        .where(Application.event_id == dispatch.event_id, undoable, Application.duplicate_of_id.is_(None))
    )  # fmt: skip


def _found(segment: dict[str, str], dispatch: Dispatch, now: datetime) -> Iterator[_Found]:
    languages_here = current_app.config["LANGUAGES"]
    nearest = next((code for code in languages(dispatch) if code in languages_here), languages_here[0])
    strength, own = RELATIONS[segment["who"]]
    event = f"event:{segment.get('event')}"
    scope = {"accredited": event, "behind": event, "alerts": alerts.SCOPE}.get(segment["who"], CONTACTS)
    for email, name, language, id in _rows(segment, dispatch, now):
        reads = language if language in languages_here else nearest
        yield _Found(strength, Person(email, name, reads, scope, **({own: id} if own else {})))


def _rows(segment: dict[str, str], dispatch: Dispatch, now: datetime) -> Iterable[tuple]:
    """Address, name, language and id of everybody in a segment."""
    if segment["who"] == "holders":
        wanted = segment.get("language")
        held = _holders(segment, dispatch) if not segment.get("country") else []
        return [(one.recipient, "", one.language, None) for one in held if wanted in (None, "", one.language)]
    model, found = _asked(segment, dispatch, now)
    name = literal("") if model is Subscription else model.name
    if segment.get("language"):
        found = found.where(model.language == segment["language"])
    if segment.get("country"):  # nobody knows where subscribers are
        found = found.where(db.false() if model is Subscription else model.country == segment["country"])
    return db.session.execute(found.with_only_columns(model.email, name, model.language, model.id))


def _asked(segment: dict[str, str], dispatch: Dispatch, now: datetime):
    """The model whose rows a segment asks for, and the statement."""
    if segment["who"] in ("accredited", "behind"):
        found = (
            kits.people_behind(segment["kit"], now)
            if segment["who"] == "behind"
            else db.select(Application)
            .where(Application.event_id == segment["event"], accreditation.accredited(now))
        )  # fmt: skip
        category = segment.get("category")
        return Application, found.where(Application.category == category) if category else found
    if segment["who"] == "list":
        return Contact, contacts.in_list(segment["list"])
    if segment["who"] == "topic":
        return Contact, contacts.with_topic(segment["topic"])
    release = queries.release_of(dispatch)
    topics = [topic.id for topic in release.topics] if release else None
    since = segment.get("since")  # when it became known, see alerting.py
    found = alerts.to_tell(topics, since and datetime.fromisoformat(since))
    return Subscription, found.order_by(None)


def _holders(segment: dict[str, str], dispatch: Dispatch) -> list[Copy]:
    """Who holds words that are wrong: one copy of each person, the newest. A correction says which words those are."""
    subject = queries.subject_of(dispatch)
    if isinstance(subject, Correction):
        held = [
            delivery.holders(f"release:{subject.release_id}:{code}", said.number or said.from_number + 1)
            for code, said in sorted(subject.texts.items())
        ]
    else:
        release = db.session.get(Release, segment["of"].partition(":")[2])
        held = [copies for _code, copies in releases.holders(release)] if release else []
    return list({copy.recipient.lower(): copy for copies in held for copy in copies}.values())


def _joined(strongest: _Found, other: _Found) -> _Found:
    """The same person by two relations: the strongest decides, and each leaves who they are by it."""
    ids = {
        name: getattr(strongest.person, name) or getattr(other.person, name)
        for name in ("application_id", "contact_id", "subscription_id", "name")
    }
    return strongest._replace(person=strongest.person._replace(**ids))


def _stopped(scopes: set[str]) -> dict[tuple[str, str], str]:
    """Why nothing is sent to an address, by address and scope: a wish of its own is said before what a server says."""
    rows = db.session.execute(
        db.select(Suppression.recipient, Suppression.scope, Suppression.reason)
        .where(Suppression.scope.in_(scopes | {""}))
    )  # fmt: skip
    why = {(recipient, scope): reason for recipient, scope, reason in rows}
    return {key: "unsubscribed" if reason in UNWANTED else "undeliverable" for key, reason in why.items()}


def _in_order(codes: Iterable[str]) -> list[str]:
    """The languages in the site's order; one that the site no longer has comes last."""
    site = current_app.config["LANGUAGES"]
    return sorted(codes, key=lambda code: (site.index(code) if code in site else len(site), code))
