"""What falls due among dispatches: those whose hour has come are written and leave, whoever is accredited since gets what
the others got, and the author is told of the end. Each is found by a query and done in a transaction of its own."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import aliased

from pressroom import engine, links, pages
from pressroom.access import SYSTEM
from pressroom.accreditation import queries as accreditation
from pressroom.accreditation.models import Application
from pressroom.audit import Entry
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.delivery.models import Body, Copy, Dispatch, DispatchKind, DispatchState, Message, State
from pressroom.delivery.verdicts import Ruling
from pressroom.dispatches import alerting, composing, fates, permits, queries, subjects, workflow
from pressroom.dispatches.fates import Fate
from pressroom.events.models import ChangeKind, Event, EventChange
from pressroom.events.models import State as EventState
from pressroom.staff.models import Staff

S = DispatchState
FOLLOWED = timedelta(days=1)  # how long after the end what was accepted is still noted
LATECOMERS_GET = (DispatchKind.RELEASE, DispatchKind.KIT, DispatchKind.ADVISORY)


def fall_due(now: datetime) -> None:
    """Do all that has fallen due; one dispatch that fails keeps none of the others, and failures are raised at the end."""
    failures = _alert(now)
    for due, act in DUE:
        failures += _each(due, act, now)
    db.session.execute(handed(now))
    db.session.commit()
    if failures:
        raise ExceptionGroup("not all that is due of dispatches was done", failures)


def _alert(now: datetime) -> list[Exception]:
    """Make the dispatches to those who subscribed to what has just become known."""
    failures, owed = [], alerting.owed(now)
    db.session.rollback()
    for news in owed:
        with engine.apart(failures):
            alerting.make(news, now)
            db.session.commit()
    return failures


def _each(due: Callable, act: Callable, now: datetime) -> list[Exception]:
    failures, ids = [], db.session.scalars(due(now)).all()
    db.session.rollback()
    for id in ids:
        with engine.apart(failures):
            dispatch = db.session.scalar(select(Dispatch).where(Dispatch.id == id).with_for_update())
            if dispatch:
                act(dispatch, now)
            db.session.commit()
    return failures


# Starting -------------------------------------------------------------------------------------------------


def _to_start(now: datetime):
    return select(Dispatch.id).where(Dispatch.state == S.SCHEDULED, Dispatch.starts_at <= now)


def _start(dispatch: Dispatch, now: datetime) -> None:
    """Write its messages, unless what it is about has to wait; what can never leave is stopped."""
    ruling = permits.of(dispatch, now).kind
    if dispatch.state is not S.SCHEDULED or ruling is Ruling.WAIT:
        return
    if ruling is Ruling.NEVER:
        workflow.act(dispatch, "stop", by=SYSTEM, at=now)
        _tell(dispatch, now)
        return
    if _is_cancelled_since(dispatch):
        workflow.act(dispatch, "unschedule", by=SYSTEM, at=now)
        _tell(dispatch, now)
        return
    workflow.act(dispatch, "start", by=SYSTEM, at=now)
    composing.compose(dispatch, now)


def _is_cancelled_since(dispatch: Dispatch) -> bool:
    """Whether the event whose accredited get it was cancelled after somebody had it sent: its words may be wrong now."""
    pressed = select(func.max(Entry.at)).where(
        Entry.subject == dispatch.subject, Entry.action == "dispatch.send"
    )
    cancelled = exists().where(
        EventChange.event_id == dispatch.event_id, EventChange.kind == ChangeKind.CANCELLED,
        EventChange.at > pressed.scalar_subquery(),
    )  # fmt: skip
    return db.session.scalar(select(cancelled))


# Holding back --------------------------------------------------------------------------------------------


def _held_back(dispatch_id, now: datetime):
    soon = Message.send_by < now + outbox.GIVE_UP - timedelta(hours=1)
    return (Message.dispatch_id == dispatch_id) & Message.state.in_(queries.LIVE) & soon


def _to_keep(now: datetime):
    waits = exists().where(_held_back(Dispatch.id, now))
    return select(Dispatch.id).where(Dispatch.state.in_(queries.UNDER_WAY), Dispatch.send_by.is_(None), waits)


def _keep(dispatch: Dispatch, now: datetime) -> None:
    """What is paused, or waits for the end of an embargo, is not given up for being late."""
    if dispatch.state is S.PAUSED or permits.of(dispatch, now).kind is Ruling.WAIT:
        later = update(Message).where(_held_back(dispatch.id, now)).values(send_by=now + outbox.GIVE_UP)
        db.session.execute(later.execution_options(synchronize_session=False))


# Latecomers -----------------------------------------------------------------------------------------------


def _with_latecomers(now: datetime):
    """Dispatches to the accredited of an event that is not over, of whom somebody has no message of it: by the key that
    composing gives it, which has an index."""
    has = exists().where(Message.once == literal("dispatch:") + Dispatch.id + ":" + Application.email_key)
    late = exists().where(Application.event_id == Dispatch.event_id, accreditation.accredited(now), ~has)
    return (
        select(Dispatch.id).join(Event, Event.id == Dispatch.event_id)
        .where(
            Dispatch.state.in_((S.SENDING, S.FINISHED)), Dispatch.composed_at.is_not(None), Event.ends_at > now,
            Event.state != EventState.CANCELLED,
            Dispatch.kind.in_(LATECOMERS_GET), or_(Dispatch.send_by.is_(None), Dispatch.send_by > now), late,
        ).order_by(Dispatch.created_at)
    )  # fmt: skip


def _catch_up(dispatch: Dispatch, now: datetime) -> None:
    if dispatch.state not in (S.SENDING, S.FINISHED) or permits.of(dispatch, now).kind is not Ruling.GO:
        return
    if composing.compose(dispatch, now, only=("accredited",)) and dispatch.state is S.FINISHED:
        workflow.act(dispatch, "reopen", by=SYSTEM, at=now)


# Finishing ------------------------------------------------------------------------------------------------


def _to_finish(now: datetime):
    live = exists().where(Message.dispatch_id == Dispatch.id, Message.state.in_(queries.LIVE))
    return select(Dispatch.id).where(Dispatch.state == S.SENDING, Dispatch.composed_at.is_not(None), ~live)


def _finish(dispatch: Dispatch, now: datetime) -> None:
    if dispatch.state is S.SENDING and queries.is_done(dispatch):
        workflow.act(dispatch, "finish", by=SYSTEM, at=now)
        _tell(dispatch, now)


def _tell(dispatch: Dispatch, now: datetime) -> None:
    """Tell its author what became of it, once: not again after latecomers, or what was sent again."""
    over = dispatch.state is not S.DRAFT
    author, once = (
        db.session.get(Staff, dispatch.author_id or ""),
        f"{'finished' if over else 'cancelled'}:{dispatch.id}",
    )
    told = db.session.scalar(select(Message.id).where(Message.once == once))
    if author is None or author.deactivated_at or told:
        return
    numbers = fates.counts(dispatch.id).by_fate
    doubt = db.session.scalar(
        select(func.count()).select_from(Message)
        .where(fates.current(dispatch.id), Message.state == State.IN_DOUBT)
    )  # fmt: skip
    subject = subjects.of(dispatch, author.language)
    title = pages.typeset(subject.name, subject.language or author.language).unescape()
    outbox.put(
        "dispatch_finished", to=author.email, language=author.language, about=dispatch.subject, at=now, once=once,
        name=author.name, title=title, became=dispatch.state.value, accepted=numbers[Fate.ACCEPTED],
        failed=numbers[Fate.FAILED] - doubt, doubtful=doubt, kept=numbers[Fate.KEPT],
        report=links.absolute("reports.show", dispatch_id=dispatch.id),
    )  # fmt: skip


# What was handed over -------------------------------------------------------------------------------------


def handed(now: datetime):
    """SQL: whoever a server has accepted a message for has been handed the words in it; noted once."""
    copy = aliased(Copy)
    noted = exists().where(
        copy.about == Body.holds, copy.revision == Body.revision,
        func.lower(copy.recipient) == func.lower(Message.recipient),
    )  # fmt: skip
    lately = or_(Dispatch.state.in_(queries.UNDER_WAY), Dispatch.finished_at > now - FOLLOWED)
    accepted = (
        select(
            Body.holds, Body.revision, Message.recipient, func.max(Message.language), literal("message"),
            func.max(Message.accepted_at),
        )
        .join(Body, Body.id == Message.body_id).join(Dispatch, Dispatch.id == Message.dispatch_id)
        .where(lately, Message.state == State.ACCEPTED, Body.holds.is_not(None), ~noted)
        .group_by(Body.holds, Body.revision, Message.recipient)
    )  # fmt: skip
    return insert(Copy).from_select(["about", "revision", "recipient", "language", "by", "at"], accepted)


DUE = ((_to_start, _start), (_to_keep, _keep), (_with_latecomers, _catch_up), (_to_finish, _finish))
