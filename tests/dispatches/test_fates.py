"""What became of messages, told and grouped without codes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pressroom.delivery.models import Message, State
from pressroom.dispatches import fates
from pressroom.i18n import speaking

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("state", "code", "reply", "key"),
    [
        (State.REFUSED, 550, "5.1.1 <a@b.example>: no such user", "unknown"),
        (State.REFUSED, 550, "Recipient unknown", "unknown"),
        (State.REFUSED, 550, "Rejected by policy", "refused"),
        (State.REFUSED, 550, "5.7.515 not authenticated", "refused"),
        (State.REFUSED, 552, "5.2.2 over quota", "full"),
        (State.REFUSED, 552, "storage exceeded", "full"),
        (State.REFUSED, 552, "5.3.4 too big", "heavy"),
        (State.REFUSED, None, None, "refused"),
        (State.BOUNCED, 550, "5.1.1 unknown", "unknown"),
        (State.BOUNCED, None, "", "returned"),
        (State.EXPIRED, 450, "4.2.0 later", "late"),
        (State.IN_DOUBT, None, None, "doubt"),
        (State.SUPPRESSED, None, None, "unwanted"),
    ],
)
def test_the_cause_is_read_from_the_state_and_the_answer(state, code, reply, key):
    assert fates.cause(state, code, reply).key == key


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"state": State.HELD}, "Not sent yet. It leaves at the earliest: 13:05."),
        ({"state": State.QUEUED, "attempts": 0}, "Waits to leave."),
        ({"state": State.QUEUED, "attempts": 1, "smtp_stage": "rcpt", "smtp_code": 450}, "The server of b.example asks to wait. Next attempt: 13:05."),
        ({"state": State.ACCEPTED, "accepted_at": NOON}, "Accepted by the server on 22 Nov 2026, 13:00."),
        ({"state": State.REFUSED, "smtp_code": 550, "smtp_reply": "5.1.1 no"}, "Unknown address: there is no such mailbox at b.example."),
        ({"state": State.BOUNCED, "smtp_stage": "bounce", "smtp_reply": "5.2.2"}, "The mailbox is full."),
        ({"state": State.CANCELLED}, "Cancelled: it does not leave."),
        ({"state": State.KEPT}, "Kept here to be read: in test mode nothing leaves."),
    ],
)  # fmt: skip
def test_a_sentence_says_what_became_of_it(app, values, said):
    message = Message(
        recipient="a@b.example", next_at=NOON + timedelta(minutes=5), **{"attempts": 0, **values}
    )

    assert fates.sentence(message, NOON, PARIS) == said


def test_every_state_has_a_sentence(app):
    for state in State:
        message = Message(recipient="a@b.example", next_at=NOON, attempts=0, state=state)
        assert fates.sentence(message, NOON, PARIS)


@pytest.mark.parametrize(("language", "said"), [("fr", "92,7\N{NO-BREAK SPACE}%"), ("en", "92.7%")])
def test_a_share_is_written_as_its_language_wants(language, said):
    with speaking(language):
        assert fates.share(382, 412).replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}") == said
