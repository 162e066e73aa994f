"""What may happen to an application for accreditation.

The table is the specification. Nothing outside this module sets `state`; nothing inside it commits, or knows
that there is such a thing as HTTP. A decision can be taken back while its mail waits; until then the applicant
sees the state before it, and whatever the applicant does takes it back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from pressroom import audit, links
from pressroom.access import SYSTEM, Actor, Role
from pressroom.accreditation import notices, queries
from pressroom.accreditation.models import DECISIONS, Application, Draft, State, Step
from pressroom.accreditation.reasons import ITEMS, REASONS
from pressroom.contacts import workflow as contacts
from pressroom.database import db, new_id
from pressroom.delivery import outbox
from pressroom.errors import Refused
from pressroom.events.models import Category, Event
from pressroom.i18n import gettext as _


class Transition(NamedTuple):
    by: frozenset[Role]
    sources: frozenset[State]
    target: State | None  # None: the state stays (verify) or becomes what it was (undo)
    notice: str | None = None  # the mail that the applicant gets
    needs_reason: bool = False


S = State
DECIDERS = frozenset({Role.REVIEWER, Role.OFFICER, Role.ADMIN})
OFFICERS = frozenset({Role.OFFICER, Role.ADMIN})
APPLICANTS = frozenset({Role.APPLICANT})
OPEN = frozenset({S.RECEIVED, S.INFO_REQUESTED})
TRANSITIONS = {
    "approve": Transition(DECIDERS, OPEN, S.APPROVED, "accreditation_approved"),
    "ask": Transition(DECIDERS, frozenset({S.RECEIVED}), S.INFO_REQUESTED, "accreditation_question"),
    "decline": Transition(DECIDERS, OPEN, S.DECLINED, "accreditation_declined", needs_reason=True),
    "revoke": Transition(
        OFFICERS, frozenset({S.APPROVED}), S.REVOKED, "accreditation_revoked", needs_reason=True
    ),
    "undo": Transition(DECIDERS, frozenset({S.APPROVED, S.INFO_REQUESTED, S.DECLINED, S.REVOKED}), None),
    "verify": Transition(APPLICANTS, OPEN, None),
    "answer": Transition(APPLICANTS, frozenset({S.INFO_REQUESTED}), S.RECEIVED),
    "withdraw": Transition(APPLICANTS, OPEN | {S.APPROVED}, S.WITHDRAWN, "accreditation_withdrawn"),
}


def allowed(application: Application, role: Role, at: datetime) -> list[str]:
    """The actions that this role may take now; a decision that can still be undone leaves nothing else to the desk."""
    pending = application.is_pending(at)
    if role is Role.APPLICANT:
        state = application.seen(at)
    elif pending:
        return ["undo"] if role in TRANSITIONS[application.latest(*DECISIONS).action].by else []
    else:
        state = application.state
    return [
        action
        for action, step in TRANSITIONS.items()
        if role in step.by and state in step.sources and _is_timely(application, action)
    ]


def _is_timely(application: Application, action: str) -> bool:
    if action in ("approve", "verify"):
        return (application.verified_at is not None) is (action == "approve")
    return action != "undo"


def act(
    application: Application,
    action: str,
    *,
    by: Actor,
    at: datetime,
    undo: timedelta = timedelta(0),
    reason: str | None = None,
    note: str = "",
    asked: Sequence[str] = (),
    due: datetime | None = None,
    version: int | None = None,
) -> None:
    """Take one step, record who took it, and leave in the outbox the mail it calls for.

    A decision can be undone, and its mail waits, for `undo`. `version` is the one that the person saw.
    """
    _demand(application, action, by=by, at=at, version=version)
    step = TRANSITIONS[action]
    if step.needs_reason and reason not in REASONS:
        raise Refused(_("Choose a reason: the applicant will read it."))
    if action == "ask" and (not asked or set(asked) - set(ITEMS) or due is None):
        raise Refused(_("Say what is missing, and until when."))
    if action == "undo":
        _take_back(application, by=by, at=at)
    elif action == "verify":
        _verify(application, by=by, at=at)
    else:
        if by.role is Role.APPLICANT and application.is_pending(at):
            _take_back(application, by=SYSTEM, at=at)
        _move(application, action, by=by, at=at, undo=undo, reason=reason, note=note, asked=asked, due=due)


def _move(application, action, *, by, at, undo, reason, note, asked, due) -> None:
    step, decides = TRANSITIONS[action], action in DECISIONS
    # A withdrawn or revoked request gets no mail any more that was written before; another decision
    # replaces one that has not been told yet.
    ends = action in ("withdraw", "revoke")
    outbox.cancel(application.subject, at=at, by=by, notices=() if ends else notices.DECISION_NOTICES)
    _record(application, action, step.target, by=by, at=at, reason=reason, note=note, asked=list(asked))
    application.state = step.target
    application.reason = reason
    application.decided_at, application.undo_until = (at, at + undo) if decides else (None, None)
    if due:
        application.answer_due = due
    if step.notice and (decides or application.verified_at):
        notices.outcome(
            application, step.notice, at=at, hold=undo if decides else timedelta(0),
            reason=REASONS.get(reason), asked=[ITEMS[code] for code in asked], due=due, note=note,
        )  # fmt: skip


def _demand(application: Application, action: str, *, by: Actor, at: datetime, version: int | None) -> None:
    if version is not None and version != application.version:
        raise Refused(_("Someone else has just changed this request. Open it again to see what changed."))
    if (
        action == "approve"
        and by.role in DECIDERS
        and application.state in OPEN
        and not application.verified_at
    ):
        raise Refused(_("This request cannot be accepted before its email address is confirmed."))
    if action not in allowed(application, by.role, at):
        raise Refused(_("This is no longer possible: the request has changed. Go back and reload the page."))


def _take_back(application: Application, *, by: Actor, at: datetime) -> None:
    """Undo the last decision: its mail is cancelled, the state is again what it was."""
    taken = application.latest(*DECISIONS)
    if not outbox.cancel(application.subject, at=at, by=by, notices=(TRANSITIONS[taken.action].notice,)):
        raise Refused(_("This can no longer be undone: the message has left."))
    _record(application, "undo", taken.source, by=by, at=at)
    application.state = taken.source
    application.reason = application.undo_until = None
    earlier = application.latest(*DECISIONS)
    application.decided_at = earlier.at if earlier and earlier.target is application.state else None


def _verify(application: Application, *, by: Actor, at: datetime) -> None:
    _record(application, "verify", application.state, by=by, at=at)
    application.verified_at = at
    contacts.remember(
        email=application.email, name=application.name, phone=application.phone, outlet=application.outlet,
        language=application.language, source="accreditation", at=at,
    )  # fmt: skip


def _record(
    application: Application, action: str, target: State, *, by: Actor, at: datetime, **words
) -> None:
    application.history.append(
        Step(
            action=action, source=application.state, target=target, actor_role=by.role, actor_name=by.name, at=at,
            **{"reason": None, "note": "", "asked": [], **words},
        )
    )  # fmt: skip
    audit.record(f"accreditation.{action}", application.subject, by=by, at=at)


def submit(draft: Draft, *, language: str, by: Actor, at: datetime) -> Application:
    """Make a draft that the form found complete an application, its receipt with it; the draft is gone.

    When the address already has a live application for the event, the new one is only kept aside, and the
    owner is told by mail.
    """
    # One submission after the other for one event, so that two forms of one address cannot miss each other.
    db.session.scalar(select(Event.id).where(Event.id == draft.event_id).with_for_update(key_share=True))
    values = draft.fields
    known = queries.live(values["email"], draft.event_id)
    application_id = new_id()
    application = Application(
        id=application_id, reference=_new_reference(), event_id=draft.event_id, draft_key=draft.key,
        duplicate_of_id=known.id if known else None, language=language, name=values["name"], email=values["email"],
        outlet=values["outlet"], category=Category(values["category"]), phone=values["phone"],
        samples=values["samples"].split(), needs=values["needs"], state=S.RECEIVED, submitted_at=at,
        link_digest=links.digest(links.mint("application", application_id)),
        verify_digest=links.digest(links.mint("verify", application_id)),
    )  # fmt: skip
    application.documents = list(draft.documents)
    db.session.add(application)
    _record(application, "submit", S.RECEIVED, by=by, at=at)
    draft.documents = []
    db.session.delete(draft)
    notices.receipt(application, at=at, once=f"receipt:{application.id}")
    return application


def _new_reference() -> str:
    """Seven characters that can be said on the phone, as “A7K-4M2Q”; no two applications share them."""
    while True:
        characters = new_id(7).upper()
        reference = f"{characters[:3]}-{characters[3:]}"
        if not db.session.scalar(select(Application.id).filter_by(reference=reference)):
            return reference
