import io
import re
from datetime import timedelta

import pytest

from pressroom import clock, storage
from pressroom.access import Role
from pressroom.accreditation.models import Document, State
from pressroom.database import db
from pressroom.delivery.models import Message
from tests import builders


def page_of(application, rest=""):
    return f"/desk/accreditation/{application.event_id}/{application.id}{rest}"


def queue(event, **query):
    return f"/desk/accreditation/{event.id}?" + "&".join(f"{name}={value}" for name, value in query.items())


def names_in(page):
    return re.findall(r'<td><a href="[^"]*">([^<]*)</a>', page.text)


def test_the_desk_lists_events_with_their_requests(desk):
    event = builders.an_event()
    builders.an_application(event)
    builders.an_application(event, state=State.APPROVED)
    builders.an_application(event, duplicate_of_id=builders.an_application(event).id)

    page = desk.get("/desk/accreditation/")

    assert re.findall(r'class="number">(\d+)</td>', page.text) == ["2", "1", "3"]


def test_the_queue_starts_with_the_oldest_that_waits(desk):
    event = builders.an_event()
    for hours, name in ((1, "Ada"), (3, "Béa"), (2, "Cléo")):
        builders.an_application(event, name=name, submitted_at=clock.now() - timedelta(hours=hours))
    builders.an_application(event, name="Dune", state=State.APPROVED)
    builders.an_application(
        event, name="Double", duplicate_of_id=builders.an_application(event, name="Eve").id
    )

    assert names_in(desk.get(queue(event))) == ["Béa", "Cléo", "Ada", "Eve"]
    assert names_in(desk.get(queue(event, state="approved"))) == ["Dune"]
    assert names_in(desk.get(queue(event, state="all", q="dune"))) == ["Dune"]
    assert names_in(desk.get(queue(event, state="all", q="%25"))) == []


def test_the_queue_is_paged(desk):
    event = builders.an_event()
    for number in range(51):
        builders.an_application(event, name=f"N{number}")

    assert len(names_in(desk.get(queue(event)))) == 50
    assert len(names_in(desk.get(queue(event, page=2)))) == 1


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("received", "No request yet"), ("approved", "No request yet")],
)
def test_an_empty_queue_says_so(desk, state, sentence):
    assert sentence in desk.get(queue(builders.an_event(), state=state)).text


def test_a_finished_queue_says_so(desk):
    event = builders.an_event()
    builders.an_application(event, state=State.DECLINED)

    assert "Everything has been reviewed." in desk.get(queue(event)).text
    assert "No request has this status." in desk.get(queue(event, state="withdrawn")).text
    assert "No request matches this search." in desk.get(queue(event, q="zzz")).text


def test_the_queue_marks_what_is_to_be_confirmed_and_what_was_answered(desk, client):
    event = builders.an_event()
    builders.an_application(event, verified_at=None)

    assert "Email to verify" in desk.get(queue(event)).text


def test_accepting_leads_to_the_next_request_and_offers_to_undo(desk):
    event = builders.an_event()
    first, second = (builders.an_application(event, name=name) for name in ("Ada Quill", "Béa Loire"))

    response = desk.post(page_of(first, "/approve"), data={"version": first.version})
    page = desk.get(response.location)

    db.session.refresh(first)
    assert (response.status_code, response.location) == (303, f"{page_of(second)}?decided={first.id}")
    assert first.state is State.APPROVED
    assert "Ada Quill: accepted. The message leaves in 5 minutes." in page.text
    assert f'action="{page_of(first, "/undo")}"' in page.text

    undone = desk.post(page_of(first, "/undo"), data={"version": first.version})
    db.session.refresh(first)
    assert (undone.location, first.state) == (page_of(first), State.RECEIVED)
    assert [message.state for message in db.session.scalars(db.select(Message))] == ["cancelled"]


def test_after_the_last_decision_the_queue_is_empty(desk):
    application = builders.an_application()

    response = desk.post(
        page_of(application, "/decline"), data={"decline-reason": "capacity", "decline-note": ""}
    )

    page = desk.get(response.location).text
    assert response.location == f"/desk/accreditation/{application.event_id}?decided={application.id}"
    assert "Noémie Kervella: declined." in page
    assert "Everything has been reviewed." in page


def test_the_undo_offer_ends_with_the_delay(desk, monkeypatch):
    application = builders.an_application()
    location = desk.post(page_of(application, "/approve")).location
    db.session.refresh(application)
    monkeypatch.setattr(clock, "now", lambda: application.undo_until)

    assert "accepted. The message" not in desk.get(location).text
    assert desk.post(page_of(application, "/undo")).status_code == 409


@pytest.mark.parametrize(
    ("action", "typed", "sentence"),
    [
        ("decline", {"decline-note": "No"}, "Choose a reason: the applicant will read it."),
        ("decline", {"decline-reason": "because"}, "Choose a reason: the applicant will read it."),
        ("ask", {"ask-note": "Send it", "ask-due": "2099-01-01"}, "Tick what is missing"),
        ("ask", {"ask-asked": "proof", "ask-due": "2020-01-01"}, "Choose a date in the future"),
        ("ask", {"ask-asked": "proof", "ask-due": "soon"}, "Enter a date"),
    ],
)
def test_a_decision_without_its_words_comes_back_as_typed(desk, action, typed, sentence):
    application = builders.an_application()

    page = desk.post(page_of(application, f"/{action}"), data=typed)

    db.session.refresh(application)
    assert (page.status_code, application.state) == (422, State.RECEIVED)
    assert sentence in page.text
    assert "<details open>" in page.text
    assert typed.get(f"{action}-note", "") in page.text


