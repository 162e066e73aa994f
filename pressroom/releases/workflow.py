"""What may happen to a release. The table is the specification: nothing outside this module sets `state`.

Words and facts may change at any stage but the last; readers see a release's words only as they were published.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Integer, cast, func, select

from pressroom import audit, markup
from pressroom.access import Actor, Role
from pressroom.database import db, new_id
from pressroom.errors import Refused
from pressroom.events.models import Event
from pressroom.i18n import gettext as _
from pressroom.i18n import locale
from pressroom.media.models import Asset
from pressroom.releases import corrections, queries, search
from pressroom.releases.corrections import Note
from pressroom.releases.models import (
    Correction,
    CorrectionKind,
    Kind,
    Publication,
    Release,
    ReleasePicture,
    ReleaseText,
    Revision,
    State,
    Topic,
    Words,
)
from pressroom.releases.queries import Stage
from pressroom.slugs import slug
from pressroom.staff.models import PressContact
from pressroom.staff.queries import press_contacts

# The command line and the example data act as the system.
EDITORS = queries.EDITORS | {Role.SYSTEM}


class Transition(NamedTuple):
    sources: frozenset[Stage]
    target: State | None = None  # None: words or facts change, the state stays


ON = frozenset({Stage.SCHEDULED, Stage.EMBARGOED, Stage.PUBLISHED})
TRANSITIONS = {
    "edit": Transition(frozenset({Stage.DRAFT}) | ON),
    "publish": Transition(frozenset({Stage.DRAFT}), State.PUBLISHED),
    "publish_changes": Transition(ON),
    "unpublish": Transition(frozenset({Stage.SCHEDULED, Stage.EMBARGOED}), State.DRAFT),
    "withdraw": Transition(frozenset({Stage.PUBLISHED}), State.WITHDRAWN),
    "kill": Transition(frozenset({Stage.PUBLISHED, Stage.WITHDRAWN}), State.KILLED),
}


def allowed(release: Release, role: Role, at: datetime) -> list[str]:
    """The actions that the table lets `role` take at `at`."""
    if role not in EDITORS:
        return []
    return [action for action, step in TRANSITIONS.items() if queries.stage(release, at) in step.sources]


def demand(release: Release, action: str, *, by: Actor, at: datetime) -> None:
    """Raise Refused unless the table lets `by` take the action."""
    if action not in allowed(release, by.role, at):
        raise Refused(_("This is no longer possible: the release has changed. Go back and reload the page."))


def create(*, source_language: str, by: Actor, at: datetime) -> Release:
    """A draft without words yet, with the first press contact, dated the day of `at` in its own time zone: pass
    it in the office's."""
    release = Release(
        id=new_id(8), state=State.DRAFT, kind=Kind.RELEASE, together=False, source_language=source_language,
        dated=at.date(), created_at=at,
    )  # fmt: skip
    release.contact = next(iter(press_contacts()), None)
    db.session.add(release)
    _record(release, "create", by, at)
    return release


def duplicate(release: Release, *, by: Actor, at: datetime) -> Release:
    """A new draft with the newest words and the facts of another release, dated the day of `at`."""
    copy = create(source_language=release.source_language, by=by, at=at)
    copy.kind, copy.together, copy.event = release.kind, release.together, release.event
    copy.contact = release.contact or copy.contact
    copy.topics = list(release.topics)
    copy.pictures = [ReleasePicture(asset=one.asset, position=one.position) for one in release.pictures]
    for language in sorted(release.texts, key=lambda code: code != release.source_language):
        save(copy, language, release.texts[language].latest.words, by=by, at=at)
    return copy


def save(
    release: Release, language: str, words: Words, *, by: Actor, at: datetime, follows_source: bool = False,
    minor: bool = False,
) -> ReleaseText:  # fmt: skip
    """Keep the words as a new revision, if they differ from the newest; the body is sanitised here.

    `follows_source` says that this translation now follows the source's newest revision, `minor` that nothing
    but spelling or spacing changes. Raises Refused, and ValueError for a body beyond `markup.MAX_BODY`
    characters.
    """
    demand(release, "edit", by=by, at=at)
    words = words._replace(body=markup.clean(words.body))
    text = release.texts.get(language)
    if text is None:
        text = ReleaseText(language=language, latest_number=0, major_number=0)
        release.texts[language] = text
        follows_source = True
    if language != release.source_language and follows_source:
        source = release.texts.get(release.source_language)
        text.made_from_number = source.latest_number if source else 0
    if text.latest_number == 0 or words != text.latest.words:
        _revise(text, words, minor and text.latest_number > 0, by, at)
        _record(release, f"save:{language}", by, at)
    return text


