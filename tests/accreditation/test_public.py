import io
from datetime import timedelta

import pytest
from pypdf import PdfWriter

from pressroom import clock, links, storage
from pressroom.access import Actor, Role
from pressroom.accreditation import workflow
from pressroom.accreditation.models import Application, Document, Draft, State
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.delivery.models import Message
from tests import builders

TYPED = {
    "name": "Noémie Kervella",
    "email": "noemie@Telegraphe.example",
    "outlet": "Le Télégraphe",
    "category": "written",
    "phone": "+33 1 99 00 00 02",
    "samples": "https://telegraphe.example/kervella\nhttps://telegraphe.example/2",
    "needs": "Une prise",
}


def address(event, page="accreditation", language="fr"):
    return f"/{language}/events/{event.texts[language].slug}/{page}"


def a_pdf():
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(72, 72)
    writer.write(target)
    return target.getvalue()


def applications():
    return db.session.scalars(db.select(Application).order_by(Application.submitted_at)).all()


def mails():
    return [
        (m.notice, m.recipient, m.language)
        for m in db.session.scalars(db.select(Message).order_by(Message.created_at))
    ]


def draft_key(client):
    with client.session_transaction() as session:
        return next(iter(session["drafts"].values()))


def apply(client, event, language="fr", **values):
    """Fill the form, check, send; the private page's address."""
    client.post(address(event, language=language), data={**TYPED, **values})
    sent = client.post(address(event, "accreditation/check", language), data={"draft": draft_key(client)})
    return sent.location


def test_a_request_is_typed_checked_and_sent(client):
    event = builders.an_event()

    typed = client.post(address(event), data=TYPED)
    checked = client.get(address(event, "accreditation/check"))
    sent = client.post(address(event, "accreditation/check"), data={"draft": draft_key(client)})
    page = client.get(sent.location)

    (application,) = applications()
    assert (typed.status_code, typed.location) == (303, address(event, "accreditation/check"))
    assert "Vérifiez puis envoyez votre demande" in checked.text
    assert f'{address(event)}#outlet"' in checked.text
    assert sent.status_code == 303
    assert {
        name: getattr(application, name)
        for name in ("name", "email", "outlet", "category", "phone", "samples", "needs")
    } == {
        **TYPED,
        "email": "noemie@telegraphe.example",
        "samples": ["https://telegraphe.example/kervella", "https://telegraphe.example/2"],
    }
    assert (application.state, application.language, application.verified_at) == (State.RECEIVED, "fr", None)
    assert [step.action for step in application.history] == ["submit"]
    assert "Demande envoyée" in page.text
    assert application.reference in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert db.session.scalars(db.select(Draft)).all() == []
    assert mails() == [("accreditation_received", "noemie@telegraphe.example", "fr")]


def test_nothing_is_created_by_looking(client):
    event = builders.an_event()

    assert client.get(address(event)).status_code == 200
    assert client.get(address(event, "accreditation/check")).location == address(event)
    assert db.session.scalars(db.select(Draft)).all() == []


def test_errors_keep_what_was_typed_and_the_accepted_file(client):
    event = builders.an_event()

    page = client.post(
        address(event, language="en"),
        data={**TYPED, "email": "a@x.example,b@y.example", "proof_file": (io.BytesIO(a_pdf()), "carte.pdf")},
        content_type="multipart/form-data",
    )

    assert page.status_code == 422
    assert page.text.count("Enter a full address, for example name@outlet.com") == 2
    assert 'value="a@x.example,b@y.example"' in page.text
    assert 'value="Noémie Kervella"' in page.text
    assert "Already received: carte.pdf" in page.text
    again = client.post(address(event, language="en"), data={**TYPED, "samples": ""})
    assert again.status_code == 303
    (document,) = db.session.scalars(db.select(Document)).all()
    assert storage.path(document.file_key).read_bytes() == a_pdf()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": ""}, "Enter your full name"),
        ({"name": "a\r\nBcc: b@y.example"}, "Remove the line breaks and invisible characters."),
        ({"name": "a\u2028b"}, "Remove the line breaks and invisible characters."),
        ({"email": ""}, "Enter your email address"),
        ({"email": '"a@x.example, evil"@z.example'}, "Enter a full address, for example name@outlet.com"),
        ({"email": "a@x.example\nb@y.example"}, "Remove the line breaks and invisible characters."),
        ({"outlet": " "}, "Enter the name of your outlet, or “Freelance”"),
        ({"category": "president"}, "Select your role"),
        ({"category": ""}, "Select your role"),
        ({"samples": ""}, "Add a proof or a link to your work"),
        ({"samples": "telegraphe"}, "Enter a full web address, for example https://outlet.com/author"),
        (
            {"samples": "javascript:alert(1)"},
            "Enter a full web address, for example https://outlet.com/author",
        ),
        ({"samples": "\n".join(["https://a.example/"] * 11)}, "Enter at most 10 links."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, values, sentence):
    event = builders.an_event()

    page = client.post(address(event, language="en"), data={**TYPED, **values})

    assert page.status_code == 422
    assert f"Error:</span> {sentence}</p>" in page.text.replace("&#34;", '"')
    assert applications() == []


