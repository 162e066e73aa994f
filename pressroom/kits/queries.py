"""What is asked of kits: who is owed one, what a link opens, what a reader finds inside, what the desk sees."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_
from sqlalchemy.orm import selectinload

from pressroom import links, retention
from pressroom.accreditation.models import Application
from pressroom.accreditation.models import State as ApplicationState
from pressroom.database import db
from pressroom.events import queries as events
from pressroom.events.models import Event
from pressroom.kits.models import Fetch, Grant, Kit, KitFile, KitRelease, State
from pressroom.releases import queries as releases
from pressroom.releases.models import Release, ReleaseText
from pressroom.releases.models import State as ReleaseState
from pressroom.staff.models import ContactWords

RELEASES_ON_OFFER = 30


class Overview(NamedTuple):
    """An event's kit, None when it has none; how many people were given it, and how many of them took nothing yet."""

    kit: Kit | None
    received: int
    waiting: int


class Contents(NamedTuple):
    files: list[KitFile]
    releases: list[Release]
    contact: ContactWords | None


def owed(now: datetime) -> Select[tuple[str, str]]:
    """The ids of each open kit and of each application that is entitled to it and has not been given it."""
    given = exists().where(Grant.kit_id == Kit.id, Grant.application_id == Application.id)
    return (
        db.select(Kit.id, Application.id)
        .join(Application, Application.event_id == Kit.event_id)
        .where(_entitled(now), ~given)
        .order_by(Application.decided_at, Application.id)
    )


def is_owed(kit_id: str, application_id: str, now: datetime) -> bool:
    """Whether it is still true. On PostgreSQL the application then waits for the end of this transaction."""
    one = owed(now).where(Kit.id == kit_id, Application.id == application_id)
    return db.session.execute(one.with_for_update(of=Application)).first() is not None


def by_token(token: str) -> Grant | None:
    """Whose link this is, whether or not it still opens."""
    return db.session.scalar(db.select(Grant).filter_by(link_digest=links.digest(token)))


def opens(grant: Grant, now: datetime) -> bool:
    """Whether the link opens now: the kit is open, and the person still accredited."""
    entitled = db.select(Grant.id).join(Kit).join(Application).where(Grant.id == grant.id, _entitled(now))
    return db.session.scalar(entitled) is not None


def lasts(now: datetime) -> ColumnElement[bool]:
    """A kit whose event is not so long ago that its links are forgotten."""
    return Kit.event.has(Event.ends_at > retention.before("kits", now))


def _entitled(now: datetime) -> ColumnElement[bool]:
    """A kit that is open and lasts, an application that is approved for good."""
    return and_(
        Kit.state == State.OPEN,
        lasts(now),
        Application.state == ApplicationState.APPROVED,
        Application.duplicate_of_id.is_(None),
        Application.verified_at.is_not(None),
        or_(Application.undo_until.is_(None), Application.undo_until <= now),
    )


def of_event(event_id: str) -> Kit | None:
    return db.session.scalar(db.select(Kit).filter_by(event_id=event_id))


def public_releases(kit: Kit, now: datetime) -> list[Release]:
    """The kit's releases that anybody may read now, in the kit's order. Accreditation lifts no embargo."""
    chosen = (
        db.select(Release).join(KitRelease).where(KitRelease.kit_id == kit.id, releases.visible(None, now))
    )
    words = selectinload(Release.texts).joinedload(ReleaseText.public)
    return list(db.session.scalars(chosen.options(words).order_by(KitRelease.position)))


def public_texts(kit: Kit, now: datetime) -> list[ReleaseText]:
    """The words of the kit's releases in every language in which anybody may read them now."""
    return [
        text
        for release in public_releases(kit, now)
        for _language, text in sorted(release.texts.items())
        if text.public
    ]


def contents(kit: Kit, language: str, now: datetime) -> Contents:
    """What somebody who reads `language` finds inside: files in other languages come after theirs."""
    contact = events.contact(kit.event)
    return Contents(
        files=sorted(kit.files, key=lambda file: file.language not in (None, language)),
        releases=public_releases(kit, now),
        contact=contact and contact.words(language),
    )


def releases_on_offer(kit: Kit) -> list[Release]:
    """The kit's own releases in their order, then the newest others. What is withdrawn is not on offer."""
    own = [chosen.release for chosen in kit.releases]
    others = (
        db.select(Release)
        .where(
            Release.id.not_in([release.id for release in own]),
            Release.state.in_((ReleaseState.DRAFT, ReleaseState.PUBLISHED)),
        )
        .order_by(Release.created_at.desc(), Release.id)
        .limit(RELEASES_ON_OFFER)
        .options(selectinload(Release.texts).joinedload(ReleaseText.latest))
    )
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


def counts(kit_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """By kit: how many people were given it, and how many of them have taken nothing yet."""
    took = exists().where(Fetch.grant_id == Grant.id)
    rows = db.session.execute(
        db.select(Grant.kit_id, func.count(), func.count().filter(~took))
        .where(Grant.kit_id.in_(list(kit_ids)))
        .group_by(Grant.kit_id)
    )
    return {kit_id: (received, waiting) for kit_id, received, waiting in rows}
