"""What is asked of releases. `visible` is the only place that decides who may know of one, and it decides when
it is read: before its hour, a release does not exist for an anonymous reader."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from pressroom.access import Actor, Role
from pressroom.database import db, numbers
from pressroom.delivery import queries as delivery
from pressroom.delivery.models import Copy
from pressroom.media import queries as media
from pressroom.media.models import Asset
from pressroom.releases.models import (
    Correction,
    CorrectionKind,
    Publication,
    Release,
    ReleasePicture,
    ReleaseText,
    Revision,
    State,
    Topic,
)
from pressroom.staff.models import PressContact

EDITORS = frozenset({Role.OFFICER, Role.ADMIN})
PICTURES_ON_OFFER = 60


class Stage(StrEnum):
    """Where a release stands at a given moment: its state, and what the clock makes of it."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    EMBARGOED = "embargoed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    KILLED = "killed"


# What a release's own page shows, however many files there are: a query for each kind of thing.
_WHOLE = (
    joinedload(Release.contact).joinedload(PressContact.texts),
    selectinload(Release.texts).joinedload(ReleaseText.public),
    selectinload(Release.topics).joinedload(Topic.texts),
    selectinload(Release.pictures)
    .joinedload(ReleasePicture.asset)
    .options(selectinload(Asset.renditions), selectinload(Asset.texts)),
)
OFF = (Stage.WITHDRAWN, Stage.KILLED)
TIMED = (Stage.SCHEDULED, Stage.EMBARGOED, Stage.PUBLISHED)  # those whose hour is known
TAKEN_OFF = (CorrectionKind.WITHDRAWAL, CorrectionKind.KILL)


class Standing(StrEnum):
    """Where the words in one language stand."""

    MISSING = "missing"
    DRAFT = "draft"  # no headline or no body yet
    OUTDATED = "outdated"  # the source has said something else since
    READY = "ready"  # could be published, or will be with the release
    CHANGED = "changed"  # newer words wait behind those that are, or will be, public
    PUBLISHED = "published"