def test_an_accepted_file_can_be_replaced_and_removed(client):
    event = builders.an_event()
    send = {"content_type": "multipart/form-data"}
    client.post(address(event), data={**TYPED, "proof_file": (io.BytesIO(a_pdf()), "one.pdf")}, **send)
    first = db.session.scalars(db.select(Document)).one().file_key

    client.post(address(event), data={**TYPED, "proof_file": (io.BytesIO(a_pdf()), "two.pdf")}, **send)
    second = db.session.scalars(db.select(Document)).one()
    refused = client.post(
        address(event), data={**TYPED, "proof_file": (io.BytesIO(b"MZ"), "virus.pdf")}, **send
    )
    names = [document.name for document in db.session.scalars(db.select(Document))]
    client.post(address(event), data={**TYPED, "remove_file": "y"})

    assert (second.name, names, refused.status_code) == ("two.pdf", ["two.pdf"], 422)
    assert "virus.pdf" in refused.text
    assert db.session.scalars(db.select(Document)).all() == []
    for key in (first, second.file_key):
        with pytest.raises(storage.Missing):
            storage.path(key)


def test_a_posted_state_or_event_changes_nothing(client):
    event = builders.an_event()

    apply(
        client,
        event,
        state="approved",
        event_id="other",
        verified_at="2026-01-01",
        role="admin",
        duplicate_of_id="x",
    )

    (application,) = applications()
    assert (application.state, application.event_id, application.verified_at) == (
        State.RECEIVED,
        event.id,
        None,
    )


def test_sending_the_same_form_again_leads_to_the_same_page(client):
    event = builders.an_event()
    client.post(address(event), data=TYPED)
    key = draft_key(client)

    places = {
        client.post(address(event, "accreditation/check"), data={"draft": key}).location for _ in range(3)
    }

    assert len(places) == 1
    assert (len(applications()), len(mails())) == (1, 1)


def test_a_form_that_is_no_longer_kept_has_to_be_typed_again(client):
    event = builders.an_event()

    response = client.post(address(event, "accreditation/check", "en"), data={"draft": "gone"})

    assert response.location == address(event, language="en")
    assert "What you typed is no longer kept." in client.get(response.location).text


def test_a_draft_with_errors_cannot_be_sent(client):
    event = builders.an_event()
    client.post(address(event), data={**TYPED, "name": ""})

    response = client.post(address(event, "accreditation/check"), data={"draft": draft_key(client)})

    assert (response.location, applications()) == (address(event), [])


def test_when_requests_close_while_typing_the_text_is_kept_and_explained(client):
    event = builders.an_event(contact_id=builders.a_press_contact().id)
    client.post(address(event, language="en"), data=TYPED)
    event.requests_close_at = clock.now() - timedelta(minutes=1)
    db.session.commit()

    sent = client.post(address(event, "accreditation/check", "en"), data={"draft": draft_key(client)})
    typed = client.post(address(event, language="en"), data={**TYPED, "needs": "A tripod"})
    page = client.get(address(event, language="en"))

    assert (sent.location, applications(), mails()) == (address(event, language="en"), [], [])
    assert client.get(typed.location, follow_redirects=True).status_code == 200
    for part in (
        "Requests closed on",
        "Your request has not been sent.",
        "A tripod",
        "Le Télégraphe",
        "Maël Quéré",
    ):
        assert part in page.text
    assert "<form" not in page.text


def test_an_unknown_or_unannounced_event_has_no_form(client):
    draft = builders.an_event(state="draft")

    assert client.get("/fr/events/nowhere/accreditation").status_code == 404
    assert client.get(address(draft)).status_code == 404


def test_an_address_that_has_a_request_learns_it_by_mail_only(client, app):
    event = builders.an_event()
    first = builders.an_application(event, email="Noemie@telegraphe.example")

    other = app.test_client()
    stranger_page = other.get(apply(other, builders.an_event(), email="new@x.example"))
    page = client.get(apply(client, event))

    again = applications()[-1]
    strip = lambda text, one: text.replace(one.reference, "REF")  # noqa: E731
    assert again.duplicate_of_id == first.id
    assert mails()[-1] == ("accreditation_already", "Noemie@telegraphe.example", "fr")
    assert [tag in page.text for tag in ("À vérifier", "Reçue")] == [
        tag in stranger_page.text for tag in ("À vérifier", "Reçue")
    ]
    assert first.reference not in page.text
    assert abs(len(strip(page.text, again)) - len(stranger_page.text)) < 0.05 * len(page.text)


