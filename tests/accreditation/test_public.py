import re
from datetime import timedelta

import pytest

from pressroom import clock, links
from pressroom.access import SYSTEM, Actor, Role
from pressroom.accreditation import statuses, workflow
from pressroom.accreditation.models import Application, Remark, State
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.events.models import ChangeKind, EventChange, Late
from pressroom.events.models import State as EventState
from tests import builders, strict

OFFICER = Actor(Role.OFFICER, "Zoé Zarquonofficer", "zoe")
NAMELESS = Actor(Role.OFFICER, "Zoé Zarquonofficer")  # taking it up assigns it to an account
DAY = timedelta(days=1)


def page_of(application, language="en", rest=""):
    return f"/{language}/applications/{links.mint('application', application.id)}{rest}"


def verification_of(application, language="fr"):
    return f"/{language}/verify/{links.mint('verify', application.id)}"


def decide(application, action, *, by=OFFICER, undo=timedelta(0), at=None, **words):
    workflow.act(application, action, by=by, at=at or clock.now(), undo=undo, **words)
    db.session.commit()


def read(client, application, language="en"):
    """The words of the page, as somebody reads them."""
    main = client.get(page_of(application, language)).text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def post(client, application, rest, **values):
    """Press a button of the page."""
    return client.post(page_of(application, rest=f"/{rest}"), data=values, content_type="multipart/form-data")


def mails():
    return [
        (m.notice, m.recipient, m.language)
        for m in db.session.scalars(db.select(Message).order_by(Message.created_at, Message.id))
    ]


# Where a request stands ---------------------------------------------------------------------------------


def asked(application):
    decide(application, "ask", asked=["proof", "work"], note="Une carte lisible", due=clock.now() + 3 * DAY)


def offered(application):
    decide(application, "waitlist")
    decide(application, "offer", by=SYSTEM)


def declined(application):
    decide(application, "decline", reason="capacity", note="Salle pleine")


def declined_again(application):
    declined(application)
    workflow.act(application, "ask_review", by=Actor(Role.APPLICANT, ""), at=clock.now(), note="Du neuf")
    decide(application, "decline", reason="represented", by=Actor(Role.OFFICER, "Maël Quéré", "mael"))


