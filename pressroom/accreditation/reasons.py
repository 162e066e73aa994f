"""The lists behind a decision: public reasons, why a request is closed, and what an applicant can be asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pressroom import audit
from pressroom.access import Actor
from pressroom.accreditation.models import Reason
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.i18n import speaking

REASONS = {
    "capacity": _l("Capacity reached"),
    "represented": _l("Outlet already represented"),
    "proof": _l("Proof missing or unreadable"),
    "reserved": _l("Event reserved for other media"),
    "late": _l("Request received after closing"),
    "conflicting": _l("Conflicting details"),
}
CLOSINGS = {
    "unanswered": _l("The information that we asked for did not come in time"),
    "list": _l("No place became free before the event"),
    "over": _l("The event is over, and we had not decided"),
    "lapsed": _l("The place that we kept was not confirmed in time"),
    "duplicate": _l("You sent another request for the same event"),
    "other": _l("The request does not concern this event"),
}
ITEMS = {
    "proof": _l("A press card or a letter of assignment"),
    "work": _l("A link to your work"),
    "outlet": _l("The outlet you work for"),
    "identity": _l("Your name as on your ID"),
}


def named(code: str | None):
    """What a reason or a closing says, in whichever language is spoken when it is shown; None for no such code."""
    known = REASONS.get(code) or CLOSINGS.get(code)
    return known or (db.session.get(Reason, code) if code else None)


def own(*, retired: bool = False) -> list[Reason]:
    """The reasons that the office wrote itself, in its order: those that it still offers, or those that it does not."""
    held = Reason.retired_at.is_not(None) if retired else Reason.retired_at.is_(None)
    return list(db.session.scalars(db.select(Reason).where(held).order_by(Reason.position, Reason.id)))


def offered() -> dict:
    """Every reason that a refusal may give now: the fixed ones, then the office's own."""
    return {**REASONS, **{reason.id: reason for reason in own()}}


def readings(languages: Sequence[str]) -> dict[str, dict[str, str]]:
    """What each reason and each closing says, by its code and by language: whoever decides sees what will be read."""
    known = {**offered(), **CLOSINGS}
    said: dict[str, dict[str, str]] = {code: {} for code in known}
    for language in languages:
        with speaking(language):
            for code, reason in known.items():
                said[code][language] = str(reason)
    return said


# The office's own list. Words are never changed: a decision that gave a reason keeps it as it was read. ------------


def add(names: Mapping[str, str], *, by: Actor, at: datetime) -> Reason:
    """A new reason, after the others; `names` by language. Raises Refused."""
    for known in own():
        if set(known.names.items()) & set(names.items()):
            raise Refused(_("There is a reason “%(name)s” already.", name=known))
    last = db.session.scalar(db.select(db.func.max(Reason.position))) or 0
    reason = Reason(names=dict(names), position=last + 1)
    db.session.add(reason)
    audit.record("reason.add", f"reason:{reason.id}", by=by, at=at)
    return reason


def move_up(reason: Reason, *, by: Actor, at: datetime) -> None:
    """Let it change places with the one before it; the first one stays where it is."""
    before = [other for other in own() if other.position < reason.position]
    if before:
        before[-1].position, reason.position = reason.position, before[-1].position
        audit.record("reason.move", f"reason:{reason.id}", by=by, at=at)


def retire(reason: Reason, *, by: Actor, at: datetime) -> None:
    """Offer it no more; decisions that gave it keep it."""
    reason.retired_at = at
    audit.record("reason.retire", f"reason:{reason.id}", by=by, at=at)


def bring_back(reason: Reason, *, by: Actor, at: datetime) -> None:
    reason.retired_at = None
    audit.record("reason.bring_back", f"reason:{reason.id}", by=by, at=at)
