"""All mail as one: what makes it pause, what makes it stand still, and who lets it go."""

from datetime import timedelta

import pytest

from pressroom import audit, clock
from pressroom.access import SYSTEM, Actor, Role
from pressroom.database import db, writing
from pressroom.delivery import outgoing, postman, queries
from pressroom.delivery.models import State
from pressroom.delivery.transport import Kind, Outcome, Stage
from tests import builders
from tests.builders import NOON
from tests.smtp import DROP, Scripted

ZOE = Actor(Role.OFFICER, "Zoé Martin", "zoe")
AWAY = Outcome(Kind.TRANSPORT_TROUBLE, Stage.CONNECT, None, "Connection refused")


def deliver(app):
    with writing():
        sent = postman.deliver(app.extensions["mailer"])
    db.session.expire_all()
    return sent


def acts():
    return [(one.action, one.actor_name) for one in audit.history(outgoing.SUBJECT)]


def test_nothing_stands_in_the_way_at_first(app):
    row = outgoing.state(NOON)
    assert (row.failures, row.held_at, row.paused_until, outgoing.stands_still(NOON)) == (
        0,
        None,
        None,
        False,
    )


def test_each_trouble_in_a_row_pauses_longer_up_to_a_quarter_of_an_hour(app):
    waits = [(outgoing.trip(AWAY, NOON) - NOON) // timedelta(minutes=1) for _ in range(7)]

    assert waits == [1, 2, 5, 10, 15, 15, 15]
    row = outgoing.state(NOON)
    assert (row.failures, row.failing_since, row.stage, row.reply) == (
        7,
        NOON,
        "connect",
        "Connection refused",
    )
    assert (outgoing.stands_still(NOON), outgoing.stands_still(NOON + timedelta(minutes=15))) == (True, False)


def test_the_first_success_clears_it_all(app):
    outgoing.trip(AWAY, NOON)

    outgoing.recovered("done")

    row = outgoing.state(NOON)
    assert (row.failures, row.failing_since, row.paused_until, row.stage) == (0, None, None, None)


def test_a_refused_recipient_shows_that_the_server_can_be_reached_not_that_it_takes_contents(app):
    outgoing.trip(Outcome(Kind.PERMANENT, Stage.DOT, 554, "5.7.1 no"), NOON)
    outgoing.recovered(Stage.RCPT)
    assert outgoing.state(NOON).failures == 1

    outgoing.recovered("done")
    outgoing.trip(AWAY, NOON)
    outgoing.recovered(Stage.RCPT)
    assert outgoing.state(NOON).failures == 0


def test_held_mail_stays_and_leaves_when_it_is_let_go(app, smtp):
    builders.pointing_at(app, smtp.url)
    builders.a_message()
    outgoing.hold(ZOE, NOON)
    outgoing.hold(SYSTEM, NOON)
    db.session.commit()
    row = outgoing.state(NOON)
    assert (row.held_at, row.held_by, row.held_why) == (NOON, "Zoé Martin", "person")
    assert (deliver(app), smtp.messages) == (0, [])

    outgoing.release(ZOE, NOON)
    outgoing.release(ZOE, NOON)
    db.session.commit()

    assert deliver(app) == 1
    assert acts() == [("mail.hold", "Zoé Martin"), ("mail.release", "Zoé Martin")]


def test_who_lets_mail_go_after_a_backup_was_put_back_says_so_for_every_host(app, tmp_path):
    """Two workers have noted an end of the journal that the database does not have; the desk is served elsewhere."""

    def on(name):
        app.config["DATA_DIR"] = tmp_path / name
        app.config["DATA_DIR"].mkdir(exist_ok=True)

    for host in ("one", "other"):
        on(host)
        audit.record("mail.try", outgoing.SUBJECT, by=ZOE, at=clock.now())
        db.session.flush()
        audit.keep_head(clock.now())
        db.session.rollback()

    assert outgoing.hold_if_restored(clock.now())
    db.session.commit()
    on("web")
    outgoing.release(ZOE, clock.now())
    db.session.commit()

    for host in ("one", "other", "web"):
        on(host)
        assert not outgoing.hold_if_restored(clock.now())


@pytest.mark.parametrize("held", [True, False], ids=["held", "server-away"])
def test_mail_that_stands_still_for_days_is_not_given_up_but_what_would_be_of_no_use(
    app, smtp, monkeypatch, held
):
    real = clock.now
    builders.pointing_at(app, smtp.url if held else "smtp://localhost:1")
    if held:
        outgoing.hold(ZOE, clock.now())
    usual, undoable, timely = (
        builders.a_message(),
        builders.a_message(state=State.HELD, next_at=clock.now() + timedelta(minutes=5)),
        builders.a_message(notice="accreditation_eve"),
    )
    for hours in range(0, 72, 10):
        monkeypatch.setattr(clock, "now", lambda hours=hours: real() + timedelta(hours=hours))
        assert [deliver(app) for _ in range(2)] == [0, 0]

    builders.pointing_at(app, smtp.url)
    outgoing.release(ZOE, clock.now())
    outgoing.try_now(ZOE, clock.now())
    db.session.commit()

    assert deliver(app) == 2
    assert [one.state for one in (usual, undoable, timely)] == [State.ACCEPTED, State.ACCEPTED, State.EXPIRED]


def test_what_is_held_or_paused_is_not_taken_for_a_worker_that_does_not_run(app):
    builders.a_message(next_at=clock.now() - timedelta(hours=1))
    assert queries.overdue(clock.now())

    outgoing.hold(ZOE, clock.now())
    assert not queries.overdue(clock.now())


def test_somebody_may_try_before_the_pause_is_over(app, smtp):
    builders.a_message()
    builders.pointing_at(app, "smtp://localhost:1")
    deliver(app)
    builders.pointing_at(app, smtp.url)
    assert (deliver(app), smtp.messages) == (0, [])

    outgoing.try_now(ZOE, clock.now())
    db.session.commit()

    assert deliver(app) == 1
    assert queries.trouble(clock.now()) is None
    assert acts() == [("mail.try", "Zoé Martin")]


@pytest.mark.parametrize(
    ("answers", "messages", "states", "stage"),
    [
        ({"GREETING": ["554 no"]}, 3, [State.QUEUED] * 3, "connect"),
        ({"MAIL": ["451 busy"]}, 3, [State.QUEUED] * 3, "mail"),
        ({"MAIL": ["550 5.7.1 sender"] * 9}, 5, [State.QUEUED] * 5, "mail"),
        ({"MAIL": ["550 5.7.1 sender"] * 9}, 1, [State.QUEUED], "mail"),
        ({"DOT": ["554 5.7.1 spam"] * 9}, 7, [State.QUEUED] * 2 + [State.REFUSED] * 5, "dot"),
        ({"RCPT": [DROP] * 9}, 5, [State.QUEUED] * 5, "rcpt"),
    ],
)
def test_what_is_the_server_s_trouble_pauses_all_mail(app, answers, messages, states, stage):
    recipients = builders.many_messages(messages)
    with Scripted(**answers) as server:
        builders.pointing_at(app, server.url)
        assert deliver(app) == 0

    rows = db.session.scalars(db.select(postman.Message)).all()
    assert sorted(row.state for row in rows) == states
    assert len(rows) == len(recipients)
    trouble = queries.trouble(clock.now())
    assert (trouble.stage, trouble.failures, outgoing.stands_still(clock.now())) == (stage, 1, True)
    assert {row.lease_owner for row in rows} == {None}


@pytest.mark.parametrize(
    "answers",
    [
        {"MAIL": ["550 5.7.1 sender"] * 2},
        {"DOT": ["554 5.7.1 spam"] * 4},
        {"DOT": ["554 5.7.1 spam", "554 5.6.0 odd"] * 3},
        {"RCPT": [DROP, DROP, "250 ok", DROP, DROP]},
        {"RCPT": ["550 5.1.1 unknown"] * 7},
    ],
)
def test_what_may_be_one_message_s_trouble_does_not(app, answers):
    builders.many_messages(8)
    with Scripted(**answers) as server:
        builders.pointing_at(app, server.url)
        assert deliver(app) > 0

    assert queries.trouble(clock.now()) is None
