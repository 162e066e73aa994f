"""What the mails say, read and changed on the desk."""

import re

from pressroom.access import Role
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.delivery.models import Message, NoticeText
from pressroom.newsroom import samples
from pressroom.staff.models import Staff
from tests import builders

ADDRESS = "/desk/texts/accreditation_declined/fr"
WORDS = {
    "subject": "Pas de place – {event}", "heading": "Nous ne pouvons pas vous accueillir.", "seen": "",
    "words": "Motif : {reason}.\n\n{note}\n\n{button}",
}  # fmt: skip


def test_every_notice_is_listed_in_every_language_with_what_it_says(desk):
    page = desk.get("/desk/texts/").text

    for notice in samples.NOTICES:
        for language in ("fr", "en"):
            assert f'href="/desk/texts/{notice}/{language}" lang="{language}"' in page
    assert "Request not accepted – Science press meeting" in page


def test_the_page_of_a_mail_starts_from_its_own_words(desk):
    page = desk.get(ADDRESS).text

    assert 'value="Demande non retenue – {event}"' in page
    assert "Motif : {reason}." in page
    assert re.search(r"<textarea[^>]*>[^<]*\{button\}", page)
    frame = desk.get(f"{ADDRESS}/html")
    assert "•••" in frame.text  # its links lead nowhere, and look it
    assert "default-src 'none'" in frame.headers["Content-Security-Policy"]


def test_changed_words_are_what_leaves_from_then_on_and_the_original_can_come_back(desk):
    assert desk.post(ADDRESS, data=WORDS).status_code == 303

    assert "Pas de place – Rencontres de la presse scientifique" in desk.get("/desk/texts/").text
    subject = outbox.compose(
        "accreditation_declined", "fr", **samples.context("accreditation_declined", "fr")
    )[0]
    assert subject == "Pas de place – Rencontres de la presse scientifique"

    assert desk.post(f"{ADDRESS}/original").status_code == 303
    assert db.session.scalars(db.select(NoticeText)).all() == []


def test_a_wrong_placeholder_is_told_at_its_field_and_nothing_typed_is_lost(desk):
    response = desk.post(ADDRESS, data={**WORDS, "words": "{nom} bonjour\n\n{note}\n\n{button}"})

    assert response.status_code == 422
    assert "“{nom}” is no placeholder of this mail." in response.text
    assert "{nom} bonjour" in response.text


def test_words_can_be_read_as_a_mail_before_they_are_saved(desk):
    response = desk.post(ADDRESS, data={**WORDS, "heading": "Pas cette fois : {event}", "preview": ""})

    assert response.status_code == 200
    assert "Not saved yet: this is how your words would be read." in response.text
    assert "Pas cette fois\u00a0: Rencontres de la presse scientifique" in response.text
    assert 'value="Pas cette fois : {event}"' in response.text
    assert "<iframe" not in response.text  # it would show the words that are saved
    assert db.session.scalars(db.select(NoticeText)).all() == []

    wrong = desk.post(ADDRESS, data={**WORDS, "words": "{nom}", "preview": ""})
    assert (wrong.status_code, "Not saved yet" in wrong.text) == (422, False)


def test_what_an_edited_mail_does_not_say_is_told(desk):
    assert "When only the place changes, the mail says so" in desk.get("/desk/texts/event_moved/fr").text


def test_whoever_comes_second_is_told_and_can_still_save(desk):
    desk.post(ADDRESS, data=WORDS)

    response = desk.post(ADDRESS, data={**WORDS, "subject": "Second – {event}"})

    assert response.status_code == 409
    assert "has changed this mail meanwhile" in response.text
    assert 'value="Second – {event}"' in response.text
    seen = re.search(r'name="seen" type="hidden" value="([^"]+)"', response.text)[1]
    assert desk.post(ADDRESS, data={**WORDS, "subject": "Second – {event}", "seen": seen}).status_code == 303


def test_a_test_goes_to_oneself_in_the_language_of_the_mail(desk):
    response = desk.post(f"{ADDRESS}/test", follow_redirects=True)

    assert "in test mode nothing leaves" in response.text
    [message] = db.session.scalars(db.select(Message))
    assert (message.recipient, message.language) == (db.session.get(Staff, desk.staff_id).email, "fr")
    assert message.subject == "Demande non retenue – Rencontres de la presse scientifique"


def test_what_is_no_notice_is_not_found(desk):
    for address in (
        "/desk/texts/relay_test/fr",
        "/desk/texts/_shell/fr",
        "/desk/texts/accreditation_declined/de",
    ):
        assert desk.get(address).status_code == 404


def test_reviewers_do_not_change_what_mails_say(app):
    assert builders.signed_in(app, role=Role.REVIEWER).get("/desk/texts/").status_code == 403
