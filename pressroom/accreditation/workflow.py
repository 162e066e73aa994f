"""What may happen to an application for accreditation.

The table is the specification. Nothing outside this module sets `state`; nothing inside it commits, or knows
that there is such a thing as HTTP. A decision can be taken back while its mail waits; until then the applicant
sees the state before it, and whatever the applicant does takes it back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from pressroom import audit
from pressroom.access import SYSTEM, Actor, Role
from pressroom.accreditation import notices, places, repeats
from pressroom.accreditation.models import DECISIONS, HOLDING, LIVE, TO_REVIEW, Application, State, Step
from pressroom.accreditation.reasons import CLOSINGS, ITEMS
from pressroom.accreditation.reasons import named as reason_named
from pressroom.contacts import workflow as contacts
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.errors import Refused
from pressroom.events import queries as events
from pressroom.events.models import Event
from pressroom.events.models import State as EventState
from pressroom.i18n import gettext as _
from pressroom.staff import queries as staff

REVIEW_ASKED_FOR = timedelta(days=7)  # how long after a refusal a second look may be asked for


class Transition(NamedTuple):
    by: frozenset[Role]
    sources: frozenset[State]
    target: State | None  # None: the state stays (verify, change, amend) or becomes what it was (undo)
    notice: str | None = None  # the mail that the applicant gets
    needs: str | None = None  # what must be said with it: a reason, a closing, what is asked, a note


S = State
DECIDERS = frozenset({Role.REVIEWER, Role.OFFICER, Role.ADMIN})
OFFICERS = frozenset({Role.OFFICER, Role.ADMIN})
APPLICANTS = frozenset({Role.APPLICANT})
REVIEWABLE = frozenset(TO_REVIEW)
OPEN = REVIEWABLE | {S.INFO_REQUESTED}
UNDECIDED = OPEN | {S.WAITLISTED}
TRANSITIONS = {
    "take": Transition(DECIDERS, frozenset({S.RECEIVED}), S.IN_REVIEW),
    "release": Transition(DECIDERS, frozenset({S.IN_REVIEW}), S.RECEIVED),
    "approve": Transition(DECIDERS, UNDECIDED, S.APPROVED, "accreditation_approved"),
    "ask": Transition(DECIDERS, REVIEWABLE, S.INFO_REQUESTED, "accreditation_question", "question"),
    "waitlist": Transition(DECIDERS, OPEN, S.WAITLISTED, "accreditation_waitlisted"),
    "offer": Transition(
        DECIDERS | {Role.SYSTEM}, frozenset({S.WAITLISTED}), S.OFFERED, "accreditation_offered"
    ),
    "decline": Transition(DECIDERS, UNDECIDED, S.DECLINED, "accreditation_declined", "reason"),
    "reconsider": Transition(
        DECIDERS, frozenset({S.DECLINED, S.CLOSED}), S.IN_REVIEW, "accreditation_reconsidered"
    ),
    "close": Transition(
        DECIDERS | {Role.SYSTEM}, UNDECIDED | {S.OFFERED}, S.CLOSED, "accreditation_closed", "closing"
    ),
    "revoke": Transition(OFFICERS, frozenset({S.APPROVED}), S.REVOKED, "accreditation_revoked", "reason"),
    "reinstate": Transition(OFFICERS, frozenset({S.REVOKED}), S.APPROVED, "accreditation_reinstated"),
    "amend": Transition(DECIDERS, frozenset(LIVE), None, "accreditation_changed", "changes"),
    "undo": Transition(DECIDERS, frozenset(S) - {S.RECEIVED, S.WITHDRAWN}, None),
    "verify": Transition(APPLICANTS, frozenset(LIVE), None),
    "answer": Transition(APPLICANTS, frozenset({S.INFO_REQUESTED}), S.RECEIVED, "accreditation_answered"),
    "change": Transition(APPLICANTS, frozenset(LIVE), None, None, "changes"),
    "accept_offer": Transition(APPLICANTS, frozenset({S.OFFERED}), S.APPROVED, "accreditation_approved"),
    "ask_review": Transition(
        APPLICANTS, frozenset({S.DECLINED}), S.IN_REVIEW, "accreditation_reconsidered", "note"
    ),
    "withdraw": Transition(APPLICANTS | DECIDERS, frozenset(LIVE), S.WITHDRAWN, "accreditation_withdrawn"),
    "reopen": Transition(
        APPLICANTS, frozenset({S.WITHDRAWN, S.CLOSED}), S.RECEIVED, "accreditation_reopened"
    ),
}
# What an applicant may still change by themselves: everything while nobody has looked, later only this.
CONTACT_DETAILS = frozenset({"phone", "needs"})
ANSWERS = frozenset({"name", "outlet", "samples", "documents"})  # what can be asked for
DETAILS = CONTACT_DETAILS | ANSWERS | {"category", "days", "answers", "country"}
AMENDED = frozenset({"name", "outlet", "category", "days"})  # what the desk corrects


class Words(NamedTuple):
    """What is said with a step."""

    reason: str | None = None  # code of a reason (decline, revoke) or of a closing
    note: str = ""
    asked: Sequence[str] = ()
    due: datetime | None = None
    changes: dict | None = None  # field: new value
    over: str = ""  # why one more than the quota, in an officer's words


def allowed(application: Application, by: Actor, at: datetime) -> list[str]:
    """The actions that `by` may take now; a decision that can still be undone leaves nothing else to the desk."""
    if by.role is Role.APPLICANT:
        state = application.seen(at)
    elif application.is_pending(at) and by.role is not Role.SYSTEM:
        return ["undo"] if by.role in TRANSITIONS[application.latest(*DECISIONS).action].by else []
    else:
        state = application.state
    return [
        action
        for action, step in TRANSITIONS.items()
        if by.role in step.by and state in step.sources and _is_timely(application, action, state, at)
    ]


def _is_timely(application: Application, action: str, state: State, at: datetime) -> bool:
    verified, event = application.verified_at is not None, application.event
    goes_on = event.state is not EventState.CANCELLED
    conditions = {
        "approve": verified and goes_on,
        "offer": verified and goes_on,
        "waitlist": goes_on,
        "accept_offer": goes_on and application.offer_until is not None and at < application.offer_until,
        "verify": not verified,
        "answer": goes_on,
        "undo": False,  # only while it is the one thing that may be done
        "ask_review": goes_on and review_until(application) is not None and at < review_until(application),
        "reopen": events.window(event, at).takes_requests and application.merged_into_id is None,
        "reconsider": goes_on and application.merged_into_id is None and at < event.ends_at,
        "reinstate": goes_on and at < event.ends_at,
    }
    return conditions.get(action, True)


def review_until(application: Application) -> datetime | None:
    """Until when a second look at a refusal may be asked for: once, within a week, before the event."""
    declined = application.latest("decline")  # a later decision that can still be undone changes nothing
    since = declined.at if declined else application.decided_at
    if since is None or application.latest("ask_review"):
        return None
    return min(since + REVIEW_ASKED_FOR, application.event.starts_at)


def second_look(application: Application, by: Actor) -> bool:
    """Whether somebody else than `by` must decide: they declined it, and a second look was asked for."""
    asked = application.latest("ask_review")
    if asked is None or by.id is None:
        return False
    declined = [step for step in application.standing() if step.action == "decline" and step.id < asked.id]
    return bool(declined) and declined[-1].actor_id == by.id and staff.others_may_decide(by.id)


def act(
    application: Application,
    action: str,
    *,
    by: Actor,
    at: datetime,
    undo: timedelta = timedelta(0),
    version: int | None = None,
    **words,
) -> None:
    """Take one step, record who took it, and leave in the outbox the mail it calls for.

    `words` are those of Words. A decision can be undone, and its mail waits, for `undo`. `version` is the one
    that the person saw. Raises Refused when the step may not be taken, or lacks what must be said with it.
    """
    said = Words(**words)
    _demand(application, action, by=by, at=at, version=version)
    _demand_words(application, action, said, at)
    if action == "undo":
        _take_back(application, by=by, at=at)
    elif action == "verify":
        _verify(application, by=by, at=at)
    else:
        if by.role is Role.APPLICANT and application.is_pending(at):
            _take_back(application, by=SYSTEM, at=at)
        if action in ("change", "amend"):
            _change(application, action, said, by=by, at=at)
        else:
            _move(application, action, said, by=by, at=at, undo=undo if action in DECISIONS else timedelta(0))


def _move(application, action, said: Words, *, by: Actor, at: datetime, undo: timedelta) -> None:
    step, source, event = TRANSITIONS[action], application.state, application.event
    # A request that ends gets no mail any more that was written before; a step that is told replaces what has
    # not been told yet.
    if step.notice:
        ends = action in ("withdraw", "revoke")
        outbox.cancel(application.subject, at=at, by=by, notices=() if ends else notices.OVERTAKEN)
    if step.target in HOLDING and source not in HOLDING:
        _demand_place(application, said, by=by, at=at)
    changes = _applied(application, said.changes or {}) if action == "answer" else {}
    record(application, action, step.target, said, by=by, at=at, changes=changes)
    application.state = step.target
    application.reason = said.reason
    decides = action in DECISIONS
    application.decided_at, application.undo_until = (at, at + undo) if decides else (None, None)
    if (source in HOLDING) is not (step.target in HOLDING):
        application.passes_on = source in HOLDING
    if action == "ask":
        application.answer_due = said.due
    if action == "reopen":
        application.is_late = at >= event.requests_close_at
    if action == "waitlist":
        application.waitlisted_at = at
    if action == "offer":
        until = at + undo + timedelta(hours=event.offer_hours)
        application.offer_until = (
            until if event.state is EventState.POSTPONED else min(until, event.starts_at)
        )
    if action == "withdraw" and application.verified_at is None:
        repeats.let_go(application)
    if action in ("accept_offer", "withdraw"):
        application.decided_at = at
    if action == "take":
        application.assignee_id = by.id
    # An address that nobody confirmed gets what a person decided, never what only falls due.
    if step.notice and (application.verified_at or (decides and by.role is not Role.SYSTEM)):
        notices.outcome(application, step.notice, at=at, hold=undo, **_told(application, said, by))


def _told(application: Application, said: Words, by: Actor) -> dict:
    """What is said with a step, as the mail shows it; what applicants wrote is not sent back to them."""
    own = by.role is Role.APPLICANT
    return {
        "own": own,
        "reason": reason_named(said.reason),
        "closing": said.reason,
        "asked": [ITEMS[code] for code in said.asked],
        "due": said.due,
        "note": "" if own else said.note,
        "review_until": review_until(application),
    }


def rehearse(
    application: Application, action: str, *, by: Actor, at: datetime, **words
) -> tuple[str, str, str]:
    """The mail that a decision would leave now, without taking it: subject, plain text and HTML."""
    told = _told(application, Words(**words), by)
    if action == "decline":
        told["review_until"] = min(at + REVIEW_ASKED_FOR, application.event.starts_at)
    return notices.sample(application, TRANSITIONS[action].notice, at=at, **told)


def _demand(application: Application, action: str, *, by: Actor, at: datetime, version: int | None) -> None:
    if version is not None and version != application.version:
        raise Refused(_("Someone else has just changed this request. Open it again to see what changed."))
    if action in allowed(application, by, at):
        if action in DECISIONS and second_look(application, by):
            raise Refused(_("A second look was asked for: somebody else than who declined must decide."))
        if action == "reopen":
            repeats.take_up(application)
        return
    if (
        action in ("approve", "offer")
        and by.role in TRANSITIONS[action].by
        and application.state in TRANSITIONS[action].sources
        and not application.is_pending(at)
    ):
        raise Refused(_("This request cannot be accepted before its email address is confirmed."))
    raise Refused(_("This is no longer possible: the request has changed. Go back and reload the page."))


def _demand_words(application: Application, action: str, said: Words, at: datetime) -> None:
    needs = TRANSITIONS[action].needs
    if needs == "reason" and reason_named(said.reason) is None:
        raise Refused(_("Choose a reason: the applicant will read it."))
    if needs == "closing" and said.reason not in CLOSINGS:
        raise Refused(_("Say why the request is closed."))
    if needs == "question" and (not said.asked or set(said.asked) - set(ITEMS) or said.due is None):
        raise Refused(_("Say what is missing, and until when."))
    if needs == "note" and not said.note:
        raise Refused(_("Say what is new, or what we misunderstood."))
    if needs == "changes":
        free = application.seen(at) in (S.RECEIVED, S.INFO_REQUESTED)
        may = AMENDED if action == "amend" else DETAILS if free else CONTACT_DETAILS
        if set(said.changes or {}) - may:
            raise Refused(_("This can no longer be changed here. Write to the press office to correct it."))


def _demand_place(application: Application, said: Words, *, by: Actor, at: datetime) -> None:
    """One decision after the other for one event, so that the last place goes to one of them only."""
    db.session.scalar(select(Event.id).where(Event.id == application.event_id).with_for_update())
    if not places.full(application, at):
        return
    if by.role not in OFFICERS:
        raise Refused(_("No place is left. Only an officer can accept one more than the quota."))
    if not said.over:
        raise Refused(_("No place is left. To accept one more than the quota, say why."))


def _change(application: Application, action: str, said: Words, *, by: Actor, at: datetime) -> None:
    changes = _applied(application, said.changes)
    if not changes:
        return
    if application.state in HOLDING and {"category", "outlet"} & set(changes):
        _demand_place(application, said, by=by, at=at)
    if "needs" in changes:  # they go at the event's end: the history has no copy of them
        application.needs_answer, application.needs_answered_at, changes["needs"] = "", None, ["", ""]
    record(application, action, application.state, said, by=by, at=at, changes=changes)
    if TRANSITIONS[action].notice and application.seen(at) is S.APPROVED:
        notices.outcome(application, TRANSITIONS[action].notice, at=at, hold=timedelta(0), changes=changes)


def _applied(application: Application, values: dict) -> dict[str, list[str]]:
    """Set what differs from what the application says, and give what that was and is, as the history keeps it."""
    changes = {
        field: [_plain(getattr(application, field)), _plain(value)]
        for field, value in values.items()
        if getattr(application, field) != value
    }
    for field in changes:
        setattr(application, field, values[field])
    application.fold()
    return changes


def _plain(value) -> str:
    """A value as the history keeps it: lists a line each, documents by name, answers as `code: answer`."""
    if isinstance(value, dict):
        return "\n".join(f"{key}: {answer}" for key, answer in sorted(value.items()))
    return "\n".join(getattr(one, "name", one) for one in value) if isinstance(value, list) else str(value)


def _take_back(application: Application, *, by: Actor, at: datetime) -> None:
    """Undo the last decision: its mail is cancelled, the state is again what it was."""
    taken = application.latest(*DECISIONS)
    if not outbox.cancel(application.subject, at=at, by=by, notices=(TRANSITIONS[taken.action].notice,)):
        raise Refused(_("This can no longer be undone: the message has left."))
    outbox.restore(application.subject, cancelled_at=taken.at, at=at, by=by)
    record(application, "undo", taken.source, Words(), by=by, at=at)
    application.state = taken.source
    application.reason = application.undo_until = application.merged_into_id = None
    if taken.source in HOLDING and taken.target not in HOLDING:
        application.passes_on = False
    earlier = application.latest(*DECISIONS, "accept_offer")
    stands = earlier is not None and earlier.target is application.state
    application.decided_at = earlier.at if stands else None
    application.reason = earlier.reason if stands else None


def _verify(application: Application, *, by: Actor, at: datetime) -> None:
    record(application, "verify", application.state, Words(), by=by, at=at)
    application.verified_at = at
    contacts.remember(
        email=application.email, name=application.name, phone=application.phone, outlet=application.outlet,
        language=application.language, source="accreditation", at=at,
    )  # fmt: skip


def record(
    application: Application, action: str, target: State, said: Words, *, by: Actor, at: datetime,
    changes: dict[str, list[str]] | None = None,
) -> None:  # fmt: skip
    """Write a step into the application's history, and into the journal."""
    application.history.append(
        Step(
            action=action, source=application.state, target=target, actor_role=by.role, actor_name=by.name,
            actor_id=by.id, at=at, reason=said.reason, note=said.over or said.note, asked=list(said.asked),
            changes=changes or {},
        )
    )  # fmt: skip
    audit.record(f"accreditation.{action}", application.subject, by=by, at=at)
