"""Puts a dispatch into words: once for each language and relation, with gaps for what is each person's own; then writes
a message for each person. Running it twice writes nobody a second one."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from flask import render_template

from pressroom import links, pages
from pressroom.accreditation.models import Application
from pressroom.alerts import notices as alerts
from pressroom.alerts.models import Subscription
from pressroom.database import db, new_id
from pressroom.delivery import outbox, plain, words
from pressroom.delivery.models import Attachment, Body, Dispatch, DispatchKind, DispatchText, Message
from pressroom.dispatches import audience, contents, queries
from pressroom.dispatches.audience import Person
from pressroom.events.models import Event
from pressroom.i18n import locale, speaking
from pressroom.kits import workflow as kits

IDS = {"application": "application_id", "contact": "contact_id", "subscription": "subscription_id"}
CHUNK = 500  # people looked up at once


class File(NamedTuple):
    """A file that leaves with a message; `size` in bytes, before it is encoded."""

    name: str
    media_type: str
    size: int
    file_key: str


class Rendered(NamedTuple):
    """The words of a body, with gaps; `holds` and `revision` say which words of a release they hand over."""

    subject: str
    text: str
    html: str
    holds: str | None
    revision: int | None
    files: tuple[File, ...]


class Sample(NamedTuple):
    """A message as one person would get it; `size` of its HTML in bytes."""

    subject: str
    text: str
    html: str
    attachments: tuple[File, ...]
    size: int


def compose(dispatch: Dispatch, now: datetime, *, only: Iterable[str] = audience.WHO) -> int:
    """Write a message for everybody who gets it at `now` and has none of this dispatch; returns how many. Raises Refused
    as kits.workflow.grant does."""
    groups: dict[tuple[str, str], list[Person]] = {}
    for person in audience.resolve(dispatch, now, only=only).people:
        groups.setdefault((person.language, relation(person.scope)), []).append(person)
    rows, contact = [], contents.contact(dispatch)
    reply_to = contact and contact.mailbox
    for (language, related), people in sorted(groups.items()):
        body = _body(dispatch, language, render(dispatch, language, related, now))
        rows += [
            {
                "recipient": person.email, "language": language, "subject": body.subject, "body_id": body.id,
                "personal": personal, "scope": person.scope, "reply_to": reply_to,
                "once": _once(dispatch, person),
            }
            for person, personal in _personal(dispatch, people, now)
        ]  # fmt: skip
    dispatch.composed_at = dispatch.composed_at or now
    db.session.flush()
    return outbox.insert(dispatch, rows, now)


def renew(dispatch: Dispatch, messages: Iterable[Message], now: datetime) -> None:
    """Give messages that stand for others the words as they are now: what was corrected since is not sent out again."""
    bodies: dict[tuple[str, str], Body] = {}
    for message in messages:
        about = (message.language, relation(message.scope or ""))
        if about not in bodies:
            bodies[about] = _body(dispatch, message.language, render(dispatch, *about, now))
        message.body, message.subject = bodies[about], bodies[about].subject


def sample(dispatch: Dispatch, person: Person | None, language: str, now: datetime) -> Sample:
    """The message as `person` would get it (None: an invented reader) in `language`; nothing is written, and what is a
    person's own leads nowhere."""
    usual = "accredited" if dispatch.event_id else "contact"
    said = render(dispatch, language, relation(person.scope) if person else usual, now)
    values = {
        "name": person.name if person else "Camille Morin",
        "leave": links.absolute("alerts.leave", token="essai"),
        "preferences": links.absolute("alerts.own", language=language, token="essai"),
        "link": links.absolute("kits.show", language=language, token="essai"),
    }
    text, html = words.fill(said.text, values, html=False), words.fill(said.html, values, html=True)
    return Sample(said.subject, text, html, said.files, len(html.encode()))


def relation(scope: str) -> str:
    """Why somebody gets it, for the foot of the message: "accredited", "subscriber" or "contact"."""
    if scope.startswith("event:"):
        return "accredited"
    return "subscriber" if scope == "alerts" else "contact"


