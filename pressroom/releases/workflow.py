"""What may happen to a release. The table is the specification: nothing outside this module sets `state`.

Words and facts may change at any stage but the last; readers see a release's words only as they were published.
"""

from collections.abc import Iterable
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
from pressroom.releases import queries
from pressroom.releases.models import Release, ReleasePicture, ReleaseText, Revision, State, Words
from pressroom.releases.queries import Stage
from pressroom.slugs import slug
from pressroom.staff.models import PressContact
from pressroom.staff.queries import press_contacts

# The command line and the example data act as the system.
EDITORS = queries.EDITORS | {Role.SYSTEM}


class Transition(NamedTuple):
    sources: frozenset[Stage]
    target: State | None = None  # None: words or facts change, the state stays
    needs_reason: bool = False


TRANSITIONS = {
    "edit": Transition(frozenset(Stage) - {Stage.WITHDRAWN}),
    "publish": Transition(frozenset({Stage.DRAFT}), State.PUBLISHED),
    "publish_changes": Transition(frozenset({Stage.SCHEDULED, Stage.EMBARGOED, Stage.PUBLISHED})),
    "unpublish": Transition(frozenset({Stage.SCHEDULED, Stage.EMBARGOED}), State.DRAFT),
    "withdraw": Transition(frozenset({Stage.PUBLISHED}), State.WITHDRAWN, needs_reason=True),
}


def allowed(release: Release, role: Role, at: datetime) -> list[str]:
    """The actions that the table lets `role` take at `at`."""
    if role not in EDITORS:
        return []
    return [action for action, step in TRANSITIONS.items() if queries.stage(release, at) in step.sources]


def demand(release: Release, action: str, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Raise Refused unless the table lets `by` take the action."""
    if action not in allowed(release, by.role, at):
        raise Refused(_("This is no longer possible: the release has changed. Go back and reload the page."))
    if TRANSITIONS[action].needs_reason and not reason:
        raise Refused(_("Give the reason."))


def create(*, source_language: str, by: Actor, at: datetime) -> Release:
    """A draft without words yet, with the first press contact, dated the day of `at` in its own time zone: pass
    it in the office's."""
    release = Release(
        id=new_id(8), state=State.DRAFT, source_language=source_language, dated=at.date(), created_at=at
    )
    release.contact = next(iter(press_contacts()), None)
    db.session.add(release)
    _record(release, "create", by, at)
    return release


def save(
    release: Release, language: str, words: Words, *, by: Actor, at: datetime, follows_source: bool = False
) -> ReleaseText:
    """Keep the words as a new revision, if they differ from the newest; the body is sanitised here.

    `follows_source` says that this translation now follows the source's newest revision. Raises Refused,
    and ValueError for a body beyond `markup.MAX_BODY` characters.
    """
    demand(release, "edit", by=by, at=at)
    words = words._replace(body=markup.clean(words.body))
    text = release.texts.get(language)
    if text is None:
        text = ReleaseText(language=language, latest_number=0)
        release.texts[language] = text
        follows_source = True
    if language != release.source_language and follows_source:
        source = release.texts.get(release.source_language)
        text.made_from_number = source.latest_number if source else 0
    if text.latest_number == 0 or words != text.latest.words:
        _revise(text, words, by, at)
        _record(release, f"save:{language}", by, at)
    return text


def set_facts(
    release: Release, *, dated: date, contact: PressContact | None, event: Event | None,
    pictures: Iterable[Asset], by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Change what is true in every language; readers of a published release see it at once. Raises Refused."""
    demand(release, "edit", by=by, at=at)
    if release.state is State.PUBLISHED and contact is None:
        raise Refused(_("Choose a press contact: a published release always names one."))
    release.dated, release.contact, release.event = dated, contact, event
    kept = {picture.asset_id: picture for picture in release.pictures}
    release.pictures = [kept.get(asset.id) or ReleasePicture(asset=asset) for asset in pictures]
    for position, picture in enumerate(release.pictures):
        picture.position = position
    _record(release, "facts", by, at)


def obstacles(release: Release) -> list[str]:
    """What has to be done before the release can be published, a sentence each."""
    missing = []
    if not queries.ready(release):
        missing.append(_("Write a headline and a body in one language."))
    if release.contact is None:
        missing.append(_("Choose a press contact."))
    return missing


def publish(
    release: Release, *, languages: Iterable[str] = (), publish_at: datetime | None = None,
    embargo_until: datetime | None = None, by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Make the newest words public in `languages` (none: in every language that is ready), from `publish_at`
    (None: from now) and not before `embargo_until`. The first publication gives the number. Raises Refused."""
    demand(release, "publish", by=by, at=at)
    for sentence in obstacles(release):
        raise Refused(sentence)
    if any(moment and moment <= at for moment in (publish_at, embargo_until)):
        raise Refused(_("Choose a date in the future"))
    for language in tuple(languages) or queries.ready(release):
        _make_public(release, language)
    release.publish_at, release.embargo_until = publish_at or at, embargo_until
    release.public_from = max(release.publish_at, embargo_until or release.publish_at)
    release.number = release.number or _next_number(release.dated.year)
    _take(release, "publish", by, at)


def publish_changes(release: Release, language: str, *, by: Actor, at: datetime) -> None:
    """Replace the public words in `language` by the newest ones, or add the language. Raises Refused."""
    demand(release, "publish_changes", by=by, at=at)
    if language not in queries.to_publish(release):
        raise Refused(_("There is nothing new to publish in %(language)s.", language=_name(language)))
    _make_public(release, language)
    _record(release, f"publish_changes:{language}", by, at)


def unpublish(release: Release, *, by: Actor, at: datetime) -> None:
    """Back to draft, as long as nobody can have read it. Raises Refused."""
    demand(release, "unpublish", by=by, at=at)
    release.publish_at = release.embargo_until = release.public_from = None
    for text in release.texts.values():
        _point(text, public=None)
    _take(release, "unpublish", by, at)


def withdraw(release: Release, *, reason: str, by: Actor, at: datetime) -> None:
    """Take a public release off the site, for good. Raises Refused."""
    demand(release, "withdraw", by=by, at=at, reason=reason)
    release.withdrawn_at, release.withdrawal_reason = at, reason
    _take(release, "withdraw", by, at)


def _revise(text: ReleaseText, words: Words, by: Actor, at: datetime) -> None:
    if text.public_number is None:  # afterwards the address stays as it was published
        text.slug = slug(words.headline)
    number = text.latest_number + 1
    text.revisions.append(Revision(number=number, author=by.name, created_at=at, **words._asdict()))
    text.latest_number = number
    _reread(text)


def _make_public(release: Release, language: str) -> None:
    if language not in queries.ready(release):
        raise Refused(_("The text in %(language)s needs a headline and a body.", language=_name(language)))
    _point(release.texts[language], public=release.texts[language].latest_number)


def _point(text: ReleaseText, *, public: int | None) -> None:
    text.public_number = public
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


def _record(release: Release, action: str, by: Actor, at: datetime) -> None:
    audit.record(f"release.{action}", f"release:{release.id}", by=by, at=at)
