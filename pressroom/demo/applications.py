"""The example's journalists: what each asked for, and everything that happened to it, told through the workflow."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pressroom.access import APPLICANT, Actor, Role
from pressroom.accreditation import drafts, workflow
from pressroom.accreditation.models import Application
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.delivery.models import Message, MessageEvent, State
from pressroom.demo import drawings, texts
from pressroom.demo.calendar import Calendar
from pressroom.demo.publications import take
from pressroom.events.models import Event

ANSWER_TAKES = timedelta(hours=20)
CONFIRMING_TAKES = timedelta(minutes=25)
TYPED = ("name", "email", "outlet", "category", "phone", "samples", "needs")


def receive(events: dict[str, Event], actors: dict[Role, Actor], *, calendar: Calendar) -> None:
    """Send the applications, the oldest first, and let happen to each what its story tells."""
    for row in sorted(texts.rows("applications"), key=lambda row: -float(row["days"])):
        submitted = calendar.at - timedelta(days=float(row["days"]))
        application = _submit(row, events[row["event"]], at=submitted)
        for action, code, at in _story(row["story"], submitted, calendar.at):
            if action != "verify":  # any other step cancels what has not left
                _keep_mail()
            _step(application, row, action, code, actors, at=at)
    _keep_mail()


def _submit(row: dict[str, str], event: Event, *, at: datetime) -> Application:
    """Who gave no link to their work gave a proof."""
    _, draft = drafts.open_under(None, event.id, at=at)
    draft.fields, draft.ready = {name: row[name] for name in TYPED}, True
    if not row["samples"]:
        draft.documents = [drafts.stored(take("press-card.pdf", drawings.card_pdf()), at=at)]
    return workflow.submit(draft, language=row["language"], by=APPLICANT, at=at)


def _story(story: str, submitted: datetime, now: datetime) -> Iterator[tuple[str, str, datetime]]:
    """The steps of “verify ask:proof answer”, each with its code and its moment, all before now."""
    steps = story.split()
    pause, at = min(ANSWER_TAKES, (now - submitted) / (len(steps) + 1)), submitted
    for step in steps:
        action, _, code = step.partition(":")
        at += CONFIRMING_TAKES if action == "verify" else pause
        yield action, code, at


def _step(
    application: Application,
    row: dict[str, str],
    action: str,
    code: str,
    actors: dict[Role, Actor],
    *,
    at: datetime,
) -> None:
    words: dict = {}
    if action == "ask":
        words = {"asked": code.split(","), "due": application.event.requests_close_at}
    elif code:
        words = {"reason": code}
    if code:
        words["note"] = row["note"]
    by = APPLICANT if action in ("verify", "answer", "withdraw") else actors[Role.REVIEWER]
    if action == "revoke":
        by = actors[Role.OFFICER]
    if action == "answer":
        words = {"note": row["answer"]}
    workflow.act(application, action, by=by, at=at, **words)


def _keep_mail() -> None:
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
