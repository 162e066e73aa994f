"""What became of earlier requests of the same person and of the same outlet at this office: decided how, and whether
they came. Only what the viewer may see."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased, joinedload, selectinload

from pressroom.access import Actor
from pressroom.accreditation import places, queries
from pressroom.accreditation.models import Application, State
from pressroom.database import db
from pressroom.events.models import Event

MOST = 10


class Past(NamedTuple):
    """One earlier request; `came` is None where nobody counted, or the event is not over."""

    application: Application
    came: bool | None


class Record(NamedTuple):
    """An outlet's other requests in numbers."""

    requests: int
    accepted: int
    declined: int
    came: int


def of_person(application: Application, viewer: Actor, now: datetime) -> list[Past]:
    """The last requests of the same address for other events, newest first."""
    found = db.session.execute(
        db.select(Application, _was_counted())
        .join(Event)
        .where(
            Application.email_key == application.email_key,
            Application.event_id != application.event_id,
            queries.seen_by(viewer),
        )
        .options(joinedload(Application.event).selectinload(Event.texts), selectinload(Application.history))
        .order_by(Application.submitted_at.desc())
        .limit(MOST)
    )
    return [Past(other, _came(other, counted, now)) for other, counted in found]


def of_outlet(application: Application, viewer: Actor) -> Record | None:
    """The outlet's other requests for other events; None for people who work for no outlet, or when there is none."""
    if application.outlet_key in places.NO_OUTLET:
        return None

    def number(condition):
        return func.count().filter(condition)

    numbers = db.session.execute(
        db.select(
            func.count(), number(Application.state == State.APPROVED), number(Application.state == State.DECLINED),
            number(Application.came_at.is_not(None)),
        ).where(
            Application.outlet_key == application.outlet_key,
            Application.event_id != application.event_id,
            queries.seen_by(viewer),
        )
    ).one()  # fmt: skip
    return Record(*numbers) if numbers[0] else None


def _was_counted():
    """Whether anybody was checked in at that event."""
    other = aliased(Application)
    return exists().where(other.event_id == Application.event_id, other.came_at.is_not(None))


def _came(application: Application, counted: bool, now: datetime) -> bool | None:
    if application.came_at:
        return True
    over = application.event.ends_at <= now
    return False if over and counted and application.state is State.APPROVED else None
