import pytest

from pressroom.delivery import sentences
from pressroom.delivery.models import MessageEvent, State

WAIT = "The server of outlet.example asks to wait."
NOBODY = "Unknown address: there is no such mailbox at outlet.example."
RULES = "The server of outlet.example refuses our messages: its rules or its spam filter are against them."


@pytest.fixture(autouse=True)
def there(app):
    """Sentences are spoken in an application."""


def said(state, stage=None, code=None, reply=None, actor=""):
    event = MessageEvent(state=state, stage=stage, code=code, reply=reply, actor=actor)
    return sentences.of(event, "noemie@outlet.example")


@pytest.mark.parametrize(
    ("stage", "code", "reply", "sentence"),
    [
        ("connect", None, "Connection refused", "The mail server cannot be reached."),
        ("connect", 535, "5.7.8 bad password", "The mail server refuses our user name or password."),
        ("mail", 550, "5.7.1 sender refused", "The mail server does not take mail from our address."),
        ("mail", 451, "4.3.0 later", "The mail server takes no mail at this moment."),
        ("size", None, "message of 9 octets, server limit 8", "The message is too heavy for the mail server."),
        (
            "rcpt", 450, "4.2.0 Greylisted, see you",
            "The server of outlet.example asks to wait (greylisting, a protection against spam).",
        ),
        ("rcpt", 451, "4.7.1 try later", WAIT),
        ("rcpt", 450, "try later", WAIT),
        ("rcpt", 452, "4.2.2 over quota", "The mailbox is full."),
        ("rcpt", 552, "too much", "The mailbox is full."),
        ("rcpt", 550, "5.1.1 unknown", NOBODY),
        ("bounce", 550, "5.1.10 not found", NOBODY),
        ("rcpt", 550, "no status here", NOBODY),
        ("dot", 550, "no status here", "The server of outlet.example refuses the message."),
        ("rcpt", 550, "5.1.2 no such domain", "Nobody receives mail at outlet.example: look at what follows the @."),
        ("rcpt", 553, "5.1.8 who are you", "The server of outlet.example does not accept our own address."),
        ("bounce", 550, "5.2.1 disabled", "The mailbox is closed."),
        ("bounce", None, "4.4.1 timed out", "The server of outlet.example does not answer."),
        ("bounce", None, "5.4.7 expired", "The server of outlet.example could not be reached in time."),
        ("dot", 554, "5.7.1 looks like spam", RULES),
        ("dot", 552, "5.3.4 too big", "The message is too heavy for the server of outlet.example."),
        ("dot", 554, "5.6.0 what", "The server of outlet.example cannot take what is in the message."),
        ("dot", 554, "5.5.0 what", "The server of outlet.example refuses the message."),
        ("dot", None, None, "The server of outlet.example gave no clear answer."),
        ("delayed", None, "4.4.1 x", "The mail server has not reached outlet.example yet, and goes on trying."),
        (
            "complaint", None, "Feedback-Type: abuse",
            "The person has marked the message as spam: such mail is no longer sent to this address.",
        ),
    ],
)  # fmt: skip
def test_what_a_server_answers_is_said_in_words(stage, code, reply, sentence):
    assert said(State.QUEUED, stage, code, reply) == sentence
    if stage == "bounce":
        assert said(State.BOUNCED, stage, code, reply) == f"It came back. {sentence}"


def test_every_step_has_its_sentence():
    assert [state for state in State if not said(state)] == []
    assert said(State.IN_DOUBT, "dot", None, "timed out") == said(State.IN_DOUBT)
    assert said(State.ACCEPTED, "dot", 250, "2.0.0 queued as 1") == said(State.ACCEPTED)
    assert said(State.REFUSED, "mail", None, "gone") == str(sentences.UNFIT)
    assert said(State.REFUSED, "rcpt", 550, "5.1.1") == f"The server has refused it for good. {NOBODY}"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.QUEUED, "Zoé Martin has it sent."),
        (State.ACCEPTED, "Zoé Martin says that it has arrived."),
        (State.CANCELLED, "Zoé Martin has cancelled it."),
        (State.HELD, "Written; it waits for the undo delay to pass."),
    ],
)
def test_a_step_that_a_person_took_names_them(state, sentence):
    assert said(state, actor="Zoé Martin") == sentence


def test_what_a_suppression_stops_is_named():
    assert [sentences.scope(scope) for scope in ("", "alerts", "event:4f7k", "list:9x2m", "contacts")] == [
        "All mail", "Alerts about press releases", "Mail about one event", "Mail to one list", "Mailings to contacts",
    ]  # fmt: skip
