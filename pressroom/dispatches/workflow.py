"""What may happen to a dispatch, from its draft to its end.

The table is the specification: nothing outside this module sets `state`, nothing inside it commits. A dispatch leaves
after the undo delay at the earliest; until then it can be taken back to a draft. Its messages leave only while it is
SENDING: pausing it holds all of them in one step, and stopping it cancels them.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import flag_modified

from pressroom import audit
from pressroom.access import Actor, Role
from pressroom.accreditation.models import Application
from pressroom.alerts.models import Subscription
from pressroom.contacts.models import Contact
from pressroom.database import db, new_id
from pressroom.delivery import outbox
from pressroom.delivery.models import Dispatch, DispatchKind, DispatchState, DispatchText, Doubt, Message
from pressroom.delivery.verdicts import Ruling
from pressroom.dispatches import audience as who
from pressroom.dispatches import composing, permits, preflight, queries
from pressroom.errors import Refused
from pressroom.i18n import gettext as _

S = DispatchState
OFFICERS = frozenset({Role.OFFICER, Role.ADMIN})
ANYONE = OFFICERS | {Role.SYSTEM}  # what falls due acts as the system
ONLY_SYSTEM = frozenset({Role.SYSTEM})


class Transition(NamedTuple):
    by: frozenset[Role]
    sources: frozenset[DispatchState]
    target: DispatchState | None  # None: it is deleted


TRANSITIONS = {
    "send": Transition(ANYONE, frozenset({S.DRAFT}), S.SCHEDULED),
    "unschedule": Transition(ANYONE, frozenset({S.SCHEDULED}), S.DRAFT),
    "discard": Transition(OFFICERS, frozenset({S.DRAFT}), None),
    "start": Transition(ONLY_SYSTEM, frozenset({S.SCHEDULED}), S.SENDING),
    "pause": Transition(ANYONE, frozenset({S.SENDING}), S.PAUSED),
    "resume": Transition(OFFICERS, frozenset({S.PAUSED}), S.SENDING),
    "stop": Transition(ANYONE, frozenset({S.SCHEDULED, S.SENDING, S.PAUSED}), S.STOPPED),
    "finish": Transition(ONLY_SYSTEM, frozenset({S.SENDING}), S.FINISHED),
    # There is something more to send: somebody accredited since, or what is sent again.
    "reopen": Transition(ANYONE, frozenset({S.FINISHED, S.STOPPED}), S.SENDING),
}
UNDONE_BY_RESEND = frozenset({S.FINISHED, S.STOPPED})


class Text(NamedTuple):
    """What the press office writes in one language; `subject` only of an advisory. Plain text."""

    subject: str
    words: str


def allowed(dispatch: Dispatch, role: Role) -> list[str]:
    """What somebody in this role may do with it now."""
    return [
        action for action, step in TRANSITIONS.items() if role in step.by and dispatch.state in step.sources
    ]


def create(
    kind: DispatchKind, *, about: str = "", audience: Iterable[Mapping[str, str]] = (),
    texts: Mapping[str, Text] | None = None, once: str | None = None, skips_known: bool = True,
    attaches: bool = False, doubt: Doubt = Doubt.HOLD, starts_at: datetime | None = None,
    send_by: datetime | None = None, by: Actor, at: datetime,
) -> Dispatch:  # fmt: skip
    """A draft, to leave at `starts_at` (None: as soon as it may). A kit goes to the accredited of its event when no
    `audience` is given. Raises Refused."""
    dispatch = Dispatch(
        id=new_id(), kind=kind, state=S.DRAFT, about=about, once=once, created_at=at,
        author_id=None if by.role is Role.SYSTEM else by.id,
    )  # fmt: skip
    with db.session.no_autoflush:
        _fill(dispatch, audience, texts or {}, skips_known, attaches, doubt, starts_at, send_by)
    db.session.add(dispatch)
    audit.record("dispatch.create", dispatch.subject, by=by, at=at)
    return dispatch


def edit(
    dispatch: Dispatch, *, audience: Iterable[Mapping[str, str]], texts: Mapping[str, Text], skips_known: bool = True,
    attaches: bool = False, doubt: Doubt = Doubt.HOLD, starts_at: datetime | None = None,
    send_by: datetime | None = None, version: int | str | None = None, by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Change a draft: all of it, see `facts_of`. Raises Refused."""
    if by.role not in ANYONE or dispatch.state is not S.DRAFT:
        raise Refused(_("Only a draft can be changed: take the mailing back to draft first."))
    _demand_version(dispatch, version)
    _fill(dispatch, audience, texts, skips_known, attaches, doubt, starts_at, send_by)
    flag_modified(dispatch, "created_at")  # words alone also make a new version: two people may be writing
    audit.record("dispatch.edit", dispatch.subject, by=by, at=at)


def facts_of(dispatch: Dispatch) -> dict[str, Any]:
    """What `edit` takes, as it is: for a change of a part of it."""
    texts = {code: Text(text.subject, text.words) for code, text in dispatch.texts.items()}
    names = ("audience", "skips_known", "attaches", "doubt", "starts_at", "send_by")
    return {"texts": texts, **{name: getattr(dispatch, name) for name in names}}


