from datetime import timedelta

import pytest
from sqlalchemy import select

from pressroom import clock, engine
from pressroom.database import db, writing
from pressroom.delivery import boxes, tasks, verp
from pressroom.delivery.models import Mailbox, Message, State
from tests import builders, returned
from tests.imap import Imap

MINUTE = timedelta(minutes=1)


@pytest.fixture
def server(app):
    with Imap() as server:
        app.config["BOUNCES_URL"], app.config["BOUNCES_ADDRESS"] = server.url, "bounces@office.example"
        yield server


def sent(**values):
    return builders.a_message(**{"state": State.ACCEPTED, "attempts": 1, **values})


def look(at=None):
    with writing():
        tasks.read_mailbox(at or clock.now())
        # Whatever is open here was open while the mailbox was read.
        assert not db.session().in_transaction()


def row():
    return db.session.scalar(select(Mailbox))


def test_what_came_back_is_taken_in_and_put_away_and_letters_stay(server):
    messages = [sent() for _ in range(2)]
    for message in messages:
        server.put(returned.postfix(verp.sender(message.id)))
    letter = server.put(returned.out_of_office("bounces@office.example"))

    look()

    assert [message.state for message in messages] == [State.BOUNCED, State.BOUNCED]
    assert (list(server.flags()), server.flags()[letter], row().others) == ([letter], set(), 1)
    assert sorted(server.flags("Pressroom")) == [1, 2]


def test_the_mailbox_is_read_once_a_minute_and_only_what_is_new(server):
    now = clock.now()
    server.put(returned.challenge("bounces@office.example"))
    look(now)
    look(now + MINUTE - timedelta(seconds=1))
    assert sum("BODY.PEEK" in command for command in server.log) == 1

    message = sent()
    server.put(returned.postfix(verp.sender(message.id)))
    look(now + MINUTE)

    assert sum("BODY.PEEK" in command for command in server.log) == 2
    assert message.state is State.BOUNCED


def test_a_report_on_what_is_just_being_sent_waits(server):
    now = clock.now()
    early, late = sent(state=State.SENDING), sent()
    for message in (early, late):
        server.put(returned.postfix(verp.sender(message.id)))
    look(now)
    assert (early.state, late.state) == (State.SENDING, State.BOUNCED)

    early.state = State.ACCEPTED
    db.session.commit()
    look(now + MINUTE)

    assert (early.state, server.flags()) == (State.BOUNCED, {})


def test_a_mailbox_that_cannot_be_read_is_shown_on_the_desk_and_stops_nothing(app, desk, server):
    then = clock.now()
    builders.a_message()
    server.refuses = ("LOGIN",)

    engine.run_due(app)

    page = desk.get("/desk/").text
    assert "The mailbox for returned mail cannot be read (since" in page
    assert "[ALERT] not today" in page
    assert db.session.scalar(select(Message)).state is State.KEPT
    since = row().failing_since
    look(then + 2 * MINUTE)
    assert row().failing_since == since

    server.refuses = ()
    look(then + 4 * MINUTE)
    assert "cannot be read" not in desk.get("/desk/").text


def test_nothing_is_read_without_a_mailbox(app):
    look()

    assert row() is None


def test_a_crash_between_noting_and_putting_away_harms_nothing(server, monkeypatch):
    now, message = clock.now(), sent()
    server.put(returned.postfix(verp.sender(message.id)))
    server.refuses = ("UID STORE",)
    look(now)
    assert (message.state, len(server.inbox)) == (State.BOUNCED, 1)

    server.refuses = ()
    look(now + MINUTE)

    assert (len(message.events), server.inbox, row().failure) == (1, {}, "")


def test_many_mails_are_taken_in_over_several_turns(server, monkeypatch):
    monkeypatch.setattr(boxes, "MOST", 2)
    now, messages = clock.now(), [sent() for _ in range(5)]
    for message in messages:
        server.put(returned.postfix(verp.sender(message.id)))

    for minute in range(3):
        look(now + minute * MINUTE)

    assert {message.state for message in messages} == {State.BOUNCED}
