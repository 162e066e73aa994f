"""Takes messages from the table to the mail server, so that killing it at any moment loses none.

Messages are claimed a few at a time in one short transaction, under a lease; no transaction is open while the server is
waited for. Just before a message's content may leave, a second one asks whether it still may, notes its phase DATA, and
records what became of the message before it: one commit a message. An interrupted message that had not come so far is
sent again without risk. One that had come so far may have left: it is in doubt, and its own policy says what then.

On SQLite nobody waits for the disk at this second one (`database.light`): it outlives the process, but not a machine that
loses its power. The claim does; so whatever was claimed before the machine was started anew is in doubt, all of it.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from functools import partial
from time import monotonic
from typing import NamedTuple

from flask import Flask, current_app
from sqlalchemy import Connection as Database

from pressroom import clock, database, storage
from pressroom.database import db
from pressroom.delivery import carriers, claims, fates, letters, outbox, outgoing
from pressroom.delivery.answers import Kind, Outcome, Stage, one_line
from pressroom.delivery.fates import Streaks
from pressroom.delivery.letters import Letter
from pressroom.delivery.models import Message, State
from pressroom.delivery.transport import Connection, Mail

log = logging.getLogger(__name__)
# Seconds: what a quick server has taken is recorded with the next message's step, some milliseconds later; to wait for a
# slower one would cost more duplicates, when the worker is killed, than the commit costs time.
QUICK = 0.02


class Carried(NamedTuple):
    """A claimed message with what is handed over of it, or with why nothing is."""

    message: Message
    letter: Letter | None
    unfit: Outcome | None = None


class Known(NamedTuple):
    """What became of a message, as far as only this process knows."""

    message: Message
    owner: str
    outcome: Outcome


def deliver(mail: Mail) -> int:
    """Send all that is due now; returns how many messages the server accepted.

    Stops when all mail stands still, at trouble that is the server's and not a recipient's, and when the worker ends.
    """
    with mail.connect() as connection:
        return Round(connection).run()


def keep(now: datetime) -> None:
    """What the postman does in test mode: nothing leaves."""
    claims.take_over(now)
    while ready := claims.ready_to_leave(now):
        for message in ready:
            claims.move(message.id, State.KEPT)
        claims.note(ready, State.KEPT, now)
    db.session.commit()


class Round:
    """What one connection carries: batch after batch, and of the last message what is known and not recorded yet."""

    owner: str
    ledger: Database  # for what happens with every message: past the session, which would take longer than the server

    def __init__(self, connection: Connection):
        self.connection, self.streaks, self.accepted = connection, Streaks(), 0
        self._ailing = False  # the server was in trouble when we began
        self._unrecorded: list[Known] = []

    def run(self) -> int:
        with carriers.carrying() as self.owner, database.light() as self.ledger:
            try:
                self._begin(clock.now())
                while batch := self._claim(clock.now()):
                    if not self._carry_all(deque(batch)):
                        break
                if self.streaks.refused_sender and not self.accepted:  # fewer messages than make a streak
                    self._pause(self.streaks.refused_sender, clock.now())
            finally:
                _left_over(current_app).extend(self._unrecorded)
                db.session.rollback()
        return self.accepted

    def _begin(self, now: datetime) -> None:
        known = _left_over(current_app)
        while known:
            self._unrecorded.append(known.pop())
        self._record(now)
        outgoing.hold_if_restored(now)
        if outgoing.stands_still(now):
            outbox.keep_waiting(now)
        claims.take_over(now)
        self._ailing = outgoing.state(now).failures > 0
        self._commit()

    def _claim(self, now: datetime) -> list[Message]:
        self._record(now)
        batch = [] if outgoing.stands_still(now) else claims.claim(self.owner, now)
        self._commit()
        return batch

    def _carry_all(self, waiting: deque[Message]) -> bool:
        """Carry a batch, and tell whether to go on; what was not begun then is free again."""
        ready: list[Carried] = []

        def prepare() -> None:
            if waiting and not ready:
                ready.append(_write(waiting.popleft()))

        going_on = True
        while going_on and (ready or waiting):
            prepare()
            going_on = self._carry(ready.pop(), prepare) and not _is_ending()
        if not going_on:
            now = clock.now()
            self._record(now)
            claims.put_back([*(one.message for one in ready), *waiting], self.owner, now)
            self._commit()
        return going_on

    def _carry(self, carried: Carried, meanwhile: Callable[[], None]) -> bool:
        """Carry one message, and tell whether mail may go on."""
        message, letter, began = carried.message, carried.letter, monotonic()
        if letter is None:
            outcome = carried.unfit
        else:
            outcome = self.connection.deliver(
                letter.raw, sender=letter.sender, recipient=letter.recipient, envid=letter.envid,
                before_data=partial(self._leave, message), meanwhile=meanwhile,
            )  # fmt: skip
        log.info(
            "mail id=%s outcome=%s stage=%s code=%s", message.id, outcome.kind, outcome.stage, outcome.code
        )
        if outcome.kind is Kind.LEASE_LOST:
            return not self._stands_still()
        self._unrecorded.append(Known(message, self.owner, outcome))
        trips = self.streaks.trips(outcome)
        accepted = outcome.kind is Kind.ACCEPTED
        self.accepted += accepted
        if not accepted or self._ailing or monotonic() - began > QUICK:
            now = clock.now()
            self._record(now)
            if trips:
                self._pause(outcome, now)
            self._commit()
        return not trips

    def _leave(self, message: Message) -> bool:
        """The transaction before the content leaves; all that is unrecorded here was accepted."""
        now = clock.now()
        with self.ledger.begin():
            for known in self._unrecorded:
                fates.settle(*known, now, on=self.ledger)
            leaves = claims.may_leave(message, self.owner, now, on=self.ledger)
        self._unrecorded.clear()
        if not leaves:
            claims.stop(message, self.owner, now)
            self._commit()
        return leaves

    def _record(self, now: datetime) -> None:
        for message, owner, outcome in self._unrecorded:
            fates.settle(message, owner, outcome, now)
            if self._ailing:
                fates.heal(outcome)
                self._ailing = outcome.kind is not Kind.ACCEPTED

    def _commit(self) -> None:
        db.session.commit()
        self._unrecorded.clear()

    def _pause(self, outcome: Outcome, now: datetime) -> None:
        until = outgoing.trip(outcome, now)
        self.streaks = Streaks()
        self._commit()
        log.warning("mail paused until=%s stage=%s code=%s", until.isoformat(), outcome.stage, outcome.code)

    def _stands_still(self) -> bool:
        stands_still = outgoing.stands_still(clock.now())
        db.session.rollback()
        return stands_still


def _write(message: Message) -> Carried:
    """Write the letter; what was read for it is read in a transaction that ends here. Its files may lie far away: nobody
    who writes waits for them."""
    database.will_write(False)
    try:
        return Carried(message, letters.write(message))
    except (ValueError, storage.Missing) as unfit:  # this one stops, the others go on
        return Carried(message, None, Outcome(Kind.PERMANENT, Stage.MAIL, None, str(unfit)))
    except storage.Unreachable as later:  # its files: the server that takes mail has no part in it
        return Carried(message, None, Outcome(Kind.TRANSIENT, Stage.MAIL, None, one_line(str(later))))
    finally:
        db.session.rollback()
        database.will_write(True)


def _left_over(app: Flask) -> list[Known]:
    """What this process knows and could not record, because the database was away; it stays known here until it can."""
    return app.extensions.setdefault("unrecorded_mail", [])


def _is_ending() -> bool:
    """Whether the worker has been asked to stop: the message in hand was the last one."""
    stopping = current_app.extensions.get("stopping")
    return stopping is not None and stopping.is_set()