def test_an_address_whose_request_is_over_may_ask_again(client):
    event = builders.an_event()
    builders.an_application(event, email="noemie@telegraphe.example", state=State.WITHDRAWN)

    apply(client, event)

    assert applications()[-1].duplicate_of_id is None


def test_a_stranger_s_address_gets_one_mail_in_15_minutes_and_three_a_day(client, monkeypatch):
    start, written = clock.now(), []
    names = ["victim@x.example", "Victim@X.example", "victim+1@x.example", "victim@x.example"]
    for minutes in (0, 5, 16, 40, 70, 24 * 60 + 71):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: start + timedelta(minutes=minutes))
        apply(client, builders.an_event(), email=names[len(written) % 4])
        client.post("/en/applications/find", data={"email": "victim@x.example"})
        written.append(len(mails()))

    assert written == [1, 1, 2, 3, 3, 4]


def test_finding_answers_the_same_whoever_asks(client):
    application = builders.an_application(language="en", email="known@x.example")

    known = client.post("/en/applications/find", data={"email": "known@x.example"}, follow_redirects=True)
    unknown = client.post("/en/applications/find", data={"email": "unknown@x.example"}, follow_redirects=True)

    assert known.text == unknown.text
    assert "If there is a request for this address, a message is on its way." in known.text
    (mail,) = db.session.scalars(db.select(Message)).all()
    assert (mail.recipient, mail.subject) == ("known@x.example", "Your accreditation requests")
    assert f"http://press.example/en/applications/{links.mint('application', application.id)}" in mail.text
    assert client.post("/en/applications/find", data={"email": "?"}).status_code == 422


def verification_of(application):
    return f"/fr/verify/{links.mint('verify', application.id)}"


def test_only_the_button_confirms_an_address(client):
    application = builders.an_application(verified_at=None)

    for _ in range(5):
        client.head(verification_of(application))
        page = client.get(verification_of(application))
    db.session.refresh(application)
    assert (application.verified_at, page.text.count("Confirmer mon adresse</button>")) == (None, 1)

    first = client.post(verification_of(application))
    again = client.post(verification_of(application))

    db.session.refresh(application)
    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert [step.action for step in application.history] == ["verify"]
    assert "Cette adresse est déjà confirmée." in client.get(verification_of(application)).text
    contact = db.session.scalars(db.select(Contact)).one()
    assert (contact.email, contact.source) == (application.email, "accreditation")


def test_a_withdrawn_request_has_nothing_left_to_confirm(client):
    application = builders.an_application(verified_at=None, state=State.WITHDRAWN)

    assert "<button" not in client.get(verification_of(application)).text.partition("<main")[2]
    assert client.post(verification_of(application)).status_code == 409
    assert db.session.scalars(db.select(Contact)).all() == []


def page_of(application, language="en", rest=""):
    return f"/{language}/applications/{links.mint('application', application.id)}{rest}"


def decide(application, action, **values):
    defaults = {"by": Actor(Role.OFFICER, "Zoé Martin"), "at": clock.now(), "undo": timedelta(minutes=5)}
    workflow.act(application, action, **{**defaults, **values})
    db.session.commit()


def test_a_decision_is_not_told_before_it_stands(client, monkeypatch):
    application = builders.an_application()
    decide(application, "approve")

    before = client.get(page_of(application)).text
    monkeypatch.setattr(clock, "now", lambda: application.undo_until)
    after = client.get(page_of(application)).text

    assert "Your request is accepted." not in before
    assert "Accepted" not in before
    assert "You will have an answer by" in before
    assert "Your request is accepted." in after


def test_the_page_says_when_the_answer_is_late(client):
    application = builders.an_application(builders.an_event(answer_by=clock.now() - timedelta(hours=1)))

    assert "We are late: we promised an answer by" in client.get(page_of(application)).text


def test_information_is_asked_for_and_sent(client):
    application = builders.an_application()
    decide(
        application,
        "ask",
        asked=["proof"],
        note="Une carte lisible",
        due=clock.now() + timedelta(days=3),
        undo=timedelta(0),
    )

    asked = client.get(page_of(application)).text
    empty = client.post(page_of(application, rest="/answer"), data={"message": ""})
    sent = client.post(
        page_of(application, rest="/answer"),
        data={"message": "La voici", "proof_file": (io.BytesIO(a_pdf()), "carte.pdf")},
        content_type="multipart/form-data",
    )

    db.session.refresh(application)
    for part in ("We need 1 more item.", "A press card or a letter of assignment", "Une carte lisible"):
        assert part in asked
    assert (empty.status_code, sent.status_code) == (422, 303)
    assert application.state is State.RECEIVED
    assert [(step.action, step.note) for step in application.history] == [
        ("ask", "Une carte lisible"),
        ("answer", "La voici"),
    ]
    assert [document.name for document in application.documents] == ["carte.pdf"]
    assert "The press office is reviewing your request." in client.get(page_of(application)).text


