import io
from datetime import timedelta

import pytest
from pypdf import PdfWriter

from pressroom import clock, storage
from pressroom.access import Actor, Role
from pressroom.accreditation.answers import FIELDS
from pressroom.accreditation.models import Document, State
from pressroom.accreditation.reasons import ITEMS
from pressroom.database import db
from pressroom.events.models import EventCategory, Proof
from tests import builders
from tests.accreditation.test_public import DAY, decide, everything_stored, mails, page_of, post, read


def a_pdf():
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(72, 72)
    writer.write(target)
    return target.getvalue()


def a_file(name="carte.pdf"):
    return io.BytesIO(a_pdf()), name


def with_file(application, name="lettre.pdf", **values):
    document = Document(
        name=name,
        media_type="application/pdf",
        size=3,
        file_key=storage.put(b"pdf"),
        created_at=clock.now(),
        **values,
    )
    application.documents.append(document)
    db.session.commit()
    return document


def asked(*codes, due=3 * DAY, **values):
    application = builders.an_application(**values)
    decide(application, "ask", asked=codes, note="Une carte lisible", due=clock.now() + due)
    return application


def differences(application):
    """The last step that changed something: field -> before and after."""
    db.session.expire_all()
    return application.history[-1].changes


# Answering ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "fields"),
    [("proof", {"proof_file"}), ("work", {"samples"}), ("outlet", {"outlet"}), ("identity", {"name"})],
)
def test_only_what_was_asked_for_has_a_field(client, code, fields):
    page = client.get(page_of(asked(code))).text

    every = {"proof_file", "samples", "outlet", "name"}
    assert {name for name in every if f'id="{name}"' in page} == fields
    assert 'id="message"' in page


def test_whatever_can_be_asked_for_has_a_field():
    assert set(FIELDS) == set(ITEMS)


def test_an_answer_changes_what_was_asked_for_and_the_desk_sees_how(client):
    application = asked("proof", "work", "outlet", "identity", name="Noemie K", outlet="Telegraphe")
    with_file(application)

    sent = post(
        client, application, "answer", name="Noémie Kervella", outlet="Le Télégraphe",
        samples="https://telegraphe.example/2", proof_file=a_file(), category="photo", email="x@x.example",
    )  # fmt: skip

    assert sent.status_code == 303
    assert differences(application) == {
        "name": ["Noemie K", "Noémie Kervella"],
        "outlet": ["Telegraphe", "Le Télégraphe"],
        "samples": ["https://telegraphe.example/kervella", "https://telegraphe.example/2"],
        "documents": ["lettre.pdf", "lettre.pdf\ncarte.pdf"],
    }
    assert (application.state, application.name, application.outlet_key) == (
        State.RECEIVED, "Noémie Kervella", "letelegraphe",
    )  # fmt: skip
    assert (application.category, {document.name for document in application.documents}) == (
        "written", {"lettre.pdf", "carte.pdf"},
    )  # fmt: skip
    assert "The press office is reviewing your request." in read(client, application)
    assert ("accreditation_answered", application.email, "fr") in mails()


def test_each_thing_asked_for_is_given_or_explained(client):
    application = asked("proof", "work")

    nothing = post(client, application, "answer", samples="https://telegraphe.example/kervella")
    half = post(client, application, "answer", samples="https://telegraphe.example/2")
    wrong = post(client, application, "answer", samples="telegraphe", message="Voici")
    explained = post(client, application, "answer", message="Je n’ai pas de carte.")

    missing = "Give this, or say in the message why you cannot."
    assert [page.text.count(f"Error:</span> {missing}") for page in (nothing, half, wrong)] == [2, 1, 0]
    assert [page.status_code for page in (nothing, half, wrong, explained)] == [422, 422, 422, 303]
    assert "https://telegraphe.example/2</textarea>" in half.text
    assert (application.history[-1].note, differences(application)) == ("Je n’ai pas de carte.", {})


def test_an_overdue_answer_is_still_taken(client):
    application = asked("work", due=-DAY)

    assert "The date has passed: you can still reply." in read(client, application)
    assert post(client, application, "answer", message="Pardon").status_code == 303


def test_what_was_not_asked_for_cannot_be_answered(client):
    application = builders.an_application()

    assert post(client, application, "answer", message="Bonjour", name="X").status_code == 409
    assert (
        post(
            client, asked("proof"), "answer", proof_file=(io.BytesIO(b"MZ"), "x.pdf"), message="Oui"
        ).status_code
        == 422
    )


