import io
from datetime import timedelta
from hashlib import sha256

import pytest

from pressroom import clock, retention, storage
from pressroom.access import SYSTEM
from pressroom.accreditation import applying, questionnaire
from pressroom.accreditation.models import Application, Document, Draft, State
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.events import workflow
from pressroom.events.categories import usual
from pressroom.events.models import EventCategory, Late, OutletQuota, Proof
from pressroom.events.workflow import CategoryFacts
from pressroom.i18n import countries
from tests import builders, strict
from tests.builders import TYPED, a_pdf, applied, draft_key, form_address
from tests.counting import counting, turns

MULTIPART = {"content_type": "multipart/form-data"}
LETTER = {"assignment_file": "letter.pdf"}


def applications():
    return db.session.scalars(db.select(Application).order_by(Application.submitted_at)).all()


def documents():
    return db.session.scalars(db.select(Document).order_by(Document.created_at)).all()


def mails():
    return [
        (m.notice, m.recipient, m.language)
        for m in db.session.scalars(db.select(Message).order_by(Message.created_at))
    ]


def asking(code="written", asks=(), proof=Proof.EITHER, **values):
    """A category that asks these questions and wants this proof."""
    known = usual(code) if code in ("written", "photo", "agency") else EventCategory(code=code, position=9)
    for name, value in {"asks": list(asks), "proof": proof, **values}.items():
        setattr(known, name, value)
    return known


def post(client, event, language="en", rest="", files=None, **values):
    """Post the form; `files` are names by field, each file the same PDF unless bytes are given."""
    for field, file in (files or {}).items():
        name, data = file if isinstance(file, tuple) else (file, a_pdf())
        values[field] = (io.BytesIO(data), name)
    return client.post(form_address(event, language, rest), data={**TYPED, **values}, **MULTIPART)


def sent(client, event, language="en"):
    key = draft_key(client, event, language)
    return client.post(form_address(event, language, "/check"), data={"draft": key})


def errors(page):
    """The sentences at the fields, by the id of the field."""
    found = {}
    for part in page.text.split('<p class="error-message" id="')[1:]:
        field, _, rest = part.partition('-error">')
        found[field] = rest.partition("</span> ")[2].partition("</p>")[0]
    return found


def test_a_request_is_typed_checked_and_sent(client):
    event = builders.an_event()

    typed = client.post(form_address(event), data=TYPED)
    checked = client.get(form_address(event, rest="/check"))
    done = sent(client, event, "fr")
    page = client.get(done.location)

    (application,) = applications()
    assert (typed.status_code, typed.location) == (303, form_address(event, rest="/check"))
    assert "Vérifiez puis envoyez votre demande" in checked.text
    assert f'{form_address(event)}#outlet"' in checked.text
    assert done.status_code == 303
    assert {
        name: getattr(application, name)
        for name in ("name", "email", "outlet", "category", "phone", "samples", "needs", "days", "answers", "country")
    } == {
        **TYPED, "email": "noemie@telegraphe.example",
        "samples": ["https://telegraphe.example/kervella", "https://telegraphe.example/2"],
        "days": [], "answers": {}, "country": "",
    }  # fmt: skip
    assert (application.state, application.language, application.verified_at) == (State.RECEIVED, "fr", None)
    assert (application.notice, application.is_late) == (retention.EDITION, False)
    assert [step.action for step in application.history] == ["submit"]
    assert application.reference in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert db.session.scalars(db.select(Draft)).all() == []
    assert draft_key(client, event) is None
    assert mails() == [("accreditation_received", "noemie@telegraphe.example", "fr")]


def test_by_default_there_are_nine_fields_at_most(client):
    event = builders.an_event()

    page = client.get(form_address(event)).text.partition("<main")[2].partition("</main>")[0]

    names = [part.partition('"')[0] for part in page.split(' name="')[1:]]
    assert set(names) - {"csrf_token", "homepage"} == {
        "name", "email", "phone", "outlet", "category", "proof_file", "samples", "needs",
    }  # fmt: skip
    assert '<div hidden><label for="homepage">' in page


