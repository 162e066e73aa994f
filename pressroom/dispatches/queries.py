"""What is asked of dispatches: which there are, what each is about, when it leaves, and whom the same went to before."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_
from sqlalchemy.orm import selectinload

from pressroom.accreditation.models import Application
from pressroom.database import db
from pressroom.delivery.models import Dispatch, DispatchKind, DispatchState, Message, State
from pressroom.kits.models import Fetch, Grant, Kit
from pressroom.releases.models import Correction, Release
from pressroom.releases.models import State as ReleaseState

# A message that has arrived, may have, or is about to: its reader has, or gets, what it is about.
RECEIVED = (State.HELD, State.QUEUED, State.SENDING, State.ACCEPTED, State.IN_DOUBT)
LIVE = (State.HELD, State.QUEUED, State.SENDING)
UNDER_WAY = (DispatchState.SENDING, DispatchState.PAUSED)
KINDS = {"release": Release, "correction": Correction, "kit": Kit}


class Already(NamedTuple):
    """How many messages about the same thing have left or will, and when the last of them was written."""

    number: int
    last_at: datetime


class Fetched(NamedTuple):
    """Of those who got a kit's link: how many took something, and how many took nothing yet."""

    fetched: int
    waiting: int


def listed(state: DispatchState | None = None) -> Select[tuple[Dispatch]]:
    """Dispatches, newest first: all of them, or those in one state."""
    found = (
        db.select(Dispatch)
        .order_by(Dispatch.created_at.desc(), Dispatch.id)
        .options(selectinload(Dispatch.texts))
    )
    return found.where(Dispatch.state == state) if state else found


def counts() -> dict[DispatchState, int]:
    """How many dispatches there are in each state."""
    rows = db.session.execute(db.select(Dispatch.state, func.count()).group_by(Dispatch.state))
    return dict.fromkeys(DispatchState, 0) | dict(rows.all())


def of(about: str) -> list[Dispatch]:
    """The dispatches about one thing ("release:…"), newest first."""
    return list(db.session.scalars(listed().where(Dispatch.about == about)))


def subject_of(dispatch: Dispatch) -> Release | Correction | Kit | None:
    """What it is about; None of an advisory, or of something that is no more."""
    kind, _, id = dispatch.about.partition(":")
    return db.session.get(KINDS[kind], id) if kind in KINDS else None


def release_of(dispatch: Dispatch) -> Release | None:
    """The release that it is about, also by way of a correction."""
    subject = subject_of(dispatch)
    if isinstance(subject, Correction):
        return subject.release
    return subject if isinstance(subject, Release) else None


def leaves_at(dispatch: Dispatch, release: Release | None = None) -> datetime | None:
    """When its messages may leave: at `starts_at`, or once its release (read here, unless given) is public when that is
    later, wherever that hour has moved since. None as long as nobody has said when."""
    release = release or release_of(dispatch) if dispatch.kind is DispatchKind.RELEASE else None
    if dispatch.starts_at is None or (release and release.state is ReleaseState.DRAFT):
        return None
    hour = release and release.public_from
    return max(dispatch.starts_at, hour) if hour else dispatch.starts_at


def all_leave_at(dispatches: Sequence[Dispatch]) -> dict[str, datetime | None]:
    """The same of several, by their ids; their releases are read in one statement."""
    about = {one.id: one.about.partition(":")[2] for one in dispatches if one.kind is DispatchKind.RELEASE}
    of_them = db.select(Release).where(Release.id.in_(set(about.values())))
    releases = {one.id: one for one in db.session.scalars(of_them)} if about else {}
    return {one.id: leaves_at(one, releases.get(about.get(one.id))) for one in dispatches}


def about(dispatch: Dispatch) -> str:
    """What its messages are about."""
    return dispatch.about or dispatch.subject


def is_of_new_version(dispatch: Dispatch) -> bool:
    """Whether it tells those who hold an older version of a kit that there is a newer one."""
    return any(one["who"] == "behind" for one in dispatch.audience)


def same(dispatch: Dispatch) -> ColumnElement[bool]:
    """SQL: the messages about the same thing; about a kit's newer version, those since that came out."""
    found = (Message.about == about(dispatch)) & (Message.notice == f"dispatch_{dispatch.kind}")
    kit = subject_of(dispatch) if is_of_new_version(dispatch) else None
    return found & (Message.created_at >= kit.current.published_at) if kit else found


def received(dispatch: Dispatch) -> ColumnElement[bool]:
    """SQL: the messages whose recipients do not get this dispatch once more: any of its own, and, when it skips those
    who have it, those of other dispatches about the same thing that left or are about to."""
    arrived = Message.state.in_(RECEIVED) if dispatch.skips_known else db.false()
    return same(dispatch) & or_(Message.dispatch_id == dispatch.id, arrived)


def already(dispatch: Dispatch) -> Already | None:
    """The messages of other dispatches about the same thing that left or are about to; None when there are none."""
    number, last = db.session.execute(
        db.select(func.count(), func.max(Message.created_at))
        .where(same(dispatch), Message.dispatch_id != dispatch.id, Message.state.in_(RECEIVED))
    ).one()  # fmt: skip
    return Already(number, last) if number else None


def is_done(dispatch: Dispatch) -> bool:
    """Whether its messages are written and none of them is still to leave; one in doubt waits for a person only."""
    waiting = db.select(Message.id).where(Message.dispatch_id == dispatch.id, Message.state.in_(LIVE))
    return dispatch.composed_at is not None and db.session.scalar(waiting.limit(1)) is None


def fetched(dispatch: Dispatch) -> Fetched | None:
    """What those who got the link of a kit took of it since; None of another dispatch, or before it leaves."""
    if dispatch.kind is not DispatchKind.KIT or dispatch.composed_at is None:
        return None
    got = db.select(func.lower(Message.recipient)).where(
        Message.dispatch_id == dispatch.id, Message.state.in_((State.ACCEPTED, State.KEPT))
    )
    took = exists().where(Fetch.grant_id == Grant.id, Fetch.at >= dispatch.composed_at)
    total, took_some = db.session.execute(
        db.select(func.count(), func.count().filter(took))
        .select_from(Grant).join(Grant.application)
        .where(Grant.kit_id == dispatch.about.partition(":")[2], Application.email_key.in_(got))
    ).one()  # fmt: skip
    return Fetched(took_some, total - took_some)
