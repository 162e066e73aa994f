"""By what applications are found: one entry for each, under a number that is its place in the queue.

An entry lists terms without spaces, each beginning with its event: what the application is filed under ("…treview",
"…cphoto") and the words that name it ("…wkervella"). What is asked for is terms that must all be there, so that any
combination of filters costs as little as one (see finding.py). Numbers grow with the moment of submission; what
came back with an answer stands before everything else. Entries follow by themselves whatever is stored of an
application, so that no way of changing one can forget it.
"""

import re
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import BigInteger, Connection, ForeignKey, Integer, Text, event
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, Session, mapped_column

from pressroom.access import Role
from pressroom.accreditation import statuses
from pressroom.accreditation.models import LIVE, Application, Document, Remark, State
from pressroom.database import db
from pressroom.slugs import fold

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SAME_MOMENT = 256  # numbers that a millisecond has room for
MOST_AT_ONCE = 16 * SAME_MOMENT  # numbers that are looked through: an import may give many one moment
USUAL = 1 << 52  # where those begin that did not come back with an answer
NOBODY = "nobody"  # no id of a member of staff: those have no “o”
ANY_DAY = "any"
WORD = re.compile(r"[^\W_]+")
# The desk's tabs and the states that stand in each; the further tabs of finding.py cut across these.
SHELVES: dict[str, tuple[State, ...]] = {
    "review": (State.RECEIVED, State.IN_REVIEW),
    "asked": (State.INFO_REQUESTED,),
    "waitlist": (State.WAITLISTED, State.OFFERED),
    "accepted": (State.APPROVED,),
    "closed": (State.DECLINED, State.WITHDRAWN, State.REVOKED, State.CLOSED),
}
SHELF_OF = {state: shelf for shelf, states in SHELVES.items() for state in states}


class QueueEntry(db.Model):
    """What one application is found by. SQLite keeps a full-text index of it by triggers (migration 0009)."""

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), unique=True)
    terms: Mapped[str] = mapped_column(Text)


def term(event_id: str, kind: str, value: str = "") -> str:
    """What stands in the index for `value`: a letter or a digit is the same in capitals, anything else is left out."""
    return f"{event_id}{kind}{''.join(WORD.findall(value.lower()))}"


def words(text: str) -> list[str]:
    """The words of a text as they are found, without accents or capitals."""
    return WORD.findall(fold(text))


def terms(
    application: Application, proofs: set[str], *, has_come: bool = False, has_written: bool = False
) -> str:
    """Everything that an application is found by; `proofs` are “file” and “links”, or “none”; `has_come`: whether
    the same address came to an earlier event; `has_written`: whether the last message is the applicant's."""
    marks = {
        "n": application.needs and not application.needs_answered_at and application.state in LIVE,
        "u": application.verified_at is None,
        "r": is_back(application),
        "f": application.state is State.OFFERED,
        "l": application.is_late,
        "b": has_come,
        "m": has_written,
    }
    facts = [
        ("a", ""), ("t", SHELF_OF[application.state]), ("c", application.category), ("o", application.outlet_key),
        ("y", application.country or ""), ("s", application.assignee_id or NOBODY), ("g", application.language),
        *(("p", proof) for proof in proofs), *(("d", day) for day in application.days or [ANY_DAY]),
        *((mark, "") for mark, is_so in marks.items() if is_so), *(("w", word) for word in words(application.words)),
    ]  # fmt: skip
    return " ".join(dict.fromkeys(term(application.event_id, kind, value) for kind, value in facts))


def leave_no_trace() -> None:
    """Take the words of deleted entries out of SQLite's full-text index: it only marks them until it is merged."""
    if db.session.get_bind().dialect.name == "sqlite":
        db.session.execute(sql("INSERT INTO queue_index (queue_index) VALUES ('optimize')"))


def is_back(application: Application) -> bool:
    """Whether it waits for the desk again, with the information that was asked for."""
    return application.state in SHELVES["review"] and statuses.has_answered(application.standing())


def first_number(moment: datetime, *, back: bool = False) -> int:
    """The lowest number of what was submitted at `moment`."""
    return (moment - EPOCH) // timedelta(milliseconds=1) * SAME_MOMENT + (0 if back else USUAL)


def moment_of(number: int) -> datetime:
    """When what has this number was submitted, to the millisecond."""
    return EPOCH + timedelta(milliseconds=number % USUAL // SAME_MOMENT)


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _context) -> None:
    stored = {*session.new, *session.dirty}
    touched = {thing for thing in stored if isinstance(thing, Application)}
    touched |= {thing.application for thing in stored if isinstance(thing, (Document, Remark))} - {None}
    for application in touched - set(session.deleted):
        if application.duplicate_of_id is None:
            _keep(session.connection(), application)


def _keep(connection: Connection, application: Application) -> None:
    entry, found_by = QueueEntry.__table__, _terms(connection, application)
    known = connection.execute(
        db.select(entry.c.id, entry.c.terms).where(entry.c.application_id == application.id)
    ).first()
    first = first_number(application.submitted_at, back=is_back(application))
    if known and known.id // SAME_MOMENT == first // SAME_MOMENT:
        if known.terms != found_by:
            connection.execute(entry.update().where(entry.c.id == known.id).values(terms=found_by))
        return
    if known:
        connection.execute(entry.delete().where(entry.c.id == known.id))
    number = _free_number(connection, first)
    connection.execute(entry.insert().values(id=number, application_id=application.id, terms=found_by))


def _free_number(connection: Connection, first: int) -> int:
    """The lowest number from `first` on that no entry has: of the same millisecond, unless it is full."""
    number = QueueEntry.__table__.c.id
    taken = set(connection.scalars(db.select(number).where(number.between(first, first + MOST_AT_ONCE))))
    return next(free for free in count(first) if free not in taken)


def _terms(connection: Connection, application: Application) -> str:
    """What it is found by, with what other tables know of it."""
    files = db.select(Document.id).where(
        Document.application_id == application.id, Document.deleted_at.is_(None)
    )
    came = db.select(Application.id).where(
        Application.email_key == application.email_key,
        Application.came_at.is_not(None),
        Application.event_id != application.event_id,
    )
    said = db.select(Remark.author_role).where(
        Remark.application_id == application.id, Remark.is_internal.is_(False)
    )
    has_file, has_come = (connection.scalar(any_of.limit(1)) is not None for any_of in (files, came))
    kinds = {"file": has_file, "links": bool(application.samples)}
    return terms(
        application,
        {kind for kind, is_there in kinds.items() if is_there} or {"none"},
        has_come=has_come,
        has_written=connection.scalar(said.order_by(Remark.id.desc()).limit(1)) is Role.APPLICANT,
    )