def test_asking_sets_the_end_of_the_day_as_the_due_moment(desk):
    application = builders.an_application()

    desk.post(
        page_of(application, "/ask"),
        data={"ask-asked": ["proof", "outlet"], "ask-due": "2099-07-01", "ask-note": "Merci"},
    )

    db.session.refresh(application)
    assert application.state is State.INFO_REQUESTED
    assert (
        application.answer_due.astimezone(application.event.zone).isoformat() == "2099-07-01T23:59:59+02:00"
    )
    assert application.history[-1].asked == ["proof", "outlet"]
    assert (
        "A press card or a letter of assignment – The outlet you work for – Merci"
        in desk.get(page_of(application)).text
    )


@pytest.mark.parametrize(
    ("role", "state", "values", "buttons"),
    [
        (Role.OFFICER, "received", {}, ["Accept", "Ask for information", "Decline"]),
        (Role.REVIEWER, "received", {}, ["Accept", "Ask for information", "Decline"]),
        (Role.OFFICER, "received", {"verified_at": None}, ["Ask for information", "Decline"]),
        (Role.OFFICER, "info_requested", {"answer_due": clock.now()}, ["Accept", "Decline"]),
        (Role.OFFICER, "approved", {}, ["Cancel the accreditation"]),
        (Role.ADMIN, "approved", {}, ["Cancel the accreditation"]),
        (Role.REVIEWER, "approved", {}, []),
        (Role.OFFICER, "declined", {}, []),
        (Role.OFFICER, "withdrawn", {}, []),
        (Role.OFFICER, "revoked", {}, []),
    ],
)
def test_the_page_offers_exactly_the_allowed_steps(app, role, state, values, buttons):
    application = builders.an_application(state=State(state), **values)

    page = builders.signed_in(app, role=role).get(page_of(application)).text

    panel = page.partition('<section class="panel"')[2].partition("</section>")[0]
    assert re.findall(r">([^<>]+)</button>", panel) == buttons


def test_a_reviewer_cannot_revoke_by_hand(app):
    application = builders.an_application(state=State.APPROVED)

    response = builders.signed_in(app, role=Role.REVIEWER).post(
        page_of(application, "/revoke"), data={"revoke-reason": "late"}
    )

    assert response.status_code == 409


def test_the_later_of_two_officers_is_told(app, desk):
    application = builders.an_application()
    seen = application.version
    other = builders.signed_in(app, role=Role.REVIEWER)

    other.post(page_of(application, "/approve"), data={"version": seen})
    late = desk.post(
        page_of(application, "/decline"), data={"decline-version": seen, "decline-reason": "capacity"}
    )

    db.session.refresh(application)
    assert (late.status_code, application.state) == (409, State.APPROVED)
    assert "Someone else has just changed this request." in late.text
    assert [message.notice for message in db.session.scalars(db.select(Message))] == [
        "accreditation_approved"
    ]


def test_the_page_shows_history_and_messages(app, desk):
    application = builders.an_application(samples=["https://telegraphe.example/k?a=1&b=2"])
    desk.post(page_of(application, "/approve"))
    message = db.session.scalars(db.select(Message)).one()

    page = desk.get(page_of(application)).text
    reviewer = builders.signed_in(app, role=Role.REVIEWER).get(page_of(application)).text

    assert "Zoé Martin" in page
    assert f"/desk/messages/{message.id}" in page
    assert "Held: can still be undone" in page
    assert "/desk/messages/" not in reviewer
    assert '<a href="https://telegraphe.example/k?a=1&amp;b=2" rel="noreferrer noopener nofollow">' in page
    assert "The message leaves in 5 minutes." in page


def test_a_proof_is_only_ever_a_download(desk, client):
    application = builders.an_application()
    document = Document(
        name="carte <1>.pdf",
        media_type="application/pdf",
        size=4,
        file_key=storage.put(b"%PDF"),
        created_at=clock.now(),
    )
    application.documents.append(document)
    db.session.commit()
    neighbour = builders.an_application()

    response = desk.get(page_of(application, f"/proofs/{document.id}"))

    assert response.data == b"%PDF"
    response.close()
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "carte &lt;1&gt;.pdf" in desk.get(page_of(application)).text
    assert desk.get(page_of(neighbour, f"/proofs/{document.id}")).status_code == 404
    assert client.get(page_of(application, f"/proofs/{document.id}")).status_code == 303
    storage.delete(document.file_key)
    assert desk.get(page_of(application, f"/proofs/{document.id}")).status_code == 404


def test_what_the_desk_may_not_see_is_not_found(desk):
    application = builders.an_application()
    double = builders.an_application(application.event, duplicate_of_id=application.id)

    assert desk.get(page_of(double)).status_code == 404
    assert desk.post(page_of(double, "/approve")).status_code == 404
    assert desk.get(f"/desk/accreditation/{builders.an_event().id}/{application.id}").status_code == 404
    assert desk.get("/desk/accreditation/nowhere").status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_desk_reads_its_own_language(app, language):
    application = builders.an_application(documents=[])
    member = builders.signed_in(app, language=language)

    page = member.get(page_of(application)).text

    assert f'<html lang="{language}">' in page
    assert {"fr": "Demander un complément", "en": "Ask for information"}[language] in page


def test_a_file_is_never_empty_on_the_form(client):
    event = builders.an_event()

    page = client.post(
        f"/en/events/{event.texts['en'].slug}/accreditation",
        data={"proof_file": (io.BytesIO(b""), "empty.pdf")},
        content_type="multipart/form-data",
    )

    assert "The file “empty.pdf” is empty" in page.text
