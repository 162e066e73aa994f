"""Real SMTP, real rows: what becomes of a message under every answer and every interruption."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from pressroom import clock, engine
from pressroom.access import SYSTEM
from pressroom.database import db, writing
from pressroom.delivery import mime, outbox, postman, queries
from pressroom.delivery.models import Phase, State
from tests import builders
from tests.smtp import DROP, SILENCE, Scripted

FROM = "Press <press@office.example>"
S = State


def sending(app, url):
    """Point the application at a mail server."""
    app.config.update(MAIL_URL=url, MAIL_FROM=FROM)
    from_scratch = app.extensions["mail"]
    host, port = url.removeprefix("smtp://").split(":")
    from_scratch.server, from_scratch.port, from_scratch.suppress = host, int(port), False
    from_scratch.use_tls = from_scratch.use_ssl = False


def deliver(app):
    with writing():
        sent = postman.deliver(app.extensions["mailer"], sender=FROM)
    db.session.expire_all()
    return sent


def fate(message):
    """Every state the message went through, then where it stands."""
    db.session.refresh(message)
    return [event.state for event in message.events], message.state


@pytest.fixture
def server(app, smtp):
    sending(app, smtp.url)
    return smtp


def test_a_message_is_handed_over_whole(app, server):
    message = builders.a_message(reply_to="Maël <mael@office.example>")

    assert deliver(app) == 1

    (received,) = server.messages
    assert (received.sender, received.recipient) == ("press@office.example", message.recipient)
    assert (received.subject, received.text, received.message["Message-ID"]) == (
        message.subject,
        message.text,
        message.message_id,
    )
    assert (received.message["To"], received.message["Content-Language"]) == (message.recipient, "fr")
    assert fate(message) == ([S.SENDING, S.ACCEPTED], S.ACCEPTED)
    assert (message.accepted_at is not None, message.lease_owner, message.phase) == (True, None, None)


def test_nothing_leaves_before_its_time_nor_after_it(app, server):
    now = clock.now()
    held = builders.a_message(state=S.HELD, next_at=now + timedelta(minutes=5))
    later = builders.a_message(next_at=now + timedelta(minutes=5))
    late = builders.a_message(send_by=now - timedelta(seconds=1))
    cancelled = builders.a_message(state=S.CANCELLED)
    freed = builders.a_message(state=S.HELD, next_at=now - timedelta(seconds=1))

    assert deliver(app) == 1

    assert [received.recipient for received in server.messages] == [freed.recipient]
    states = [fate(message)[1] for message in (held, later, late, cancelled, freed)]
    assert states == [S.HELD, S.QUEUED, S.EXPIRED, S.CANCELLED, S.ACCEPTED]


def test_each_recipient_s_answer_is_their_own(app, server):
    refused, greylisted, content, good = (builders.a_message() for _ in range(4))
    server.replies["rcpt"] = {
        refused.recipient: "550 5.1.1 no such user",
        greylisted.recipient: "450 4.2.0 greylisted",
    }
    server.replies["dot"] = {content.recipient: "554 5.7.1 looks like spam"}

    assert deliver(app) == 1

    assert fate(refused) == ([S.SENDING, S.REFUSED], S.REFUSED)
    assert (refused.smtp_stage, refused.smtp_code, refused.smtp_reply) == ("rcpt", 550, "5.1.1 no such user")
    assert fate(content) == ([S.SENDING, S.REFUSED], S.REFUSED)
    assert fate(greylisted) == ([S.SENDING, S.QUEUED], S.QUEUED)
    assert timedelta(0) < greylisted.next_at - clock.now() <= timedelta(seconds=66)
    assert fate(good)[1] is S.ACCEPTED
    assert queries.trouble(clock.now()) is None


def test_a_greylisted_message_leaves_with_the_next_try_as_the_same_message(app, server):
    message = builders.a_message()
    server.replies["rcpt"][message.recipient] = "450 4.2.0 greylisted"
    deliver(app)
    server.replies["rcpt"].clear()
    message.next_at = clock.now()
    db.session.commit()

    assert deliver(app) == 1

    assert (len(server.messages), message.attempts) == (1, 2)
    assert server.messages[0].message["Message-ID"] == message.message_id


def test_while_the_server_is_away_messages_wait_and_the_desk_is_told(app, desk, monkeypatch):
    with Scripted() as gone:
        url = gone.url
    sending(app, url)
    messages = [builders.a_message() for _ in range(3)]

    assert deliver(app) == 0

    assert [fate(message)[1] for message in messages] == [S.QUEUED] * 3
    assert [message.attempts for message in messages] == [0] * 3
    assert min(message.next_at for message in messages) > clock.now()
    trouble = queries.trouble(clock.now())
    assert (trouble.stage, trouble.state) == ("connect", S.QUEUED)
    assert "The mail server cannot be used" in desk.get("/desk/messages/").text


def test_once_the_server_is_back_they_leave_and_the_warning_goes(app, server, desk):
    message = builders.a_message()
    sending(app, "smtp://localhost:1")
    deliver(app)
    sending(app, server.url)
    message.next_at = clock.now()
    db.session.commit()

    assert deliver(app) == 1
    assert "The mail server cannot be used" not in desk.get("/desk/messages/").text


def test_a_broken_connection_after_the_dot_is_in_doubt_then_sent_again_byte_for_byte(app, smtp):
    message = builders.a_message()
    with Scripted(DOT=[DROP]) as scripted:
        sending(app, scripted.url)
        assert deliver(app) == 0
    assert fate(message) == ([S.SENDING, S.IN_DOUBT, S.QUEUED], S.QUEUED)

    first = mime.build(sender=FROM, **postman._content(message))
    sending(app, smtp.url)
    message.next_at = clock.now()
    db.session.commit()
    assert deliver(app) == 1

    assert smtp.messages[0].raw == first


def test_what_a_dead_postman_had_claimed_is_sent_by_the_next(app, server):
    past = clock.now() - timedelta(minutes=1)
    message = builders.a_message(state=S.SENDING, phase=Phase.CLAIMED, lease_owner="dead", lease_until=past)

    assert deliver(app) == 1

    assert fate(message) == ([S.QUEUED, S.SENDING, S.ACCEPTED], S.ACCEPTED)


def test_what_a_dead_postman_may_have_sent_says_so(app, server):
    past = clock.now() - timedelta(minutes=1)
    message = builders.a_message(state=S.SENDING, phase=Phase.DATA, lease_owner="dead", lease_until=past)

    assert deliver(app) == 1

    assert fate(message) == ([S.IN_DOUBT, S.QUEUED, S.SENDING, S.ACCEPTED], S.ACCEPTED)


def test_what_a_process_that_is_gone_had_claimed_is_not_waited_for(app, server):
    ended = subprocess.Popen(["true"])
    ended.wait()
    lease = clock.now() + timedelta(minutes=20)
    gone = f"{postman.MACHINE}:{ended.pid}:0"
    message = builders.a_message(state=S.SENDING, phase=Phase.DATA, lease_owner=gone, lease_until=lease)
    elsewhere = builders.a_message(
        state=S.SENDING, phase=Phase.DATA, lease_owner=f"other:{ended.pid}:0", lease_until=lease
    )

    deliver(app)

    assert fate(message) == ([S.IN_DOUBT, S.QUEUED, S.SENDING, S.ACCEPTED], S.ACCEPTED)
    assert fate(elsewhere)[1] is S.SENDING


def test_what_another_postman_is_carrying_is_left_alone(app, server):
    soon = clock.now() + timedelta(minutes=1)
    builders.a_message(state=S.SENDING, phase=Phase.DATA, lease_owner="alive", lease_until=soon)

    assert (deliver(app), server.messages) == (0, [])


def test_a_postman_who_slept_past_his_lease_sends_nothing(app, server):
    message = builders.a_message()
    with writing():
        claimed = postman.claim(clock.now())
    message.lease_owner = "somebody else"
    db.session.commit()

    with app.extensions["mailer"].connect() as connection:
        postman._attempt(connection, claimed, FROM)

    assert server.messages == []
    assert fate(message)[1] is S.SENDING


def test_no_transaction_is_open_while_the_server_is_talked_to(app):
    """A silent server must not keep the press office from working."""
    message = builders.a_message()
    with Scripted(GREETING=[SILENCE]) as silent:
        sending(app, silent.url)
        app.extensions["mail"].timeouts = app.extensions["mail"].timeouts._replace(connect=2)
        with app.app_context():
            thread = threading.Thread(target=in_app(app, deliver), args=(app,))
            thread.start()
            while not silent.log:
                pass
            with writing():
                message.subject = "changed meanwhile"
                db.session.commit()
            thread.join()

    assert fate(message) == ([S.SENDING, S.QUEUED], S.QUEUED)


def in_app(app, function):
    def run(*arguments):
        with app.app_context():
            function(*arguments)

    return run


def test_four_postmen_send_each_message_once(app, server):
    messages = [builders.a_message() for _ in range(40)]
    recipients = {message.recipient for message in messages}
    db.session.remove()

    threads = [threading.Thread(target=in_app(app, deliver), args=(app,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(received.recipient for received in server.messages) == sorted(recipients)


WORKER = """
import sys
from tests.conftest import make_app
from pressroom import engine
app = make_app(sys.argv[1], MAIL_URL=sys.argv[2], MAIL_FROM="Press <press@office.example>")
print("ready", flush=True)
engine.run_due(app)
"""


def test_killing_the_postman_at_any_moment_loses_nothing(app, server, tmp_path, monkeypatch):
    """Killed after every tenth message that arrived: all arrive, at most one twice per kill, as the same message."""
    messages = [builders.a_message() for _ in range(60)]
    expected = {message.message_id for message in messages}
    db.session.remove()
    kills = 0
    while len({received.message["Message-ID"] for received in server.messages}) < 60:
        goal = min(len(server.messages) + 10, 60)
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path), server.url],
            env={**os.environ, "PYTHONPATH": os.getcwd()}, stdout=subprocess.PIPE,
        )  # fmt: skip
        with worker:
            worker.stdout.readline()
            if goal < 60:
                server.wait_for(goal, timeout=30)
                worker.send_signal(signal.SIGKILL)
                kills += 1

    arrived = [received.message["Message-ID"] for received in server.messages]
    assert set(arrived) == expected
    assert len(arrived) - len(expected) <= kills
    assert kills >= 4


def test_a_message_that_no_mail_may_carry_stops_alone(app, server):
    unfit, good = builders.a_message(reply_to="not an address"), builders.a_message()

    assert deliver(app) == 1

    assert fate(unfit) == ([S.SENDING, S.REFUSED], S.REFUSED)
    assert fate(good)[1] is S.ACCEPTED


def test_in_test_mode_messages_are_kept_and_never_leave_later(app, smtp):
    message = builders.a_message()
    engine.run_due(app)
    assert fate(message) == ([S.KEPT], S.KEPT)

    sending(app, smtp.url)
    assert (deliver(app), smtp.messages) == (0, [])


def test_what_is_cancelled_in_time_never_leaves(app, server):
    message = builders.a_message(
        state=S.HELD, about="application:1", next_at=clock.now() + timedelta(minutes=5)
    )
    left = builders.a_message(about="application:1", state=S.ACCEPTED)

    assert outbox.cancel("application:1", at=clock.now(), by=SYSTEM) == 1
    db.session.commit()

    assert [fate(message)[1], fate(left)[1]] == [S.CANCELLED, S.ACCEPTED]


def test_a_server_that_always_breaks_off_is_asked_less_and_less_often(app):
    message = builders.a_message()
    waits = []
    for _ in range(3):
        with Scripted(DOT=[DROP]) as scripted:
            sending(app, scripted.url)
            deliver(app)
        db.session.refresh(message)
        waits.append(round((message.next_at - clock.now()) / timedelta(minutes=1)))
        message.next_at = clock.now()
        db.session.commit()

    assert waits[0] == 1
    assert 5 <= waits[1] <= 6
    assert 15 <= waits[2] <= 17
