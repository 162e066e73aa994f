"""Real SMTP, real rows: what becomes of a message under every answer and every interruption."""

import os
import subprocess
import threading
from datetime import timedelta

import pytest

from pressroom import clock, engine
from pressroom.access import SYSTEM
from pressroom.database import STARTED, db, writing
from pressroom.delivery import carriers, claims, letters, outbox, outgoing, postman, queries, suppressions
from pressroom.delivery.models import (
    Body,
    Dispatch,
    DispatchKind,
    DispatchState,
    Doubt,
    Message,
    Phase,
    Reason,
    State,
    Suppression,
)
from pressroom.delivery.verdicts import GO, Ruling, Verdict
from tests import builders
from tests.smtp import DROP, SILENCE, Later, Scripted

FROM = "Press <press@office.example>"
S = State


def deliver(app):
    with writing():
        sent = postman.deliver(app.extensions["mailer"])
    db.session.expire_all()
    return sent


def fate(message):
    """Every state the message went through, then where it stands."""
    db.session.refresh(message)
    return [event.state for event in message.events], message.state


@pytest.fixture
def server(app, smtp):
    builders.pointing_at(app, smtp.url)
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
    builders.pointing_at(app, url)
    messages = [builders.a_message() for _ in range(3)]

    assert deliver(app) == 0

    assert [fate(message)[1] for message in messages] == [S.QUEUED] * 3
    assert [message.attempts for message in messages] == [0] * 3
    assert outgoing.stands_still(clock.now())
    assert queries.trouble(clock.now()).stage == "connect"
    assert "The mail server cannot be used" in desk.get("/desk/messages/").text


def test_once_the_server_is_back_they_leave_and_the_warning_goes(app, server, desk):
    builders.a_message()
    builders.pointing_at(app, "smtp://localhost:1")
    deliver(app)
    builders.pointing_at(app, server.url)
    outgoing.try_now(SYSTEM, clock.now())
    db.session.commit()

    assert deliver(app) == 1
    assert "The mail server cannot be used" not in desk.get("/desk/messages/").text


def test_a_broken_connection_after_the_dot_is_in_doubt_then_sent_again_byte_for_byte(app, smtp):
    message = builders.a_message()
    with Scripted(DOT=[DROP]) as scripted:
        builders.pointing_at(app, scripted.url)
        assert deliver(app) == 0
    assert fate(message) == ([S.SENDING, S.IN_DOUBT, S.QUEUED], S.QUEUED)

    first = letters.write(message).raw
    builders.pointing_at(app, smtp.url)
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
    gone = f"{carriers.PLACE}:{ended.pid}:{STARTED}:0"
    message = builders.a_message(state=S.SENDING, phase=Phase.DATA, lease_owner=gone, lease_until=lease)
    elsewhere = builders.a_message(
        state=S.SENDING, phase=Phase.DATA, lease_owner=f"other:{ended.pid}:{STARTED}:0", lease_until=lease
    )

    deliver(app)

    assert fate(message) == ([S.IN_DOUBT, S.QUEUED, S.SENDING, S.ACCEPTED], S.ACCEPTED)
    assert fate(elsewhere)[1] is S.SENDING


@pytest.mark.only_sqlite  # PostgreSQL has waited for the disk
def test_what_was_claimed_when_the_machine_went_down_may_have_left(app, server):
    """Nobody waited for the disk when it was noted how far each had come; its process id may be another's by now."""
    before = f"{carriers.PLACE}:{os.getppid()}:{'0' * 8}:0"
    in_hand = {"state": S.SENDING, "phase": Phase.CLAIMED, "lease_owner": before}
    lease = clock.now() + timedelta(minutes=20)
    held, again = (builders.a_message(doubt=doubt, lease_until=lease, **in_hand) for doubt in reversed(Doubt))

    assert deliver(app) == 1

    assert fate(held) == ([S.IN_DOUBT], S.IN_DOUBT)
    assert fate(again)[0] == [S.IN_DOUBT, S.QUEUED, S.SENDING, S.ACCEPTED]


def test_what_another_postman_is_carrying_is_left_alone(app, server):
    soon = clock.now() + timedelta(minutes=1)
    builders.a_message(state=S.SENDING, phase=Phase.DATA, lease_owner="alive", lease_until=soon)

    assert (deliver(app), server.messages) == (0, [])


def test_a_postman_who_slept_past_his_lease_sends_nothing(app, server):
    message = builders.a_message()
    with writing():
        assert [one.id for one in claims.claim("the sleeper", clock.now())] == [message.id]
        message.lease_owner = "somebody else"
        db.session.commit()
        assert not claims.may_leave(message, "the sleeper", clock.now(), db.session.connection())
        db.session.commit()

    assert fate(message)[1] is S.SENDING


