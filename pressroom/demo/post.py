"""The example's mail. What the office wrote is kept for reading, as in test mode; its mailings of days gone by tell of a
mail server that never was, so that a report has something to report. Nothing leaves, ever."""

from datetime import datetime, timedelta

from pressroom.access import SYSTEM, Actor
from pressroom.contacts.models import ContactList
from pressroom.database import db
from pressroom.delivery import bounces, claims, fates, letters, outbox, suppressions
from pressroom.delivery.models import (
    Dispatch,
    DispatchKind,
    DispatchState,
    Message,
    MessageEvent,
    Reason,
    State,
)
from pressroom.delivery.transport import Kind, Outcome, Stage
from pressroom.demo.calendar import Calendar
from pressroom.dispatches import alerting, composing, tasks, workflow
from pressroom.dispatches.workflow import Text
from pressroom.events.models import Event
from pressroom.kits.models import Kit
from pressroom.releases.models import Release

POSTMAN = "example"
TAKEN = Outcome(Kind.ACCEPTED, Stage.DOT, 250, "2.0.0 Ok: queued")
LEAVING_TAKES = timedelta(minutes=2)
COMES_BACK_AFTER = timedelta(minutes=40)
# What a mail server sends when it cannot deliver what it has accepted (RFC 3464).
RETURNED = """\
To: {to}
Content-Type: multipart/report; report-type=delivery-status; boundary=part

--part
Content-Type: message/delivery-status

Original-Envelope-Id: {envid}

Action: failed
Status: {status}
Diagnostic-Code: smtp; {code} {reply}

--part--
"""


def keep() -> None:
    """What was written so far is for reading on the desk, as in test mode: it leaves through no server, ever."""
    db.session.flush()
    written = Message.state.in_(outbox.LIVE)
    columns = (Message.id, Message.next_at, db.literal(State.KEPT, Message.state.type), db.literal(""))
    db.session.execute(
        db.insert(MessageEvent).from_select(
            ("message_id", "at", "state", "actor"), db.select(*columns).where(written)
        )
    )
    db.session.execute(db.update(Message).where(written).values(state=State.KEPT))


def tell_subscribers(*, at: datetime) -> None:
    """What became public just before `at` has gone to those who subscribed, by itself."""
    for news in alerting.owed(at):
        alerting.make(news, at)
    for dispatch in db.session.scalars(db.select(Dispatch).filter_by(state=DispatchState.SCHEDULED)):
        _send(dispatch, {}, at=dispatch.starts_at)


def mail_kit(kit: Kit, answers: dict[str, dict], *, by: Actor, at: datetime) -> None:
    """Mail the kit to the accredited; `answers` says by address what became of a message that did not arrive."""
    db.session.flush()
    dispatch = workflow.create(DispatchKind.KIT, about=kit.subject, by=by, at=at)
    workflow.act(dispatch, "send", by=by, at=at)
    _send(dispatch, answers, at=at)


def prepare(
    facts: dict, release: Release, event: Event, regional: ContactList, *, by: Actor, calendar: Calendar
) -> None:
    """A mailing that waits for its release to appear, and the draft of a note to the media."""
    to = [{"who": "list", "list": regional.id}, {"who": "accredited", "event": event.id}]
    words = {code: Text("", said) for code, said in facts["mailing"].items()}
    waiting = workflow.create(
        DispatchKind.RELEASE, about=f"release:{release.id}", audience=to, texts=words, by=by, at=calendar.at
    )
    workflow.act(waiting, "send", by=by, at=calendar.at)
    note = {code: Text(*said) for code, said in facts["note"].items()}
    photographers = [{**to[1], "category": "photo"}]
    workflow.create(DispatchKind.ADVISORY, audience=photographers, texts=note, by=by, at=calendar.at)


def _send(dispatch: Dispatch, answers: dict[str, dict], *, at: datetime) -> None:
    workflow.act(dispatch, "start", by=SYSTEM, at=at)
    composing.compose(dispatch, at)
    written = db.select(Message).filter_by(dispatch_id=dispatch.id)
    failing = {
        message: answers[message.recipient]
        for message in db.session.scalars(written)
        if message.recipient in answers
    }
    for message, answer in failing.items():
        if answer["stage"] == "unsubscribed":
            suppressions.add(message.recipient, message.scope, Reason.UNSUBSCRIBED, at=at)
    db.session.expire_all()
    while batch := claims.claim(POSTMAN, at + LEAVING_TAKES):
        for message in batch:
            fates.settle(message, POSTMAN, _outcome(answers.get(message.recipient)), at + LEAVING_TAKES)
    db.session.execute(tasks.handed(at + LEAVING_TAKES))
    for message, answer in failing.items():
        if answer["stage"] == "bounce":
            bounces.take(_returned(message, answer), at + COMES_BACK_AFTER)
    workflow.act(dispatch, "finish", by=SYSTEM, at=at + LEAVING_TAKES)


def _outcome(answer: dict | None) -> Outcome:
    if answer is None or answer["stage"] == "bounce":
        return TAKEN
    return Outcome(Kind.PERMANENT, Stage(answer["stage"]), answer["code"], answer["reply"])


def _returned(message: Message, answer: dict) -> bytes:
    letter, reply = letters.write(message), answer["reply"]
    return RETURNED.format(
        to=letter.sender, envid=letter.envid, status=reply.split()[0], code=answer["code"], reply=reply
    ).encode()
