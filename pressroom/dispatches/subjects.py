"""What dispatches are about, by name: a release, a correction, a kit, an event; or what an advisory calls itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy.orm import joinedload, selectinload

from pressroom.database import db
from pressroom.delivery.models import Dispatch
from pressroom.events.models import Event
from pressroom.i18n import gettext as _
from pressroom.kits.models import Kit
from pressroom.releases.models import Correction, Release, ReleaseText
from pressroom.releases.queries import shown_text


class Subject(NamedTuple):
    """A name, the language that it is in (None: in none), and its page on the desk ("" where it has none)."""

    name: str
    language: str | None = None
    endpoint: str = ""
    values: dict[str, str] | None = None


def of(dispatch: Dispatch, language: str) -> Subject:
    """What one dispatch is about, for somebody who reads `language`."""
    return of_all([dispatch], language)[dispatch.id]


def named(about: str, language: str) -> Subject | None:
    """The thing that an address names ("release:…"); None when it names none, or one that is gone."""
    kind, _colon, key = about.partition(":")
    return dict(FINDERS[kind]({key}, language)).get(key) if kind in FINDERS else None


def of_all(dispatches: Iterable[Dispatch], language: str) -> dict[str, Subject]:
    """By dispatch: one query for each kind of thing, whatever their number."""
    dispatches = list(dispatches)
    ids = defaultdict(set)
    for dispatch in dispatches:
        kind, _colon, key = dispatch.about.partition(":")
        ids[kind].add(key)
        if dispatch.event_id:
            ids["event"].add(dispatch.event_id)
    found = {
        f"{kind}:{key}": subject
        for kind in ids.keys() & FINDERS.keys()
        for key, subject in FINDERS[kind](ids[kind], language)
    }
    return {dispatch.id: _named(dispatch, found, language) for dispatch in dispatches}


def _named(dispatch: Dispatch, found: dict[str, Subject], language: str) -> Subject:
    """An advisory goes by its own subject, and leads to the event that it is about."""
    texts = dispatch.texts
    own = next(
        (texts[code] for code in (language, *sorted(texts)) if code in texts and texts[code].subject), None
    )
    known = found.get(dispatch.about) or (
        found.get(f"event:{dispatch.event_id}") if not dispatch.about else None
    )
    if own:
        page = (known.endpoint, known.values) if known else ("", None)
        return Subject(own.subject, own.language, *page)
    return known or Subject(
        _("What it was about has been deleted") if dispatch.about else _("Without a subject yet")
    )


def _releases(ids: set[str], language: str) -> Iterator[tuple[str, Subject]]:
    statement = db.select(Release).options(selectinload(Release.texts).joinedload(ReleaseText.latest))
    for release in db.session.scalars(statement.where(Release.id.in_(ids))):
        yield release.id, _release(release, language)


def _release(release: Release, language: str) -> Subject:
    text = shown_text(release, language)
    values = {"release_id": release.id}
    if text is None:
        return Subject(_("No headline yet"), None, "releases_desk.show", values)
    return Subject(text.latest.headline, text.language, "releases_desk.show", values)


def _corrections(ids: set[str], language: str) -> Iterator[tuple[str, Subject]]:
    whole = joinedload(Correction.release).selectinload(Release.texts).joinedload(ReleaseText.latest)
    for one in db.session.scalars(db.select(Correction).options(whole).where(Correction.id.in_(ids))):
        yield one.id, _release(one.release, language)


def _kits(ids: set[str], language: str) -> Iterator[tuple[str, Subject]]:
    statement = db.select(Kit).options(joinedload(Kit.event).selectinload(Event.texts))
    for kit in db.session.scalars(statement.where(Kit.id.in_(ids))):
        words = kit.event.words(language)
        yield kit.id, Subject(words.title, words.language, "kits_desk.edit", {"kit_id": kit.id})


def _events(ids: set[str], language: str) -> Iterator[tuple[str, Subject]]:
    statement = db.select(Event).options(selectinload(Event.texts)).where(Event.id.in_(ids))
    for event in db.session.scalars(statement):
        words = event.words(language)
        yield event.id, Subject(words.title, words.language, "events_desk.edit", {"event_id": event.id})


FINDERS = {"release": _releases, "correction": _corrections, "kit": _kits, "event": _events}
