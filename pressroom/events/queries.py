"""What is asked of events: which are announced, which one an address names, and whether requests are open."""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache

from sqlalchemy import ColumnElement, Select, bindparam, func, or_
from sqlalchemy.orm import Session, selectinload

from pressroom.database import db
from pressroom.events.models import Event, EventText, Late, State
from pressroom.staff import queries as staff
from pressroom.staff.models import PressContact

CLOSES_SOON = timedelta(hours=48)


class Window(StrEnum):
    NOT_OPEN = "not_open"
    OPEN = "open"
    LATE = "late"  # closed, but late requests are taken
    CLOSED = "closed"

    @property
    def takes_requests(self) -> bool:
        return self in (Window.OPEN, Window.LATE)


def announced(now: datetime) -> Select[tuple[Event]]:
    """Announced events that are not over, soonest first, then those that are postponed."""
    postponed = Event.state == State.POSTPONED
    return (
        _whole()
        .filter(or_(postponed, (Event.state == State.ANNOUNCED) & (Event.ends_at > now)))
        .order_by(postponed, Event.starts_at, Event.id)
    )


def past(now: datetime) -> Select[tuple[Event]]:
    """Events that took place, the last one first."""
    return (
        _whole()
        .filter(Event.state == State.ANNOUNCED, Event.ends_at <= now)
        .order_by(Event.starts_at.desc(), Event.id)
    )


def public() -> Select[tuple[Event]]:
    """Every event that readers can open, cancelled ones too: the furthest in time first."""
    return every().filter(_public())


def every() -> Select[tuple[Event]]:
    """Every event, drafts too, for the desk: the furthest in time first."""
    return _whole().order_by(Event.starts_at.desc(), Event.id)


def find(language: str, slug: str) -> Event | None:
    """The public event whose address in `language` is `slug`; a draft is an unknown one."""
    return db.session.scalar(
        db.select(Event)
        .join(EventText)
        .filter(EventText.language == language, EventText.slug == slug, _public())
    )


def find_to_read(language: str, slug: str) -> Event | None:
    """The same, as a copy of it that nobody may change: its facts, words, categories and outlets' quotas. A process
    keeps the copy while the event's version stands; whatever `workflow` does to an event makes a new one."""
    of_now = db.session.connection().execute(_versions(), {"language": language, "slug": slug}).first()
    return _copy(*of_now) if of_now else None


@cache
def _versions() -> Select[tuple[str, int]]:
    """Put together once: every form asks for it."""
    named = (EventText.language == bindparam("language")) & (EventText.slug == bindparam("slug"))
    return db.select(Event.id, Event.version).join(EventText).where(named, _public())


@lru_cache(64)
def _copy(event_id: str, version: int) -> Event:
    parts = (Event.texts, Event.categories, Event.outlet_quotas)
    # In the same transaction, but not the same session: what that knows of the event stays its own.
    with Session(db.session.connection()) as apart:
        return apart.get_one(Event, event_id, options=[*map(selectinload, parts)])


def find_elsewhere(slug: str) -> Event | None:
    """The public event whose address in any language is `slug`: somebody changed the language in the address."""
    return db.session.scalars(
        db.select(Event).join(EventText).filter(EventText.slug == slug, _public()).order_by(Event.id)
    ).first()


def window(event: Event, now: datetime) -> Window:
    """Whether accreditation can be requested now, by the event's dates; only while these are announced."""
    if event.state is not State.ANNOUNCED or now >= event.ends_at:
        return Window.CLOSED
    if now >= event.requests_close_at:
        return Window.LATE if event.late is Late.TAKEN else Window.CLOSED
    return Window.NOT_OPEN if now < event.requests_open_at else Window.OPEN


def hours_left(event: Event, now: datetime) -> int | None:
    """The whole hours until requests close, 0 in the last one; None unless they are open and close soon."""
    left = event.requests_close_at - now
    soon = window(event, now) is Window.OPEN and left <= CLOSES_SOON
    return int(left / timedelta(hours=1)) if soon else None


def turns(after: ColumnElement[datetime]) -> list[Select[tuple[datetime]]]:
    """Each gives the next moment after that one at which pages say something else of an event: requests open or close,
    or it is over."""
    moments = (Event.requests_open_at, Event.requests_close_at, Event.ends_at)
    return [
        db.select(func.min(moment)).where(Event.state == State.ANNOUNCED, moment > after)
        for moment in moments
    ]


def previous_start(event: Event) -> datetime | None:
    """When an event that was moved to another moment was to begin before; None for any other one."""
    change = event.last_change
    moved = event.state is State.ANNOUNCED and change is not None and change.starts_at != event.starts_at
    return change.starts_at if moved else None


def contact(event: Event) -> PressContact | None:
    """Whom journalists call about the event: its own press contact, or the office's first one."""
    return staff.whom_to_ask(event.contact)


def taken_slugs(language: str, *, but: str) -> set[str]:
    """The addresses in `language` of every event but the one whose id is `but`."""
    statement = db.select(EventText.slug).filter(EventText.language == language, EventText.event_id != but)
    return set(db.session.scalars(statement))


def _whole() -> Select[tuple[Event]]:
    """Events with what every list says of them."""
    parts = (Event.texts, Event.categories, Event.changes)
    return db.select(Event).options(*map(selectinload, parts))


def _public():
    return Event.state != State.DRAFT
