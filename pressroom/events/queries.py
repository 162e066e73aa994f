"""What is asked of events: which are announced, which one an address names, and whether requests are open."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from pressroom.database import db
from pressroom.events.models import Event, EventText, Late, State
from pressroom.staff import queries as staff
from pressroom.staff.models import PressContact


class Window(StrEnum):
    NOT_OPEN = "not_open"
    OPEN = "open"
    LATE = "late"  # closed, but late requests are taken
    CLOSED = "closed"

    @property
    def takes_requests(self) -> bool:
        return self in (Window.OPEN, Window.LATE)


def announced(now: datetime) -> Select[tuple[Event]]:
    """Announced events that are not over, soonest first."""
    return (
        _with_words()
        .filter(Event.state == State.ANNOUNCED, Event.ends_at > now)
        .order_by(Event.starts_at, Event.id)
    )


def past(now: datetime) -> Select[tuple[Event]]:
    """Events that took place, the last one first."""
    return (
        _with_words()
        .filter(Event.state == State.ANNOUNCED, Event.ends_at <= now)
        .order_by(Event.starts_at.desc(), Event.id)
    )


def public() -> Select[tuple[Event]]:
    """Every event that readers can open, cancelled ones too: the furthest in time first."""
    return every().filter(_public())


def every() -> Select[tuple[Event]]:
    """Every event, drafts too, for the desk: the furthest in time first."""
    return _with_words().order_by(Event.starts_at.desc(), Event.id)


def find(language: str, slug: str) -> Event | None:
    """The public event whose address in `language` is `slug`; a draft is an unknown one."""
    return db.session.scalar(
        db.select(Event)
        .join(EventText)
        .filter(EventText.language == language, EventText.slug == slug, _public())
    )


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


def contact(event: Event) -> PressContact | None:
    """Whom journalists call about the event: its own press contact, or the office's first one."""
    return staff.whom_to_ask(event.contact)


def taken_slugs(language: str, *, but: str) -> set[str]:
    """The addresses in `language` of every event but the one whose id is `but`."""
    statement = db.select(EventText.slug).filter(EventText.language == language, EventText.event_id != but)
    return set(db.session.scalars(statement))


def _with_words() -> Select[tuple[Event]]:
    return db.select(Event).options(selectinload(Event.texts))


def _public():
    return Event.state != State.DRAFT
