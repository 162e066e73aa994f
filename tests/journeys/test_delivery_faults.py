"""The mail under fire: postmen that are killed or stopped, servers that answer badly or not at all, a database away."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import closing
from datetime import timedelta
from functools import partial
from statistics import quantiles
from threading import Event, Timer

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from pressroom import audit, clock, database
from pressroom.access import SYSTEM
from pressroom.database import db, writing
from pressroom.delivery import outgoing, postman
from pressroom.delivery.models import Doubt, Message, MessageEvent, State, Suppression
from tests import builders
from tests.journeys.conftest import ROOT, Office
from tests.smtp import SILENCE, Scripted, Smtp

S = State


class Hooked(Smtp):
    """A server that calls `on(command, recipient)` when it has understood RCPT ("rcpt"), before it takes a whole message
    ("content"), and after ("taken"), each before it answers."""

    def __init__(self, **options):
        super().__init__(**options)
        self.on = lambda _command, _recipient: None
        self.over = set()  # the connections that messages came over

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.on("rcpt", address)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):
        self.on("content", envelope.rcpt_tos[0])
        answer = await super().handle_DATA(server, session, envelope)
        self.over.add(session.peer)
        self.on("taken", envelope.rcpt_tos[0])
        return answer


@pytest.fixture
def server():
    with Hooked() as server:
        yield server


@pytest.fixture(scope="module")
def nursery(database_kind, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nursery")
    database = database_kind.create(folder, like=database_kind.migrated)
    with Smtp() as first:
        command = [sys.executable, "-m", "tests.journeys.nursery", str(folder), database, first.url]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as mother:
            assert mother.stdout.readline() == "ready\n"
            yield mother
            mother.stdin.close()
    database_kind.drop(database)


@pytest.fixture
def bear(app, server, nursery):
    """Starts a postman between this test's database and its server; returns his process id."""
    database = db.engine.url.render_as_string(hide_password=False)

    def bear():
        print(database, server.url, file=nursery.stdin, flush=True)
        return int(nursery.stdout.readline())

    return bear


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def until(condition, seconds=20):
    pause, deadline = Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "in vain"
        pause.wait(0.002)


def states():
    """Where each message stands, by recipient."""
    db.session.rollback()
    return dict(db.session.execute(db.select(Message.recipient, Message.state)).all())


def arrived(server):
    return Counter(received.recipient for received in server.messages)


def steps(state):
    """How often any message has come to this state."""
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count(MessageEvent.id)).filter_by(state=state))


@pytest.mark.parametrize(
    ("doubt", "count", "kills"), [(Doubt.RESEND, 500, 100), (Doubt.HOLD, 200, 40)], ids=["resend", "hold"]
)
def test_killing_the_postman_loses_nothing_and_repeats_at_most_one_message_each_time(
    server, bear, doubt, count, kills
):
    """Killed at chance moments: before the content, while it comes, when it has been taken and nobody knows yet, and while
    that is recorded."""
    chance = random.Random(5)
    victim, moments, done = [], iter(chance.choices(["rcpt", "content", "taken", "then"], k=kills)), []
    wait = [chance.randint(0, 4), next(moments)]

    def on(command, _recipient):
        if victim and {"then": "taken"}.get(wait[1], wait[1]) == command:
            wait[0] -= 1
            if wait[0] < 0:
                kill = partial(os.kill, victim.pop(), signal.SIGKILL)
                Timer(chance.random() / 200, kill).start() if wait[1] == "then" else kill()
                done.append(command)
                wait[:] = chance.randint(0, 4), next(moments, None)

    server.on = on
    recipients = builders.many_messages(count, doubt=doubt)
    db.session.remove()
    db.engine.dispose()  # nobody else has the database open: each kill leaves a log to recover from
    while len(done) < kills:
        pid = bear()
        victim[:] = [pid]
        until(lambda pid=pid: is_gone(pid))
        assert not victim or len(done) == kills, "it ended by itself before it was killed"
    last = bear()
    until(lambda: is_gone(last))

    copies, fates = arrived(server), states()
    repeated = sum(copies.values()) - len(copies)
    held = {recipient for recipient, state in fates.items() if state is S.IN_DOUBT}
    assert set(copies) | held == set(recipients)
    assert {recipient for recipient, state in fates.items() if state is S.ACCEPTED} == set(recipients) - held
    if doubt is Doubt.HOLD:
        assert repeated == 0
        assert 0 < len(held) <= kills
    else:
        assert held == set()
        assert repeated <= kills
        assert steps(S.IN_DOUBT) <= kills
    assert len({received.message["Message-ID"] for received in server.messages}) == len(copies)


