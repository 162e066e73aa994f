"""What may happen to a kit: it is put together, opened to the accredited, closed, opened again; and given to each.

Nothing outside this module sets `state`; nothing inside it commits.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm.attributes import flag_modified

from pressroom import audit, links, storage
from pressroom.access import Actor, Role
from pressroom.accreditation.models import Application
from pressroom.database import db, new_id
from pressroom.delivery import copies, outbox
from pressroom.errors import Refused
from pressroom.events import queries as events
from pressroom.events.models import Event
from pressroom.i18n import gettext as _
from pressroom.i18n import locale
from pressroom.kits import queries
from pressroom.kits.models import Fetch, Grant, Kit, KitFile, KitRelease, KitText, State
from pressroom.media.intake import Taken
from pressroom.releases import queries as releases

EVERYTHING = "*"
OFFICERS = (Role.OFFICER, Role.ADMIN, Role.SYSTEM)


class Transition(NamedTuple):
    sources: frozenset[State]
    target: State


TRANSITIONS = {
    "open": Transition(frozenset({State.DRAFT, State.CLOSED}), State.OPEN),
    "close": Transition(frozenset({State.OPEN}), State.CLOSED),
}


def allowed(kit: Kit, role: Role) -> list[str]:
    """What somebody in this role may do with the kit now."""
    return [action for action, step in TRANSITIONS.items() if role in OFFICERS and kit.state in step.sources]


def obstacles(kit: Kit, languages: Iterable[str]) -> list[str]:
    """What has to be done before the kit can be opened, a sentence each; `languages` are those of the site."""
    missing = [
        _("Write the cover text in %(language)s.", language=locale().languages[code])
        for code in languages
        if code not in kit.texts
    ]
    if not (kit.files or kit.releases):
        missing.append(_("Add at least one file or one release."))
    return missing


def create(event: Event, *, by: Actor, at: datetime) -> Kit:
    """The event's kit: a new draft, or the one that it has."""
    kit = queries.of_event(event.id)
    if kit is None:
        kit = Kit(event=event, state=State.DRAFT, created_at=at)
        db.session.add(kit)
        audit.record("kit.create", kit.subject, by=by, at=at)
    return kit


def act(kit: Kit, action: str, *, languages: Iterable[str], by: Actor, at: datetime) -> None:
    """Open or close the kit. Raises Refused when it has moved on, or when something is missing."""
    if action not in allowed(kit, by.role):
        raise Refused(_("This is no longer possible: the kit has changed. Go back and reload the page."))
    if TRANSITIONS[action].target is State.OPEN:
        _demand_complete(kit, languages)
        kit.opened_at = kit.opened_at or at
    kit.state = TRANSITIONS[action].target
    audit.record(f"kit.{action}", kit.subject, by=by, at=at)


def fill(
    kit: Kit, *, covers: dict[str, str], releases: Iterable[str], files: Iterable[Taken] = (),
    file_language: str | None = None, languages: Iterable[str], by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Replace the cover words (by language) and the releases (ids), and add `files`, all for readers of
    `file_language` (None: of any). Raises Refused when an open kit would lack something."""
    for language in set(kit.texts) - {code for code, cover in covers.items() if cover}:
        del kit.texts[language]
    for language, cover in covers.items():
        if cover:
            kit.texts.setdefault(language, KitText(language=language)).cover = cover
    kept = {chosen.release_id: chosen for chosen in kit.releases}
    kit.releases = [
        kept.get(release_id) or KitRelease(release_id=release_id, position=0) for release_id in releases
    ]
    kit.files += [_stored(file, file_language) for file in files]
    _number(kit)
    _demand_complete_if_open(kit, languages)
    flag_modified(kit, "created_at")  # words alone also make a new version: two people may be writing
    audit.record("kit.fill", kit.subject, by=by, at=at)


def take_out(kit: Kit, file: KitFile, *, languages: Iterable[str], by: Actor, at: datetime) -> str:
    """Remove a file; returns its key, to be deleted once that is committed. Raises Refused as `fill` does."""
    kit.files.remove(file)
    _number(kit)
    _demand_complete_if_open(kit, languages)
    flag_modified(kit, "created_at")
    audit.record("kit.take_out", kit.subject, by=by, at=at)
    return file.file_key


def give(kit: Kit, application: Application, *, at: datetime) -> Grant:
    """Make the applicant's own link and leave them the mail that holds it, in their language."""
    grant = Grant(id=new_id(), kit=kit, application=application, created_at=at)
    token = links.mint("kit", grant.id)
    grant.link_digest = links.digest(token)
    db.session.add(grant)
    event, contact = application.event, events.contact(application.event)
    outbox.put(
        "kit_available", to=application.email, language=application.language, at=at,
        about=f"application:{application.id}", once=f"kit:{kit.id}:{application.id}",
        reply_to=f"{contact.name} <{contact.email}>" if contact else None,
        name=application.name, event=event, contact=contact,
        link=links.absolute("kits.show", language=application.language, token=token),
    )  # fmt: skip
    return grant


def note_fetch(grant: Grant, what: str, *, at: datetime) -> None:
    """Remember that something was taken: a file's name, or EVERYTHING, the words of the releases with it."""
    grant.fetches.append(Fetch(what=what, at=at))
    if what == EVERYTHING:
        person = grant.application
        for text in queries.public_texts(grant.kit, at):
            copies.hand(
                releases.about(text), text.public_number, recipient=person.email, language=person.language,
                by="kit", at=at,
            )  # fmt: skip


def _stored(file: Taken, language: str | None) -> KitFile:
    return KitFile(
        id=new_id(), position=0, name=file.name, language=language, media_type=file.media_type,
        size=len(file.data), file_key=storage.put(file.data),
    )  # fmt: skip


def _number(kit: Kit) -> None:
    for rows in (kit.files, kit.releases):
        for position, row in enumerate(rows):
            row.position = position


def _demand_complete_if_open(kit: Kit, languages: Iterable[str]) -> None:
    if kit.state is State.OPEN:
        _demand_complete(kit, languages)


def _demand_complete(kit: Kit, languages: Iterable[str]) -> None:
    for sentence in obstacles(kit, languages):
        raise Refused(sentence)
