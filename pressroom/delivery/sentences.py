"""What happened to a message, said to people who read no codes: one sentence for each step of its way."""

import re

from pressroom.delivery.models import Message, MessageEvent, Reason, State
from pressroom.i18n import lazy as _l

STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463
GREY = re.compile(r"gr[ae]y.?list", re.IGNORECASE)

# Steps without an answer of a server; with `person`, when somebody of the press office took them.
STEPS = {
    State.HELD: _l("Written; it waits for the undo delay to pass."),
    State.QUEUED: _l("Waits to leave."),
    State.SENDING: _l("Is being handed to the mail server."),
    State.ACCEPTED: _l("The mail server has taken it: it carries it on."),
    State.IN_DOUBT: _l("The connection ended before the server answered: the message may have left or not."),
    State.SUPPRESSED: _l("Not sent: this person wants no such mail, or cannot be reached."),
    State.EXPIRED: _l("No longer tried: it would come too late."),
    State.CANCELLED: _l("Cancelled: it does not leave."),
    State.KEPT: _l("Kept here to be read: in test mode nothing leaves."),
    State.BOUNCED: _l("It came back."),
    State.REFUSED: _l("The server has refused it for good."),
}
BY_A_PERSON = {
    State.QUEUED: _l("%(person)s has it sent."),
    State.ACCEPTED: _l("%(person)s says that it has arrived."),
    State.CANCELLED: _l("%(person)s has cancelled it."),
}

# Why, by the stage of the dialogue ("" is any), what the enhanced status begins with, and the code where there is no
# status; the first that fits. What comes later is said of the recipient's server (%(host)s).
CAUSES = (
    ("connect", "", "535", _l("The mail server refuses our user name or password.")),
    ("connect", "", "", _l("The mail server cannot be reached.")),
    ("mail", "", "5", _l("The mail server does not take mail from our address.")),
    ("mail", "", "", _l("The mail server takes no mail at this moment.")),
    ("size", "", "", _l("The message is too heavy for the mail server.")),
    ("complaint", "", "", _l("The person has marked the message as spam: such mail is no longer sent to this address.")),
    ("delayed", "", "", _l("The mail server has not reached %(host)s yet, and goes on trying.")),
    ("", "5.1.2", "", _l("Nobody receives mail at %(host)s: look at what follows the @.")),
    ("", "5.4.4", "", _l("Nobody receives mail at %(host)s: look at what follows the @.")),
    ("", "5.1.7", "", _l("The server of %(host)s does not accept our own address.")),
    ("", "5.1.8", "", _l("The server of %(host)s does not accept our own address.")),
    ("", "5.1.", "", _l("Unknown address: there is no such mailbox at %(host)s.")),
    ("", "5.2.1", "", _l("The mailbox is closed.")),
    ("", "5.2.2", "", _l("The mailbox is full.")),
    ("", "4.2.2", "", _l("The mailbox is full.")),
    ("", "5.2.3", "", _l("The message is too heavy for the server of %(host)s.")),
    ("", "5.3.4", "", _l("The message is too heavy for the server of %(host)s.")),
    ("", "5.4.", "", _l("The server of %(host)s could not be reached in time.")),
    ("", "4.4.", "", _l("The server of %(host)s does not answer.")),
    ("", "5.6.", "", _l("The server of %(host)s cannot take what is in the message.")),
    ("", "5.7.", "", _l("The server of %(host)s refuses our messages: its rules or its spam filter are against them.")),
    ("", "4.", "", _l("The server of %(host)s asks to wait.")),
    ("", "", "552", _l("The mailbox is full.")),
    ("rcpt", "", "55", _l("Unknown address: there is no such mailbox at %(host)s.")),
    ("", "", "4", _l("The server of %(host)s asks to wait.")),
    ("", "5", "", _l("The server of %(host)s refuses the message.")),
    ("", "", "5", _l("The server of %(host)s refuses the message.")),
    ("", "", "", _l("The server of %(host)s gave no clear answer.")),
)  # fmt: skip
UNFIT = _l("No mail can be made of it: its address or one of its files is not in order.")
GREYLISTED = _l("The server of %(host)s asks to wait (greylisting, a protection against spam).")
# What an officer can do about a message that did not arrive.
ADVICE = {
    State.REFUSED: _l("Correct the address, or send it again once the cause is gone."),
    State.BOUNCED: _l("Correct the address, or send it again once the cause is gone."),
    State.EXPIRED: _l("Send it again if it still matters."),
}
REASONS = {
    Reason.UNSUBSCRIBED: _l("Unsubscribed"),
    Reason.ASKED: _l("Asked us not to write"),
    Reason.UNKNOWN: _l("Address does not exist"),
    Reason.BOUNCED: _l("Messages come back"),
}

SCOPES = {
    "": _l("All mail"),
    "alerts": _l("Alerts about press releases"),
    "contacts": _l("Mailings to contacts"),
    "event": _l("Mail about one event"),
    "list": _l("Mail to one list"),
}


def of(event: MessageEvent, recipient: str) -> str:
    """What happened in this step of the way of a message to `recipient`."""
    if event.actor and event.state in BY_A_PERSON:
        return str(BY_A_PERSON[event.state]) % {"person": event.actor}
    if (
        not event.stage
        or event.state is State.IN_DOUBT
        or (event.state, event.stage) == (State.ACCEPTED, "dot")
    ):
        return str(STEPS[event.state])
    if event.state is State.REFUSED and event.stage == "mail":
        return str(UNFIT)  # by us: what a server says there is no recipient's affair
    said = cause(event.stage, event.code, event.reply, recipient)
    return f"{STEPS[event.state]} {said}" if event.state in (State.REFUSED, State.BOUNCED) else said


def cause(stage: str, code: int | None, reply: str | None, recipient: str) -> str:
    """Why a server did not take a message, from how far the dialogue came and what it answered."""
    host, status, code = recipient.rpartition("@")[2], STATUS.search(reply or ""), str(code or "")
    if status and status[0].startswith("4") and GREY.search(reply):
        return str(GREYLISTED) % {"host": host}
    for at, status_begins, code_begins, sentence in CAUSES:
        fits_code = not code_begins or (code.startswith(code_begins) and (at or not status))
        fits_status = not status_begins or bool(status and status[0].startswith(status_begins))
        if at in ("", stage) and fits_status and fits_code:
            return str(sentence) % {"host": host}
    raise AssertionError("the last cause fits anything")


def answer(event: MessageEvent) -> str:
    """What the server said, as it said it: "550 5.1.1 No such user"; "" when it said nothing."""
    return f"{event.code or ''} {event.reply or ''}".strip()


def scope(name: str) -> str:
    """Which mail a suppression stops."""
    return str(SCOPES.get(name.partition(":")[0], name))


def last(message: Message) -> MessageEvent | None:
    """The last step in which a server said something."""
    return next((event for event in reversed(message.events) if event.stage), None)
