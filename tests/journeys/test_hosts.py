"""Several hosts that share one PostgreSQL and one Redis: each a process with a data folder of its own, each worker in a
place of its own, where nobody sees the processes of the others."""

import asyncio
import contextlib
import http.cookiejar
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections import Counter
from datetime import timedelta
from threading import Event

import pytest
from flask_migrate import upgrade
from sqlalchemy import update

from pressroom import clock, engine
from pressroom.access import SYSTEM, Role
from pressroom.accreditation.models import Application
from pressroom.contacts import workflow as contacts
from pressroom.contacts.workflow import Facts
from pressroom.database import db, new_id, writing
from pressroom.delivery.models import Dispatch, Message, State
from pressroom.dispatches import workflow as dispatches
from pressroom.staff import workflow as staff
from tests import builders, servers
from tests.conftest import make_app
from tests.journeys.conftest import PASSWORD, ROOT, Office
from tests.journeys.test_delivery_faults import arrived
from tests.smtp import Smtp

ELSEWHERE = ["unshare", "--pid", "--fork", "--kill-child"]  # like another host: other numbers of processes
if subprocess.run([*ELSEWHERE, "true"], capture_output=True).returncode:
    ELSEWHERE = []  # only root may: there the dead are found by their number, ahead of their lease
LONG = 90  # seconds: several programs start, on a machine that may have other things to do
A_CLOCK_OF = "from pressroom import cli, engine; engine.MINUTE = {}; cli.main()"


def until(condition, seconds=20):
    """The others need the processor: nobody asks more often than ten times a second."""
    pause, deadline = Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "in vain"
        pause.wait(0.1)


class Slow(Smtp):
    """A server that takes a moment for each message, and knows how many came over each connection."""

    def __init__(self):
        super().__init__()
        self.over = Counter()
        self.on = lambda: None

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0.02)
        answer = await super().handle_DATA(server, session, envelope)
        self.over[session.peer] += 1
        self.on()
        return answer


class Host(Office):
    def __init__(self, folder, smtp, shared):
        folder.mkdir()
        super().__init__(folder, smtp)
        self.environment |= shared

    @contextlib.contextmanager
    def web(self):
        """A function that waits until it answers."""
        command = [sys.executable, "-m", "pressroom.cli", "serve", "--port", str(self.port)]
        with subprocess.Popen(command, cwd=ROOT, env=self.environment) as server:
            try:
                yield lambda: self._wait_until_it_answers(server)
            finally:
                server.terminate()
                server.wait(timeout=30)

    @contextlib.contextmanager
    def worker(self, *, minute=60, **other):
        command = [*ELSEWHERE, sys.executable, "-c", A_CLOCK_OF.format(minute), "worker"]
        with subprocess.Popen(command, cwd=ROOT, env={**self.environment, **other}) as process:
            try:
                yield process
            finally:
                process.kill()
                process.wait(timeout=30)


class Reader:
    """A browser: it keeps its cookies, which are the same for every port of one address, and sends forms back."""

    def __init__(self):
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, url):
        """Where it led to, the status and the page."""
        return self._open(url)

    def post(self, url, form_at=None, **values):
        """Fill in the form at this address (or at `form_at`), with what is hidden in it, and send it."""
        page = self.get(form_at or url)[2]
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)[1]
        draft = dict(re.findall(r'name="(draft)"[^>]* value="([^"]+)"', page))
        fields = {"csrf_token": token, **draft, **values}
        return self._open(url, urllib.parse.urlencode(fields, doseq=True).encode())

    def _open(self, url, data=None):
        try:
            with self._opener.open(url, data, timeout=15) as answer:
                return answer.url, answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.url, refused.code, refused.read().decode()


