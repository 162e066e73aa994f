"""The example's journalists: what each asked for, and everything that happened to it, told through the workflow."""

import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from pressroom.access import APPLICANT, Actor, Role
from pressroom.accreditation import attendance, drafts, passing, remarks, submitting, workflow
from pressroom.accreditation.models import Application, Draft
from pressroom.database import db, new_id
from pressroom.demo import drawings, post, texts
from pressroom.demo.calendar import Calendar
from pressroom.demo.publications import take
from pressroom.events.models import Event

ANSWER_TAKES = timedelta(hours=20)
CONFIRMING_TAKES = timedelta(minutes=25)
ARRIVED = timedelta(minutes=20)
TYPED = ("name", "email", "outlet", "category", "phone", "samples", "needs")


def receive(events: dict[str, Event], actors: dict[Role, Actor], *, calendar: Calendar) -> None:
    """Send the applications, the oldest first, and let happen to each what its story tells."""
    for row in sorted(texts.rows("applications"), key=lambda row: -float(row["days"])):
        submitted = calendar.at - timedelta(days=float(row["days"]))
        application = _submit(row, events[row["event"]], at=submitted)
        for action, code, at in _story(row["story"], submitted, calendar.at):
            if action != "verify":  # any other step cancels what has not left
                post.keep()
            _step(application, row, action, code, actors, at=at)
    post.keep()


def talk(event: Event, actors: dict[Role, Actor], *, calendar: Calendar) -> None:
    """What both sides wrote besides: notes, messages, answers to needs, each so many hours ago."""
    for row in texts.rows("remarks"):
        at = calendar.at - timedelta(hours=float(row["hours"]))
        theirs = db.select(Application).filter_by(email=row["email"], event_id=event.id)
        application = db.session.scalars(theirs).one()
        if row["kind"] == "write":
            remarks.write(application, row["text"], at=at)
            continue
        say = {"note": remarks.note, "message": remarks.message, "needs": remarks.answer_needs}[row["kind"]]
        say(application, row["text"], by=actors[Role.REVIEWER], at=at)
    post.keep()


def let_come(event: Event, actors: dict[Role, Actor]) -> None:
    """Two in three of those accredited for an event that is over came."""
    people = db.session.scalars(attendance.expected(event, actors[Role.OFFICER])).all()
    came = [one.id for number, one in enumerate(people) if number % 3 < 2]
    attendance.mark(
        event, [one.id for one in people], came, by=actors[Role.OFFICER], at=event.starts_at + ARRIVED
    )


def _submit(row: dict[str, str], event: Event, *, at: datetime) -> Application:
    """Who gave no link to their work gave a proof."""
    fields = {name: row[name] for name in TYPED}
    draft = Draft(key=new_id(26), event_id=event.id, fields=fields, ready=True, created_at=at)
    db.session.add(draft)
    if not row["samples"]:
        card = drawings.card_pdf(f"N° {zlib.crc32(row['outlet'].encode()) % 100_000:05}")
        draft.documents = [drafts.stored(take("press-card.pdf", card), at=at)]
    return submitting.submit(draft, fields, language=row["language"], by=APPLICANT, at=at)


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
    by = APPLICANT if action in ("verify", "answer", "ask_review", "withdraw") else actors[Role.REVIEWER]
    if action == "revoke":
        by = actors[Role.OFFICER]
    if action in ("answer", "ask_review"):
        words = {"note": row["answer"]}
    workflow.act(application, action, by=by, at=at, **words)
    if application.passes_on:
        passing.pass_on(application, at)
