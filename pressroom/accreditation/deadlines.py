"""What falls due of applications. Each deadline is a condition on the tables that stays true until what it calls for
is done, so that a task that was stopped finds the same work again; `tasks` does it.

A decision that can still be undone is waited for. An event that was postponed has no date that anything could fall
due by, and one that was cancelled calls for nothing more.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, cast, exists, false, func, literal, or_, select

from pressroom.access import Role
from pressroom.accreditation.models import LIVE, TO_REVIEW, Application, Remark, State, Step
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.events.models import Event, EventChange
from pressroom.events.models import State as EventState

REMINDED_BEFORE = timedelta(hours=48)  # that information is due
LEFT_ALONE = timedelta(hours=24)  # after a question, however soon the answer is due
GRACE = timedelta(days=3)  # after that day
EVE = timedelta(hours=24)


def reminders(now: datetime) -> ColumnElement[bool]:
    """Information is due in two days or less, and nobody was reminded of this question."""
    question = select(func.max(Step.id)).where(Step.application_id == Application.id, Step.action == "ask")
    key = literal("reminder:").concat(cast(question.scalar_subquery(), String))
    return and_(
        Application.state == State.INFO_REQUESTED, Application.answer_due > now,
        Application.answer_due <= now + REMINDED_BEFORE, Application.decided_at <= now - LEFT_ALONE,
        ~exists().where(Message.once == key), _stands(now), _of(_is_on()),
    )  # fmt: skip


def unanswered(now: datetime) -> ColumnElement[bool]:
    """Information has been due for three days, and the applicant has written nothing since it was asked for."""
    message = exists().where(
        Remark.application_id == Application.id, Remark.author_role == Role.APPLICANT,
        Remark.at >= Application.decided_at,
    )  # fmt: skip
    return and_(
        Application.state == State.INFO_REQUESTED, Application.answer_due <= now - GRACE, ~message, _stands(now),
        _of(_is_on()),
    )  # fmt: skip


def lapsed(now: datetime) -> ColumnElement[bool]:
    """A place that was kept for somebody was not confirmed in time."""
    return and_(
        Application.state == State.OFFERED, Application.offer_until <= now, _stands(now),
        _of(Event.state != EventState.CANCELLED),
    )  # fmt: skip


def lists(now: datetime) -> ColumnElement[bool]:
    """The event begins: no place becomes free any more."""
    return and_(Application.state == State.WAITLISTED, _stands(now), _of(_is_on(), Event.starts_at <= now))


def undecided(now: datetime) -> ColumnElement[bool]:
    """The event is over, and nobody has decided."""
    waits = Application.state.in_((*TO_REVIEW, State.INFO_REQUESTED))
    return and_(waits, _stands(now), _of(_is_on(), Event.ends_at <= now))


def eves(now: datetime) -> ColumnElement[bool]:
    """The event begins within a day, and somebody who was accredited before that has not been reminded of it."""
    coming = db.session.execute(
        select(Event.id, Event.starts_at).where(_is_on(), Event.starts_at > now, Event.starts_at <= now + EVE)
    )
    known = (
        and_(Application.event_id == id, Application.decided_at <= starts - EVE) for id, starts in coming
    )
    written = exists().where(
        Message.about == literal("application:").concat(Application.id), Message.notice == "accreditation_eve",
        Message.created_at > now - EVE,
    )  # fmt: skip
    return and_(Application.state == State.APPROVED, or_(false(), *known), ~written, _stands(now))


def places_left(now: datetime) -> ColumnElement[bool]:
    """A place was left for good, and whoever waits could still take it."""
    return and_(Application.passes_on, _stands(now), _of(_is_on(), Event.starts_at > now))


def changes() -> list[list[EventChange]]:
    """What became of events and has not been told: for each of them its changes, oldest first."""
    by_event: dict[str, list[EventChange]] = {}
    for change in db.session.scalars(select(EventChange).where(~EventChange.told).order_by(EventChange.id)):
        by_event.setdefault(change.event_id, []).append(change)
    return list(by_event.values())


def to_tell(change: EventChange, now: datetime) -> ColumnElement[bool]:
    """Those concerned by a change of their event who can be told now."""
    return and_(concerned(change, now), _stands(now))


def concerned(change: EventChange, now: datetime) -> ColumnElement[bool]:
    """Those who applied before the change and have not been told, their requests alive or still able to come back."""
    key = literal(f"change:{change.id}:").concat(Application.id)
    return and_(
        Application.event_id == change.event_id, Application.submitted_at < change.at,
        Application.verified_at.is_not(None), Application.duplicate_of_id.is_(None),
        or_(Application.state.in_(LIVE), Application.undo_until > now), ~exists().where(Message.once == key),
    )  # fmt: skip


def _stands(now: datetime) -> ColumnElement[bool]:
    """Nothing about it can be undone any more; those that only repeat another one are left out."""
    told = or_(Application.undo_until.is_(None), Application.undo_until <= now)
    return and_(told, Application.duplicate_of_id.is_(None))


def _of(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return Application.event_id.in_(select(Event.id).where(*conditions))


def _is_on() -> ColumnElement[bool]:
    return Event.state == EventState.ANNOUNCED