@pytest.mark.parametrize("asleep_at", ["rcpt", "taken"])
def test_a_postman_who_slept_past_his_lease_sends_nothing_twice(server, bear, asleep_at):
    """Stopped (as a virtual machine is) with a batch in hand; another takes it over once the lease is past."""
    sleeper, asleep = [], Event()

    def on(command, _recipient):
        if command == asleep_at and sleeper:
            os.kill(sleeper.pop(), signal.SIGSTOP)
            asleep.set()

    server.on = on
    recipients = builders.many_messages(10, doubt=Doubt.HOLD)
    db.session.remove()
    first = bear()
    sleeper.append(first)
    assert asleep.wait(20)
    with writing():
        past = clock.now() - timedelta(seconds=1)
        db.session.execute(update(Message).where(Message.state == S.SENDING).values(lease_until=past))
        db.session.commit()
    second = bear()
    until(lambda: is_gone(second))
    os.kill(first, signal.SIGCONT)
    until(lambda: is_gone(first))

    assert arrived(server) == Counter(recipients)
    expected = {S.ACCEPTED: 10} if asleep_at == "rcpt" else {S.ACCEPTED: 9, S.IN_DOUBT: 1}
    assert Counter(states().values()) == expected


def test_two_postmen_at_once_bring_everybody_one_message(server, bear):
    begun, both = Event(), Event()

    def on(_command, _recipient):  # the first has a message in hand, and the second is there
        begun.set()
        assert both.wait(20)

    server.on = on
    recipients = builders.many_messages(300, doubt=Doubt.HOLD)
    db.session.remove()
    postmen = [bear()]
    assert begun.wait(20)
    postmen.append(bear())
    both.set()
    until(lambda: all(map(is_gone, postmen)))

    assert arrived(server) == Counter(recipients)
    assert Counter(states().values()) == {S.ACCEPTED: 300}
    assert len(server.over) == 2


class Moody(Hooked):
    """A server with a mood for each recipient: see MOODS. What it says once it says only at the first try."""

    def __init__(self):
        super().__init__()
        self.moods, self.seen = {}, Counter()

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.seen[address] += 1
        mood = self.moods[address]
        if mood in ONCE and self.seen[address] == 1 or mood in NEVER:
            if mood == "drop":
                server.transport.abort()
            if mood == "silence":
                await self.silence(server)
            return mood
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):
        [address] = envelope.rcpt_tos
        if self.moods[address] == "drop at the dot" and self.seen[address] == 1:
            server.transport.abort()
            return "250 never heard"
        return await super().handle_DATA(server, session, envelope)

    @staticmethod
    async def silence(server):
        while not server.transport.is_closing():
            await asyncio.sleep(0.05)


ONCE = (
    "450 4.2.0 greylisted",
    "451 4.3.0 busy",
    "421 4.7.0 too many",
    "552 5.2.2 mailbox full",
    "drop",
    "silence",
)
NEVER = ("550 5.1.1 no such user", "550 5.7.1 not wanted", "554 5.0.0 no")


@pytest.mark.only_sqlite
def test_of_three_hundred_exactly_those_who_can_be_reached_get_it_once(app, monkeypatch):
    with Moody() as server:
        builders.pointing_at(app, server.url, command=0.3)
        recipients = builders.many_messages(300)
        moods = (*["kind"] * 12, *ONCE[:4] * 2, *NEVER, "drop", "silence", "drop at the dot", *["kind"] * 4)
        server.moods = {address: moods[number % len(moods)] for number, address in enumerate(recipients)}
        ahead = timedelta(0)
        monkeypatch.setattr(clock, "now", lambda now=clock.now: now() + ahead)

        while S.QUEUED in states().values():
            with writing():
                postman.deliver(app.extensions["mailer"])
            ahead += timedelta(minutes=20)
            assert ahead < timedelta(hours=5)

    reachable = {address for address in recipients if server.moods[address] not in NEVER}
    assert arrived(server) == Counter(reachable)
    assert states() == {address: S.ACCEPTED if address in reachable else S.REFUSED for address in recipients}
    unknown = {address for address, mood in server.moods.items() if mood.startswith("550 5.1.1")}
    assert {one.recipient for one in db.session.scalars(db.select(Suppression))} == unknown
    assert outgoing.state(clock.now()).failures == 0


