"""What falls due: applicants are reminded and told, what nobody answered is closed, a place that was left is offered.

Each application is a transaction of its own, and each deadline ends by what is done about it: a task that is killed
anywhere, or runs twice, does everything once.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, select

from pressroom import engine
from pressroom.access import SYSTEM
from pressroom.accreditation import deadlines, notices, passing, workflow
from pressroom.accreditation.models import Application
from pressroom.accreditation.reasons import ITEMS
from pressroom.database import db
from pressroom.events.models import EventChange

Condition = Callable[[datetime], ColumnElement[bool]]
Act = Callable[[Application, datetime], None]


def _remind(application: Application, now: datetime) -> None:
    question = application.latest("ask")
    notices.outcome(
        application, "accreditation_reminder", at=now, once=f"reminder:{question.id}",
        asked=[ITEMS[code] for code in question.asked], due=application.answer_due, note=question.note,
    )  # fmt: skip


def _expect(application: Application, now: datetime) -> None:
    day = application.event.starts_at.date()
    notices.outcome(application, "accreditation_eve", at=now, once=f"eve:{application.id}:{day}")


def _close(closing: str) -> Act:
    def close(application: Application, now: datetime) -> None:
        workflow.act(application, "close", by=SYSTEM, at=now, reason=closing)

    return close


# In this order: an offer that lapses leaves a place, and the last places go before the lists close.
TIMERS: tuple[tuple[Condition, Act], ...] = (
    (deadlines.reminders, _remind),
    (deadlines.unanswered, _close("unanswered")),
    (deadlines.lapsed, _close("lapsed")),
    (deadlines.places_left, passing.pass_on),
    (deadlines.lists, _close("list")),
    (deadlines.undecided, _close("over")),
    (deadlines.eves, _expect),
)


def fall_due(now: datetime) -> None:
    """Do all that has fallen due of applications. One that fails keeps none of the others: failures are raised at
    the end."""
    failures = _tell_of_events(now)
    for due, act in TIMERS:
        failures += _each(due, act, now)
    if failures:
        raise ExceptionGroup("not all that is due was done", failures)


def _each(due: Condition, act: Act, now: datetime) -> list[Exception]:
    """Do one thing for every application of which it is due, as it stands by then; returns what went wrong."""
    failures = []
    ids = db.session.scalars(select(Application.id).where(due(now)).order_by(Application.submitted_at)).all()
    db.session.rollback()
    for id in ids:
        with engine.apart(failures):
            application = db.session.scalar(select(Application).where(Application.id == id, due(now)))
            if application:
                act(application, now)
            db.session.commit()
    return failures


def _tell_of_events(now: datetime) -> list[Exception]:
    """Tell those concerned of the last thing that became of each event, compared with what they know."""
    failures = []
    for changes in deadlines.changes():
        last = changes[-1]
        failures += _each(partial(deadlines.to_tell, last), partial(_tell, changes), now)
        if db.session.scalar(select(Application.id).where(deadlines.concerned(last, now)).limit(1)) is None:
            for change in changes:
                change.told = True
        db.session.commit()
    return failures


def _tell(changes: Sequence[EventChange], application: Application, now: datetime) -> None:
    last = changes[-1]
    once = f"change:{last.id}:{application.id}"
    notices.event_change(application, last, since=changes[0], at=now, once=once)
