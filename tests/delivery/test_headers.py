"""Which headers which message has, whole."""

import pytest

from pressroom import links
from pressroom.delivery import headers
from pressroom.delivery.models import Message

RECEIPT = "<4f7k2m9q1x3z@presse.fondation.example>"
AUTOMATIC = [
    ("Auto-Submitted", "auto-generated"),
    ("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply"),
]


def a_message(**values):
    defaults = {
        "id": "4f7k2m9q1x3z", "notice": "accreditation_approved", "about": "application:1", "language": "fr",
        "message_id": "<8f3k2m9q@presse.fondation.example>", "scope": "",
    }  # fmt: skip
    return Message(**{**defaults, **values})


def listed(kind):
    """The headers of mail that may be ended, of this kind."""
    token = links.mint("leave", "4f7k2m9q1x3z")
    return [
        ("List-Id", f"<{kind}.presse.fondation.example>"),
        ("List-Unsubscribe", f"<http://press.example/u/{token}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Archive", "<http://press.example/fr/releases/>"),
    ]


def test_a_receipt_asks_for_no_automatic_answer(app):
    assert headers.of(a_message(notice="accreditation_received")) == AUTOMATIC


def test_a_failure_is_always_asked_to_be_reported(app):
    """ "All" and "NDR" would keep an Exchange server from sending back what it cannot deliver."""
    suppressed = dict(headers.of(a_message()))["X-Auto-Response-Suppress"].split(", ")

    assert not {"All", "NDR"} & set(suppressed)


def test_a_decision_answers_the_receipt(app):
    thread = [("In-Reply-To", RECEIPT), ("References", RECEIPT)]

    assert headers.of(a_message(in_reply_to=RECEIPT)) == thread + AUTOMATIC


@pytest.mark.parametrize("notice", ["accreditation_message", "accreditation_needs", "release_preview"])
def test_what_a_person_writes_to_somebody_is_not_automatic(app, notice):
    assert headers.of(a_message(notice=notice)) == []


def test_an_alert_is_automatic_and_says_how_to_end_alerts(app):
    alert = a_message(notice="dispatch_release", dispatch_id="d", scope="alerts", link_digest="x")

    assert headers.of(alert) == AUTOMATIC + listed("alerts")


@pytest.mark.parametrize(
    ("scope", "kind"),
    [("event:9x1k", "event-9x1k"), ("list:7b2m", "list-7b2m"), ("contacts", "contacts"), ("", "mail")],
)
def test_a_dispatch_is_sent_by_somebody_and_may_be_ended(app, scope, kind):
    kit = a_message(notice="dispatch_kit", dispatch_id="d", scope=scope, link_digest="x")

    assert headers.of(kit) == listed(kind)


def test_the_address_that_ends_it_is_the_one_that_is_stored(app):
    dispatch = a_message(dispatch_id="d", link_digest=links.digest(links.mint("leave", "4f7k2m9q1x3z")))

    token = dict(headers.of(dispatch))["List-Unsubscribe"].rpartition("/")[2].rstrip(">")

    assert links.digest(token) == dispatch.link_digest
    assert len(token) == 22


def test_the_address_that_ends_it_is_that_of_the_words(app):
    """Also when the office has moved to another address since."""
    dispatch = a_message(dispatch_id="d", link_digest="x", personal={"leave": "http://old.example/u/abc"})

    assert dict(headers.of(dispatch))["List-Unsubscribe"] == "<http://old.example/u/abc>"


@pytest.mark.parametrize("wrong", ["<a@b>\r\nBcc: x@y.example", "a@b.example", "<é@b>"])
def test_a_wrong_thread_is_refused(app, wrong):
    with pytest.raises(ValueError, match="Not a message id"):
        headers.of(a_message(in_reply_to=wrong))