STORIES = {
    "received": (lambda one: None, ["We have your request.", "You will have an answer by", "This is not an accreditation yet."]),
    "in review": (lambda one: decide(one, "take", by=NAMELESS), ["The press office is reviewing your request.", "You will have an answer by"]),
    "put back": (lambda one: [decide(one, "take", by=NAMELESS), decide(one, "release")], ["We have your request."]),
    "asked": (asked, ["We need 2 more items.", "Please reply by", "A press card or a letter of assignment", "Une carte lisible", "Reply to the press office"]),
    "waiting": (lambda one: decide(one, "waitlist", note="Patience"), ["All places are taken. We will write as soon as one is free.", "Patience"]),
    "offered": (offered, ["A place has become free for you.", "Confirm it by", "Confirm my place", "I can no longer come"]),
    "approved": (lambda one: decide(one, "approve"), ["Your request is accepted.", "Your visit", "Your ID.", "Add to my calendar (.ics)", "I can no longer come"]),
    "declined": (declined, ["We cannot offer you a place. Reason: Capacity reached.", "Salle pleine", "Other ways to follow", "Ask for a second look"]),
    "declined again": (declined_again, ["Reason: Outlet already represented.", "We have looked at it a second time, and this decision stands."]),
    "reconsidered": (lambda one: [declined(one), decide(one, "reconsider")], ["The press office has taken up your request again."]),
    "withdrawn": (lambda one: decide(one, "withdraw", by=Actor(Role.APPLICANT, "")), ["You withdrew this request on", "Take up my request again"]),
    "withdrawn for them": (lambda one: decide(one, "withdraw"), ["The press office withdrew this request for you on"]),
    "revoked": (lambda one: [decide(one, "approve"), decide(one, "revoke", reason="conflicting", note="Voir avec nous")],
                ["The press office has cancelled this accreditation. Reason: Conflicting details.", "Call Maël Quéré: +33 1 99 00 00 01.", "Voir avec nous"]),
    "closed": (lambda one: decide(one, "close", reason="unanswered"),
               ["Your request is closed without a decision. Reason: The information that we asked for did not come in time.", "Take up my request again"]),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_every_state_has_its_sentence(client, story):
    happens, sentences = STORIES[story]
    application = builders.an_application(builders.an_event(contact_id=builders.a_press_contact().id))
    happens(application)

    words = read(client, application)

    assert [sentence for sentence in sentences if sentence not in words] == []
    assert application.reference in words
    for language in ("fr", "en"):
        for rest in ("", "/change", "/withdraw", "/data"):
            page = client.get(page_of(application, language, rest), follow_redirects=True)
            assert (page.status_code, strict.faults(page.text, language)) == (200, [])
            assert "Zarquonofficer" not in page.text


def test_every_state_and_every_step_is_told(client):
    assert {"submit", *workflow.TRANSITIONS} <= set(statuses.APPLICANT_STEPS)
    for state in State:
        application = builders.an_application(
            state=state, decided_at=clock.now(), offer_until=clock.now() + DAY
        )

        assert client.get(page_of(application)).status_code == 200, state


def test_the_page_says_when_the_answer_is_late(client):
    event = builders.an_event(answer_by=clock.now() - timedelta(hours=1))

    for application in (
        builders.an_application(event),
        builders.an_application(event, state=State.IN_REVIEW),
    ):
        assert "We are late: we promised an answer by" in read(client, application)


def test_a_late_request_is_promised_nothing(client):
    words = read(client, builders.an_application(is_late=True))

    assert "It came after closing: we answer it if we can, and cannot promise by when." in words
    assert "You will have an answer by" not in words


def test_a_decision_is_not_told_before_it_stands(client, monkeypatch):
    application = builders.an_application()
    decide(application, "approve", undo=timedelta(minutes=5))

    before = read(client, application)
    monkeypatch.setattr(clock, "now", lambda: application.undo_until)
    after = read(client, application)

    assert (
        "accepted" in before.lower().replace("cannot be accepted", ""),
        "You will have an answer by" in before,
    ) == (False, True)
    assert "Your request is accepted." in after


def test_nothing_internal_shows(client):
    event = builders.an_event(quota=0, contact_id=builders.a_press_contact().id)
    staff = builders.a_member_of_staff(name="Zarquonassignee")
    application = builders.an_application(event, assignee_id=staff.id)
    application.remarks = [
        Remark(is_internal=True, author_role=Role.OFFICER, author_name="Zarquonauthor", text="zarquonnote", at=clock.now()),
        Remark(is_internal=False, author_role=Role.OFFICER, author_name="Zarquonauthor", text="Bonjour", at=clock.now()),
        Remark(is_internal=False, author_role=Role.APPLICANT, author_name="N", text="Merci", at=clock.now()),
    ]  # fmt: skip
    decide(application, "approve", over="zarquonover")
    decide(application, "revoke", reason="conflicting", note="zarquonpending", undo=timedelta(minutes=5))

    for language in ("fr", "en"):
        text = client.get(page_of(application, language)).text
        text += client.get(page_of(application, language, "/request.txt")).text

        assert "zarquon" not in text.lower()
        assert "Bonjour" in text
        assert "Merci" in text
    assert "The press office" in read(client, application)


@pytest.mark.parametrize(
    ("kind", "state", "sentences"),
    [
        (ChangeKind.CANCELLED, EventState.CANCELLED, ["This event is cancelled.", "there is nothing left that you need to do."]),
        (ChangeKind.POSTPONED, EventState.POSTPONED, ["This event is postponed:", "we will answer once its new date is known."]),
        (ChangeKind.MOVED, EventState.ANNOUNCED, ["This event has moved: it was to take place on", "It was to be in Antibes, it now is in Sophia Antipolis."]),
    ],
)  # fmt: skip
def test_what_became_of_the_event_stands_first(client, kind, state, sentences):
    event = builders.an_event(state=state)
    application = builders.an_application(event)
    event.changes = [
        EventChange(
            kind=kind, at=clock.now(), starts_at=event.starts_at - DAY, ends_at=event.ends_at - DAY,
            places={"en": "Antibes", "fr": "Antibes"}, notes={"en": "The hall is flooded."},
        )
    ]  # fmt: skip
    db.session.commit()

    words = read(client, application)

    assert [one for one in [*sentences, "The hall is flooded."] if one not in words] == []


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (EventState.POSTPONED, "The event is postponed: your accreditation stands, and we write to you once its new date is known."),
        (EventState.CANCELLED, "This event is cancelled: there is nothing left that you need to do."),
    ],
)  # fmt: skip
def test_the_accredited_are_not_sent_to_an_event_that_does_not_take_place(client, state, sentence):
    words = read(client, builders.an_accredited(builders.an_event(state=state)))

    assert (sentence in words, "Your visit" in words) == (True, False)


