from datetime import timedelta

import pytest

from pressroom import clock, links
from pressroom.access import Role
from pressroom.delivery.models import State
from tests import builders


def test_an_empty_desk_says_what_will_appear(desk):
    page = desk.get("/desk/messages/")

    assert "No message yet" in page.text


def test_every_message_stands_in_the_list_with_its_fate(desk):
    waiting = builders.a_message(
        state=State.HELD, next_at=clock.now() + timedelta(minutes=5), subject="Réponse"
    )
    failed = builders.a_message(state=State.REFUSED, subject="Dossier")

    everything = desk.get("/desk/messages/").text
    assert (waiting.recipient in everything, failed.recipient in everything) == (True, True)
    assert "Held: can still be undone" in everything

    only_failed = desk.get("/desk/messages/?group=failed").text
    assert (waiting.recipient in only_failed, failed.recipient in only_failed) == (False, True)


@pytest.mark.parametrize(
    ("words", "found"), [("dossier", True), ("%", False), ("telegraphe.example", True), ("nobody", False)]
)
def test_messages_are_found_by_address_or_subject(desk, words, found):
    message = builders.a_message(subject="Dossier")

    assert (message.recipient in desk.get("/desk/messages/", query_string={"q": words}).text) is found


def test_a_message_is_read_as_it_leaves(desk, app):
    token = links.mint("application", "a")
    text = f"Bonjour,\n\nhttp://press.example/fr/applications/{token}\n"
    message = builders.a_message(
        subject="Demande reçue", text=text, html=f'<!doctype html><p><a href="{text[10:].strip()}">CANARI</a>'
    )

    page = desk.get(f"/desk/messages/{message.id}")
    frame = desk.get(f"/desk/messages/{message.id}/html")

    assert (token in page.text, token in frame.text) == (True, True)  # test mode: the only way to the link
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script" not in frame.headers["Content-Security-Policy"]

    app.config["MAIL_URL"] = "smtp://localhost:25"
    page = desk.get(f"/desk/messages/{message.id}")
    frame = desk.get(f"/desk/messages/{message.id}/html")
    assert (token in page.text, token in frame.text, "CANARI" in frame.text) == (False, False, True)


def test_an_invitation_never_shows_its_link_to_others(desk):
    message = builders.a_message(
        notice="staff_invited", text="http://press.example/desk/set-up/abcdefghijklmnopqrstuv"
    )

    page = desk.get(f"/desk/messages/{message.id}")

    assert ("abcdefghijklmnopqrstuv" in page.text, "/desk/set-up/•••" in page.text) == (False, True)


def test_hostile_words_are_only_words_on_the_page(desk):
    message = builders.a_message(subject="<script>alert(1)</script>", text="<img src=x onerror=alert(1)>")

    page = desk.get(f"/desk/messages/{message.id}").text

    assert "<script>alert" not in page
    assert "<img" not in page


def test_messages_are_the_officers_own(app):
    assert builders.signed_in(app, role=Role.REVIEWER).get("/desk/messages/").status_code == 403
    assert builders.signed_in(app, role=Role.OFFICER).get("/desk/messages/unknown").status_code == 404


def test_the_desk_says_when_nobody_carries_the_mail(desk):
    builders.a_message(next_at=clock.now() - timedelta(minutes=11))

    assert "the background worker does not run" in desk.get("/desk/").text


def test_a_message_whose_words_were_deleted_says_so_and_keeps_its_fate(desk):
    then = clock.now() - timedelta(days=30)
    message = builders.a_message(state=State.ACCEPTED, subject="", text="", html="", created_at=then)

    page = desk.get(f"/desk/messages/{message.id}").text
    listed = desk.get("/desk/messages/").text

    assert "<h1>Message whose text has been deleted</h1>" in page
    assert "Its subject and its text have been deleted" in page
    assert (message.recipient in page, "<iframe" in page, "As plain text" in page) == (True, False, False)
    assert f'<a href="/desk/messages/{message.id}">Message whose text has been deleted</a>' in listed
    assert desk.get(f"/desk/messages/{message.id}/html").status_code == 404