class Hosts:
    """Both of them, with what they share."""

    def __init__(self, folder, postgres, redis, smtp):
        self.postgres, self.redis, self.smtp = postgres, redis, smtp
        shared = {
            "PRESSROOM_DATABASE_URL": postgres.create("hosts"), "PRESSROOM_QUEUE_URL": redis.url,
            "PRESSROOM_SECRET_KEY": "k" * 40, "PRESSROOM_SENDING_LIMIT": "3 per hour",
        }  # fmt: skip
        self.a, self.b = (Host(folder / name, smtp, shared) for name in ("a", "b"))
        self.b.environment["PRESSROOM_BASE_URL"] = self.a.url
        self.app = make_app(
            folder, DATABASE_URL=shared["PRESSROOM_DATABASE_URL"], QUEUE_URL=redis.url, LIMITS_URL="memory://",
            BASE_URL=self.a.url, MAIL_URL=smtp.url, MAIL_FROM="Press <press@office.example>",
        )  # fmt: skip

    def ask(self, event, host):
        """Apply for this event on a host, as a new reader: where it led to, the status and the page."""
        reader, address = Reader(), host.url + builders.form_address(event)
        reader.post(address, **{**builders.TYPED, "email": f"{new_id()}@telegraphe.example"})
        return reader, reader.post(address + "/check")


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    with servers.postgres() as postgres, servers.redis_server() as redis, Slow() as smtp:
        hosts = Hosts(tmp_path_factory.mktemp("hosts"), postgres, redis, smtp)
        with hosts.a.web() as one, hosts.b.web() as other, hosts.app.app_context():
            upgrade()
            staff.add(email="zoe@office.example", name="Zoé Martin", role=Role.ADMIN, language="en", password=PASSWORD,
                      at=clock.now(), by=SYSTEM)  # fmt: skip
            db.session.commit()
            one(), other()
            yield hosts
            db.session.remove()
            db.engine.dispose()


def test_what_is_done_on_one_host_holds_on_the_other(hosts):
    a, b, event = hosts.a, hosts.b, builders.an_event()
    db.session.rollback()

    # What one has answered before, it does not answer any more once it was changed on the other.
    someone, zoe = Reader(), Reader()
    assert "Press office of the Pines" not in someone.get(f"{b.url}/en/")[2]
    zoe.post(f"{a.url}/desk/sign-in", email="zoe@office.example", password=PASSWORD)
    assert "Press office of the Pines" not in someone.get(f"{b.url}/en/")[2]
    zoe.post(f"{a.url}/desk/settings/", name_fr="Le bureau des Pins", name_en="Press office of the Pines")
    until(lambda: "Press office of the Pines" in someone.get(f"{b.url}/en/")[2], seconds=5)

    # A form on one, its page on the other; the limit counts both.
    for host, other in ((a, b), (b, a), (a, b)):
        reader, (page, status, _) = hosts.ask(event, host)
        assert (status, "/applications/" in page) == (200, True)
        assert reader.get(page.replace(host.url, other.url))[1] == 200
    assert [hosts.ask(event, host)[1][1] for host in (a, b)] == [429, 429]
    db.session.rollback()
    assert db.session.scalar(db.select(db.func.count(Application.id))) == 3

    # Signed in is signed in everywhere, signed out as well: also whoever still has the cookie.
    assert zoe.get(f"{b.url}/desk/settings/")[0] == f"{b.url}/desk/settings/"
    with_cookie = Reader()
    for cookie in zoe.cookies:
        with_cookie.cookies.set_cookie(cookie)
    assert with_cookie.get(f"{a.url}/desk/settings/")[0] == f"{a.url}/desk/settings/"
    zoe.post(f"{a.url}/desk/sign-out", form_at=f"{a.url}/desk/settings/")
    assert with_cookie.get(f"{b.url}/desk/settings/")[0].startswith(f"{b.url}/desk/sign-in")
    assert "failed" not in hosts.b.run("check")


def fates():
    db.session.rollback()
    rows = db.session.execute(
        db.select(Message.state, Message.lease_owner).where(Message.dispatch_id.is_not(None))
    )
    return rows.all()