def test_no_transaction_is_open_while_the_server_is_talked_to(app):
    """A silent server must not keep the press office from working."""
    message = builders.a_message()
    with Scripted(GREETING=[SILENCE]) as silent:
        builders.pointing_at(app, silent.url, connect=2)
        with app.app_context():
            thread = threading.Thread(target=in_app(app, deliver), args=(app,))
            thread.start()
            silent.wait_for("GREETING")
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


def test_a_message_that_no_mail_may_carry_stops_alone(app, server):
    unfit, good = builders.a_message(reply_to="not an address"), builders.a_message()

    assert deliver(app) == 1

    assert fate(unfit) == ([S.SENDING, S.REFUSED], S.REFUSED)
    assert fate(good)[1] is S.ACCEPTED


def test_in_test_mode_messages_are_kept_and_never_leave_later(app, smtp):
    message = builders.a_message()
    engine.run_due(app)
    assert fate(message) == ([S.KEPT], S.KEPT)

    builders.pointing_at(app, smtp.url)
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
            builders.pointing_at(app, scripted.url)
            deliver(app)
        db.session.refresh(message)
        waits.append(round((message.next_at - clock.now()) / timedelta(minutes=1)))
        message.next_at = clock.now()
        db.session.commit()

    assert waits[0] == 1
    assert 5 <= waits[1] <= 6
    assert 15 <= waits[2] <= 17


def running(app, count=2, **values):
    """A dispatch that is being sent, and its messages."""
    now = clock.now()
    dispatch = Dispatch(
        kind=DispatchKind.ADVISORY, state=DispatchState.SENDING, about="", audience=[], created_at=now,
    )  # fmt: skip
    dispatch.bodies.append(
        Body(language="fr", subject="Point presse", text="Demain.\n", html="<p>Demain.</p>")
    )
    db.session.add(dispatch)
    db.session.commit()
    messages = [
        builders.a_message(dispatch_id=dispatch.id, body_id=dispatch.bodies[0].id, scope="contacts", **values)
        for _ in range(count)
    ]
    return dispatch, messages


@pytest.mark.parametrize(
    ("state", "sent"),
    [
        (DispatchState.SENDING, 2),
        (DispatchState.FINISHED, 2),
        (DispatchState.PAUSED, 0),
        (DispatchState.SCHEDULED, 0),
    ],
)
def test_the_messages_of_a_dispatch_leave_while_it_runs(app, server, state, sent):
    dispatch, messages = running(app)
    dispatch.state = state
    db.session.commit()

    assert deliver(app) == sent
    assert {fate(message)[1] for message in messages} == {S.ACCEPTED if sent else S.QUEUED}


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        (lambda dispatch, _message: setattr(dispatch, "state", DispatchState.PAUSED), S.QUEUED),
        (lambda dispatch, _message: setattr(dispatch, "state", DispatchState.STOPPED), S.CANCELLED),
        (lambda _dispatch, _message: outgoing.hold(SYSTEM, clock.now()), S.QUEUED),
        (lambda _dispatch, message: suppress(message, "contacts"), S.SUPPRESSED),
        (lambda _dispatch, message: outbox.cancel(message.about, at=clock.now(), by=SYSTEM), S.CANCELLED),
        (lambda dispatch, _message: outbox.cancel_dispatch(dispatch, at=clock.now(), by=SYSTEM), S.CANCELLED),
    ],
    ids=["paused", "stopped", "held", "suppressed", "cancelled", "dispatch-cancelled"],
)
def test_what_is_stopped_after_it_was_claimed_does_not_leave(app, stop, expected):
    """The server takes its time over the recipient, and meanwhile somebody stops the message."""
    dispatch, [message] = running(app, 1)
    with Scripted(RCPT=[Later("250 ok")]) as slow:
        builders.pointing_at(app, slow.url)
        thread = threading.Thread(target=in_app(app, deliver), args=(app,))
        thread.start()
        slow.wait_for("RCPT")
        with writing():
            stop(dispatch, message)
            db.session.commit()
        slow.go_on.set()
        thread.join()

    assert ("DATA" in slow.log, "RSET" in slow.log) == (False, True)
    assert fate(message)[1] is expected
    assert (message.lease_owner, message.attempts) == (None, 0)


def suppress(message, scope):
    suppressions.add(message.recipient, scope, Reason.UNSUBSCRIBED, at=clock.now())