def test_a_cancelled_event_asks_nothing_more_of_anybody(client):
    event = builders.an_event(contact_id=builders.a_press_contact().id, outlet_quota=None)
    for name in ("asked", "offered", "declined"):
        STORIES[name][0](builders.an_application(event))
    builders.an_application(event, verified_at=None)
    event.state = EventState.CANCELLED
    db.session.commit()

    for application in db.session.scalars(db.select(Application)):
        words = read(client, application)
        asks = (
            "Reply to the press office",
            "Confirm my place",
            "Send the message again",
            "a second look",
            "When",
        )
        assert [sentence for sentence in asks if sentence in words] == [], application.state
    declined = db.session.scalars(db.select(Application).filter_by(state=State.DECLINED)).one()
    assert post(client, declined, "review", **{"review-reason": "Du neuf"}).status_code == 409


def test_what_is_taken_up_again_after_closing_is_late(client):
    now = clock.now()
    event = builders.an_event(late=Late.TAKEN, requests_close_at=now - 2 * DAY, answer_by=now - DAY)
    application = builders.an_application(event, state=State.WITHDRAWN, submitted_at=now - 4 * DAY)

    before = read(client, application)
    post(client, application, "reopen")

    assert "Requests are still open" not in before
    assert "A late request is read all the same, without any promise of an answer." in before
    assert "It came after closing: we answer it if we can" in read(client, application)


def test_a_postponed_event_is_to_come_whatever_its_old_date(client):
    """Nobody knows yet when it is: its request is found, its news stands, and its places can be offered."""
    then = clock.now() - 3 * DAY
    event = builders.an_event(state=EventState.POSTPONED, starts_at=then, ends_at=then + DAY)
    event.changes = [
        EventChange(
            kind=ChangeKind.POSTPONED, at=clock.now(), starts_at=then, ends_at=then + DAY, places={}, notes={}
        )
    ]
    application = builders.an_application(event, state=State.WAITLISTED, submitted_at=then - DAY)
    db.session.commit()

    decide(application, "offer")
    client.post("/en/applications/find", data={"email": application.email})
    words = read(client, application)

    assert application.offer_until > clock.now()
    assert "accreditation_found" in [notice for notice, *_to in mails()]
    assert "This event is postponed:" in words
    assert "Confirm my place" in words


@pytest.mark.parametrize("ago", [0, 2])
def test_nobody_gives_back_a_place_at_an_event_that_is_over(client, ago):
    start = clock.now() - ago * DAY + timedelta(hours=1)
    event = builders.an_event(starts_at=start, ends_at=start + timedelta(hours=8))

    assert ("I can no longer come" in read(client, builders.an_accredited(event))) is (ago == 0)


def test_what_the_desk_puts_back_is_not_told(client):
    application = builders.an_application()
    for action in ("take", "release", "take"):
        decide(application, action, by=NAMELESS)

    words = read(client, application)

    assert (words.count("Review begun"), "Review put back" in words) == (1, False)


def test_only_the_accredited_are_told_a_private_address(client):
    event = builders.an_event(venue_is_private=True, map_url="https://map.example/1")
    accredited, waiting = builders.an_accredited(event), builders.an_application(event)

    assert "1 place des Pins" in read(client, accredited)
    assert "https://map.example/1" in client.get(page_of(accredited)).text
    assert "1 place des Pins" in client.get(page_of(accredited, rest="/calendar.ics")).text
    assert "1 place des Pins" not in client.get(page_of(waiting)).text
    assert client.get(page_of(waiting, rest="/calendar.ics")).status_code == 404


def test_a_private_page_is_kept_and_found_by_nobody(client):
    application = builders.an_accredited()

    for rest in ("", "/withdraw", "/change", "/data", "/request.txt", "/calendar.ics"):
        headers = client.get(page_of(application, rest=rest)).headers
        assert (headers["Cache-Control"], headers["Referrer-Policy"], headers["X-Robots-Tag"]) == (
            "private, no-store", "no-referrer", "noindex, noarchive",
        )  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_is_read_in_either_language(client, language):
    application = builders.an_application()
    other = {"fr": "en", "en": "fr"}[language]

    page = client.get(page_of(application, language)).text

    assert f'<html lang="{language}">' in page
    assert f'href="{page_of(application, other)}"' in page


# Links --------------------------------------------------------------------------------------------------


def everything_stored():
    """Every row of the database."""
    return {
        table.name: sorted(map(repr, db.session.execute(db.select(table))))
        for table in db.metadata.sorted_tables
    }


def test_a_program_that_opens_mailed_links_changes_nothing(client):
    """A6: GET and HEAD five times each, of every address that a mail or the page behind it gives."""
    applications = [
        builders.an_application(verified_at=None),
        builders.an_accredited(),
        builders.an_application(),
    ]
    offered(applications[2])
    before = everything_stored()

    for application in applications:
        pages = [page_of(application, rest=rest) for rest in ("", "/withdraw", "/change", "/data", "/request.txt", "/calendar.ics")]  # fmt: skip
        for address in [*pages, verification_of(application)]:
            for _ in range(5):
                assert client.get(address).status_code in (200, 404)
                assert client.head(address).status_code in (200, 404)

    db.session.rollback()
    assert everything_stored() == before