def visible(viewer: Actor | None, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The condition on Release under which `viewer` (None: anybody) may know at `now` that it exists."""
    if viewer and viewer.role in EDITORS:
        return true()
    return and_(Release.state == State.PUBLISHED, Release.public_from <= now)


def listed(language: str, now: datetime) -> Select[tuple[Release]]:
    """What anybody may read in `language`, newest first."""
    words = Release.texts.and_(ReleaseText.language == language, ReleaseText.public_number.is_not(None))
    return (
        select(Release).join(words).where(visible(None, now)).order_by(Release.public_from.desc(), Release.id)
    )


def unnumbered(now: datetime) -> Select[tuple[Release]]:
    """What readers can see and has no number yet, in the order of appearance."""
    return (
        select(Release).where(visible(None, now), Release.number.is_(None))
        .order_by(Release.public_from, Release.id)
    )  # fmt: skip


def find(release_id: str, viewer: Actor | None, now: datetime) -> Release | None:
    """The release if `viewer` may know of it; which languages are public, each text's `public` says."""
    wanted = select(Release).where(Release.id == release_id, visible(viewer, now))
    return db.session.scalars(wanted.options(*_WHOLE)).unique().one_or_none()


def find_off(release_id: str, now: datetime) -> Release | None:
    """A release that anybody could read and that was withdrawn or killed since: its page says why."""
    gone = select(Release).where(Release.id == release_id, was_public(now))
    return db.session.scalar(gone)


def taken_off(now: datetime) -> Select[tuple[Release]]:
    """What readers could see and was withdrawn or killed since, the last one first."""
    return select(Release).where(was_public(now)).order_by(Release.withdrawn_at.desc(), Release.id)


def was_public(now: datetime) -> ColumnElement[bool]:
    """The condition on Release under which readers could see it, and no longer should rely on it."""
    return and_(Release.state.in_((State.WITHDRAWN, State.KILLED)), Release.public_from <= now)


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
    if outdated(text):
        return Standing.OUTDATED
    if not text.latest.words.complete:
        return Standing.DRAFT
    if text.public_number and not shows_newest(text):
        return Standing.CHANGED
    public = text.public_number and stage(release, now) not in (Stage.SCHEDULED, Stage.EMBARGOED)
    return Standing.PUBLISHED if public else Standing.READY


def shows_newest(text: ReleaseText) -> bool:
    """Whether readers see the newest words, or will at their hour: a later revision may say the same again."""
    if text.public_number in (None, text.latest_number):
        return text.public_number is not None
    return text.public.words == text.latest.words


def outdated(text: ReleaseText) -> bool:
    """Whether the source has said something else since this translation was made from it: numbers of revisions
    are compared, never dates, and minor edits do not count."""
    source = source_of(text)
    return source is not None and text.made_from_number < source.major_number


def outdated_for_readers(text: ReleaseText) -> bool:
    """The same of the words that are public, in both languages."""
    source = source_of(text)
    if source is None or source.public_major_number is None or text.public_number is None:
        return False
    return text.public_made_from_number < source.public_major_number


def source_of(text: ReleaseText) -> ReleaseText | None:
    """The words that this text is a translation of; None for the source itself, or while it has no words."""
    source = text.release.texts.get(text.release.source_language)
    return None if source is text else source


def revision(text: ReleaseText, number: int) -> Revision | None:
    return db.session.get(Revision, (text.id, number))


def substantial(text: ReleaseText) -> bool:
    """Whether readers of the public words must be told what the newest ones change."""
    return text.public_number is not None and text.major_number > text.public_number


def publications(text: ReleaseText, now: datetime) -> list[tuple[Revision, Publication]]:
    """Every revision that readers have seen, oldest first, and when each became public."""
    rows = (
        select(Revision, Publication)
        .join(
            Publication, and_(Publication.text_id == Revision.text_id, Publication.number == Revision.number)
        )
        .where(Publication.text_id == text.id, Publication.at <= now)
        .order_by(Publication.number)
    )
    return [tuple(row) for row in db.session.execute(rows)]


def modified(release: Release, language: str) -> datetime:
    """When the public words in `language` appeared, or last changed in a way that readers were told of.

    A list that asks it of every entry loads publications and corrections with the releases.
    """
    text = release.texts[language]
    told = {one.texts[language].number for one in release.corrections if language in one.texts}
    first = min((one.number for one in text.publications), default=None)
    return max(
        (one.at for one in text.publications if one.number in {first, *told}), default=release.public_from
    )


def told(release: Release, language: str) -> list[Correction]:
    """What readers of `language` were told of words that they have now, newest first."""
    return [
        one for one in reversed(release.corrections) if language in one.texts and one.texts[language].number
    ]


def pending(release: Release, language: str) -> list[Correction]:
    """Corrections that concern the words in `language` and that these do not follow yet, newest first."""
    return [
        one
        for one in reversed(release.corrections)
        if language in one.texts and one.texts[language].number is None and one.kind not in TAKEN_OFF
    ]


def off(release: Release) -> Correction | None:
    """What is said of a release that was withdrawn or killed: the newest such correction."""
    return next((one for one in reversed(release.corrections) if one.kind in TAKEN_OFF), None)


def log_of_corrections(now: datetime) -> Select[tuple[Correction]]:
    """Everything that readers were told about releases that they could read, newest first. What was said of words
    that are gone for everybody is gone with them: only the reason is left."""
    seen = and_(Release.public_from <= now, Release.state != State.DRAFT, Correction.at <= now)
    left = or_(Release.state != State.KILLED, Correction.kind == CorrectionKind.KILL)
    return (
        select(Correction).join(Correction.release).where(seen, left)
        .order_by(Correction.at.desc(), Correction.id)
        .options(
            contains_eager(Correction.release).selectinload(Release.texts).joinedload(ReleaseText.public)
        )
    )  # fmt: skip


def public_in(release: Release) -> list[str]:
    """The languages in which readers see the release, or will at its hour, the source first."""
    return _source_first(release, [code for code, text in release.texts.items() if text.public_number])


def about(text: ReleaseText) -> str:
    """What the copies of these words are kept under (`delivery.copies`)."""
    return f"release:{text.release_id}:{text.language}"


def holders(release: Release, *, newest: bool = False) -> list[tuple[str, list[Copy]]]:
    """By language, who was handed only words older than the public ones, or than the newest ones; before anything
    is public, the newest ones count."""
    wanted = {
        code: text.latest_number if newest else text.public_number or text.latest_number
        for code, text in release.texts.items()
    }
    return [
        (code, delivery.holders(about(release.texts[code]), before))
        for code, before in sorted(wanted.items())
    ]


def ready(release: Release) -> list[str]:
    """The languages whose newest words are complete, the source first."""
    return _source_first(
        release, [code for code, text in release.texts.items() if text.latest.words.complete]
    )


def _source_first(release: Release, languages: list[str]) -> list[str]:
    return sorted(languages, key=lambda language: (language != release.source_language, language))


def to_publish(release: Release) -> list[str]:
    """The languages whose newest words are complete and not public."""
    return [code for code in ready(release) if not shows_newest(release.texts[code])]


def shown_text(release: Release, language: str) -> ReleaseText | None:
    """The words to show on the desk to somebody who reads `language`: those, or the source's, or any."""
    wanted = (language, release.source_language, *release.texts)
    return next((release.texts[code] for code in wanted if code in release.texts), None)


def on_the_desk(among: Stage | None, words: str, now: datetime) -> Select[tuple[Release]]:
    """All releases of one stage (None: of every stage) with `words` in a headline, newest first."""
    newest = Release.public_from if among in TIMED else func.coalesce(Release.public_from, Release.created_at)
    return (
        select(Release)
        .where(_in_stage(among, now) if among else true(), _headline_has(words) if words else true())
        .order_by(newest.desc(), Release.id)
        .options(
            selectinload(Release.texts).options(
                joinedload(ReleaseText.latest), joinedload(ReleaseText.public)
            )
        )
    )


def counts(now: datetime) -> dict[Stage, int]:
    """How many releases there are in each stage, as far as `database.numbers` counts."""
    return numbers({among: select(Release.id).where(_in_stage(among, now)) for among in Stage})


def _in_stage(among: Stage, now: datetime) -> ColumnElement[bool]:
    if among in (Stage.DRAFT, *OFF):
        return Release.state == State(among.value)
    under_embargo = func.coalesce(Release.embargo_until > now, False)
    clock = {
        Stage.EMBARGOED: and_(under_embargo, Release.public_from > now),  # so that an index finds them
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
    """The release's own assets in their order, then the newest others that have their words."""
    own = [picture.asset for picture in release.pictures]
    others = media.described().where(Asset.id.not_in([asset.id for asset in own]))
    return [*own, *db.session.scalars(others.limit(PICTURES_ON_OFFER))]


def fingerprint(release: Release) -> str:
    """Changes with every fact and every word: two that are equal show the same release."""
    texts = sorted(release.texts.values(), key=lambda text: text.language)
    words = (
        f"{text.language}{text.latest_number}.{text.public_number}.{text.made_from_number}" for text in texts
    )
    return "-".join([str(release.version), *words])
