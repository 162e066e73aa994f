from datetime import timedelta

import pytest
from sqlalchemy import select

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.delivery import bounces, suppressions, verp
from pressroom.delivery.bounces import Fate
from pressroom.delivery.models import Reason, State, Suppression
from tests import builders, returned

NOEMIE = "Noemie@Outlet.example"


@pytest.fixture(autouse=True)
def address(app):
    app.config["BOUNCES_ADDRESS"] = "bounces@office.example"


def sent(**values):
    return builders.a_message(
        **{"recipient": NOEMIE, "state": State.ACCEPTED, "attempts": 1, "scope": "contacts", **values}
    )


def take(raw, at=None):
    fate = bounces.take(raw, at or clock.now())
    db.session.commit()
    return fate


def history(message):
    return [(event.state, event.stage, event.code, event.reply) for event in message.events]


def stopped():
    return [(row.recipient, row.scope, row.reason) for row in db.session.scalars(select(Suppression))]


def test_a_message_that_comes_back_for_good_bounces_and_its_address_is_given_up():
    message = sent()

    assert take(returned.exchange(verp.sender(message.id))) is Fate.FILED

    reply = "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient noemie@outlet.example not found by SMTP address lookup"
    assert message.state is State.BOUNCED
    assert (message.smtp_stage, message.smtp_code, message.smtp_reply) == ("bounce", 550, reply)
    assert history(message) == [(State.BOUNCED, "bounce", 550, reply)]
    assert stopped() == [(NOEMIE.lower(), "", Reason.UNKNOWN)]
    assert suppressions.stops(sent()).note == reply


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("5.1.1", Reason.UNKNOWN), ("5.1.2", Reason.UNKNOWN), ("5.2.1", Reason.BOUNCED), ("5.0.0", Reason.BOUNCED),
        ("5.4.1", Reason.BOUNCED), ("5.1.8", None), ("5.2.2", None), ("5.3.4", None), ("5.4.7", None),
        ("5.6.1", None), ("5.7.1", None), ("4.4.1", None), ("4.2.2", None), ("", None),
    ],
)  # fmt: skip
def test_the_status_says_whether_another_message_may_arrive(status, reason):
    message = sent()
    take(returned.postfix(verp.sender(message.id), status=status, said="no"))

    assert message.state is State.BOUNCED
    assert stopped() == ([(NOEMIE.lower(), "", reason)] if reason else [])


def test_three_messages_within_thirty_days_give_an_address_up():
    now = clock.now()
    at = (now - timedelta(days=31), now - timedelta(days=2), now - timedelta(days=1), now)
    for number, moment in enumerate(at):
        message = sent()
        for _twice in range(2):
            take(
                returned.postfix(verp.sender(message.id), status="4.2.2", said="452 4.2.2 Mailbox full"),
                moment,
            )
        assert len(stopped()) == (number == 3)

    assert stopped() == [(NOEMIE.lower(), "", Reason.BOUNCED)]


def test_the_same_report_again_changes_nothing():
    message = sent()
    raw = returned.postfix(verp.sender(message.id))
    take(raw)
    suppressions.lift(db.session.scalar(select(Suppression)), by=SYSTEM, at=clock.now())
    db.session.commit()

    assert take(raw) is Fate.FILED
    assert (len(history(message)), stopped()) == (1, [])


def test_a_delay_is_noted_once_and_changes_no_state():
    message = sent()
    for _twice in range(2):
        assert take(returned.delayed(verp.sender(message.id))) is Fate.FILED

    reply = "4.4.1 connect to mx.outlet.example[192.0.2.7]:25: timed out"
    assert history(message) == [(State.ACCEPTED, "delayed", None, reply)]
    assert stopped() == []


@pytest.mark.parametrize(
    ("scope", "ended"), [("alerts", "alerts"), ("event:1", "event:1"), ("", ""), (None, "")]
)
def test_a_complaint_ends_mail_of_its_kind_and_is_no_bounce(scope, ended):
    message = sent(scope=scope)
    for _twice in range(2):
        assert take(returned.complaint("fbl@office.example", verp.sender(message.id))) is Fate.FILED

    assert history(message) == [(State.ACCEPTED, "complaint", None, "Feedback-Type: abuse")]
    assert stopped() == [(NOEMIE.lower(), ended, Reason.UNSUBSCRIBED)]


@pytest.mark.parametrize(
    "write",
    [
        returned.out_of_office, lambda to: returned.out_of_office(to, "fr"), returned.challenge, returned.forwarded,
        returned.read_receipt,
    ],
)  # fmt: skip
def test_what_a_person_or_their_mail_program_answers_is_no_bounce(write):
    message = sent()

    assert take(write(verp.sender(message.id))) is Fate.LEFT
    assert (message.state, history(message), stopped()) == (State.ACCEPTED, [], [])


def test_a_report_counts_only_when_the_seal_is_ours():
    message, other = sent(), sent()
    address = verp.sender(message.id)
    forged = [
        address.replace(message.id, other.id),
        address.replace(address[-25:-15], "aaaaaaaaaa"),
        "bounces@office.example",
        f"bounces+{other.id}@office.example",
        verp.sender("4f7k2m9q1x3z"),  # forgotten since
    ]

    assert {take(returned.postfix(to, envelope_id=other.id)) for to in forged} == {Fate.LEFT}
    assert (message.state, other.state, stopped()) == (State.ACCEPTED, State.ACCEPTED, [])


def test_without_addresses_of_their_own_messages_are_known_by_the_name_on_the_envelope(app):
    app.config["BOUNCES_ADDRESS"] = ""
    message = sent()
    press = "press@office.example"

    assert take(returned.postfix(press)) is Fate.LEFT
    assert take(returned.postfix(press, envelope_id="another")) is Fate.LEFT
    assert take(returned.postfix(press, envelope_id=message.id)) is Fate.FILED
    assert message.state is State.BOUNCED


@pytest.mark.parametrize(
    ("state", "attempts", "fate", "then"),
    [
        (State.IN_DOUBT, 1, Fate.FILED, State.BOUNCED),
        (State.QUEUED, 1, Fate.FILED, State.BOUNCED),
        (State.CANCELLED, 1, Fate.FILED, State.CANCELLED),
        (State.REFUSED, 1, Fate.FILED, State.REFUSED),
        (State.SENDING, 1, Fate.LATER, State.SENDING),
        (State.QUEUED, 0, Fate.LEFT, State.QUEUED),
        (State.HELD, 0, Fate.LEFT, State.HELD),
        (State.KEPT, 0, Fate.LEFT, State.KEPT),
    ],
)
def test_only_what_has_left_comes_back(state, attempts, fate, then):
    message = sent(state=state, attempts=attempts)

    assert take(returned.postfix(verp.sender(message.id))) is fate
    assert message.state is then
