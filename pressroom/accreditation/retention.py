"""When what applicants sent is deleted: their proofs soon after the decision, what they need on site at the event's
end, the application itself later. What is left then is a number that names nobody (Tally), and a journal of ids.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, text, update

from pressroom import retention, storage
from pressroom.accreditation import indexing, queries, repeats
from pressroom.accreditation.models import LIVE, TO_REVIEW, WITH_NEEDS, Application, Document, State, Tally
from pressroom.contacts import tasks as contacts
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.events.models import Event
from pressroom.events.models import State as EventState

NOT_ACCEPTED = (State.DECLINED, State.WITHDRAWN, State.REVOKED, State.CLOSED)
DECIDED = (State.APPROVED, *NOT_ACCEPTED)
WAITING = tuple(state for state in LIVE if state is not State.APPROVED)
AT_ONE_GO = 500  # applications in one statement


def purge(now: datetime) -> dict[str, int]:
    """Delete all of it that has reached its end; how many, by row of retention.TABLE. Contacts go after the
    applications, because none goes while an application of theirs is there."""
    applies = exists().where(Application.email_key == func.lower(Contact.email))
    return {
        "unsent": _forget_unsent(now),
        "unconfirmed": _forget_all(_unconfirmed(now), counted=False),
        "ended": sum(_forget_all(condition) for condition in _ended(now)),
        "accredited": _forget_all(_long_ago(now)),
        "proofs": _delete_proofs(now),
        "needs": _delete_needs(now),
        **contacts.purge(now, unless=applies),
    }


def document_until(application: Application) -> datetime:
    """Until when the files of an application are kept, as things stand; a postponed event has no end yet."""
    event, moments = application.event, []
    if event.state is not EventState.POSTPONED:
        moments.append(event.ends_at)
    if application.state in DECIDED and application.decided_at:
        moments.append(application.decided_at)
    return retention.ends("proofs", min(moments)) if moments else retention.ends("accredited", event.ends_at)


def forget(ids: Sequence[str], *, counted: bool = True) -> None:
    """Delete applications with all that is about them: files, history, remarks, links to kits, messages, and those that
    only repeat them. `counted`: add them to the anonymous numbers."""
    _forget(ids, counted=counted)
    indexing.leave_no_trace()


def _forget_all(condition: ColumnElement[bool], *, counted: bool = True) -> int:
    number = 0
    while ids := db.session.scalars(select(Application.id).where(condition).limit(AT_ONE_GO)).all():
        if not counted:
            _let_go(ids)
        _forget(ids, counted=counted)
        number += len(ids)
    if number:
        indexing.leave_no_trace()
    return number


def _forget(ids: Sequence[str], *, counted: bool) -> None:
    aside = db.session.scalars(select(Application.id).where(Application.duplicate_of_id.in_(ids))).all()
    gone = [*ids, *aside]
    if counted:
        _count(ids)
    files = select(Document.file_key).where(Document.application_id.in_(gone), Document.deleted_at.is_(None))
    storage.discard(db.session.scalars(files).all())
    outbox.forget(f"application:{id}" for id in gone)
    merged = update(Application).where(Application.merged_into_id.in_(gone))
    db.session.execute(merged.values(merged_into_id=None))
    db.session.execute(delete(Application).where(Application.id.in_(gone)))


def _let_go(ids: Sequence[str]) -> None:
    """Nobody confirmed these: what was kept aside because of them may be the owner's, and has its own time. In
    the order in which they follow each other, so that it ends behind one that stays."""
    order = (Application.duplicate_of_id.is_not(None), Application.submitted_at, Application.id)
    going = select(Application).where(Application.id.in_(ids)).order_by(*order)
    for application in db.session.scalars(going).all():
        repeats.let_go(application)
    db.session.flush()


def _unconfirmed(now: datetime) -> ColumnElement[bool]:
    """Nobody has confirmed the address, nobody has decided: it is nobody's request, and counted nowhere."""
    old = Application.submitted_at <= retention.before("unconfirmed", now)
    decided = (state for state in State if state not in TO_REVIEW)
    return Application.verified_at.is_(None) & old & Application.state.not_in(decided)


def _ended(now: datetime) -> list[ColumnElement[bool]]:
    """Decided long ago; not decided, and the event is over; ended at a moment that nobody noted."""
    not_accepted, over = Application.state.in_(NOT_ACCEPTED), _is_over("ended", now)
    return [
        not_accepted & (Application.decided_at <= retention.before("ended", now)),
        Application.state.in_(WAITING) & over,
        not_accepted & Application.decided_at.is_(None) & over,
    ]


def _long_ago(now: datetime) -> ColumnElement[bool]:
    """Whatever has become of it, and even when the event was postponed and never took place."""
    over = select(Event.id).where(Event.ends_at <= retention.before("accredited", now))
    return Application.event_id.in_(over) & Application.state.in_(LIVE)


def _is_over(key: str, now: datetime) -> ColumnElement[bool]:
    """The event ended so long ago; one that was postponed has no end yet."""
    over = select(Event.id).where(
        Event.ends_at <= retention.before(key, now), Event.state != EventState.POSTPONED
    )
    return Application.event_id.in_(over)


def _delete_proofs(now: datetime) -> int:
    """The row stays with the application and says which file was there; what could tell the file again goes too."""
    decided = Application.decided_at <= retention.before("proofs", now)
    due = or_(_is_over("proofs", now), Application.state.in_(DECIDED) & decided)
    kept = Document.deleted_at.is_(None) & Document.application_id.is_not(None)
    documents = db.session.scalars(select(Document).where(kept, Document.application.has(due))).all()
    storage.discard(document.file_key for document in documents)
    for document in documents:
        document.file_key = document.digest = ""
        document.deleted_at = now
    return len(documents)


def _delete_needs(now: datetime) -> int:
    over = select(Application).where(_is_over("needs", now), text(WITH_NEEDS))
    applications = db.session.scalars(over).all()
    for application in applications:
        application.needs = application.needs_answer = ""
    return len(applications)


def _forget_unsent(now: datetime) -> int:
    before = retention.before("unsent", now)
    drafts, strays = queries.stale_drafts(before), queries.stray_documents(before)
    documents = [*strays, *(document for draft in drafts for document in draft.documents)]
    storage.discard(document.file_key for document in documents)
    for row in (*documents, *drafts):
        db.session.delete(row)
    return len(drafts) + len(strays)


def _count(ids: Sequence[str]) -> None:
    """Add applications to the numbers that stay, by the day on which they came in where the event is."""
    applications = db.session.scalars(select(Application).where(Application.id.in_(ids))).all()
    numbers = Counter(
        (
            one.event_id, one.state, one.category, one.country,
            one.submitted_at.astimezone(one.event.zone).date(), one.came_at is not None,
        )
        for one in applications
    )  # fmt: skip
    names = ("event_id", "state", "category", "country", "submitted_on", "came")
    for values, number in numbers.items():
        of = dict(zip(names, values, strict=True))
        tally = db.session.scalar(select(Tally).filter_by(**of)) or Tally(**of, number=0)
        tally.number += number
        db.session.add(tally)