def test_two_workers_share_a_mailing_and_one_takes_over_from_the_other_within_its_lease(hosts):
    """One of them is killed while both are at it. What it had in hand is nobody's until its lease is over."""
    with writing():
        people = [
            contacts.create(
                Facts(name=f"Noémie {number}", email=f"{number}@telegraphe.example", language="fr", topics=()),
                source="card left at our stand", by=SYSTEM, at=clock.now(),
            ) for number in range(200)
        ]  # fmt: skip
        db.session.add_all(people)
        listed = builders.a_list("All", *people)
        dispatch = builders.a_dispatch(to=[{"who": "list", "list": listed.id}])
        dispatch_id, recipients = dispatch.id, {one.email for one in people}
        db.session.rollback()  # or nobody else could write

    with hosts.a.worker() as one, hosts.b.worker():

        def on():
            if len([count for count in hosts.smtp.over.values() if count >= 5]) == 2:
                hosts.smtp.on = lambda: None
                one.kill()

        until(lambda: engine.waiting(hosts.app) == ("Redis", 0), LONG)
        hosts.smtp.over.clear()
        hosts.smtp.on = on
        with writing():
            dispatches.act(db.session.get(Dispatch, dispatch_id), "send", by=SYSTEM, at=clock.now())
            db.session.commit()

        def only_its_own_are_left():
            rows = fates()
            left = Counter(state for state, _ in rows)
            owners = {owner for state, owner in rows if state is State.SENDING}
            return len(rows) == 200 and one.poll() and not left[State.QUEUED] and len(owners) <= 1

        until(only_its_own_are_left, LONG)
        assert len(hosts.smtp.over) == 2
        in_hand = Counter(state for state, _ in fates())[State.SENDING]
        assert in_hand <= 40
        assert in_hand or not ELSEWHERE

        with writing():
            past = clock.now() - timedelta(seconds=1)
            db.session.execute(update(Message).where(Message.state == State.SENDING).values(lease_until=past))
            db.session.commit()
        engine.wake(hosts.app, clock.now())
        until(lambda: {state for state, _ in fates()} <= {State.ACCEPTED, State.IN_DOUBT})

    got, states = arrived(hosts.smtp), Counter(state for state, _ in fates())
    assert {got[address] for address in recipients} <= {0, 1}
    assert states[State.ACCEPTED] + states[State.IN_DOUBT] == 200
    assert sum(got[address] for address in recipients) >= states[State.ACCEPTED]
    assert states[State.IN_DOUBT] <= 1  # it rests until a person says: nobody gets two


def sent(hosts, address):
    return [one for one in hosts.smtp.messages if one.recipient == address]


def test_without_redis_it_goes_on_slower_and_comes_back_by_itself(hosts):
    event = builders.an_event()
    with hosts.a.worker(minute=2), hosts.b.worker(minute=2):
        until(lambda: engine.waiting(hosts.app) == ("Redis", 0), LONG)
        hosts.redis.end()
        try:
            # The limit is counted by each process alone, and for a new one from the beginning.
            for host in (hosts.a, hosts.b):
                reader, (page, status, _) = hosts.ask(event, host)
                assert (status, "/applications/" in page) == (200, True)
            db.session.rollback()
            asked = db.session.scalars(db.select(Application).filter_by(event_id=event.id)).all()
            assert len(asked) == 2
            until(lambda: all(sent(hosts, one.email) for one in asked), LONG)
        finally:
            hosts.redis.start()

        until(lambda: engine.waiting(hosts.app) == ("Redis", 0))
        engine.wake(hosts.app, clock.now())
        until(lambda: engine.waiting(hosts.app) == ("Redis", 0))
        # What was counted before is known again.
        until(lambda: hosts.ask(event, hosts.a)[1][1] == 429)


def test_with_postgresql_alone_the_workers_are_woken_too_and_outlive_its_restart(hosts):
    without_redis = {"PRESSROOM_QUEUE_URL": ""}
    alone = make_app(hosts.app.config["DATA_DIR"], DATABASE_URL=hosts.a.environment["PRESSROOM_DATABASE_URL"])
    with hosts.a.worker(**without_redis), hosts.b.worker(minute=2, **without_redis):
        for restarted in (False, True):
            if restarted:
                db.session.remove()
                hosts.postgres.end(signal.SIGINT)
                hosts.postgres.start()
                db.engine.dispose()
            with writing():
                recipients = builders.many_messages(20)
            engine.wake(alone, clock.now())
            until(lambda recipients=recipients: all(sent(hosts, one) for one in recipients), LONG)
        until(lambda: engine.waiting(alone) == ("Postgres", 0))