def render(dispatch: Dispatch, language: str, related: str, now: datetime) -> Rendered:
    """What those of one language and relation get, in `language`; where the release has no words in it, in the nearest
    language that has, and the message says so."""
    inside = contents.of(dispatch, language, now)
    with speaking(language):
        values = {
            **inside.values, "related": related, "gap": words.gap, "intro": introduction(dispatch, language),
            "contact": inside.contact and inside.contact.words(language), "embargo": inside.embargo,
            "event_title": _event_title(dispatch, language), "said_in": inside.language,
            "other_language": locale().languages[inside.language], "attached": inside.files,
        }  # fmt: skip
        subject, html = (
            render_template(f"mail/dispatch_{dispatch.kind}/{part}", **values)
            for part in ("subject.txt", "body.html")
        )
    return Rendered(
        " ".join(subject.split("\n")).strip()[:400], plain.text_of(html), html, inside.holds, inside.revision,
        tuple(File(*file) for file in inside.files),
    )  # fmt: skip


def introduction(dispatch: Dispatch, language: str) -> DispatchText | None:
    """What the office wrote itself, in `language` or in the nearest one."""
    others = sorted(dispatch.texts.values(), key=lambda one: one.language)
    return dispatch.texts.get(language) or next(iter(others), None)


def _event_title(dispatch: Dispatch, language: str) -> str:
    event = db.session.get(Event, dispatch.event_id) if dispatch.event_id else None
    title = event and event.words(language)
    return pages.typeset(title.title, title.language).unescape() if title else ""


def _once(dispatch: Dispatch, person: Person) -> str:
    """The key that no second message of this dispatch to this address can have; it takes 120 characters."""
    address = person.email.lower()
    return f"dispatch:{dispatch.id}:{address if len(address) <= 90 else links.digest(address)}"


def _body(dispatch: Dispatch, language: str, said: Rendered) -> Body:
    """The row of these words: the one that says exactly the same, or a new one."""
    for body in dispatch.bodies:
        files = tuple(File(one.name, one.media_type, one.size, one.file_key) for one in body.attachments)
        if (body.language, body.subject, body.html, files) == (language, said.subject, said.html, said.files):
            return body
    body = Body(
        id=new_id(), language=language, subject=said.subject, text=said.text, html=said.html, holds=said.holds,
        revision=said.revision,
    )  # fmt: skip
    body.attachments = [Attachment(position=at, **file._asdict()) for at, file in enumerate(said.files)]
    dispatch.bodies.append(body)
    return body


def _personal(
    dispatch: Dispatch, people: list[Person], now: datetime
) -> Iterable[tuple[Person, dict[str, str]]]:
    """What is each person's own: who they are to the office, and the links that only they get."""
    for first in range(0, len(people), CHUNK):
        chunk = people[first : first + CHUNK]
        own = _links(dispatch, chunk, now)
        for person in chunk:
            ids = {name: getattr(person, field) for name, field in IDS.items() if getattr(person, field)}
            yield person, {**ids, "name": person.name, **own.get(person.email, {})}


def _links(dispatch: Dispatch, people: list[Person], now: datetime) -> dict[str, dict[str, str]]:
    """By address: a kit's own link, a subscriber's own page."""
    if dispatch.kind is DispatchKind.KIT:
        kit = queries.subject_of(dispatch)
        known = _by_id(Application, (person.application_id for person in people))
        return {
            person.email: {"link": kits.grant(kit, known[person.application_id], at=now)}
            for person in people
        }  # fmt: skip
    theirs = [person for person in people if relation(person.scope) == "subscriber"]
    known = _by_id(Subscription, (person.subscription_id for person in theirs)) if theirs else {}
    return {person.email: {"preferences": alerts.page_of(known[person.subscription_id])} for person in theirs}


def _by_id(model, ids: Iterable[str]) -> dict:
    found = db.session.scalars(db.select(model).where(model.id.in_(set(ids))))
    return {one.id: one for one in found}
