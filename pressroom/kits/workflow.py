"""What may happen to a kit: it is opened to the accredited, closed, opened again, published in a new version; and to a
person's link: it is given, made anew, closed, opened again, and used.

Nothing outside this module sets `state`; nothing inside it commits.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from pressroom import audit, links
from pressroom.access import SYSTEM, Actor, Role
from pressroom.accreditation.models import Application
from pressroom.database import db, new_id
from pressroom.delivery import copies, outbox, strangers
from pressroom.errors import Refused
from pressroom.events import queries as events
from pressroom.events.models import Event
from pressroom.i18n import gettext as _
from pressroom.i18n import locale
from pressroom.kits import drafting, parts, queries
from pressroom.kits.models import (
    EVERYTHING,
    Acceptance,
    Fetch,
    FormerLink,
    Grant,
    Kit,
    KitFile,
    State,
    Version,
)
from pressroom.kits.parts import Part
from pressroom.kits.queries import Standing
from pressroom.releases import queries as releases

OFFICERS = (Role.OFFICER, Role.ADMIN, Role.SYSTEM)
ASKED_LASTS = timedelta(days=7)  # a link that was asked for after the others had expired


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
    """What has to be done before the newest version can be published, a sentence each; `languages` are the site's."""
    newest = kit.newest
    missing = [
        _("Write the cover text in %(language)s.", language=locale().languages[code])
        for code in languages
        if code not in newest.texts
    ]
    if not (newest.files or newest.releases):
        missing.append(_("Add at least one file or one release."))
    return missing


def create(event: Event, *, by: Actor, at: datetime) -> Kit:
    """The event's kit: a new draft, or the one that it has."""
    kit = queries.of_event(event.id)
    if kit is None:
        kit = Kit(event=event, state=State.DRAFT, created_at=at, versions=[Version(number=1)])
        db.session.add(kit)
        audit.record("kit.create", kit.subject, by=by, at=at)
    return kit


def act(kit: Kit, action: str, *, languages: Iterable[str], by: Actor, at: datetime) -> None:
    """Open or close the kit; opened for the first time, its first version is published. Raises Refused when it has
    moved on, or when something is missing."""
    if action not in allowed(kit, by.role):
        raise Refused(_("This is no longer possible: the kit has changed. Go back and reload the page."))
    if TRANSITIONS[action].target is State.OPEN:
        if kit.current is None:
            _publish(kit, languages, at)
        kit.opened_at = kit.opened_at or at
    kit.state = TRANSITIONS[action].target
    audit.record(f"kit.{action}", kit.subject, by=by, at=at)


def publish(kit: Kit, notes: dict[str, str], *, languages: Iterable[str], by: Actor, at: datetime) -> None:
    """Let recipients find the draft from now on; `notes` say by language what it changes, and are due once somebody has
    the kit. Raises Refused when there is no draft of a kit that was opened, or something is missing."""
    if kit.current is None or kit.draft is None:
        raise Refused(_("This is no longer possible: the kit has changed. Go back and reload the page."))
    languages = list(languages)
    if queries.was_given(kit) and not all(notes.get(code) for code in languages):
        raise Refused(_("Say in every language what has changed."))
    draft = kit.draft
    _publish(kit, languages, at)
    for code, note in notes.items():
        draft.texts[code].note = note
    drafting.touch(kit)
    audit.record("kit.publish", kit.subject, by=by, at=at)


def _publish(kit: Kit, languages: Iterable[str], at: datetime) -> None:
    for sentence in obstacles(kit, languages):
        raise Refused(sentence)
    drafting.freshen(kit.newest)
    kit.newest.published_at = at


def set_hours(
    kit: Kit, *, opens_at: datetime | None, embargo_until: datetime | None, expires_at: datetime | None, by: Actor,
    at: datetime,
) -> None:  # fmt: skip
    """From when and until when the kit opens, and until when what it holds is under embargo: at once, for everybody."""
    if expires_at and max(opens_at or at, embargo_until or at) >= expires_at:
        raise Refused(_("The links must stop after the kit opens and its embargo ends."))
    kit.opens_at, kit.embargo_until, kit.expires_at = opens_at, embargo_until, expires_at
    audit.record("kit.set_hours", kit.subject, by=by, at=at)


# Links ----------------------------------------------------------------------------------------------------


