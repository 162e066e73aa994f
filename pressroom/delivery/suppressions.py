"""Addresses to which nothing is sent: because somebody asked for it, or because nobody is there.

Of one kind (`scope`: "alerts", "event:4f7k…", "list:9x2m…", "contacts") or, with "", nothing at all but what a person has
just asked for. An address is one address however it is capitalised.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from pressroom import audit
from pressroom.access import STAFF_ROLES, Actor
from pressroom.database import db
from pressroom.delivery.models import Message, Reason, Suppression
from pressroom.delivery.strangers import stand_in

WISHES = frozenset({Reason.UNSUBSCRIBED, Reason.ASKED})  # a person's; the others are what mail servers say
LASTING = ("", "contacts")  # scopes of wishes that outlive the person's data, or else a list brings them back
CHUNK = 500  # addresses asked about at once


def add(
    recipient: str,
    scope: str,
    reason: Reason,
    *,
    note: str = "",
    by: Actor | None = None,
    at: datetime,
) -> Suppression:
    """Send nothing of this kind to this address from now on. Done again it changes nothing, but that a person's wish
    takes the place of what a mail server said. The journal keeps what the press office (`by`) adds."""
    found = _find(recipient, scope)
    if found is None:
        found = _insert(recipient, scope, reason, note, by, at)
    elif reason in WISHES and found.reason not in WISHES:
        found.reason, found.note, found.actor, found.at = reason, note[:500], _name(by), at
    else:
        return found
    if by and by.role in STAFF_ROLES:
        audit.record("suppression.add", subject(found), by=by, at=at)
    return found


def lift(suppression: Suppression, *, by: Actor, at: datetime) -> None:
    """Let this address be written to again; the journal keeps who did that."""
    audit.record("suppression.lift", subject(suppression), by=by, at=at)
    db.session.delete(suppression)


def subject(suppression: Suppression) -> str:
    """What the journal calls it: nothing that tells whose address it is."""
    return f"suppression:{suppression.id}"


def listed(search: str = "") -> Select[tuple[Suppression]]:
    """All of them, newest first; only those of addresses that contain `search`."""
    rows = select(Suppression).order_by(Suppression.at.desc(), Suppression.id)
    return rows.where(Suppression.recipient.icontains(search, autoescape=True)) if search else rows


def stops(message: Message) -> Suppression | None:
    """What forbids to send this message, None when nothing does."""
    if message.scope is None:
        return None
    return db.session.scalar(_asked([message.recipient.lower()], message.scope).limit(1))


def of(recipients: Iterable[str], scope: str) -> set[str]:
    """Which of these addresses, in lower case, get no mail of this kind."""
    return set(reasons(recipients, scope))


def reasons(recipients: Iterable[str], scope: str) -> dict[str, Reason]:
    """Why each of those gets none, by its address in lower case; a person's wish is named before anything else."""
    addresses = sorted({recipient.lower() for recipient in recipients})
    found: dict[str, Reason] = {}
    for first in range(0, len(addresses), CHUNK):
        asked = addresses[first : first + CHUNK]
        sealed = {stand_in(address): address for address in asked}
        for one in db.session.scalars(_asked(asked, scope)):
            address = sealed.get(one.recipient, one.recipient)
            if found.get(address) not in WISHES:
                found[address] = one.reason
    return found


def known_as(recipient: str) -> tuple[str, str]:
    """What the rows about an address may call it: itself, or what stands for it once its person was erased."""
    return recipient.lower(), stand_in(recipient)


def seal(recipient: str) -> None:
    """The person is being erased: what they wished stays, under a code that only this address leads to again; what mail
    servers said of the address goes, and what concerned one event or the alerts."""
    of_address = db.session.scalars(select(Suppression).filter_by(recipient=recipient.lower())).all()
    for one in of_address:
        code = stand_in(recipient)
        lasting = one.reason in WISHES and one.scope in LASTING
        if lasting and not db.session.scalar(
            select(Suppression.id).filter_by(recipient=code, scope=one.scope)
        ):
            one.recipient, one.note, one.actor = code, "", ""
        else:
            db.session.delete(one)
    db.session.flush()


def _asked(addresses: list[str], scope: str) -> Select[tuple[Suppression]]:
    """What holds for these addresses, that which concerns all mail first."""
    return (
        select(Suppression)
        .where(
            Suppression.recipient.in_([name for address in addresses for name in known_as(address)]),
            Suppression.scope.in_({"", scope}),
        )
        .order_by(Suppression.scope)
    )


def _find(recipient: str, scope: str) -> Suppression | None:
    named = Suppression.recipient.in_(known_as(recipient))
    return db.session.scalar(select(Suppression).where(named, Suppression.scope == scope).limit(1))


def _insert(
    recipient: str, scope: str, reason: Reason, note: str, by: Actor | None, at: datetime
) -> Suppression:
    """Add the row, or take the one that somebody else added at this same moment."""
    new = Suppression(
        recipient=recipient.lower(), scope=scope, reason=reason, note=note[:500], actor=_name(by), at=at
    )
    try:
        with db.session.begin_nested():
            db.session.add(new)
    except IntegrityError:
        found = _find(recipient, scope)
        if found is None:
            raise
        return found
    return new


def _name(by: Actor | None) -> str:
    return by.name if by and by.role in STAFF_ROLES else ""
