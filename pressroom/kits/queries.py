"""What is asked of kits: what a link opens and until when, what may be attached, who has fetched which version."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_
from sqlalchemy.orm import contains_eager, selectinload

from pressroom import links, retention
from pressroom.accreditation import queries as accreditation
from pressroom.accreditation.models import Application
from pressroom.accreditation.models import State as ApplicationState
from pressroom.database import db
from pressroom.events.models import Event
from pressroom.kits import parts
from pressroom.kits.models import Fetch, FormerLink, Grant, Kit, State, Version
from pressroom.media import queries as media
from pressroom.media.models import Asset
from pressroom.releases.models import Release, ReleaseText
from pressroom.releases.models import State as ReleaseState

ON_OFFER = 30  # of releases, and of assets
MOST_ATTACHED = 7_000_000  # bytes of files, which a mail carries as a third more
LINKS_LAST = timedelta(days=30)  # after the event, unless the desk says otherwise


class Standing(StrEnum):
    """Whether a link opens, and why not."""

    OPEN = "open"
    REPLACED = "replaced"  # a newer one was sent to the same person
    EXPIRED = "expired"  # its time is over; the person may ask for another
    CLOSED = "closed"  # the accreditation has ended, the kit is closed, or the desk closed this link


class Overview(NamedTuple):
    """An event's kit, None when it has none; how many people have a link that opens, and how many of them took
    nothing yet."""

    kit: Kit | None
    received: int
    waiting: int


# Links ----------------------------------------------------------------------------------------------------


def by_token(token: str, *, alone: bool = False) -> tuple[Grant, bool] | None:
    """Whose link this is, whether or not it still opens; and whether it is the newest one that they have. `alone`: a
    second press of the same button waits until the first is done."""
    digest = links.digest(token)
    former = db.select(FormerLink.grant_id).where(FormerLink.digest == digest)
    mine = or_(Grant.link_digest == digest, Grant.id.in_(former))
    grant = db.session.scalar(db.select(Grant).where(mine))
    if grant and alone:
        db.session.refresh(grant, with_for_update=True)
    return (grant, grant.link_digest == digest) if grant else None


def token_of(grant: Grant) -> str:
    return links.mint("kit", grant.id, grant.generation)


def address(grant: Grant) -> str:
    """The person's own link, in their language, as mails give it."""
    return links.absolute("kits.show", language=grant.application.language, token=token_of(grant))


def standing(grant: Grant, now: datetime, *, newest: bool = True) -> Standing:
    """Where a link stands; asked at every request. `newest`: it was not replaced by another one."""
    found = standings([grant], now)[grant.id]
    return found if newest or found is Standing.CLOSED else Standing.REPLACED


def standings(grants: Iterable[Grant], now: datetime) -> dict[str, Standing]:
    """Where these people's newest links stand, by the grant's id."""
    grants = list(grants)
    asked = db.select(Grant.id).join(Kit).join(Application).where(Grant.id.in_([one.id for one in grants]))
    entitled = set(db.session.scalars(asked.where(_entitled(now))))
    opens = {one.id: Standing.OPEN if now < ends_at(one) else Standing.EXPIRED for one in grants}
    return {id: standing if id in entitled else Standing.CLOSED for id, standing in opens.items()}


def opens(grant: Grant, now: datetime) -> bool:
    return standing(grant, now) is Standing.OPEN


def expires_at(kit: Kit) -> datetime:
    """When the links to the kit stop opening: as the desk says, or some time after the event, whenever that is; at the
    latest when they are forgotten."""
    return min(kit.expires_at or kit.event.ends_at + LINKS_LAST, retention.ends("kits", kit.event.ends_at))


def ends_at(grant: Grant) -> datetime:
    """When this link stops opening: one that was asked for afterwards opens longer than the others."""
    return max(expires_at(grant.kit), grant.opens_until or grant.created_at)


def lasts(now: datetime) -> ColumnElement[bool]:
    """A kit whose event is not so long ago that its links are forgotten."""
    return Kit.event.has(Event.ends_at > retention.before("kits", now))


def _entitled(now: datetime) -> ColumnElement[bool]:
    """A kit that is open and lasts, an application that is approved for good, a link that nobody closed."""
    return and_(
        Kit.state == State.OPEN,
        lasts(now),
        Grant.revoked_at.is_(None),
        accreditation.accredited(now),
    )


def grant_of(kit: Kit, application: Application) -> Grant | None:
    mine = db.select(Grant).filter_by(kit_id=kit.id, application_id=application.id)
    return db.session.scalar(mine)


# What mails carry -----------------------------------------------------------------------------------------


