"""What may happen to a release. The table is the specification: nothing outside this module sets `state`.

Words and facts may change at any stage but the last; readers see a release's words only as they were published.
"""

from collections.abc import Collection, Iterable, Mapping
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
from pressroom.releases import checklist, corrections, previews, queries, search
from pressroom.releases.corrections import Note
from pressroom.releases.models import (
    Correction,
    CorrectionKind,
    Dismissal,
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
from pressroom.staff.queries import whom_to_ask

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
    release.contact = whom_to_ask()
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
        text = save(copy, language, release.texts[language].latest.words, by=by, at=at)
        if queries.outdated(release.texts[language]):
            text.made_from_number = 0
    return copy


def save(
    release: Release, language: str, words: Words, *, by: Actor, at: datetime, follows_source: bool = False,
    source_seen: int | None = None, minor: bool = False,
) -> ReleaseText:  # fmt: skip
    """Keep the words as a new revision, if they differ from the newest; the body is sanitised here.

    `follows_source` says that this translation now follows the source's revision `source_seen`, the one that the
    person had before them (None: the newest), `minor` that nothing but spelling or spacing changes. Raises
    Refused, and ValueError for a body beyond `markup.MAX_BODY` characters.
    """
    demand(release, "edit", by=by, at=at)
    words = words._replace(body=markup.clean(words.body))
    text = release.texts.get(language)
    if text is None:
        text = ReleaseText(language=language, latest_number=0, major_number=0)
        release.texts[language] = text
        follows_source = True
    if text.latest_number == 0 or words != text.latest.words:
        _revise(text, words, minor and text.latest_number > 0, by, at)
        _record(release, f"save:{language}", by, at)
    if language != release.source_language and follows_source:
        _follow(text, source_seen)
    return text


def mark_up_to_date(
    release: Release, language: str, *, source_seen: int | None = None, by: Actor, at: datetime
) -> None:
    """Say that this translation follows the source's revision `source_seen` (None: the newest): no word changes.
    Raises Refused."""
    demand(release, "edit", by=by, at=at)
    text = release.texts[language]
    before = text.made_from_number
    if queries.source_of(text):
        _follow(text, source_seen)
    if text.made_from_number == before:
        raise Refused(_("This text already follows its source."))
    _record(release, f"up_to_date:{language}", by, at)


def _follow(text: ReleaseText, seen: int | None) -> None:
    """The newest words, and the public ones where they are the same, follow the source's revision `seen`: never one
    that nobody has seen, never an earlier one than before."""
    source = queries.source_of(text)
    newest = source.latest_number if source else 0
    text.made_from_number = max(text.made_from_number or 0, newest if seen is None else min(seen, newest))
    if queries.shows_newest(text):
        text.public_made_from_number = text.made_from_number


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
    search.refresh(release)


def obstacles(release: Release, of_site: Iterable[str] = ()) -> list[str]:
    """What has to be done before the release can be published, a sentence each; `of_site` are the languages in
    which a release that is published together must be ready."""
    return [point.sentence for point in checklist.obstacles(release, of_site)]


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
    previews.tell_of_change(release, by=by, at=at)
    number(at)


def number(now: datetime) -> None:
    """Give a number to what readers can see and has none, in the order of appearance: a number that was given under
    embargo would be missing from the others, and tell of it."""
    for release in db.session.scalars(queries.unnumbered(now)).all():
        release.number = _next_number(release.dated.year)


def publish_changes(
    release: Release, *languages: str, kind: CorrectionKind | None = None, notes: Mapping[str, Note] | None = None,
    completes: Collection[Correction] = (), of_site: Iterable[str] = (), by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Replace the public words in `languages` by the newest ones, or add languages.

    Readers who could see the old words are told what changed unless all of it was minor: `kind` and a note in
    each of these languages are due then. A note in a language whose words stay as they are says there at once
    that they do not follow yet; `completes` names such corrections that the new words follow: their notes have
    told readers what changes. Raises Refused.
    """
    demand(release, "publish_changes", by=by, at=at)
    _demand_waiting(release, languages, of_site)
    if queries.stage(release, at) is Stage.PUBLISHED:
        followed = {
            code: [one for one in queries.pending(release, code) if one in completes] for code in languages
        }
        told = [code for code in languages if queries.substantial(release.texts[code]) and not followed[code]]
        corrections.demand_notes(release, kind, notes or {}, told)
        if notes:
            corrections.record(release, kind, notes, carried_out=languages, by=by, at=at)
        corrections.complete(release, followed)
    for language in languages:
        _make_public(release, language, at)
        _record(release, f"publish_changes:{language}", by, at)
    search.refresh(release)


def end_notice(release: Release, language: str, correction_id: str, *, by: Actor, at: datetime) -> None:
    """Say that the public words in `language`, the newest ones, already are as a correction that waits for them
    says: readers are no longer told that they do not follow. Raises Refused."""
    demand(release, "publish_changes", by=by, at=at)
    text = release.texts.get(language)
    waiting = [one for one in queries.pending(release, language) if one.id == correction_id]
    if not waiting:
        raise Refused(_("This notice has ended already."))
    if not queries.shows_newest(text):
        raise Refused(_("Newer words wait: publish them, and the notice ends."))
    if queries.outdated(text):
        raise Refused(_("The text in %(language)s does not follow the source yet.", language=_name(language)))
    corrections.complete(release, {language: waiting})
    _record(release, f"follows:{language}", by, at)


def discard_changes(release: Release, language: str, *, by: Actor, at: datetime) -> None:
    """Go back to the words that readers see: as one more revision, since none is ever taken away. Raises Refused."""
    demand(release, "edit", by=by, at=at)
    text = release.texts.get(language)
    if text is None or text.public_number is None or queries.shows_newest(text):
        raise Refused(_("There is nothing new to publish in %(language)s.", language=_name(language)))
    followed = any((other.made_from_number or 0) > text.public_number for other in release.texts.values())
    _revise(text, text.public.words, not followed, by, at)
    if not followed:  # translations of the public words are as good as before
        text.major_number = text.public_major_number
    text.made_from_number = text.public_made_from_number
    _record(release, f"discard:{language}", by, at)


def _demand_waiting(release: Release, languages: Collection[str], of_site: Iterable[str]) -> None:
    waiting = queries.to_publish(release)
    if not languages:
        raise Refused(_("Choose at least one language"))
    for language in languages:
        if language not in waiting:
            raise Refused(_("There is nothing new to publish in %(language)s.", language=_name(language)))
    for point in checklist.not_together(release, of_site):
        raise Refused(point.sentence)
    if release.together and set(languages) < set(waiting):
        raise Refused(_("The languages of this release are published together."))


def unpublish(release: Release, *, by: Actor, at: datetime) -> None:
    """Back to draft, as long as nobody can have read it. Raises Refused."""
    demand(release, "unpublish", by=by, at=at)
    release.publish_at = release.embargo_until = release.public_from = None
    for text in release.texts.values():
        text.public_number = text.public_major_number = text.public_made_from_number = None
        text.publications = []
        _reread(text)
    _take(release, "unpublish", by, at)
    previews.tell_of_change(release, by=by, at=at)


def withdraw(release: Release, *, notes: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Take a public release off lists and feeds, for good; its page stays and gives the reason, a note in each
    language that readers could read it in. Raises Refused."""
    _take_off(release, "withdraw", CorrectionKind.WITHDRAWAL, notes, by, at)


def kill(release: Release, *, notes: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Take the words themselves away from everybody: “do not use”. Raises Refused."""
    _take_off(release, "kill", CorrectionKind.KILL, notes, by, at)


def dismiss(release: Release, finding: str, *, reason: str, by: Actor, at: datetime) -> None:
    """Say why a difference that `parity` found is right: it is open no more. Raises Refused."""
    demand(release, "edit", by=by, at=at)
    db.session.merge(Dismissal(release_id=release.id, finding=finding, reason=reason, author=by.name, at=at))
    _record(release, "dismiss", by, at)


def reopen(release: Release, finding: str, *, by: Actor, at: datetime) -> None:
    """Take a dismissal back. Raises Refused."""
    demand(release, "edit", by=by, at=at)
    dismissal = db.session.get(Dismissal, (release.id, finding))
    if dismissal:
        db.session.delete(dismissal)
        _record(release, "reopen", by, at)


def _take_off(release, action, kind, notes, by: Actor, at: datetime) -> None:
    demand(release, action, by=by, at=at)
    said = {code: Note(note) for code, note in notes.items()}
    corrections.demand_notes(release, kind, said, queries.public_in(release))
    corrections.record(release, kind, said, carried_out=(), by=by, at=at)
    number(at)  # nobody may have come to it, and the log names it by its number
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
