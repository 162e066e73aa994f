"""What somebody may have of a kit, asked anew at every request.

Before `opens_at` nobody finds anything. Under the kit's own embargo only those who have accepted it for this version
do. Of its releases anybody who has the kit gets those that are public, and whoever has accepted the embargo those that
wait for their hour as well, marked with it; a picture that only such a release shows comes with it. Drafts, and what is
withdrawn, are for nobody. Moving an embargo moves all of this with it, for it is the release that is asked.
"""

import hashlib
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import selectinload

from pressroom.database import db
from pressroom.kits.models import Grant, KitFile, KitRelease, Version
from pressroom.media.models import Asset
from pressroom.releases import queries as releases
from pressroom.releases.models import Release, ReleasePicture, ReleaseText
from pressroom.releases.queries import Stage

BEFORE = (Stage.DRAFT, Stage.SCHEDULED, Stage.EMBARGOED)


class Part(NamedTuple):
    """A release in every language in which it is, or will be, public; `until` when that is still to come."""

    release: Release
    until: datetime | None

    @property
    def texts(self) -> list[ReleaseText]:
        return [text for _language, text in sorted(self.release.texts.items()) if text.public]


class Held(NamedTuple):
    """What a recipient finds in a version: nothing before `opens_at`. `embargo` is the kit's own, None once it is over;
    `withheld` are the releases that wait for the embargo to be accepted."""

    version: Version
    accepted: bool
    opens_at: datetime | None
    embargo: datetime | None
    withheld: list[Release]
    files: list[KitFile]
    releases: list[Part]

    @property
    def closed(self) -> bool:
        """Whether nothing is found at all."""
        return self.opens_at is not None or (self.embargo is not None and not self.accepted)

    @property
    def asks(self) -> datetime | None:
        """The latest hour of the embargo that is still to be accepted; None when nothing is asked."""
        return None if self.accepted or self.opens_at else self.until

    @property
    def until(self) -> datetime | None:
        """The latest hour of an embargo that is not accepted, whether or not the kit opens already."""
        hours = [release.public_from for release in self.withheld]
        return max([*hours, *([self.embargo] if self.embargo else [])], default=None)

    @property
    def may_not_be_published(self) -> bool:
        """Whether something of what is found is under embargo."""
        return not self.closed and bool(self.embargo or any(part.until for part in self.releases))

    @property
    def key(self) -> str:
        """The same for the same files, and the same words of the same releases under the same embargoes: what an archive
        is kept under."""
        said = [
            f"{text.id} {text.public_number} {part.release.number} {len(part.release.corrections)} {part.until}"
            for part in self.releases
            for text in part.texts
        ]
        files = [file.id for file in self.files]
        return hashlib.sha256("\n".join([str(self.embargo), *files, *said]).encode()).hexdigest()


def held_by(grant: Grant, now: datetime) -> Held:
    """What this person finds in the kit now; whether the link opens at all is for `queries.standing` to say."""
    version = grant.kit.current
    return held(version, now, accepted=has_accepted(grant, version))


def has_accepted(grant: Grant, version: Version) -> bool:
    return any(one.number == version.number for one in grant.acceptances)


def held(version: Version, now: datetime, *, accepted: bool) -> Held:
    """What is found in this version at `now` by those who have accepted its embargo, or by those who have not."""
    kit, parts, withheld, scheduled = version.kit, [], [], []
    for release in _releases(version):
        stage = releases.stage(release, now)
        if stage is Stage.PUBLISHED:
            parts.append(Part(release, None))
        elif stage is Stage.EMBARGOED and accepted:
            parts.append(Part(release, release.public_from))
        elif stage is Stage.EMBARGOED:
            withheld.append(release)
        elif stage is Stage.SCHEDULED:
            scheduled.append(release)
    opens_at, embargo = (hour if hour and hour > now else None for hour in (kit.opens_at, kit.embargo_until))
    hidden = _shown_only_by(withheld + scheduled, now)
    files = [file for file in version.files if file.asset_id not in hidden]
    inside = Held(version, accepted, opens_at, embargo, withheld, files, parts)
    return inside._replace(files=[], releases=[]) if inside.closed else inside


def anything_waits(version: Version, now: datetime) -> bool:
    """Whether something in this version is not for everybody yet."""
    hours = (version.kit.opens_at, version.kit.embargo_until)
    return any(hour and hour > now for hour in hours) or any(
        releases.stage(release, now) in BEFORE for release in _releases(version)
    )


def _shown_only_by(waiting: list[Release], now: datetime) -> set[str]:
    """The ids of the assets that readers would first see with these releases: they say what is under embargo."""
    if not waiting:
        return set()
    shown = db.select(ReleasePicture.asset_id)
    theirs = shown.where(ReleasePicture.release_id.in_([release.id for release in waiting]))
    public = shown.join(ReleasePicture.release).where(releases.visible(None, now))
    hidden = db.select(Asset.id).where(Asset.id.in_(theirs), Asset.id.not_in(public), ~Asset.offered)
    return set(db.session.scalars(hidden))


def _releases(version: Version) -> list[Release]:
    chosen = db.select(Release).join(KitRelease).where(KitRelease.version_id == version.id)
    words = selectinload(Release.texts).joinedload(ReleaseText.public)
    more = selectinload(Release.corrections)
    return list(db.session.scalars(chosen.options(words, more).order_by(KitRelease.position)))