def act(
    dispatch: Dispatch, action: str, *, count: int | None = None, version: int | str | None = None,
    undo: timedelta = timedelta(0), by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Take `action`. `count` is how many people the button said; what is sent leaves when `undo` has passed, at the
    earliest. Raises Refused when it has moved on, or when something stands in the way."""
    if action not in allowed(dispatch, by.role):
        raise Refused(_("This is no longer possible: the mailing has changed. Go back and reload the page."))
    _demand_version(dispatch, version)
    if action == "send":
        _demand_ready(dispatch, count, at)
        dispatch.starts_at = max(dispatch.starts_at or at, at + undo)
        outbox.ask_for_the_postman(queries.leaves_at(dispatch) or dispatch.starts_at)
    if action == "unschedule" and dispatch.starts_at <= at + undo:
        dispatch.starts_at = None  # nobody has chosen that moment, or it is as good as now
    target = TRANSITIONS[action].target
    if action == "discard" and dispatch.once:
        target = S.STOPPED  # what was made by itself would be made again if nothing were left of it
    audit.record(f"dispatch.{action}", dispatch.subject, by=by, at=at)
    if target is None:
        db.session.delete(dispatch)
    else:
        _move(dispatch, target, by, at)


def resend(
    dispatch: Dispatch,
    message_ids: Collection[str],
    *,
    to: Mapping[str, str] | None = None,
    by: Actor,
    at: datetime,
) -> int:
    """Write to these once more, at the address that is given for a message in `to`, else known of its reader now: those
    among them who did not get it and were not written to again yet, in the words as they are now. Returns how many.
    Raises Refused when there is nobody, or when what it is about can no longer be sent."""
    if by.role not in ANYONE:
        raise Refused(_("This is no longer possible: the mailing has changed. Go back and reload the page."))
    if permits.of(dispatch, at).kind is Ruling.NEVER:
        raise Refused(
            _("What it is about has been withdrawn, cancelled or closed since: no message leaves any more.")
        )
    later = aliased(Message)
    messages = db.session.scalars(
        db.select(Message).where(
            Message.dispatch_id == dispatch.id, Message.id.in_(list(message_ids)),
            Message.state.in_(outbox.FAILED),
            ~db.exists().where(later.replaces_id == Message.id),
        ).order_by(Message.id)
    ).all()  # fmt: skip
    if not messages:
        raise Refused(_("Nobody is left to send this to again."))
    addresses = {**known_addresses(messages), **(to or {})}
    written = [outbox.again(message, to=addresses.get(message.id), by=by, at=at) for message in messages]
    composing.renew(dispatch, written, at)
    audit.record("dispatch.resend", dispatch.subject, by=by, at=at)
    if dispatch.state in UNDONE_BY_RESEND:
        act(dispatch, "reopen", by=by, at=at)
    return len(messages)


def _fill(dispatch: Dispatch, audience, texts, skips_known, attaches, doubt, starts_at, send_by) -> None:
    segments = [dict(segment) for segment in audience]
    if dispatch.kind is DispatchKind.KIT:
        kit = queries.subject_of(dispatch)
        segments = segments or [{"who": "accredited", "event": kit.event_id}]
        if any(one.get("event") != kit.event_id for one in segments):
            raise Refused(
                _("A press kit goes to people accredited for its event: each gets a link of their own.")
            )
    events = {one["event"] for one in segments if "event" in one}
    if len(events) > 1:
        raise Refused(_("Choose the accredited of one event only."))
    dispatch.audience, dispatch.event_id = segments, next(iter(events), None)
    dispatch.skips_known, dispatch.attaches = skips_known, attaches
    dispatch.doubt, dispatch.starts_at, dispatch.send_by = doubt, starts_at, send_by
    said = {code: text for code, text in texts.items() if text.subject or text.words}
    for code in set(dispatch.texts) - set(said):
        del dispatch.texts[code]
    for code, text in said.items():
        kept = dispatch.texts.setdefault(code, DispatchText(language=code))
        kept.subject, kept.words = text.subject, text.words


def _demand_version(dispatch: Dispatch, version: int | str | None) -> None:
    if version is not None and str(version) != str(dispatch.version):
        raise Refused(_("Somebody else has changed this mailing meanwhile. Reload the page, then try again."))


def _demand_ready(dispatch: Dispatch, count: int | None, at: datetime) -> None:
    total = who.resolve(dispatch, at)
    number = len(total.people)
    if count is not None and count != number:
        raise Refused(
            _("The button said %(said)s people; by now it is %(number)s. Check the list, then press again.",
              said=count, number=number)
        )  # fmt: skip
    for finding in preflight.findings(dispatch, total, at):
        if finding.level == preflight.STOP:
            raise Refused(finding.sentence)


def _move(dispatch: Dispatch, target: DispatchState, by: Actor, at: datetime) -> None:
    dispatch.state = target
    if target is S.STOPPED:
        outbox.cancel_dispatch(dispatch, at=at, by=by)
    if target in (S.FINISHED, S.STOPPED):
        dispatch.finished_at = at
    if target is S.SENDING:
        outbox.ask_for_the_postman(at)


def known_addresses(messages: Iterable[Message]) -> dict[str, str]:
    """By message: where its reader is to be written to now, when that is another address than it went to."""
    found: dict[str, str] = {}
    for kind, model in (("subscription", Subscription), ("contact", Contact), ("application", Application)):
        ids = {message.id: (message.personal or {}).get(kind) for message in messages}
        emails = dict(
            db.session.execute(
                db.select(model.id, model.email).where(model.id.in_(set(ids.values()) - {None}))
            ).all()
        )
        found |= {message: emails[id] for message, id in ids.items() if id in emails}
    own = {message.id: message.recipient.lower() for message in messages}
    return {message: email for message, email in found.items() if email.lower() != own[message]}
