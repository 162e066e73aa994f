"""All that happened with one journalist, a sentence each."""

import re
from datetime import timedelta

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.contacts import workflow as contacts
from pressroom.database import db
from pressroom.delivery.models import Reason, State
from pressroom.delivery.suppressions import add
from tests import builders

EMAIL = "noemie@telegraphe.example"


def said(answer):
    """The sentences of the page, newest first, without their dates."""
    entries = re.findall(r"<li>\s*<p[^>]*><time.*?</p>\s*<p>(.*?)</p>", answer.text, re.S)
    return [" ".join(entry.split()) for entry in entries]


def test_the_ledger_tells_everything_newest_first(desk):
    then = clock.now() - timedelta(days=2)
    contact = builders.a_contact(email=EMAIL, at=then - timedelta(days=9))
    kit = builders.a_kit()
    application = builders.an_accredited(kit.event, email=EMAIL)
    builders.a_grant(kit, application)
    builders.a_subscription(EMAIL, created_at=then, confirmed_at=then + timedelta(hours=1))
    builders.a_message(
        recipient=EMAIL, state=State.REFUSED, created_at=then + timedelta(hours=2), smtp_code=550,
        smtp_reply="5.1.1 no such user", subject="Les pôles se retrouvent",
    )  # fmt: skip
    builders.a_message(recipient="somebody@else.example", subject="Not hers")
    add(EMAIL, "contacts", Reason.UNSUBSCRIBED, at=then + timedelta(hours=3))
    db.session.commit()

    answer = desk.get(f"/desk/contacts/{contact.id}/history")

    assert said(answer) == [
        "Was given a personal link to the press kit.",
        "Wants no such mail any more: used the link in a message.",
        "Unknown address: there is no such mailbox at telegraphe.example.",
        "Confirmed the address for alerts.",
        "Asked for alerts on the public site.",
        "Was noted among the contacts.",
    ]
    assert "Les pôles se retrouvent" in answer.text
    assert "550 5.1.1 no such user" in answer.text
    assert "Not hers" not in answer.text


def test_what_went_to_an_address_that_was_corrected_since_stands_in_it(desk):
    contact = builders.a_contact(email=EMAIL)
    first = builders.a_message(
        recipient="noemi@telegraphe.example", state=State.REFUSED, smtp_code=550, smtp_reply="5.1.1 unknown"
    )
    second = builders.a_message(
        recipient="noeme@telegraphe.example", state=State.CANCELLED, replaces_id=first.id
    )
    builders.a_message(recipient=EMAIL, state=State.CANCELLED, replaces_id=second.id)
    builders.a_message(recipient="noemi@telegraphe.example", subject="Somebody else’s")

    page = desk.get(f"/desk/contacts/{contact.id}/history").text

    assert "noemi@telegraphe.example – 550 5.1.1 unknown" in page
    assert page.count("Cancelled: it does not leave.") == 2
    assert "Somebody else’s" not in page


def test_requests_and_decisions_stand_in_it(desk):
    contact = builders.a_contact(email=EMAIL)
    application = builders.an_application(email=EMAIL)
    reviewed = desk.post(f"/desk/accreditation/{application.event_id}/{application.id}/approve")
    assert reviewed.status_code == 303

    answer = desk.get(f"/desk/contacts/{contact.id}/history")

    assert "Accreditation request: accepted." in said(answer)
    assert f"/desk/accreditation/{application.event_id}/{application.id}" in answer.text


def test_a_long_history_has_pages_and_bears_any_number(desk):
    contact = builders.a_contact(email=EMAIL)
    for number in range(51):
        builders.a_message(recipient=EMAIL, created_at=clock.now() - timedelta(minutes=number))

    here = f"/desk/contacts/{contact.id}/history"
    pages = {query: desk.get(here + query) for query in ("", "?page=2", "?page=999", "?page=-1", "?page=x")}

    assert [len(said(page)) for page in pages.values()] == [50, 2, 2, 50, 50]
    assert "(page 2 of 2)" in pages["?page=2"].text


def test_a_contact_who_is_unknown_has_no_history(desk):
    assert desk.get("/desk/contacts/nobody/history").status_code == 404


def test_a_new_contact_has_a_short_one(desk):
    contact = builders.a_contact()
    db.session.commit()

    assert said(desk.get(f"/desk/contacts/{contact.id}/history")) == ["Was noted among the contacts."]


def test_consents_say_who_noted_them(desk):
    contact = builders.a_contact()
    contacts.note_consent(contact, False, "telephone call", by=SYSTEM, at=clock.now())
    db.session.commit()

    answer = desk.get(f"/desk/contacts/{contact.id}/history")

    assert "No longer agrees to be written to." in said(answer)
    assert "telephone call" in answer.text


def test_what_happened_under_a_former_address_stands_in_it(desk):
    kept, other = builders.a_contact(email="anna@nordic.example"), builders.a_contact(email=EMAIL)
    builders.an_accredited(builders.an_event(), email=EMAIL)
    builders.a_message(recipient=EMAIL, subject="Les pôles se retrouvent", state=State.ACCEPTED)
    add(EMAIL, "", Reason.BOUNCED, at=clock.now())
    before = said(desk.get(f"/desk/contacts/{other.id}/history"))

    contacts.merge(kept, other, contacts.facts_of(kept), by=SYSTEM, at=clock.now())
    db.session.commit()

    answer = desk.get(f"/desk/contacts/{kept.id}/history")
    ended = (
        "Is written to no longer: messages came back."  # says nothing of the address that is written to now
    )
    assert ended in before
    assert sorted(said(answer)) == sorted(line for line in before if line != ended)
    assert "Les pôles se retrouvent" in answer.text
