"""What is asked of releases. `visible` is the only place that decides who may know of one, and it decides when
it is read: before its hour, a release does not exist for an anonymous reader."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import selectinload

from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.media import queries as media
from pressroom.media.models import Asset
from pressroom.releases.models import Release, ReleaseText, Revision, State

EDITORS = frozenset({Role.OFFICER, Role.ADMIN})
PICTURES_ON_OFFER = 60


class Stage(StrEnum):
    """Where a release stands at a given moment: its state, and what the clock makes of it."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    EMBARGOED = "embargoed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """Where the words in one language stand."""

    MISSING = "missing"
    DRAFT = "draft"
    READY = "ready"  # public as soon as the release is
    CHANGED = "changed"  # newer words wait behind those that are, or will be, public
    PUBLISHED = "published"


def visible(viewer: Actor | None, now: datetime) -> ColumnElement[bool]:
    """The condition on Release under which `viewer` (None: anybody) may know at `now` that it exists."""
    if viewer and viewer.role in EDITORS:
        return true()
    return and_(Release.state == State.PUBLISHED, Release.public_from <= now)


def listed(language: str, now: datetime) -> Select[tuple[Release]]:
    """What anybody may read in `language`, newest first."""
    words = Release.texts.and_(ReleaseText.language == language, ReleaseText.public_number.is_not(None))
    return (
        select(Release)
        .join(words)
        .where(visible(None, now))
        .order_by(Release.public_from.desc(), Release.id)
        .options(selectinload(Release.texts).joinedload(ReleaseText.public))
    )


def find(release_id: str, viewer: Actor | None, now: datetime) -> Release | None:
    """The release if `viewer` may know of it; which languages are public, each text's `public` says."""
    return db.session.scalar(select(Release).where(Release.id == release_id, visible(viewer, now)))


def stage(release: Release, now: datetime) -> Stage:
    if release.state is not State.PUBLISHED:
        return Stage(release.state.value)
    if release.embargo_until and release.embargo_until > now:
        return Stage.EMBARGOED
    return Stage.SCHEDULED if release.public_from > now else Stage.PUBLISHED


def standing(release: Release, language: str, now: datetime) -> Standing:
    text = release.texts.get(language)
    if text is None:
        return Standing.MISSING
    if text.public_number is None:
        return Standing.DRAFT
    if text.public_number != text.latest_number:
        return Standing.CHANGED
    return Standing.READY if stage(release, now) in (Stage.SCHEDULED, Stage.EMBARGOED) else Standing.PUBLISHED


def outdated(text: ReleaseText) -> bool:
    """Whether the source has newer words than those that this translation was made from."""
    source = text.release.texts.get(text.release.source_language)
    if source is None or source is text:
        return False
    return text.made_from_number < source.latest_number


def ready(release: Release) -> list[str]:
    """The languages whose newest words are complete, the source first."""
    languages = [language for language, text in release.texts.items() if text.latest.words.complete]
    return sorted(languages, key=lambda language: (language != release.source_language, language))


def to_publish(release: Release) -> list[str]:
    """The languages whose newest words are complete and not public."""
    return [
        code
        for code in ready(release)
        if release.texts[code].public_number != release.texts[code].latest_number
    ]


def shown_text(release: Release, language: str) -> ReleaseText | None:
    """The words to show on the desk to somebody who reads `language`: those, or the source's, or any."""
    wanted = (language, release.source_language, *release.texts)
    return next((release.texts[code] for code in wanted if code in release.texts), None)


def on_the_desk(among: Stage | None, words: str, now: datetime) -> Select[tuple[Release]]:
    """All releases of one stage (None: of every stage) with `words` in a headline, newest first."""
    return (
        select(Release)
        .where(_in_stage(among, now) if among else true(), _headline_has(words) if words else true())
        .order_by(func.coalesce(Release.public_from, Release.created_at).desc(), Release.id)
        .options(selectinload(Release.texts).joinedload(ReleaseText.latest))
    )


def counts(now: datetime) -> dict[Stage, int]:
    """How many releases there are in each stage."""
    columns = (func.count().filter(_in_stage(among, now)) for among in Stage)
    return dict(zip(Stage, db.session.execute(select(*columns).select_from(Release)).one(), strict=True))


def _in_stage(among: Stage, now: datetime) -> ColumnElement[bool]:
    if among in (Stage.DRAFT, Stage.WITHDRAWN):
        return Release.state == State(among.value)
    under_embargo = func.coalesce(Release.embargo_until > now, False)
    clock = {
        Stage.EMBARGOED: under_embargo,
        Stage.SCHEDULED: and_(~under_embargo, Release.public_from > now),
        Stage.PUBLISHED: and_(~under_embargo, Release.public_from <= now),
    }
    return and_(Release.state == State.PUBLISHED, clock[among])


def _headline_has(words: str) -> ColumnElement[bool]:
    newest = and_(Revision.text_id == ReleaseText.id, Revision.number == ReleaseText.latest_number)
    return Release.texts.any(
        select(Revision).where(newest, Revision.headline.icontains(words, autoescape=True)).exists()
    )


def pictures_on_offer(release: Release) -> list[Asset]:
    """The release's own pictures in their order, then the newest others of the library."""
    own = [picture.asset for picture in release.pictures]
    others = media.every().where(Asset.id.not_in([asset.id for asset in own]))
    return [*own, *db.session.scalars(others.limit(PICTURES_ON_OFFER))]


def fingerprint(release: Release) -> str:
    """Changes with every fact and every word: two that are equal show the same release."""
    texts = sorted(release.texts.values(), key=lambda text: text.language)
    return "-".join([str(release.version), *(f"{text.language}{text.latest_number}" for text in texts)])
