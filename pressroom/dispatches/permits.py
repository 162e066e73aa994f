"""Whether a message of a dispatch may leave now: asked by the postman when it takes the message, and once more right
before the content may leave. What was true when the dispatch was put together need not be so any more."""

from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.orm import scoped_session

from pressroom.accreditation.models import Application
from pressroom.accreditation.models import State as ApplicationState
from pressroom.alerts.models import Subscription
from pressroom.database import db
from pressroom.delivery.models import Dispatch, DispatchKind, Message
from pressroom.delivery.verdicts import GO, Ruling, Verdict
from pressroom.events.models import Event
from pressroom.events.models import State as EventState
from pressroom.kits.models import Grant, Kit
from pressroom.kits.models import State as KitState
from pressroom.releases.models import Correction, Release
from pressroom.releases.models import State as ReleaseState
from pressroom.releases.queries import TAKEN_OFF

OFF = (ReleaseState.WITHDRAWN, ReleaseState.KILLED)
Database = scoped_session | Connection


def judge(message: Message, now: datetime, asked: Database = db.session) -> Verdict:
    """What its subject says, then what its reader's relation to the office says."""
    personal = message.personal or {}
    subject = of(message.dispatch, now, asked) if message.dispatch else GO
    if subject.kind is not Ruling.GO:
        return subject
    if "application" in personal:
        application = personal["application"]
        return _own_link(message, application, asked) or _accredited(application, now, asked)
    if "subscription" in personal:
        return _subscribed(personal["subscription"], asked)
    return GO


def of(dispatch: Dispatch, now: datetime, asked: Database = db.session) -> Verdict:
    """Whether any message of the dispatch may leave: its release is public, its kit open."""
    id = dispatch.about.partition(":")[2]
    return _OF_KINDS[dispatch.kind](id, now, asked)


def _release(id: str, now: datetime, asked: Database) -> Verdict:
    known = asked.execute(db.select(Release.state, Release.public_from).where(Release.id == id)).first()
    if known is None or known.state in OFF:
        return _never("the release was withdrawn")
    if known.state is ReleaseState.DRAFT:
        return Verdict(Ruling.WAIT, None, "the release went back to draft")
    if known.public_from > now:
        return Verdict(Ruling.WAIT, known.public_from, "the release is not public before its hour")
    return GO


def _correction(id: str, now: datetime, asked: Database) -> Verdict:
    """What is said about a release that was taken off since is out of date, unless it says just that."""
    known = asked.execute(
        db.select(Correction.kind, Release.state).join(Correction.release).where(Correction.id == id)
    ).first()
    if known is None or (known.state in OFF and known.kind not in TAKEN_OFF):
        return _never("the release was withdrawn")
    return GO


def _kit(id: str, now: datetime, asked: Database) -> Verdict:
    known = asked.execute(
        db.select(Kit.state, Event.state.label("event")).join(Kit.event).where(Kit.id == id)
    ).first()
    if known and known.event is EventState.CANCELLED:
        return _never("the event was cancelled")
    return GO if known and known.state is KitState.OPEN else _never("the kit was closed")


def _accredited(id: str, now: datetime, asked: Database) -> Verdict:
    known = asked.execute(
        db.select(Application.state, Application.undo_until).where(Application.id == id)
    ).first()
    if known and known.state is ApplicationState.APPROVED:
        return GO
    if known and known.undo_until and known.undo_until > now:
        return Verdict(Ruling.WAIT, known.undo_until, "a decision on the accreditation can still be undone")
    return _never("the accreditation is no longer valid")


def _own_link(message: Message, application_id: str, asked: Database) -> Verdict | None:
    """The press office may have closed the link to the kit that this person was to get."""
    if message.dispatch is None or message.dispatch.kind is not DispatchKind.KIT:
        return None
    kit_id = message.dispatch.about.partition(":")[2]
    own = db.select(Grant.revoked_at).where(Grant.kit_id == kit_id, Grant.application_id == application_id)
    return _never("the person’s link was closed") if asked.scalar(own) else None


def _subscribed(id: str, asked: Database) -> Verdict:
    live = Subscription.confirmed_at.is_not(None) & Subscription.ended_at.is_(None)
    found = asked.scalar(db.select(Subscription.id).where(Subscription.id == id, live))
    return GO if found else _never("the subscription has ended")


def _never(why: str) -> Verdict:
    return Verdict(Ruling.NEVER, None, why)


_OF_KINDS = {
    DispatchKind.RELEASE: _release,
    DispatchKind.CORRECTION: _correction,
    DispatchKind.KIT: _kit,
    DispatchKind.ADVISORY: lambda _id, _now, _asked: GO,
}
