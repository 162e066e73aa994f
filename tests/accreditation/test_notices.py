import re
from datetime import timedelta

import pytest

from pressroom import clock, links
from pressroom.access import APPLICANT, Actor, Role
from pressroom.accreditation import notices, queries, workflow
from pressroom.accreditation.models import Application, State
from pressroom.database import db
from pressroom.delivery.models import Message
from tests import builders
from tests.accreditation.test_public import address, apply

CANARIES = {
    "name": "Canari **un** <a href=//evil>",
    "email": "canari@x.example",
    "outlet": "Canari [deux](http://evil.example)",
    "phone": "canari trois",
    "samples": "https://evil.example/canari",
    "needs": "Canari\n<img src=x onerror=1> www.evil.example",
}
OFFICER = Actor(Role.OFFICER, "Zoé Martin")


def written(message):
    """Everything of a message that leaves or is kept, but the address that it goes to."""
    columns = {column.name: getattr(message, column.name) for column in Message.__table__.columns}
    return "\n".join(str(value) for name, value in columns.items() if name != "recipient")


def messages():
    return db.session.scalars(db.select(Message).order_by(Message.created_at)).all()


def hosts(text):
    return set(re.findall(r"https?://([^/\s\"'<]+)", text))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_unconfirmed_address_reads_no_word_that_was_typed(client, monkeypatch, language):
    event = builders.an_event(contact_id=builders.a_press_contact().id)
    start = clock.now()
    for minutes in (0, 20):  # the receipt, then what the owner of a live request is told
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: start + timedelta(minutes=minutes))
        apply(client, event, language, **CANARIES)
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=40))
    client.post(f"/{language}/applications/find", data={"email": CANARIES["email"]})
    application = db.session.scalars(db.select(Application).filter_by(duplicate_of_id=None)).one()
    for action, values in {
        "ask": {"asked": ["proof"], "due": clock.now()},
        "decline": {"reason": "late"},
    }.items():
        workflow.act(application, action, by=OFFICER, at=clock.now(), **values)
    db.session.commit()

    assert [message.notice for message in messages()] == [
        "accreditation_received", "accreditation_already", "accreditation_found", "accreditation_question", "accreditation_declined",
    ]  # fmt: skip
    for message in messages():
        assert not re.search("canari|evil|onerror", written(message), re.IGNORECASE)
        assert hosts(message.text + message.html) <= {"press.example"}


def test_the_receipt_asks_to_confirm_and_gives_the_private_page(client):
    event = builders.an_event(contact_id=builders.a_press_contact().id)
    apply(client, event)

    application = db.session.scalars(db.select(Application)).one()
    (mail,) = messages()
    assert mail.subject == "Confirmez votre adresse – Forum des pôles de compétitivité"
    for text in (mail.text, mail.html):
        assert f"http://press.example/fr/verify/{links.mint('verify', application.id)}" in text
        assert f"http://press.example/fr/applications/{links.mint('application', application.id)}" in text
        assert application.reference in text
        assert "Maël Quéré" in text
        assert "+33 1 99 00 00 01" in text
    assert (mail.reply_to, mail.once) == (None, f"receipt:{application.id}")