def test_nothing_is_created_by_looking(client):
    event = builders.an_event()

    page = client.get(form_address(event))

    assert (page.status_code, "Set-Cookie" in page.headers and "request=" in page.headers["Set-Cookie"]) == (
        200,
        False,
    )
    assert client.get(form_address(event, rest="/check")).location == form_address(event)
    assert db.session.scalars(db.select(Draft)).all() == []


def test_errors_keep_what_was_typed_and_the_accepted_file(client):
    event = builders.an_event()

    page = post(client, event, email="a@x.example,b@y.example", files={"proof_file": "carte.pdf"})

    assert page.status_code == 422
    assert page.text.count("Enter a full address, for example name@outlet.com") == 2
    assert 'value="a@x.example,b@y.example"' in page.text
    assert 'value="Noémie Kervella"' in page.text
    assert "Already received: carte.pdf" in page.text
    again = post(client, event, samples="")
    assert again.status_code == 303
    (document,) = documents()
    assert storage.read(document.file_key) == a_pdf()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": ""}, "Enter your full name"),
        ({"name": "12345"}, "Enter your full name"),
        ({"email": ""}, "Enter your email address"),
        ({"outlet": " "}, "Enter the name of your outlet, or “Freelance”"),
        ({"outlet": "\u200b\u2060"}, "Enter the name of your outlet, or “Freelance”"),
        ({"category": "president"}, "Select your role"),
        ({"category": ""}, "Select your role"),
        ({"samples": ""}, "Add a proof or a link to your work"),
        ({"samples": "telegraphe"}, "Enter a full web address, for example https://outlet.com/author"),
        ({"samples": "javascript:alert(1)"}, "Enter a full web address, for example https://outlet.com/author"),
        ({"samples": "\n".join(["https://a.example/"] * 11)}, "Enter at most 10 links."),
        ({"needs": "x" * 2001}, "Use at most 2000 characters."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(client, values, sentence):
    event = builders.an_event()

    page = post(client, event, **values)

    assert page.status_code == 422
    assert f"Error:</span> {sentence}</p>" in page.text.replace("&#34;", '"')
    assert applications() == []


def test_an_accepted_file_can_be_replaced_and_removed(client):
    event = builders.an_event()
    post(client, event, files={"proof_file": "one.pdf"})
    first = documents()[0].file_key

    post(client, event, files={"proof_file": "two.pdf"})
    second = documents()[0]
    refused = post(client, event, files={"proof_file": ("virus.pdf", b"MZ")})
    names = [document.name for document in documents()]
    post(client, event, remove_proof_file="y")
    storage.sweep()

    assert (second.name, names, refused.status_code) == ("two.pdf", ["two.pdf"], 422)
    assert "virus.pdf" in refused.text
    assert documents() == []
    for key in (first, second.file_key):
        with pytest.raises(storage.Missing):
            storage.read(key)


def test_each_file_keeps_its_field_and_what_tells_two_copies_apart(client):
    event = builders.an_event(categories=[asking(asks=["assignment_file"])])
    other = a_pdf(lambda writer: writer.add_metadata({"/Title": "Letter"}))
    post(client, event, email="?", files={"proof_file": "card.pdf", **LETTER})
    page = post(client, event, samples="", files={"assignment_file": ("new.pdf", other)})
    sent(client, event)

    (application,) = applications()
    assert page.status_code == 303
    assert [(d.kind, d.name, d.digest) for d in sorted(application.documents, key=lambda d: d.kind)] == [
        ("assignment_file", "new.pdf", sha256(other).hexdigest()),
        ("proof_file", "card.pdf", sha256(a_pdf()).hexdigest()),
    ]


def test_a_file_that_is_too_large_is_refused_with_the_text_kept(client):
    event = builders.an_event()

    page = post(client, event, files={"proof_file": ("big.pdf", b"%PDF-" + b"0" * 5_000_000)})
    page.request.environ["wsgi.input"].close()  # the client's own temporary file

    assert page.status_code == 413
    assert errors(page) == {"proof_file": "The file “big.pdf” is larger than 5\xa0MB"}
    assert 'value="Noémie Kervella"' in page.text


def test_what_is_too_large_to_be_read_leads_back_to_the_form(client, monkeypatch):
    event = builders.an_event()
    post(client, event, email="?")
    monkeypatch.setattr(applying, "MOST", 10_000)

    page = post(client, event, language="fr", files={"proof_file": ("big.pdf", b"0" * 20_000)})

    assert page.status_code == 413
    assert '<html lang="fr">' in page.text
    assert 'value="Noémie Kervella"' in page.text  # as kept from before


def test_sending_the_same_form_again_leads_to_the_same_page(client):
    event = builders.an_event()
    client.post(form_address(event), data=TYPED)
    key = draft_key(client, event)

    places = {client.post(form_address(event, rest="/check"), data={"draft": key}).location for _ in range(3)}

    assert len(places) == 1
    assert (len(applications()), len(mails())) == (1, 1)


def test_a_form_that_is_no_longer_kept_has_to_be_typed_again(client):
    event = builders.an_event()

    response = client.post(form_address(event, "en", "/check"), data={"draft": "gone"})

    assert response.location == form_address(event, "en")
    assert "What you typed is no longer kept." in client.get(response.location).text


@pytest.mark.parametrize("wrong", [{"name": ""}, {"files": {"proof_file": ("virus.pdf", b"MZ")}}])
def test_a_draft_with_errors_cannot_be_sent(client, wrong):
    event = builders.an_event()
    post(client, event, **wrong)

    assert (sent(client, event).location, applications()) == (form_address(event, "en"), [])


def test_a_draft_that_another_window_has_left_unfinished_goes_back_to_the_form_and_says_so(client):
    event = builders.an_event()
    post(client, event)
    post(client, event, name="")

    response = sent(client, event)

    assert (response.location, applications()) == (form_address(event, "en"), [])
    assert "The form has changed since you filled it in." in client.get(response.location).text


def test_a_draft_of_an_event_that_has_changed_since_goes_back_to_the_form(client):
    event = builders.an_event(categories=[asking("written"), asking("photo")])
    post(client, event)
    wanted = {"categories": [CategoryFacts("written", asks=("job_title",)), CategoryFacts("photo")]}
    workflow.edit(event, wanted, dict.fromkeys(event.texts, {}), by=SYSTEM, at=clock.now())
    db.session.commit()

    response = sent(client, event)

    assert (response.location, applications()) == (form_address(event, "en"), [])
    assert "The form has changed since you filled it in." in client.get(response.location).text
    assert errors(post(client, event, samples="")) == {
        "job_title": "Fill in: Job title", "proof_file": "Add a proof or a link to your work",
    }  # fmt: skip


def test_what_was_typed_outlives_the_session_and_the_language(client):
    event = builders.an_event()
    post(client, event, language="fr", email="?", files={"proof_file": "carte.pdf"})

    client.delete_cookie("session")
    page = client.get(form_address(event, "en")).text

    cookie = client.get_cookie("request", path=form_address(event, "en"))
    assert 'value="Noémie Kervella"' in page
    assert "Already received: carte.pdf" in page
    assert (cookie.http_only, cookie.same_site, cookie.max_age) == (True, "Lax", 48 * 3600)
    assert client.get_cookie("request", path="/") is None


def test_what_was_typed_can_be_erased(client):
    event = builders.an_event()
    post(client, event, files={"proof_file": "carte.pdf"})
    (key,) = [document.file_key for document in documents()]

    response = client.post(form_address(event, "en", "/forget"))
    storage.sweep()

    assert (response.location, draft_key(client, event)) == (form_address(event, "en"), None)
    assert db.session.scalars(db.select(Draft)).all() == documents() == []
    assert "Noémie" not in client.get(form_address(event, "en")).text
    with pytest.raises(storage.Missing):
        storage.read(key)


def test_a_form_whose_session_is_gone_comes_back_filled_in(app, client):
    event = builders.an_event()
    app.config["WTF_CSRF_ENABLED"] = True

    page = post(client, event, needs="A tripod", csrf_token="old", files={"proof_file": "card.pdf"})
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    again = post(client, event, needs="A tripod", csrf_token=token)
    page_of_check = client.get(again.location).text
    key = draft_key(client, event, "en")
    stale = client.post(form_address(event, "en", "/check"), data={"draft": key, "csrf_token": "old"})
    nothing = applications()
    token = stale.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    done = client.post(form_address(event, "en", "/check"), data={"draft": key, "csrf_token": token})

    assert (page.status_code, again.status_code, stale.status_code, done.status_code) == (400, 303, 400, 303)
    for part in (
        "Press the button again. Choose your files again: they were not kept.",
        'value="Noémie Kervella"',
        "A tripod</textarea>",
        "https://telegraphe.example/2",
    ):
        assert part in page.text
    assert "A tripod" in page_of_check
    assert "Noémie Kervella" in stale.text
    assert (nothing, len(applications())) == ([], 1)


def test_when_requests_close_while_typing_the_text_is_kept_and_explained(client):
    event = builders.an_event(
        contact_id=builders.a_press_contact().id, categories=[asking(asks=["press_card_expiry"])]
    )
    post(client, event)
    event.requests_close_at = clock.now() - timedelta(minutes=1)
    db.session.commit()

    response = sent(client, event)
    typed = post(client, event, needs="A tripod", press_card_expiry="soon")
    page = client.get(form_address(event, "en"))

    assert (response.location, applications(), mails()) == (form_address(event, "en"), [], [])
    assert client.get(typed.location, follow_redirects=True).status_code == 200
    for part in (
        "Requests closed on",
        "Your request has not been sent.",
        "A tripod",
        "soon",
        "Le Télégraphe",
        "Maël Quéré",
    ):
        assert part in page.text
    assert 'action="' + form_address(event, "en") + '"' not in page.text


def test_a_late_request_is_taken_without_a_promise(client):
    event = builders.an_event(late=Late.TAKEN, requests_close_at=clock.now() - timedelta(hours=1))

    pages = [
        client.get(form_address(event, "en")),
        post(client, event) and client.get(form_address(event, "en", "/check")),
    ]
    sent(client, event)

    for page in pages:
        assert "A late request is read all the same, without any promise of an answer." in page.text
    assert [application.is_late for application in applications()] == [True]


def test_an_unknown_or_unannounced_event_has_no_form(client):
    draft = builders.an_event(state="draft")

    assert client.get("/fr/events/nowhere/accreditation").status_code == 404
    for rest in ("", "/check"):
        assert client.get(form_address(draft, rest=rest)).status_code == 404
        assert client.post(form_address(draft, rest=rest)).status_code == 404
    assert client.post(form_address(draft, rest="/forget")).status_code == 404


def test_only_the_questions_of_the_chosen_role_count(client):
    event = builders.an_event(
        categories=[
            asking("written", ["job_title"]),
            asking("photo", ["job_title", "photo_position", "equipment", "country"]),
            asking("agency", ["job_title", "country"]),
        ]
    )

    page = client.get(form_address(event, "en")).text
    as_photo = errors(post(client, event, category="photo"))
    done = post(
        client, event, job_title="Editor", photo_position="By the stage", country="fr?", category="written"
    )
    kept = client.get(form_address(event, "en")).text
    sent(client, event)

    (application,) = applications()
    assert "<legend>If your role is “Photo”</legend>" in page
    assert "<legend>If your role is “Photo” or “News agency”</legend>" in page
    assert 'data-categories="photo agency"' in page
    assert as_photo == {"job_title": "Fill in: Job title", "country": "Choose a country"}
    assert done.status_code == 303
    assert 'value="By the stage"' in kept
    assert (application.answers, application.country) == ({"job_title": "Editor"}, "")


def test_answers_are_kept_under_their_codes_and_shown_in_words(client):
    asks = [
        "employment",
        "editor_name",
        "editor_email",
        "country",
        "outlet_url",
        "coverage_plan",
        "publish_by",
        "assignment_file",
    ]
    event = builders.an_event(categories=[asking(asks=asks, proof=Proof.NONE)])
    answers = {
        "employment": "freelance", "editor_name": "Maël Quéré", "editor_email": "mael@Telegraphe.example",
        "outlet_url": "https://telegraphe.example/", "coverage_plan": "Two pages on the clusters, with their figures.",
        "publish_by": "2026-12-24",
    }  # fmt: skip

    done = post(client, event, files=LETTER, country="BE", **answers)
    page = client.get(done.location).text
    french = client.get(form_address(event, "fr", "/check")).text
    sent(client, event)

    (application,) = applications()
    assert application.answers == {**answers, "editor_email": "mael@telegraphe.example"}
    assert application.country == "BE"
    for part in ("#employment-0", "On a freelance basis", "Belgium", "24 December 2026", "letter.pdf"):
        assert part in page
    for part in ("Belgique", "24 décembre 2026"):
        assert part in french


@pytest.mark.parametrize(
    ("asks", "values", "wrong"),
    [
        (["country"], {"country": ""}, {"country": "Fill in: Country of the outlet"}),
        (["country"], {"country": "XX"}, {"country": "Choose a country"}),
        (["employment"], {}, {"employment": "Choose an answer: How you work for this outlet"}),
        (["employment"], {"employment": "king"}, {"employment": "Choose one of these answers"}),
        (["publish_by"], {"publish_by": "tomorrow"}, {"publish_by": "Enter the date like this: 2026-11-24"}),
        (["publish_by"], {"publish_by": "9999-01-01"}, {"publish_by": "Enter the date like this: 2026-11-24"}),
        (["publish_by"], {"publish_by": ""}, {}),
        (["outlet_url"], {"outlet_url": "ftp://x.example"}, {"outlet_url": "Enter a full web address, for example https://outlet.com/author"}),
        (["coverage_plan"], {"coverage_plan": "Soon"}, {"coverage_plan": "Write at least 40 characters."}),
        (["editor_email"], {"editor_email": TYPED["email"]}, {"editor_email": "Enter the address of somebody else than you"}),
        (["employment", "editor_email"], {"employment": "freelance"}, {"editor_email": "Fill in: Email address of that editor"}),
        (["employment", "editor_email"], {"employment": "staff"}, {}),
        (["employment", "assignment_file"], {"employment": "freelance"}, {}),  # the desk sees that it is missing
    ],
)  # fmt: skip
def test_an_answer_is_judged_by_the_kind_of_its_question(client, asks, values, wrong):
    event = builders.an_event(categories=[asking(asks=asks)])

    page = post(client, event, **values)

    assert (errors(page), page.status_code) == (wrong, 422 if wrong else 303)


@pytest.mark.parametrize(
    ("proof", "samples", "files", "wrong"),
    [
        (Proof.EITHER, "", {}, {"proof_file": "Add a proof or a link to your work"}),
        (Proof.EITHER, "https://x.example/", {}, {}),
        (Proof.EITHER, "", {"proof_file": "card.pdf"}, {}),
        (Proof.FILE, "https://x.example/", {}, {"proof_file": "Add a press card or a letter of assignment"}),
        (Proof.FILE, "", LETTER, {}),
        (Proof.LINKS, "", {"proof_file": "card.pdf"}, {"samples": "Add a link to your work"}),
        (Proof.LINKS, "https://x.example/", {}, {}),
        (Proof.NONE, "", {}, {}),
    ],
)
def test_the_proof_that_is_due_depends_on_the_role(client, proof, samples, files, wrong):
    mixed = [
        asking("written", ["assignment_file"], proof),
        asking("photo", ["assignment_file"], Proof.EITHER),
    ]
    event = builders.an_event(categories=mixed)

    page = post(client, event, samples=samples, files=files)

    assert (errors(page), page.status_code) == (wrong, 422 if wrong else 303)


def test_a_proof_that_nobody_needs_is_not_asked_for(client):
    pages = [
        client.get(form_address(builders.an_event(categories=[asking(proof=proof)]), "en")).text
        for proof in Proof
    ]

    fields = [tuple(name for name in ("proof_file", "samples") if f'name="{name}"' in page) for page in pages]
    assert dict(zip(Proof, fields, strict=True)) == {
        Proof.EITHER: ("proof_file", "samples"), Proof.FILE: ("proof_file",), Proof.LINKS: ("samples",), Proof.NONE: (),
    }  # fmt: skip


def test_files_of_another_role_do_not_leave(client):
    event = builders.an_event(
        categories=[
            asking("written"),
            asking("photo", ["assignment_file"]),
            asking("agency", proof=Proof.NONE),
        ]
    )
    post(client, event, category="photo", files={"proof_file": "card.pdf", **LETTER})
    keys = {document.kind: document.file_key for document in documents()}
    post(client, event, category="agency")
    sent(client, event)
    storage.sweep()

    assert applications()[0].documents == documents() == []
    for key in keys.values():
        with pytest.raises(storage.Missing):
            storage.read(key)


def test_a_card_that_expires_too_soon_is_a_warning(client):
    event = builders.an_event(categories=[asking(asks=["press_card_expiry"])])
    last = event.days[-1]

    pages = [
        client.get(post(client, event, press_card_expiry=day.isoformat()).location).text
        for day in (last - timedelta(days=1), last)
    ]

    assert ["Your press card expires before the end of the event." in page for page in pages] == [True, False]
    assert sent(client, event).status_code == 303


def test_days_are_asked_for_when_there_are_several(client):
    event = builders.an_event()
    event.ends_at = event.starts_at + timedelta(days=1)
    db.session.commit()
    first, second = (day.isoformat() for day in event.days)

    none = errors(post(client, event))
    wrong = errors(post(client, event, days=["2020-01-01"]))
    post(client, event, days=[second])
    check = client.get(form_address(event, "en", "/check")).text
    sent(client, event)

    assert none == wrong == {"days": "Tick at least one day"}
    assert f'<a href="{form_address(event, "en")}#days-0">' in check
    assert applications()[0].days == [second]
    assert first != second


def test_outlets_are_suggested_from_what_the_office_wrote_itself(client):
    event = builders.an_event()
    builders.an_application(event, outlet="Canari des ondes")
    event.outlet_quotas = [
        OutletQuota(key="agenceoceane", name="Agence Océane", quota=4),
        OutletQuota(key="none", name="Canari exclu", quota=0),
    ]
    db.session.commit()

    page = client.get(form_address(event)).text

    assert '<datalist id="outlets"><option value="Agence Océane"></option></datalist>' in page
    assert "Canari" not in page


def test_beside_the_button_stands_how_long_everything_is_kept(client):
    event = builders.an_event()
    post(client, event)

    for rest in ("", "/check"):
        page = client.get(form_address(event, "en", rest)).text
        assert (
            "Your files are deleted 7 days after the decision, the rest at the latest 1 year after the event."
            in page
        )
        assert '<a href="/en/privacy">Personal data</a>' in page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_countries_are_those_of_iso_3166(app, language):
    found = countries(language)

    assert (len(found), found["FR"], {"EU", "UN", "ZZ"} & set(found)) == (250, "France", set())
    assert list(found)[0] == "AF"


def test_every_kind_of_question_can_stand_on_a_form(client):
    event = builders.an_event(categories=[asking("written", questionnaire.QUESTIONS), asking("photo")])

    empty = client.get(form_address(event, "en"))
    wrong = post(client, event, files={"proof_file": "card.pdf", **LETTER})

    for code in questionnaire.QUESTIONS:
        assert f'name="{code}"' in empty.text
    assert [strict.faults(page.text, "en") for page in (empty, wrong)] == [[], []]
    assert strict.title(wrong.text).startswith("Error: ")
    assert applied(client, event, category="photo").startswith("/fr/applications/")


# speed: what a deadline's rush costs


def test_a_form_is_taken_with_a_handful_of_statements(client):
    """Its event is read once, and nothing is read back of what was stored; who only reads makes nobody wait."""
    event = builders.an_event()
    address, check = form_address(event, "en"), form_address(event, "en", "/check")
    db.session.rollback()
    client.get(address)  # after which this process knows the event as long as it is not changed
    db.session.rollback()
    with counting() as typed:
        assert client.post(address, data=TYPED).status_code == 303
    with counting() as corrected:
        assert client.post(address, data={**TYPED, "name": "Ada Second"}).status_code == 303
    with counting() as wrong:
        assert client.post(address, data={**TYPED, "name": ""}).status_code == 422
    client.post(address, data=TYPED)
    key = draft_key(client, event, "en")
    db.session.rollback()
    with counting() as sending:
        assert client.post(check, data={"draft": key}).status_code == 303

    # One of the last is for the words that the press office may have put into the mail.
    unseen = db.engine.dialect.name == "postgresql"  # its driver begins to read by itself
    assert [len(asked) for asked in (typed, corrected, sending)] == [4 - unseen, 6 - unseen, 29]
    assert [turns(asked) for asked in (typed, corrected, wrong)] == [1, 1, 1]