def mark_up_to_date(release: Release, language: str, *, by: Actor, at: datetime) -> None:
    """Say that this translation follows the source's newest words: no word changes. Raises Refused."""
    demand(release, "edit", by=by, at=at)
    text = release.texts[language]
    source = queries.source_of(text)
    if source is None or text.made_from_number == source.latest_number:
        raise Refused(_("This text already follows its source."))
    text.made_from_number = source.latest_number
    if text.public_number == text.latest_number:
        text.public_made_from_number = source.latest_number
    _record(release, f"up_to_date:{language}", by, at)


def set_facts(
    release: Release, *, dated: date, contact: PressContact | None, event: Event | None,
    pictures: Iterable[Asset], by: Actor, at: datetime, kind: Kind = Kind.RELEASE,
    topics: Iterable[Topic] = (), together: bool = False,
) -> None:  # fmt: skip
    """Change what is true in every language; readers of a published release see it at once. Raises Refused."""
    demand(release, "edit", by=by, at=at)
    if release.state is State.PUBLISHED and contact is None:
        raise Refused(_("Choose a press contact: a published release always names one."))
    release.dated, release.contact, release.event = dated, contact, event
    release.kind, release.topics, release.together = kind, list(topics), together
    kept = {picture.asset_id: picture for picture in release.pictures}
    release.pictures = [kept.get(asset.id) or ReleasePicture(asset=asset) for asset in pictures]
    for position, picture in enumerate(release.pictures):
        picture.position = position
    _record(release, "facts", by, at)


def obstacles(release: Release, of_site: Iterable[str] = ()) -> list[str]:
    """What has to be done before the release can be published, a sentence each; `of_site` are the languages in
    which a release that is published together must be ready."""
    missing = []
    if not queries.ready(release):
        missing.append(_("Write a headline and a body in one language."))
    if release.contact is None:
        missing.append(_("Choose a press contact."))
    if release.together:
        missing += _not_together(release, of_site)
    return missing


def _not_together(release: Release, of_site: Iterable[str]) -> list[str]:
    ready, wanted = queries.ready(release), sorted({*of_site, *release.texts})
    unready = [
        _("Finish the text in %(language)s: the languages are published together.", language=_name(code))
        for code in wanted
        if code not in ready
    ]
    outdated = [
        _("Bring the text in %(language)s up to date: the languages are published together.", language=_name(code))
        for code in ready
        if queries.outdated(release.texts[code])
    ]  # fmt: skip
    return unready + outdated