@pytest.mark.parametrize(
    ("language", "action", "state", "values", "subject", "part"),
    [
        ("fr", "approve", "received", {}, "Demande acceptée – Forum des pôles de compétitivité", "est acceptée"),
        ("en", "approve", "received", {}, "Request accepted – Forum on Competitiveness Clusters", "is accepted"),
        ("fr", "decline", "received", {"reason": "capacity", "note": "Salle pleine"}, "Demande non retenue – Forum des pôles de compétitivité", "Motif\xa0: Capacité atteinte."),
        ("en", "decline", "received", {"reason": "capacity"}, "Request not accepted – Forum on Competitiveness Clusters", "Reason: Capacity reached."),
        ("fr", "ask", "received", {"asked": ["proof"]}, "À compléter avant le 1er décembre 2026 – Forum des pôles de compétitivité", "Une carte de presse ou une lettre de mission"),
        ("en", "ask", "received", {"asked": ["work"]}, "Please complete by 1 December 2026 – Forum on Competitiveness Clusters", "A link to your work"),
        ("fr", "revoke", "approved", {"reason": "conflicting"}, "Accréditation annulée – Forum des pôles de compétitivité", "Motif\xa0: Informations contradictoires."),
        ("en", "revoke", "approved", {"reason": "conflicting"}, "Accreditation cancelled – Forum on Competitiveness Clusters", "Reason: Conflicting details."),
        ("fr", "withdraw", "approved", {}, "Demande retirée – Forum des pôles de compétitivité", "Vous avez retiré votre demande"),
        ("en", "withdraw", "approved", {}, "Request withdrawn – Forum on Competitiveness Clusters", "You have withdrawn your request"),
    ],
)  # fmt: skip
def test_an_outcome_is_told_in_the_applicant_s_language(app, language, action, state, values, subject, part):
    event = builders.an_event(contact_id=builders.a_press_contact().id)
    application = builders.an_application(
        event, language=language, state=State(state), name="Ada <b>Quill</b> & Co"
    )
    notices.receipt(application, at=builders.NOON)
    by = APPLICANT if action == "withdraw" else OFFICER
    due = builders.NOON.replace(month=12, day=1)

    workflow.act(
        application,
        action,
        by=by,
        at=builders.NOON,
        **({"due": due, **values} if action == "ask" else values),
    )
    db.session.commit()

    receipt, mail = sorted(messages(), key=lambda message: message.notice != "accreditation_received")
    assert (mail.subject, mail.language, mail.recipient) == (subject, language, application.email)
    assert (mail.reply_to, mail.in_reply_to) == ("Maël Quéré <mael.quere@press.example>", receipt.message_id)
    assert "Ada <b>Quill</b> & Co," in mail.text
    assert "Ada &lt;b&gt;Quill&lt;/b&gt; &amp; Co," in mail.html
    for text in (mail.text, mail.html):
        for words in (part, application.reference, values.get("note", ""), "Maël Quéré", "+33 1 99 00 00 01"):
            assert words in text
    assert "None" not in mail.text + mail.html
    assert "\n\n\n\n" not in mail.text


def test_a_name_makes_no_link(app):
    names = ["[Free](http://evil.example)", "www.evil.example", "<img src=x onerror=1>", '" onclick="x']
    for name in names:
        workflow.act(builders.an_application(name=name), "approve", by=OFFICER, at=builders.NOON)
    db.session.commit()

    for mail in messages():
        assert hosts("".join(re.findall(r"<a [^>]*>", mail.html))) == {"press.example"}
        assert "<img" not in mail.html
        assert 'onclick="' not in mail.html


def test_an_event_without_a_contact_or_words_in_the_language_still_tells(app):
    application = builders.an_application(builders.an_event(languages=("fr",)), language="en")

    workflow.act(application, "approve", by=OFFICER, at=builders.NOON)
    db.session.commit()

    (mail,) = messages()
    assert (mail.subject, mail.reply_to) == ("Request accepted – Forum des pôles de compétitivité", None)


def test_the_form_s_address_stays_out_of_a_neighbour_s_event(client):
    one, two = builders.an_event(), builders.an_event()
    client.post(address(one), data={**CANARIES, "category": "photo"})
    with client.session_transaction() as session:
        key = session["drafts"][one.id]

    response = client.post(address(two, "accreditation/check"), data={"draft": key})

    assert response.location == address(two)
    assert db.session.scalars(db.select(Application)).all() == []


def test_spellings_of_one_address_count_together(app):
    now = clock.now()
    builders.a_message(notice="accreditation_received", recipient="Victim+1@x.example", created_at=now)

    answers = {
        address: queries.may_write_to(address, now)
        for address in (
            "victim@x.example",
            "VICTIM+2@X.example",
            "victi@x.example",
            "victims@x.example",
            "victim@y.example",
        )
    }

    assert answers == {
        "victim@x.example": False, "VICTIM+2@X.example": False,
        "victi@x.example": True, "victims@x.example": True, "victim@y.example": True,
    }  # fmt: skip
