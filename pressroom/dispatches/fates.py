"""What became of the messages of a dispatch: counted from their rows, told in a sentence each, grouped by why they failed.

A message that was written again stands for the one that it replaces: each person counts once.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.numbers import format_percent
from babel.support import LazyProxy
from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column
from sqlalchemy.orm import aliased

from pressroom import dates
from pressroom.database import db
from pressroom.delivery import sentences
from pressroom.delivery.models import Message, Phase, State
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.i18n import locale

NOBODY = re.compile(r"unknown|no such|not exist|not found|invalid recipient|inconnu", re.IGNORECASE)


class Fate(StrEnum):
    ACCEPTED = "accepted"
    WAITING = "waiting"
    DELAYED = "delayed"  # its server has asked to wait
    FAILED = "failed"
    STOPPED = "stopped"
    KEPT = "kept"


FAILED = (State.REFUSED, State.BOUNCED, State.EXPIRED, State.IN_DOUBT, State.SUPPRESSED)
_tried = and_(Message.state == State.QUEUED, Message.attempts > 0)
IS: dict[Fate, ColumnElement[bool]] = {
    Fate.ACCEPTED: Message.state == State.ACCEPTED,
    Fate.WAITING: Message.state.in_((State.HELD, State.QUEUED, State.SENDING)) & ~_tried,
    Fate.DELAYED: _tried,
    Fate.FAILED: Message.state.in_(FAILED),
    Fate.STOPPED: Message.state == State.CANCELLED,
    Fate.KEPT: Message.state == State.KEPT,
}
UNDER_WAY = (Fate.WAITING, Fate.DELAYED)


class Counts(NamedTuple):
    """How many messages there are of each fate, and how many the server may have by now without having said so."""

    by_fate: dict[Fate, int]
    leaving: int

    @property
    def total(self) -> int:
        return sum(self.by_fate.values())

    @property
    def settled(self) -> int:
        """Those of which nothing more is to come by itself."""
        return self.total - sum(self.by_fate[fate] for fate in UNDER_WAY)


class Cause(NamedTuple):
    """Why messages failed: a heading, what to do about it, and whether sending them again may help as it is."""

    key: str
    title: LazyProxy
    advice: LazyProxy
    helps: bool


CAUSES = {
    cause.key: cause
    for cause in (
        Cause("unknown", _l("The address does not exist"), _l("Ask for the right address, correct it and resend."), False),
        Cause("full", _l("The mailbox is full"), _l("Resend in a day or two, or telephone."), True),
        Cause("heavy", _l("The message is too heavy for this server"), _l("Send it again without attachments: the link leads to the files."), False),
        Cause("refused", _l("The server refuses our mail"), _l("Sending again seldom helps: give the answer of the server to whoever looks after your mail."), False),
        Cause("returned", _l("Accepted at first, then given back"), _l("Read what the server says; correct the address or resend."), True),
        Cause("late", _l("It could not be handed over in time"), _l("The server asked to wait, or did not answer, until it was too late. Resend if it still matters."), True),
        Cause("doubt", _l("It may have left, or not"), _l("The connection broke at the last moment. Ask the person, or send it again: they may then get it twice."), False),
        Cause("unwanted", _l("Not sent: the person wants no such mail, or cannot be reached"), _l("Nothing to do, unless they ask for it, or give another address."), False),
    )
}  # fmt: skip


def cause(state: State, code: int | None, reply: str | None) -> Cause:
    """Why a failed message did not arrive, from its state and the server's last answer."""
    simple = {State.IN_DOUBT: "doubt", State.SUPPRESSED: "unwanted", State.EXPIRED: "late"}.get(state)
    return CAUSES[simple or _from_answer(state, code, reply or "")]


def _from_answer(state: State, code: int | None, reply: str) -> str:
    found = sentences.STATUS.search(reply)
    subject, _dot, detail = found[0][2:].partition(".") if found else ("", "", "")
    if (
        subject == "1"
        and detail not in ("7", "8")
        or not found
        and code in (550, 551, 553)
        and NOBODY.search(reply)
    ):
        return "unknown"
    if (subject, detail) in (("2", "3"), ("3", "4")):
        return "heavy"
    if (subject, detail) == ("2", "2") or (not found and code == 552):
        return "full"
    return "returned" if state is State.BOUNCED else "refused"


# Asking ---------------------------------------------------------------------------------------------------