def publish(
    release: Release, *, languages: Iterable[str] = (), publish_at: datetime | None = None,
    embargo_until: datetime | None = None, of_site: Iterable[str] = (), by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Make the newest words public in `languages` (none: in every language that is ready), from `publish_at`
    (None: from now) and not before `embargo_until`. Raises Refused."""
    demand(release, "publish", by=by, at=at)
    for sentence in obstacles(release, of_site):
        raise Refused(sentence)
    if any(moment and moment <= at for moment in (publish_at, embargo_until)):
        raise Refused(_("Choose a date in the future"))
    ready = queries.ready(release)
    chosen = tuple(languages) or ready
    if release.together and set(chosen) < set(ready):
        raise Refused(_("The languages of this release are published together."))
    release.publish_at, release.embargo_until = publish_at or at, embargo_until
    release.public_from = max(release.publish_at, embargo_until or release.publish_at)
    for language in chosen:
        _make_public(release, language, at)
    _take(release, "publish", by, at)
    if release.public_from <= at:
        number(release)


def number(release: Release) -> None:
    """Give the release its number: once readers can see it, so that none is missing while an embargo lasts."""
    release.number = release.number or _next_number(release.dated.year)


def publish_changes(
    release: Release, *languages: str, kind: CorrectionKind | None = None, notes: Mapping[str, Note] | None = None,
    completes: Iterable[Correction] = (), of_site: Iterable[str] = (), by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Replace the public words in `languages` by the newest ones, or add languages.

    Readers who could see the old words are told what changed unless all of it was minor: `kind` and a note in
    each of these languages are due then. A note in a language whose words stay as they are says there at once
    that they do not follow yet; `completes` names such corrections that the new words follow. Raises Refused.
    """
    demand(release, "publish_changes", by=by, at=at)
    waiting = queries.to_publish(release)
    for language in languages:
        if language not in waiting:
            raise Refused(_("There is nothing new to publish in %(language)s.", language=_name(language)))
    for sentence in _not_together(release, of_site) if release.together else ():
        raise Refused(sentence)
    if release.together and set(languages) < set(waiting):
        raise Refused(_("The languages of this release are published together."))
    if queries.stage(release, at) is Stage.PUBLISHED:
        completed = [one for one in completes if one in release.corrections]
        told = [] if completed else [code for code in languages if queries.substantial(release.texts[code])]
        corrections.demand_notes(kind, notes or {}, told)
        if kind:
            corrections.record(release, kind, notes, carried_out=languages, by=by, at=at)
        corrections.complete(completed, release, languages)
    for language in languages:
        _make_public(release, language, at)
        _record(release, f"publish_changes:{language}", by, at)
    search.refresh(release)


def unpublish(release: Release, *, by: Actor, at: datetime) -> None:
    """Back to draft, as long as nobody can have read it. Raises Refused."""
    demand(release, "unpublish", by=by, at=at)
    release.publish_at = release.embargo_until = release.public_from = None
    for text in release.texts.values():
        text.public_number = text.public_major_number = text.public_made_from_number = None
        text.publications = []
        _reread(text)
    _take(release, "unpublish", by, at)


def withdraw(release: Release, *, notes: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Take a public release off lists and feeds, for good; its page stays and gives the reason, a note in each
    language that readers could read it in. Raises Refused."""
    _take_off(release, "withdraw", CorrectionKind.WITHDRAWAL, notes, by, at)


def kill(release: Release, *, notes: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Take the words themselves away from everybody: “do not use”. Raises Refused."""
    _take_off(release, "kill", CorrectionKind.KILL, notes, by, at)


def _take_off(release, action, kind, notes, by: Actor, at: datetime) -> None:
    demand(release, action, by=by, at=at)
    public = [code for code, text in release.texts.items() if text.public_number]
    said = {code: Note(notes.get(code, "")) for code in public}
    corrections.demand_notes(kind, said, public)
    corrections.record(release, kind, said, carried_out=(), by=by, at=at)
    release.withdrawn_at = at
    _take(release, action, by, at)


def _revise(text: ReleaseText, words: Words, minor: bool, by: Actor, at: datetime) -> None:
    if text.public_number is None:  # afterwards the address stays as it was published
        text.slug = slug(words.headline)
    number = text.latest_number + 1
    text.revisions.append(
        Revision(number=number, minor=minor, author=by.name, created_at=at, **words._asdict())
    )
    text.latest_number = number
    if not minor:
        text.major_number = number
    _reread(text)


def _make_public(release: Release, language: str, at: datetime) -> None:
    """`at` is the decision: readers see the words from then on, or from the release's own hour."""
    if language not in queries.ready(release):
        raise Refused(_("The text in %(language)s needs a headline and a body.", language=_name(language)))
    text = release.texts[language]
    if release.public_from > at:  # nobody has read what these words replace
        text.publications = []
        db.session.flush()
    text.publications.append(Publication(number=text.latest_number, at=max(at, release.public_from)))
    text.public_number, text.public_major_number = text.latest_number, text.major_number
    text.public_made_from_number = text.made_from_number
    _reread(text)


def _reread(text: ReleaseText) -> None:
    """`latest` and `public` follow the numbers in the database: what was loaded before is forgotten."""
    db.session.flush()
    db.session.expire(text, ["latest", "public"])


def _next_number(year: int) -> str:
    """One more than the year's highest. Publishing begins IMMEDIATE, so no two releases get the same."""
    taken = select(func.max(cast(func.substr(Release.number, 6), Integer)))
    highest = db.session.scalar(taken.where(Release.number.startswith(f"{year}-"))) or 0
    return f"{year}-{highest + 1:03}"


def _name(language: str) -> str:
    return locale().languages[language]


def _take(release: Release, action: str, by: Actor, at: datetime) -> None:
    release.state = TRANSITIONS[action].target
    _record(release, action, by, at)
    search.refresh(release)


def _record(release: Release, action: str, by: Actor, at: datetime) -> None:
    audit.record(f"release.{action}", f"release:{release.id}", by=by, at=at)