ACTIONS = (
    "answer",
    "change",
    "withdraw",
    "reopen",
    "place",
    "review",
    "messages",
    "receipt",
    "data/copy",
    "data/erase",
)


@pytest.mark.parametrize("rest", ACTIONS)
def test_another_token_opens_nothing(client, rest):
    """A1, A7: neither the token that confirms the address nor one that is only nearly right; none by GET."""
    application = builders.an_application()
    before = everything_stored()
    other = links.mint("verify", application.id)

    for token in (other, links.digest(other), application.id, links.mint("kit", application.id)):
        assert client.post(f"/fr/applications/{token}/{rest}", data={"text": "x"}).status_code == 404
        assert client.get(f"/fr/applications/{token}").status_code == 404
    if rest not in ("change", "withdraw"):
        assert client.get(page_of(application, rest=f"/{rest}")).status_code == 405
    db.session.rollback()
    assert everything_stored() == before


def test_the_page_s_token_confirms_no_address(client):
    application = builders.an_application(verified_at=None)
    own = links.mint("application", application.id)

    assert client.get(f"/fr/verify/{own}").status_code == client.post(f"/fr/verify/{own}").status_code == 404


def test_only_the_button_confirms_an_address(client):
    application = builders.an_application(verified_at=None)

    page = client.get(verification_of(application))
    first = client.post(verification_of(application))
    again = client.post(verification_of(application))

    db.session.refresh(application)
    assert page.text.count("Confirmer mon adresse</button>") == 1
    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert [step.action for step in application.history] == ["verify"]
    contact = db.session.scalars(db.select(Contact)).one()
    assert (contact.email, contact.source) == (application.email, "accreditation")


def test_a_link_that_confirms_nothing_says_why(client):
    event = builders.an_event()
    used = builders.an_application()
    expired = builders.an_application(verified_at=None, state=State.WITHDRAWN)
    replaced = builders.an_application(event, verified_at=None, state=State.WITHDRAWN, email="n@x.example")
    builders.an_application(event, verified_at=None, email="n@x.example")

    said = {one: client.get(verification_of(one, "en")).text for one in (used, expired, replaced)}

    assert "This link has already been used." in said[used]
    assert "This link has expired:" in said[expired]
    assert "Get a new link" in said[expired]
    assert "Another request has taken the place of this one." in said[replaced]
    for one in (expired, replaced):
        assert "<button" not in said[one].partition("<main")[2]
        assert client.post(verification_of(one)).status_code == 409
    assert db.session.scalars(db.select(Contact)).all() == []


def test_the_receipt_is_sent_again_but_not_at_once(client, monkeypatch):
    application = builders.an_application(verified_at=None)
    client.post(page_of(application, rest="/receipt"))
    client.post(page_of(application, rest="/receipt"))
    assert len(mails()) == 1

    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    client.post(page_of(application, rest="/receipt"))

    assert [notice for notice, *_ in mails()] == ["accreditation_received"] * 2


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


@pytest.mark.parametrize("action", ["withdraw", "messages", "change"])
def test_a_request_that_only_repeats_another_looks_like_any_other(client, action):
    """M11: whoever used somebody's address learns nothing of the request that this address already has."""
    event = builders.an_event()
    known = builders.an_application(event, email="n@x.example")
    values = {"verified_at": None, "email": "n@x.example"}
    repeats = builders.an_application(event, duplicate_of_id=known.id, **values)
    alone = builders.an_application(builders.an_event(), **values)

    seen = []
    for one in (repeats, alone):
        client.post(page_of(one, rest=f"/{action}"), data={"message-text": "Bonjour", "name": "N"})
        client.post(page_of(one, rest="/reopen"))
        text = client.get(page_of(one)).text
        for word in (one.reference, links.mint("application", one.id), one.event.texts["en"].slug):
            text = text.replace(word, "…")
        seen.append(re.sub(r"csrf_token\"[^>]*value=\"[^\"]*\"|nonce=\"[^\"]*\"", "", text))

    assert seen[0] == seen[1]
    db.session.expire_all()
    assert (db.session.get(Application, repeats.id).duplicate_of_id, known.state) == (
        known.id,
        State.RECEIVED,
    )


def test_who_confirms_an_address_sees_whose_request_it_is(client):
    application = builders.an_application(verified_at=None, name="<b>Ada</b>", outlet="Le Canari")

    page = client.get(f"/en/verify/{links.mint('verify', application.id)}").text

    assert "&lt;b&gt;Ada&lt;/b&gt;" in page
    assert "Le Canari" in page
    assert "Is this not your request? Close this page" in page