def grant(kit: Kit, application: Application, *, at: datetime) -> str:
    """The address of this person's own link to the kit: made the first time, the same ever after."""
    found = queries.grant_of(kit, application)
    if found is None:
        found = Grant(id=new_id(), kit=kit, application=application, generation=1, created_at=at)
        found.link_digest = links.digest(queries.token_of(found))
        db.session.add(found)
    return queries.address(found)


def renew(grant: Grant, *, by: Actor, at: datetime) -> None:
    """Make a new link and leave the person the mail that holds it; the one before no longer opens. Raises Refused when
    no link of theirs would open."""
    if queries.standing(grant, at) is Standing.CLOSED:
        raise Refused(_("No link opens for this person: the accreditation, the kit or the link is closed."))
    grant.generation += 1
    grant.former_links.append(FormerLink(digest=grant.link_digest))
    grant.link_digest = links.digest(queries.token_of(grant))
    if queries.expires_at(grant.kit) <= at:
        grant.opens_until = at + ASKED_LASTS
    _mail_link(grant, at)
    audit.record("kit.renew", grant.kit.subject, by=by, at=at)


def ask_again(grant: Grant, standing: Standing, *, by: Actor, at: datetime) -> None:
    """Somebody who holds a link that no longer opens asks for one: it goes to the address that we know, unless too much
    went there already, and nothing tells the asker which."""
    if not strangers.may_write_to(grant.application.email, at):
        return
    if standing is Standing.REPLACED and queries.opens(grant, at):
        _mail_link(grant, at)
    elif standing in (Standing.REPLACED, Standing.EXPIRED):
        renew(grant, by=by, at=at)


def revoke(grant: Grant, *, by: Actor, at: datetime) -> None:
    """Close one person's link; their accreditation stays as it is. Twice changes nothing."""
    if grant.revoked_at is None:
        grant.revoked_at = at
        outbox.cancel(_subject(grant), at=at, by=by, notices=("kit_link",))
        audit.record("kit.revoke", grant.kit.subject, by=by, at=at)


def restore(grant: Grant, *, by: Actor, at: datetime) -> None:
    """Let a link that was closed open again."""
    if grant.revoked_at:
        grant.revoked_at = None
        audit.record("kit.restore", grant.kit.subject, by=by, at=at)


def accept(grant: Grant, *, at: datetime) -> None:
    """Remember that the person accepts the embargo on what the kit holds now, and which words they find then; a newer
    version asks anew."""
    version = grant.kit.current
    if not parts.has_accepted(grant, version):
        grant.acceptances.append(Acceptance(number=version.number, at=at))
        _hand(grant, [part for part in parts.held_by(grant, at).releases if part.until], at)


def note_fetch(grant: Grant, what: KitFile | str, *, at: datetime) -> Fetch:
    """Remember that something is taken: a file of the current version, or EVERYTHING, the words of its releases with
    it; the row is what the download's own address stands for."""
    whole = what == EVERYTHING
    fetch = Fetch(
        number=grant.kit.current.number, at=at,
        what=EVERYTHING if whole else what.name, file_id=None if whole else what.id,
    )  # fmt: skip
    grant.fetches.append(fetch)
    if whole:
        _hand(grant, parts.held_by(grant, at).releases, at)
    return fetch


def note_whole(fetch_id: int, *, at: datetime) -> None:
    """Remember that all of it has left, the first time that it has."""
    fetch = db.session.get(Fetch, fetch_id)
    if fetch and fetch.completed_at is None:
        fetch.completed_at = at


def _hand(grant: Grant, releases_held: Iterable[Part], at: datetime) -> None:
    """Remember who has these words, so that they can be told when they are corrected."""
    person = grant.application
    for part in releases_held:
        for text in part.texts:
            copies.hand(
                releases.about(text), text.public_number, recipient=person.email, language=person.language,
                by="kit", at=at,
            )  # fmt: skip


def _mail_link(grant: Grant, at: datetime) -> None:
    person, event = grant.application, grant.kit.event
    contact = events.contact(event)
    outbox.cancel(_subject(grant), at=at, by=SYSTEM, notices=("kit_link",))
    outbox.put(
        "kit_link", to=person.email, language=person.language, about=_subject(grant), at=at, scope=None,
        reply_to=contact and contact.mailbox,
        name=person.name, event=event, contact=contact, link=queries.address(grant), until=grant.opens_until,
    )  # fmt: skip


def _subject(grant: Grant) -> str:
    return grant.application.subject