def attachable(kit: Kit, language: str, now: datetime) -> list[tuple[str, str, int, str]]:
    """The files (name, media type, size in bytes, key) that a mail may carry to a reader of `language`: those that the
    desk added itself, in that language or in none. Nothing when they are too many bytes, or when anything in the kit
    is not public yet: what has left cannot be held back."""
    version = kit.current
    if version is None or parts.anything_waits(version, now):
        return []
    files = [one for one in version.files if one.asset_id is None and one.language in (None, language)]
    told = [(one.name, one.media_type, one.size, one.file_key) for one in files]
    return told if sum(one.size for one in files) <= MOST_ATTACHED else []


# Who has fetched what -------------------------------------------------------------------------------------


def behind(kit: Kit) -> Select[tuple[Grant]]:
    """Whose link opens and who has taken something of older versions only: they hold what has changed since."""
    return _grants(kit).where(_is_behind())


def people_behind(kit_id: str, now: datetime) -> Select[tuple[Application]]:
    """The same, as those to whom a dispatch may go: accredited by a decision that can no longer be undone."""
    mine = db.select(Application).join(Grant, Grant.application_id == Application.id)
    return mine.where(Grant.kit_id == kit_id, _is_behind(), accreditation.accredited(now))


def without(kit: Kit) -> Select[tuple[Grant]]:
    """Whose link opens and who has taken nothing yet."""
    return _grants(kit).where(_may_hold(), ~exists().where(Fetch.grant_id == Grant.id))


def holders(kit: Kit) -> Select[tuple[Grant]]:
    """Everybody who was ever given the kit, by name."""
    return _grants(kit)


def _grants(kit: Kit) -> Select[tuple[Grant]]:
    return (
        db.select(Grant).join(Application).where(Grant.kit_id == kit.id)
        .order_by(Application.name, Grant.id)
        .options(contains_eager(Grant.application), selectinload(Grant.fetches))
    )  # fmt: skip


def _is_behind() -> ColumnElement[bool]:
    """The newest version of which somebody has taken something is not the newest that there is."""
    taken = db.select(func.max(Fetch.number)).where(Fetch.grant_id == Grant.id)
    newest = db.select(func.max(Version.number)).where(
        Version.kit_id == Grant.kit_id, Version.published_at.is_not(None)
    )
    taken, newest = (one.correlate(Grant).scalar_subquery() for one in (taken, newest))
    return and_(_may_hold(), taken < newest)


def _may_hold() -> ColumnElement[bool]:
    return and_(Grant.revoked_at.is_(None), Application.state == ApplicationState.APPROVED)


def counts(kit_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """By kit: how many people have a link that was not closed, and how many of them have taken nothing yet."""
    took = exists().where(Fetch.grant_id == Grant.id)
    rows = db.session.execute(
        db.select(Grant.kit_id, func.count(), func.count().filter(~took))
        .join(Application)
        .where(Grant.kit_id.in_(list(kit_ids)), _may_hold())
        .group_by(Grant.kit_id)
    )
    return {kit_id: (received, waiting) for kit_id, received, waiting in rows}


# The desk -------------------------------------------------------------------------------------------------


def of_event(event_id: str) -> Kit | None:
    return db.session.scalar(db.select(Kit).filter_by(event_id=event_id))


def was_given(kit: Kit) -> bool:
    return db.session.scalar(db.select(exists().where(Grant.kit_id == kit.id)))


def releases_on_offer(version: Version) -> list[Release]:
    """The version's own releases in their order, then the newest others. What is withdrawn is not on offer."""
    own = [chosen.release for chosen in version.releases]
    others = (
        db.select(Release)
        .where(
            Release.id.not_in([release.id for release in own]),
            Release.state.in_((ReleaseState.DRAFT, ReleaseState.PUBLISHED)),
        )
        .order_by(Release.created_at.desc(), Release.id)
        .limit(ON_OFFER)
        .options(selectinload(Release.texts).joinedload(ReleaseText.latest))
    )
    return [*own, *db.session.scalars(others)]


def assets_on_offer(version: Version) -> list[Asset]:
    """The version's own assets, then the newest others that have their words, restricted ones too."""
    own = [file.asset for file in version.files if file.asset]
    others = media.described().where(Asset.id.not_in([asset.id for asset in own])).limit(ON_OFFER)
    return [*own, *db.session.scalars(others)]


def overviews(events: Iterable[Event]) -> dict[str, Overview]:
    """What the desk sees of each event's kit, by the event's id."""
    ids = [event.id for event in events]
    kits = {kit.event_id: kit for kit in db.session.scalars(db.select(Kit).where(Kit.event_id.in_(ids)))}
    numbers = counts(kit.id for kit in kits.values())
    return {
        id: Overview(kits.get(id), *(numbers.get(kits[id].id, (0, 0)) if id in kits else (0, 0)))
        for id in ids
    }


def open_ones(now: datetime) -> list[Kit]:
    """The kits whose links open, or will."""
    mine = db.select(Kit).where(Kit.state == State.OPEN, lasts(now)).order_by(Kit.id)
    return list(db.session.scalars(mine))