# Changing -----------------------------------------------------------------------------------------------


def an_asking_event():
    return builders.an_event(
        categories=[
            EventCategory(code="written", position=1, proof=Proof.EITHER, asks=["job_title"]),
            EventCategory(code="photo", position=2, proof=Proof.EITHER, asks=["job_title", "equipment"]),
        ]
    )


def test_while_nobody_has_looked_everything_but_the_address_may_change(client):
    application = builders.an_application(
        an_asking_event(), answers={"job_title": "Reporter"}, phone="+33 1 99 00 00 02"
    )
    old = with_file(application).file_key

    page = client.get(page_of(application, rest="/change")).text
    sent = post(
        client, application, "change", name="Noëlle Kervella", outlet="Le Phare", category="photo", phone="+33 1 99 00 00 03",
        samples="https://phare.example/k", needs="Une prise", job_title="Photographe", equipment="Un trépied",
        proof_file=a_file(), email="autre@x.example", state="approved",
    )  # fmt: skip

    for known in ("Noémie Kervella", "Reporter", "lettre.pdf", "https://telegraphe.example/kervella"):
        assert known in page
    assert 'name="email"' not in page
    assert sent.status_code == 303
    assert differences(application) == {
        "name": ["Noémie Kervella", "Noëlle Kervella"],
        "outlet": ["Le Télégraphe", "Le Phare"],
        "category": ["written", "photo"],
        "phone": ["+33 1 99 00 00 02", "+33 1 99 00 00 03"],
        "samples": ["https://telegraphe.example/kervella", "https://phare.example/k"],
        "needs": ["", ""],  # gone at the event's end, and the history keeps no copy
        "answers": ["job_title: Reporter", "equipment: Un trépied\njob_title: Photographe"],
        "documents": ["lettre.pdf", "carte.pdf"],
    }
    assert "autre" not in application.email
    storage.sweep()
    with pytest.raises(storage.Missing):
        storage.read(old)


def test_a_change_with_mistakes_keeps_what_was_typed(client):
    application = builders.an_application()
    page = post(
        client, application, "change", name="", outlet="Le Phare", category="written", samples="phare"
    )

    assert page.status_code == 422
    assert "Enter your full name" in page.text
    assert 'value="Le Phare"' in page.text
    assert differences_of(application) == []


def differences_of(application):
    db.session.expire_all()
    return [step.changes for step in application.history]


@pytest.mark.parametrize("state", ["in_review", "waitlisted", "approved"])
def test_later_only_the_telephone_and_the_needs_change(client, state):
    application = builders.an_application(state=State(state), decided_at=clock.now(), needs="Une prise")

    page = client.get(page_of(application, rest="/change")).text
    post(
        client, application, "change", phone="+33 1 99 00 00 03", needs="Une prise", name="Quelqu’un d’autre"
    )

    assert ('id="name"' in page, "Ask for a correction" in page) == (False, True)
    assert differences(application) == {"phone": ["", "+33 1 99 00 00 03"]}
    assert application.name == "Noémie Kervella"


def test_changed_needs_wait_for_an_answer_again(client):
    application = builders.an_application(
        needs="Une prise", needs_answer="Oui", needs_answered_at=clock.now()
    )
    assert "Oui" in read(client, application)

    decide(application, "take", by=Actor(Role.OFFICER, "Zoé Martin"))
    post(client, application, "change", needs="Deux prises")

    db.session.expire_all()
    assert (application.needs, application.needs_answer, application.needs_answered_at) == (
        "Deux prises",
        "",
        None,
    )


def test_a_change_while_a_decision_can_be_undone_betrays_it_not(client):
    application = builders.an_application()
    decide(application, "approve", undo=timedelta(minutes=5))

    assert 'id="name"' in client.get(page_of(application, rest="/change")).text
    sent = post(
        client, application, "change", name="Noëlle Kervella", outlet="Le Télégraphe", category="written",
        samples="https://telegraphe.example/kervella",
    )  # fmt: skip

    db.session.expire_all()
    assert (sent.status_code, application.state, application.name) == (303, State.RECEIVED, "Noëlle Kervella")
    assert [step.action for step in application.history] == ["approve", "undo", "change"]


def test_what_is_over_changes_no_more(client):
    application = builders.an_application(state=State.DECLINED, decided_at=clock.now())
    before = everything_stored()

    assert client.get(page_of(application, rest="/change")).status_code == 303
    assert post(client, application, "change", phone="1").status_code == 303
    assert everything_stored() == before