def current(dispatch_id: str) -> ColumnElement[bool]:
    """The messages of a dispatch that no later one replaces."""
    later = aliased(Message)
    return and_(Message.dispatch_id == dispatch_id, ~exists().where(later.replaces_id == Message.id))


def counts(dispatch_id: str) -> Counts:
    """How many there are of each fate."""
    leaving = db.select(func.count()).where(
        Message.state == State.SENDING, Message.phase == Phase.DATA, current(dispatch_id)
    )
    by_fate = counts_of([dispatch_id]).get(dispatch_id) or dict.fromkeys(IS, 0)
    return Counts(by_fate, db.session.scalar(leaving))


def counts_of(dispatch_ids: Iterable[str]) -> dict[str, dict[Fate, int]]:
    """The same of several dispatches; those without messages are missing. The few that were replaced are taken off in the
    end: to ask each message whether it was costs ten times as much."""
    ids, later = list(dispatch_ids), aliased(Message)
    counted = db.select(Message.dispatch_id, *(func.count().filter(condition) for condition in IS.values()))
    counted = counted.group_by(Message.dispatch_id)
    replaced = Message.id.in_(db.select(later.replaces_id).where(later.replaces_id > ""))
    of_them = (Message.dispatch_id + literal_column("''")).in_(
        ids
    )  # an expression: it begins with the replaced
    found = {row[0]: row[1:] for row in db.session.execute(counted.where(Message.dispatch_id.in_(ids)))}
    off = {row[0]: row[1:] for row in db.session.execute(counted.where(replaced, of_them))}
    return {
        one: {
            fate: there - gone for fate, there, gone in zip(IS, row, off.get(one, [0] * len(IS)), strict=True)
        }
        for one, row in found.items()
    }


def listed(dispatch_id: str, fate: Fate | None = None, search: str = "") -> Select[tuple[Message]]:
    """The current messages by address: of one fate, to an address that contains `search`."""
    messages = db.select(Message).where(current(dispatch_id)).order_by(Message.recipient, Message.id)
    if fate:
        messages = messages.where(IS[fate])
    if search:
        messages = messages.where(Message.recipient.icontains(search, autoescape=True))
    return messages


def failures(dispatch_id: str) -> list[tuple[Cause, list]]:
    """The failed messages by cause, in the order of CAUSES: rows of id, recipient, state, smtp_code, smtp_reply, scope."""
    columns = (
        Message.id,
        Message.recipient,
        Message.state,
        Message.smtp_code,
        Message.smtp_reply,
        Message.scope,
    )
    rows = db.session.execute(
        db.select(*columns)
        .where(current(dispatch_id), IS[Fate.FAILED])
        .order_by(Message.recipient, Message.id)
    )
    groups: dict[str, list] = {key: [] for key in CAUSES}
    for row in rows:
        groups[cause(row.state, row.smtp_code, row.smtp_reply).key].append(row)
    return [(CAUSES[key], rows) for key, rows in groups.items() if rows]


# Saying ---------------------------------------------------------------------------------------------------


def share(number: int, total: int) -> str:
    """« 92,7 % », “92.7%”."""
    pattern = locale().percent_formats[None].pattern.replace("#,##0", "#,##0.#")
    return format_percent(number / total, pattern, locale=locale())


def sentence(message: Message, now: datetime, zone: ZoneInfo) -> str:
    """What became of one message, for a person who reads no codes."""
    if message.state is State.HELD:
        moment = _soon(message.next_at, now, zone)
        return _("Not sent yet. It leaves at the earliest: %(moment)s.", moment=moment)
    if message.state is State.ACCEPTED and message.accepted_at:
        moment = dates.moment(message.accepted_at, zone, "short")
        return _("Accepted by the server on %(moment)s.", moment=moment)
    delayed = message.state is State.QUEUED and message.attempts
    if not delayed and message.state not in (State.REFUSED, State.BOUNCED):
        return str(sentences.STEPS[message.state])
    why = sentences.cause(message.smtp_stage or "", message.smtp_code, message.smtp_reply, message.recipient)
    following = _("Next attempt: %(time)s.", time=_soon(message.next_at, now, zone)) if delayed else ""
    return f"{why} {following}".strip()


def _soon(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The hour, with its day unless that is today."""
    same = moment.astimezone(zone).date() == now.astimezone(zone).date()
    return dates.hour(moment, zone) if same else dates.moment(moment, zone, "short")