@pytest.mark.parametrize(
    ("scope", "wish", "expected"),
    [
        ("", "", S.SUPPRESSED),
        ("", "alerts", S.ACCEPTED),
        ("alerts", "alerts", S.SUPPRESSED),
        ("alerts", "", S.SUPPRESSED),
        ("alerts", "contacts", S.ACCEPTED),
        (None, "", S.ACCEPTED),
    ],
)
def test_whoever_wants_no_such_mail_gets_none(app, server, scope, wish, expected):
    message = builders.a_message(scope=scope, recipient="Lea@Telegraphe.example")
    suppress(message, wish)
    db.session.commit()

    deliver(app)

    assert fate(message) == ([expected] if expected is S.SUPPRESSED else [S.SENDING, S.ACCEPTED], expected)
    assert len(server.messages) == (expected is S.ACCEPTED)


@pytest.mark.parametrize(
    ("reply", "suppressed"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.1.10 null MX", True),
        ("553 5.1.8 bad sender's domain", False),
        ("550 5.7.1 not wanted", False),
        ("550 no such user", False),
        ("450 4.1.1 not yet", False),
    ],
)
def test_an_address_that_does_not_exist_is_not_written_to_again(app, server, reply, suppressed):
    message = builders.a_message()
    server.replies["rcpt"][message.recipient] = reply
    deliver(app)

    kept = db.session.execute(db.select(Suppression.recipient, Suppression.scope, Suppression.reason)).all()
    assert kept == ([(message.recipient, "", Reason.UNKNOWN)] if suppressed else [])


@pytest.mark.parametrize("when", [{S.QUEUED, S.SENDING}, {S.SENDING}], ids=["always", "before-the-content"])
def test_the_judge_makes_a_message_wait_or_never_leave(app, server, when):
    _dispatch, [early, dead, good] = running(app, 3)
    hour = clock.now() + timedelta(seconds=30)
    verdicts = {
        early.id: Verdict(Ruling.WAIT, hour, "embargo"),
        dead.id: Verdict(Ruling.NEVER, None, "killed"),
    }

    def judge(message, _now, database):
        state = database.scalar(db.select(Message.state).filter_by(id=message.id))
        return verdicts.get(message.id, GO) if state in when else GO

    app.extensions["judge"] = judge
    deliver(app)

    assert [received.recipient for received in server.messages] == [good.recipient]
    assert [fate(message)[1] for message in (early, dead, good)] == [S.QUEUED, S.CANCELLED, S.ACCEPTED]
    assert early.next_at == hour
    assert dead.events[-1].reply == "killed"


def test_five_hundred_queued_under_an_embargo_that_moved_stay(app, server):
    dispatch, [first] = running(app, 1)
    builders.many_messages(499, dispatch_id=dispatch.id, body_id=first.body_id)
    app.extensions["judge"] = lambda _message, now, _database: Verdict(
        Ruling.WAIT, now + timedelta(days=1), "embargo"
    )

    assert (deliver(app), server.messages) == (0, [])
    left = db.session.execute(
        db.select(db.func.min(Message.next_at), db.func.count()).group_by(Message.state)
    ).all()
    assert [(soonest > clock.now(), count) for soonest, count in left] == [(True, 500)]


def test_an_answer_to_a_person_does_not_wait_behind_a_dispatch(app, server):
    running(app, 45, next_at=clock.now() - timedelta(minutes=5))
    answer = builders.a_message()

    assert deliver(app) == 46
    assert server.messages[0].recipient == answer.recipient


def test_under_hold_a_message_in_doubt_rests_until_somebody_says(app, smtp):
    message = builders.a_message(doubt=Doubt.HOLD)
    with Scripted(DOT=[DROP]) as scripted:
        builders.pointing_at(app, scripted.url)
        deliver(app)
    builders.pointing_at(app, smtp.url)
    assert (deliver(app), fate(message)) == (0, ([S.SENDING, S.IN_DOUBT], S.IN_DOUBT))

    outbox.resolve(message, "resend", by=SYSTEM, at=clock.now())
    db.session.commit()

    assert deliver(app) == 1
    assert fate(message)[0][2:] == [S.QUEUED, S.SENDING, S.ACCEPTED]


def test_a_worker_that_is_asked_to_stop_finishes_the_message_in_hand(app, server):
    messages = [builders.a_message() for _ in range(3)]
    app.extensions["stopping"] = stopping = threading.Event()
    stopping.set()

    assert deliver(app) == 1

    assert sorted(fate(message)[1] for message in messages) == [S.ACCEPTED, S.QUEUED, S.QUEUED]
    assert {message.lease_owner for message in messages} == {None}


def test_what_is_logged_names_no_address(app, server, caplog):
    caplog.set_level("INFO", "pressroom")
    message = builders.a_message()
    server.replies["rcpt"][message.recipient] = f"550 5.1.1 <{message.recipient}> unknown"
    deliver(app)

    assert f"mail id={message.id} outcome=permanent stage=rcpt code=550" in caplog.text
    assert "telegraphe" not in caplog.text