@pytest.mark.only_sqlite
def test_while_the_mail_server_is_silent_the_pages_are_not_slower(its_own, tmp_path):
    its_own()
    recipients = builders.many_messages(50)
    with Scripted(GREETING=[SILENCE] * 50) as silent:
        office, taken = Office(tmp_path, silent), []
        with office.serving():
            silent.wait_for("GREETING")
            for _ in range(40):
                began = time.perf_counter()
                urllib.request.urlopen(f"{office.url}/fr/", timeout=10).close()
                taken.append(time.perf_counter() - began)
    fates = states()

    assert quantiles(taken, n=20)[-1] < 1
    assert set(fates) == set(recipients)
    assert set(fates.values()) <= {S.QUEUED, S.SENDING}


@pytest.mark.only_sqlite
def test_when_the_database_is_away_mail_stops_and_goes_on_where_it_was(app, server, tmp_path, monkeypatch):
    """Locked by somebody else when a message has just been taken: what the server said is remembered until it can be
    recorded, and nothing is sent twice."""
    impatient = [each.replace("=5000", "=50") for each in database.PRAGMAS]
    monkeypatch.setattr(database, "PRAGMAS", impatient)
    db.engine.dispose()
    builders.pointing_at(app, server.url)
    recipients = builders.many_messages(30, doubt=Doubt.HOLD)
    db.session.remove()
    intruder = sqlite3.connect(tmp_path / "pressroom.db", isolation_level=None, check_same_thread=False)

    def on(command, _recipient):
        if command == "taken" and len(server.messages) == 7:
            intruder.execute("BEGIN IMMEDIATE")

    server.on = on
    with writing(), pytest.raises(OperationalError, match="locked"):
        postman.deliver(app.extensions["mailer"])
    db.session.rollback()
    assert len(server.messages) == 7
    intruder.execute("ROLLBACK")
    intruder.close()

    with writing():
        assert postman.deliver(app.extensions["mailer"]) == 23

    assert arrived(server) == Counter(recipients)
    assert set(states().values()) == {S.ACCEPTED}
    assert steps(S.IN_DOUBT) == 0


@pytest.mark.only_sqlite
def test_a_database_that_was_put_back_holds_all_mail_until_somebody_lets_it_go(
    app, server, tmp_path, monkeypatch
):
    """What left since the backup still waits in it, and would leave a second time. The backup is some days old."""
    builders.pointing_at(app, server.url)
    builders.many_messages(3)
    copy_of_database(tmp_path / "pressroom.db", tmp_path / "backup.db")
    with writing():
        assert postman.deliver(app.extensions["mailer"]) == 3
        audit.record("mail.try", "mail:outgoing", by=SYSTEM, at=clock.now())
        db.session.commit()
        audit.keep_head(clock.now())
    db.session.remove()
    db.engine.dispose()
    copy_of_database(tmp_path / "backup.db", tmp_path / "pressroom.db")
    monkeypatch.setattr(clock, "now", lambda now=clock.now: now() + timedelta(days=3))

    with writing():
        assert [postman.deliver(app.extensions["mailer"]) for _ in range(2)] == [0, 0]
        row = outgoing.state(clock.now())
        assert (row.held_at is not None, row.held_why) == (True, outgoing.RESTORED)
        outgoing.release(SYSTEM, clock.now())
        db.session.commit()
        assert postman.deliver(app.extensions["mailer"]) == 3
    assert len(server.messages) == 6


def copy_of_database(source, target):
    """As `sqlite3 source ".backup target"` does."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
