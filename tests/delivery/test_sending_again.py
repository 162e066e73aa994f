"""What people do about a message that has not arrived, and how the messages of a dispatch are written."""

from datetime import timedelta

import pytest

from pressroom import links
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.delivery.models import (
    Dispatch,
    DispatchKind,
    DispatchState,
    Doubt,
    Message,
    MessageEvent,
    Phase,
    State,
)
from pressroom.errors import Refused
from tests import builders
from tests.builders import NOON
from tests.counting import counting

ZOE = Actor(Role.OFFICER, "Zoé Martin", "zoe")
S = State
LATER = NOON + timedelta(days=2)


def history(message):
    return [(event.state, event.actor, event.at) for event in message.events]


@pytest.fixture
def dispatch(app):
    return builders.stored(
        Dispatch(
            kind=DispatchKind.ADVISORY,
            state=DispatchState.SENDING,
            about="",
            audience=[],
            created_at=NOON,
            doubt=Doubt.HOLD,
        )  # fmt: skip
    )


def rows(*names, **values):
    return [
        {
            "recipient": f"{name}@telegraphe.example",
            "language": "fr",
            "subject": "Point presse",
            "once": name,
            **values,
        }
        for name in names
    ]


@pytest.mark.parametrize("state", sorted(outbox.FAILED))
def test_what_has_not_arrived_is_sent_again_as_a_message_of_its_own(app, state):
    old = builders.a_message(state=state, once="key", reply_to="a@b.example", send_by=NOON, scope="alerts")

    new = outbox.again(old, by=ZOE, at=LATER)
    db.session.commit()

    same = (
        "subject",
        "text",
        "html",
        "language",
        "recipient",
        "reply_to",
        "about",
        "notice",
        "scope",
        "doubt",
    )
    assert [getattr(new, name) for name in same] == [getattr(old, name) for name in same]
    assert (new.replaces_id, new.once, new.attempts, new.state) == (old.id, None, 0, S.QUEUED)
    assert new.message_id != old.message_id
    assert (new.created_at, new.next_at, new.send_by) == (LATER, LATER, LATER + outbox.GIVE_UP)
    assert history(new) == [(S.QUEUED, "Zoé Martin", LATER)]
    assert old.state is state


def test_it_may_go_to_another_address_with_a_link_of_its_own(app, dispatch):
    outbox.insert(dispatch, rows("lea", personal={"name": "Léa"}), NOON)
    old = db.session.scalars(db.select(Message)).one()
    old.state = S.REFUSED
    db.session.commit()

    new = outbox.again(old, to="lea@radio.example", by=ZOE, at=NOON)
    db.session.commit()

    assert (new.recipient, new.dispatch_id, new.personal["name"]) == ("lea@radio.example", dispatch.id, "Léa")
    for message in (old, new):
        token = message.personal["leave"].rpartition("/")[2]
        assert message.link_digest == links.digest(token)
    assert old.link_digest != new.link_digest


@pytest.mark.parametrize("state", sorted(set(S) - set(outbox.FAILED)))
def test_what_has_left_or_still_may_is_not(app, state):
    with pytest.raises(Refused, match="has left or will still leave"):
        outbox.again(builders.a_message(state=state), by=ZOE, at=NOON)


def test_a_message_is_sent_again_once_and_not_without_its_words(app):
    old = builders.a_message(state=S.REFUSED)
    outbox.again(old, by=ZOE, at=NOON)
    with pytest.raises(Refused, match="sent again already"):
        outbox.again(old, by=ZOE, at=NOON)

    with pytest.raises(Refused, match="has been deleted"):
        outbox.again(builders.a_message(state=S.REFUSED, subject="", text="", html=""), by=ZOE, at=NOON)


@pytest.mark.parametrize(
    ("choice", "state", "accepted_at"),
    [("resend", S.QUEUED, None), ("arrived", S.ACCEPTED, LATER), ("drop", S.CANCELLED, None)],
)
def test_a_person_settles_a_doubt_in_one_of_three_ways(app, choice, state, accepted_at):
    message = builders.a_message(state=S.IN_DOUBT, doubt=Doubt.HOLD, send_by=NOON)

    outbox.resolve(message, choice, by=ZOE, at=LATER)
    db.session.commit()

    assert (message.state, message.accepted_at) == (state, accepted_at)
    assert history(message) == [(state, "Zoé Martin", LATER)]
    if choice == "resend":
        assert (message.next_at, message.send_by) == (LATER, LATER + outbox.GIVE_UP)
    with pytest.raises(Refused, match="no longer in doubt"):
        outbox.resolve(message, choice, by=ZOE, at=LATER)


def test_the_messages_of_a_dispatch_are_written_together_and_each_once(app, dispatch):
    assert outbox.insert(dispatch, rows("a", "b"), NOON) == 2
    assert outbox.insert(dispatch, rows("b", "c", scope="alerts", reply_to="press@office.example"), NOON) == 1
    db.session.commit()

    written = db.session.scalars(db.select(Message).order_by(Message.recipient)).all()
    assert [(one.recipient, one.scope, one.reply_to) for one in written] == [
        ("a@telegraphe.example", "", None),
        ("b@telegraphe.example", "", None),
        ("c@telegraphe.example", "alerts", "press@office.example"),
    ]
    first = written[0]
    assert (first.notice, first.about, first.doubt, first.state) == (
        "dispatch_advisory", dispatch.subject, Doubt.HOLD, S.QUEUED,
    )  # fmt: skip
    assert (first.next_at, first.send_by) == (NOON, NOON + outbox.GIVE_UP)
    assert [history(one) for one in written] == [[(S.QUEUED, "", NOON)]] * 3


def test_ten_thousand_are_written_with_few_statements(app, dispatch):
    names = [str(number) for number in range(1000)]
    with counting() as counted:
        assert outbox.insert(dispatch, rows(*names), NOON) == 1000
    assert len(counted) <= 8
    assert db.session.scalar(db.select(db.func.count(MessageEvent.id))) == 1000


def test_cancelling_a_dispatch_reaches_what_is_claimed_and_not_what_may_have_left(app, dispatch):
    held = {"lease_owner": "x", "lease_until": LATER}
    states = [
        {"state": S.QUEUED}, {"state": S.SENDING, "phase": Phase.CLAIMED, **held},
        {"state": S.SENDING, "phase": Phase.DATA, **held}, {"state": S.ACCEPTED},
    ]  # fmt: skip
    messages = [builders.a_message(dispatch_id=dispatch.id, **state) for state in states]
    other = builders.a_message()

    assert outbox.cancel_dispatch(dispatch, at=NOON, by=ZOE) == 2
    db.session.commit()

    expected = [S.CANCELLED, S.CANCELLED, S.SENDING, S.ACCEPTED, S.QUEUED]
    assert [message.state for message in (*messages, other)] == expected
    assert history(messages[1]) == [(S.CANCELLED, "Zoé Martin", NOON)]
    assert messages[1].lease_owner is None
