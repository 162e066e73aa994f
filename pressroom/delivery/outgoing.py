"""The outgoing mail as a whole: it pauses by itself while the mail server is in trouble, and stands still when somebody
holds it, until somebody lets it go."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from pressroom import audit
from pressroom.access import SYSTEM, Actor
from pressroom.audit import Entry
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.delivery.answers import Outcome, Stage
from pressroom.delivery.models import Outgoing

PERSON, RESTORED = "person", "restored"  # why it is held
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15))
STAGES = (*Stage, "done")  # how far the dialogue comes
SUBJECT = "mail:outgoing"  # what the journal calls it


def state(now: datetime) -> Outgoing:
    """The one row, or a blank one that is not stored; a pause that is over at `now` stands until mail leaves again."""
    return db.session.get(Outgoing, 1) or Outgoing(id=1, failures=0, held_by="", held_why="")


def stands_still(now: datetime) -> bool:
    """Whether nothing may leave at this moment."""
    row = state(now)
    return row.held_at is not None or (row.paused_until is not None and row.paused_until > now)


def hold(by: Actor, at: datetime, why: str = PERSON) -> None:
    """Let nothing leave until a person says so; what the server is being given at this moment is given to its end."""
    row = _stored(at)
    if row.held_at is None:
        row.held_at, row.held_by, row.held_why = at, by.name, why
        audit.record("mail.hold", SUBJECT, by=by, at=at)


def release(by: Actor, at: datetime) -> None:
    """Let mail leave again; what waited leaves at once."""
    row = _stored(at)
    if row.held_at is not None:
        row.held_at, row.held_by, row.held_why = None, "", ""
        audit.record("mail.release", SUBJECT, by=by, at=at)
        outbox.ask_for_the_postman(at)


def hold_if_restored(now: datetime) -> bool:
    """Hold all mail when the database is older than the data folder: what left since the backup would leave again.

    Whoever lets it go, on whichever host, says so for all that any host had noted by then. Returns whether it was held
    now.
    """
    noted = audit.lost_at()
    if noted is None or state(now).held_at is not None:
        return False
    let_go = select(func.max(Entry.at)).where(Entry.subject == SUBJECT, Entry.action == "mail.release")
    if (db.session.scalar(let_go) or noted) > noted:
        return False
    hold(SYSTEM, now, RESTORED)
    return True


def try_now(by: Actor, at: datetime) -> None:
    """Try the mail server without waiting for the end of the pause."""
    row = _stored(at)
    if row.paused_until is not None:
        row.paused_until = at
        audit.record("mail.try", SUBJECT, by=by, at=at)
        outbox.ask_for_the_postman(at)


def trip(outcome: Outcome, now: datetime) -> datetime:
    """Pause all mail because of this trouble, longer each time in a row; returns until when."""
    row = _stored(now)
    row.paused_until = now + PAUSES[min(row.failures, len(PAUSES) - 1)]
    row.failures += 1
    row.failing_since = row.failing_since or now
    row.stage, row.code, row.reply = outcome.stage, outcome.code, outcome.reply
    outbox.ask_for_the_postman(row.paused_until)
    return row.paused_until


def recovered(stage: str) -> None:
    """The dialogue with the server has come to this stage: what was wrong before it is over; an accepted message says
    so of everything."""
    row = db.session.get(Outgoing, 1)
    if row and row.failures and STAGES.index(stage) > STAGES.index(row.stage):
        row.paused_until = row.failing_since = row.stage = row.code = row.reply = None
        row.failures = 0


def _stored(at: datetime) -> Outgoing:
    row = state(at)
    db.session.add(row)
    return row
