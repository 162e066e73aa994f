"""How many places an event has left: in all, for a category, for an outlet. Numbers are always counted from rows.

An accreditation or an offer whose end can still be undone keeps its place until it cannot.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_

from pressroom.accreditation.models import HOLDING, Application, State
from pressroom.contacts.outlets import outlet_key
from pressroom.database import db
from pressroom.events.models import Event

# Who works for nobody in particular takes up no outlet's places.
NO_OUTLET = frozenset(
    map(outlet_key, ("", "Freelance", "Indépendant", "Indépendante", "Independent", "Pigiste"))
)


class Of(StrEnum):
    EVENT = "event"
    CATEGORY = "category"
    OUTLET = "outlet"


class Limit(NamedTuple):
    """One limit that an application falls under, and how many places of it are taken."""

    of: Of
    quota: int
    taken: int

    @property
    def left(self) -> int:
        """Places that are left; below zero when more were given by exception."""
        return self.quota - self.taken


def holding(now: datetime) -> ColumnElement[bool]:
    """That an application holds a place now."""
    ended = Application.state.in_((State.REVOKED, State.CLOSED))
    may_come_back = and_(ended, Application.passes_on, Application.undo_until > now)
    return or_(Application.state.in_(HOLDING), may_come_back)


def of(application: Application, now: datetime) -> list[Limit]:
    """The limits on one application, its own place not counted."""
    event, code, outlet = application.event, application.category, application.outlet_key
    others = (Application.event_id == event.id, Application.id != application.id, holding(now))
    taken, category = db.select(func.count()).where(*others), event.category(code)
    found = [
        (Of.EVENT, event.quota, taken),
        (Of.CATEGORY, category and category.quota, taken.where(Application.category == code)),
        (Of.OUTLET, outlet_quota(event, outlet), taken.where(Application.outlet_key == outlet)),
    ]
    return [Limit(of, quota, db.session.scalar(count)) for of, quota, count in found if quota is not None]


def full(application: Application, now: datetime) -> list[Limit]:
    """The limits that leave no place for this application."""
    return [limit for limit in of(application, now) if limit.left <= 0]


def all_taken(event: Event, now: datetime) -> bool:
    """Whether nobody new can be given a place, whatever they come for: the waiting list is left."""
    statement = db.select(Application.category, func.count()).group_by(Application.category)
    taken = dict(db.session.execute(statement.where(Application.event_id == event.id, holding(now))).all())
    if event.quota is not None and sum(taken.values()) >= event.quota:
        return True
    return all(
        category.quota is not None and taken.get(category.code, 0) >= category.quota
        for category in event.open_categories
    )


def outlet_quota(event: Event, key: str) -> int | None:
    """How many people this outlet may send, None: as many as it likes."""
    if key in NO_OUTLET:
        return None
    return next((own.quota for own in event.outlet_quotas if own.key == key), event.outlet_quota)