def test_an_overdue_answer_is_still_taken(client):
    application = builders.an_application()
    decide(application, "ask", asked=["work"], due=clock.now() - timedelta(days=1), undo=timedelta(0))

    assert "The date has passed: you can still reply." in client.get(page_of(application)).text
    assert client.post(page_of(application, rest="/answer"), data={"message": "Sorry"}).status_code == 303


def test_withdrawing_takes_a_page_and_a_button(client):
    application = builders.an_application(state=State.APPROVED)

    asked = client.get(page_of(application, rest="/withdraw"))
    db.session.refresh(application)
    assert (application.state, "Your place is given up" in asked.text) == (State.APPROVED, True)

    client.post(page_of(application, rest="/withdraw"))

    db.session.refresh(application)
    assert application.state is State.WITHDRAWN
    assert mails() == [("accreditation_withdrawn", application.email, "fr")]
    assert "You withdrew this request on" in client.get(page_of(application)).text
    assert client.post(page_of(application, rest="/withdraw")).status_code == 409
    assert "can no longer be withdrawn" in client.get(page_of(application, rest="/withdraw")).text


def test_the_receipt_is_sent_again_but_not_at_once(client, monkeypatch):
    location = apply(client, builders.an_event())
    client.post(f"{location}/receipt")
    assert len(mails()) == 1

    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    client.post(f"{location}/receipt")

    assert [notice for notice, *_ in mails()] == ["accreditation_received"] * 2


@pytest.mark.parametrize("rest", ["", "/withdraw"])
def test_another_token_opens_nothing(client, rest):
    application = builders.an_application()
    other = links.mint("verify", application.id)

    assert client.get(f"/fr/applications/{other}{rest}").status_code == 404
    assert client.post(f"/fr/applications/{other}/withdraw").status_code == 404
    assert client.post(f"/fr/applications/{other}/answer", data={"message": "x"}).status_code == 404
    assert client.get(f"/fr/verify/{links.mint('application', application.id)}").status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_is_read_in_either_language(client, language):
    application = builders.an_application()
    other = {"fr": "en", "en": "fr"}[language]

    page = client.get(page_of(application, language)).text

    assert f'<html lang="{language}">' in page
    assert f'href="{page_of(application, other)}"' in page


@pytest.mark.parametrize(
    ("state", "action", "values", "sentence"),
    [
        (
            "received",
            "decline",
            {"reason": "capacity", "note": "Salle pleine"},
            "We cannot offer you a place. Reason: Capacity reached.",
        ),
        (
            "approved",
            "revoke",
            {"reason": "conflicting"},
            "The press office has cancelled this accreditation. Reason: Conflicting details.",
        ),
    ],
)
def test_a_refusal_is_told_with_its_reason(client, state, action, values, sentence):
    application = builders.an_application(state=State(state))
    decide(application, action, undo=timedelta(0), **values)

    page = client.get(page_of(application)).text

    assert sentence in page
    assert values.get("note", "") in page


@pytest.mark.parametrize(
    ("language", "subjects", "sentence"),
    [
        ("fr", ["Confirmez votre adresse – Forum des pôles de compétitivité", "Demande acceptée – Forum des pôles de compétitivité"], "Votre demande est acceptée."),
        ("en", ["Confirm your email address – Forum on Competitiveness Clusters", "Request accepted – Forum on Competitiveness Clusters"], "Your request is accepted."),
    ],
)  # fmt: skip
def test_from_the_form_to_the_decision(client, desk, monkeypatch, language, subjects, sentence):
    event = builders.an_event(contact_id=builders.a_press_contact().id)
    page = apply(client, event, language)
    (application,) = applications()
    place = f"/desk/accreditation/{event.id}/{application.id}"

    early = desk.post(f"{place}/approve", data={"version": application.version})
    client.post(f"/{language}/verify/{links.mint('verify', application.id)}")
    db.session.refresh(application)
    accepted = desk.post(f"{place}/approve", data={"version": application.version})

    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (early.status_code, accepted.status_code) == (409, 303)
    assert sentence in client.get(page).text
    assert [
        m.subject for m in db.session.scalars(db.select(Message).order_by(Message.created_at))
    ] == subjects
    db.session.refresh(application)
    assert [(step.action, step.actor_name) for step in application.history] == [
        ("submit", ""),
        ("verify", ""),
        ("approve", "Zoé Martin"),
    ]
