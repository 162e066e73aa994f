"""The queue's page, the page of one application, and the decisions, as the press office uses them."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from pressroom import clock
from pressroom.access import Role
from pressroom.accreditation.models import ReviewerScope, State
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.events.models import EventCategory
from tests import builders
from tests.counting import statements

PARTS = {"Accept": "text/html; parts=queue"}


def page_of(application, rest=""):
    return f"/desk/accreditation/{application.event_id}/{application.id}{rest}"


def queue(event, **query):
    return f"/desk/accreditation/{event.id}?" + "&".join(f"{name}={value}" for name, value in query.items())


def names_in(page):
    return re.findall(r'<th scope="row"><a href="[^"]*"[^>]*>([^<]*)</a>', page.text)


def current_in(page):
    return re.findall(r'aria-current="true">([^<]*)</a><br>', page.text)


def parts_in(page):
    return re.findall(r' id="(queue-(?!name)[^"]*|row-[^"]*)"', page.text)


# All events --------------------------------------------------------------------------------------------


def test_the_desk_lists_events_with_their_requests(desk):
    event = builders.an_event()
    builders.an_application(event, submitted_at=clock.now() - timedelta(days=2))
    builders.an_application(event, state=State.APPROVED)
    builders.an_application(event, duplicate_of_id=builders.an_application(event).id)

    page = desk.get("/desk/accreditation/").text

    assert re.findall(r'class="number">(?:<a[^>]*>)?(\d+)', page) == ["2", "0", "0", "1", "0", "0", "3"]
    assert "The oldest has been waiting for 2 days. Answer promised by" in page


def test_a_reviewer_finds_the_events_of_their_scope_only(app):
    theirs, other = builders.an_event(), builders.an_event()
    reviewer = builders.signed_in(app, role=Role.REVIEWER)
    db.session.add(ReviewerScope(staff_id=reviewer.staff_id, event_id=theirs.id))
    db.session.commit()

    page = reviewer.get("/desk/accreditation/").text

    assert (f"/desk/accreditation/{theirs.id}" in page, other.id in page) == (True, False)
    assert reviewer.get(queue(other)).status_code == 404


# The queue ---------------------------------------------------------------------------------------------


def test_the_queue_opens_the_first_request_beside_the_list(desk):
    event = builders.an_event()
    for hours, name in ((1, "Ada"), (3, "Béa"), (2, "Cléo")):
        builders.an_application(event, name=name, submitted_at=clock.now() - timedelta(hours=hours))

    page = desk.get(queue(event))

    assert (names_in(page), current_in(page)) == (["Béa", "Cléo", "Ada"], ["Béa"])
    assert re.search(r'<h2 id="queue-name"><a [^>]*>Béa</a>', page.text)
    chosen = re.findall(r'name="chosen" value="([^".]*)', page.text)[1]
    assert current_in(desk.get(queue(event, current=chosen))) == ["Cléo"]
    assert current_in(desk.get(queue(event, current="nobody"))) == ["Béa"]


def test_the_queue_is_paged_and_pages_keep_everything(desk):
    event = builders.an_event()
    for number in range(51):
        builders.an_application(event, name=f"N{number}", category="photo")

    first, second = desk.get(queue(event, category="photo")), desk.get(queue(event, category="photo", page=2))

    assert (len(names_in(first)), len(names_in(second))) == (50, 1)
    assert f'href="/desk/accreditation/{event.id}?category=photo&amp;page=2"' in first.text
    assert "51 requests" in first.text
    assert len(names_in(desk.get(queue(event, page=999)))) == 1
    assert len(names_in(desk.get(queue(event, page="x")))) == 50


def test_the_promise_is_honest_when_it_is_broken(desk, monkeypatch):
    event = builders.an_event()
    builders.an_application(event)

    assert (
        "1 request to review. The oldest has been waiting for 1 minute. Answer promised by"
        in desk.get(queue(event)).text
    )
    monkeypatch.setattr(clock, "now", lambda: event.answer_by + timedelta(days=1))
    late = builders.signed_in(desk.application).get(queue(event)).text
    assert re.search(r"waiting for \w+ \w+. The answer was promised by [^.]*: it is late.", late)


def test_every_filter_can_be_taken_away(desk):
    event = builders.an_event()
    builders.an_application(event, name="Ada", verified_at=None, language="en")

    page = desk.get(queue(event, tab="all", q="ada", unverified=1, language="en", outlet="Le%20Télégraphe"))
    chosen = re.search(r'<ul class="inline-list chosen".*?</ul>', page.text, re.DOTALL)[0]

    assert names_in(page) == ["Ada"]
    assert re.findall(r"</span>([^<]*) <span", chosen) == [
        "“ada”", "Outlet: Le Télégraphe", "English", "Email to verify",
    ]  # fmt: skip
    links = [
        parse_qs(urlsplit(url.replace("&amp;", "&")).query) for url in re.findall(r'href="([^"]*)"', chosen)
    ]
    assert links[0] == {
        "tab": ["all"], "outlet": ["Le Télégraphe"], "language": ["en"], "unverified": ["1"],
    }  # fmt: skip
    assert links[-1] == {"tab": ["all"]}


def test_tabs_tell_no_number_that_their_list_does_not_have(desk):
    event = builders.an_event()
    builders.an_application(event, name="Ada")
    builders.an_application(event, name="Béa", state=State.APPROVED)

    def numbers(page):
        return re.findall(r'<span class="number">([^<]*)<', page.text)

    assert numbers(desk.get(queue(event))) == ["1", "0", "0", "1", "0", "0", "0", "2"]
    assert numbers(desk.get(queue(event, q="ada"))) == []

    nothing = desk.get(queue(event, q="bea"))
    assert (
        f'<a href="{queue(event, tab="all", q="bea").replace("&", "&amp;")}">Look in all requests'
        in nothing.text
    )
    assert "Look in all requests" not in desk.get(queue(event, tab="all", q="zoe")).text


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.OFFICER, ["All events", "Event", "Figures", "List for the door (PDF)", "Mark who came", "Reasons for declining"]),
        (Role.REVIEWER, ["All events", "Figures", "List for the door (PDF)", "Mark who came"]),
    ],
)  # fmt: skip
def test_the_queue_leads_to_all_that_belongs_to_the_event(app, role, words):
    event = builders.an_event()
    person = builders.signed_in(app, role=role)

    around = re.search(r'<nav class="around.*?</nav>', person.get(queue(event)).text, re.DOTALL)[0]

    assert re.findall(r">([^<]+)</a>", around) == words
    for address in re.findall(r'href="([^"]*)"', around):
        assert person.get(address).status_code == 200


def test_filters_offer_what_the_event_has(desk):
    asks = EventCategory(code="photo", names={}, position=1, quota=None, asks=["country"])
    event = builders.an_event(categories=["written", asks])
    builders.an_application(event)
    colleague = builders.a_member_of_staff(name="Maël Quéré")

    page = desk.get(queue(event)).text

    offered = dict(
        re.findall(r'<select id="by-(\w+)".*?<option value="">.*?<option value="(\w*)"', page, re.DOTALL)
    )
    assert offered.keys() == {"category", "proof", "assigned", "language", "country"}
    assert f'<option value="{colleague.id}">Assigned to Maël Quéré</option>' in page
    assert '<option value="DE">Germany</option>' in page


@pytest.mark.parametrize(
    ("states", "query", "sentence"),
    [
        ([], {}, "No request yet"),
        ([], {"tab": "accepted"}, "No request yet"),
        ([State.DECLINED], {}, "Everything has been reviewed."),
        ([State.DECLINED], {"tab": "accepted"}, "No request has this status."),
        ([State.RECEIVED], {"q": "zzz"}, "No request matches: “zzz”."),
        ([State.RECEIVED], {"late": "1", "q": "a"}, "No request matches: “a”, Sent after closing."),
    ],
)
def test_an_empty_list_says_why(desk, states, query, sentence):
    event = builders.an_event()
    for state in states:
        builders.an_application(event, state=state)

    assert sentence in desk.get(queue(event, **query)).text


def test_hostile_words_are_shown_as_words(desk):
    event = builders.an_event()
    builders.an_application(event, name="<script>alert(1)</script>", outlet='"><img src=x onerror=alert(1)>')

    pages = desk.get(queue(event)).text + desk.get(queue(event, q="<script>alert(1)")).text

    assert ("<script>alert" in pages, "<img src=x" in pages) == (False, False)


def test_a_page_of_the_queue_asks_no_question_for_each_request(desk):
    few, many = builders.an_event(), builders.an_event()
    for event, number in ((few, 3), (many, 40)):
        for one in range(number):
            builders.an_application(event, name=f"Ada {event.id} {one}", outlet=f"Radio {event.id} {one}")

    assert statements(desk, queue(few)) == statements(desk, queue(many)) <= 60


# One application ---------------------------------------------------------------------------------------


def test_the_page_leads_through_the_list_it_came_from(desk):
    event, now = builders.an_event(), clock.now()
    first, second, third = (
        builders.an_application(
            event, name=name, category=category, submitted_at=now + timedelta(hours=number)
        )
        for number, (name, category) in enumerate([("Ada", "photo"), ("Béa", "photo"), ("Cléo", "written")])
    )

    page = desk.get(page_of(second, "?category=photo")).text

    assert f'href="{page_of(first)}?category=photo"' in page
    assert third.id not in page
    assert '<input type="hidden" name="back" value="category=photo">' in page


def test_what_the_desk_may_not_see_is_not_found(desk):
    application = builders.an_application()
    double = builders.an_application(application.event, duplicate_of_id=application.id)

    assert desk.get(page_of(double)).status_code == 404
    assert desk.post(page_of(double, "/approve")).status_code == 404
    assert desk.get(f"/desk/accreditation/{builders.an_event().id}/{application.id}").status_code == 404
    assert desk.get("/desk/accreditation/nowhere").status_code == 404
    assert desk.post(page_of(application, "/promote")).status_code == 404


# Decisions ---------------------------------------------------------------------------------------------


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
    assert (undone.location, first.state) == (f"{page_of(first)}?decided={first.id}", State.RECEIVED)
    assert "Ada Quill – Decision undone." in desk.get(undone.location).text
    assert [message.state for message in db.session.scalars(db.select(Message))] == ["cancelled"]


def test_the_next_one_is_of_the_same_list(desk):
    event, now = builders.an_event(), clock.now()
    photo, written, last = (
        builders.an_application(event, category=category, submitted_at=now + timedelta(hours=number))
        for number, category in enumerate(("photo", "written", "photo"))
    )

    data = {"version": photo.version, "back": "category=photo&q=noemie"}
    location = desk.post(page_of(photo, "/approve"), data=data).location

    assert location == f"{page_of(last)}?q=noemie&category=photo&decided={photo.id}"
    assert written.state is State.RECEIVED
    end = desk.post(page_of(last, "/waitlist"), data={**data, "version": last.version}).location
    assert end == f"/desk/accreditation/{event.id}?q=noemie&category=photo&decided={last.id}#queue"


def test_after_the_last_decision_the_queue_is_empty(desk):
    application = builders.an_application()

    response = desk.post(
        page_of(application, "/decline"), data={"decline-reason": "capacity", "decline-note": ""}
    )

    page = desk.get(response.location).text
    assert response.location == f"/desk/accreditation/{application.event_id}?decided={application.id}#queue"
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
        ("decline", {"decline-note": "No <b>"}, "Choose a reason: the applicant will read it."),
        ("decline", {"decline-reason": "because"}, "Choose a reason: the applicant will read it."),
        ("ask", {"ask-note": "Send it", "ask-due": "2099-01-01"}, "Tick what is missing"),
        ("ask", {"ask-asked": "proof", "ask-due": "2020-01-01"}, "Choose a date in the future"),
        ("ask", {"ask-asked": "proof", "ask-due": "soon"}, "Enter a date"),
    ],
)
@pytest.mark.parametrize("headers", [{}, PARTS], ids=["page", "parts"])
def test_a_decision_without_its_words_comes_back_as_typed(desk, headers, action, typed, sentence):
    application = builders.an_application()

    page = desk.post(page_of(application, f"/{action}"), data=typed, headers=headers)

    db.session.refresh(application)
    assert (page.status_code, application.state) == (422, State.RECEIVED)
    assert sentence in page.text
    assert "<details open" in page.text
    assert ("No &lt;b&gt;" in page.text) == ("decline-note" in typed)


def test_asking_says_what_is_missing_until_the_end_of_a_day(desk):
    application = builders.an_application(event=builders.an_event(timezone="Europe/Paris"))

    desk.post(
        page_of(application, "/ask"),
        data={"ask-asked": ["proof", "outlet"], "ask-note": "Merci", "ask-due": "2099-07-01"},
    )

    db.session.refresh(application)
    assert (
        application.answer_due.astimezone(application.event.zone).isoformat() == "2099-07-01T23:59:59+02:00"
    )
    assert application.history[-1].asked == ["proof", "outlet"]


def test_a_reviewer_cannot_revoke_by_hand(app):
    application = builders.an_application(state=State.APPROVED)

    response = builders.signed_in(app, role=Role.REVIEWER).post(
        page_of(application, "/revoke"), data={"revoke-reason": "late"}
    )

    assert response.status_code == 409


def test_one_more_than_the_quota_needs_an_officer_and_a_reason(app, desk):
    event = builders.an_event(quota=0)
    application = builders.an_application(event)
    reviewer = builders.signed_in(app, role=Role.REVIEWER)

    assert "Why one more than the quota</label>" in desk.get(page_of(application)).text  # not called optional
    refused = reviewer.post(page_of(application, "/approve"), data={"over": "Because"})
    silent = desk.post(page_of(application, "/approve"), data={})
    db.session.refresh(application)
    assert (refused.status_code, silent.status_code, application.state) == (409, 409, State.RECEIVED)
    assert "Only an officer can accept one more than the quota." in refused.text
    assert "To accept one more than the quota, say why." in silent.text

    desk.post(page_of(application, "/approve"), data={"over": "Our host country"})
    db.session.refresh(application)
    assert (application.state, application.history[-1].note) == (State.APPROVED, "Our host country")


# Two people at once ------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, PARTS], ids=["page", "parts"])
def test_the_later_of_two_is_told_by_whom_and_when(app, desk, headers, monkeypatch):
    application = builders.an_application()
    seen = application.version
    other = builders.signed_in(app, role=Role.REVIEWER, name="Maël Quéré")
    other.post(page_of(application, "/approve"), data={"version": seen})
    then = clock.now()
    monkeypatch.setattr(clock, "now", lambda: then + timedelta(minutes=3))

    late = desk.post(
        page_of(application, "/decline"), headers=headers,
        data={"decline-version": seen, "decline-reason": "capacity", "decline-note": "Typed for <nothing>"},
    )  # fmt: skip

    db.session.refresh(application)
    assert (late.status_code, application.state) == (409, State.APPROVED)
    assert "Decided by Maël Quéré 3 minutes ago: Accepted. Nothing was overwritten." in late.text
    assert "What you had written: “Typed for &lt;nothing&gt;”" in re.sub(r"\s+", " ", late.text)
    assert [message.notice for message in db.session.scalars(db.select(Message))] == [
        "accreditation_approved"
    ]


def test_what_changed_since_can_be_looked_at_and_then_decided(desk):
    application = builders.an_application()
    seen = application.version
    application.phone = "+33 1 99 00 00 02"
    db.session.commit()

    late = desk.post(
        page_of(application, "/decline"), data={"decline-version": seen, "decline-reason": "capacity"}
    )

    db.session.refresh(application)
    assert (late.status_code, application.state) == (409, State.RECEIVED)
    assert "This request has just been changed." in late.text
    assert f'name="decline-version" type="hidden" value="{application.version}"' in late.text
    assert re.search(r'<input checked [^>]*value="capacity"', late.text)


# For the script ----------------------------------------------------------------------------------------


def test_the_script_gets_the_parts_that_changed(desk):
    event = builders.an_event()
    first, second = (builders.an_application(event, name=name) for name in ("Ada Quill", "Béa Loire"))

    answer = desk.post(page_of(first, "/approve"), data={"version": first.version}, headers=PARTS)

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert parts_in(answer) == [
        "queue-said", "queue-promise", "queue-tabs", f"row-{first.id}", "queue-panel",
    ]  # fmt: skip
    assert "Ada Quill: accepted. The message leaves in 5 minutes." in answer.text
    assert f'data-row="row-{second.id}"' in answer.text
    assert "1 request to review." in answer.text


def test_looking_at_another_request_changes_the_panel_only(desk):
    application = builders.an_application()

    answer = desk.get(page_of(application), headers=PARTS)

    assert parts_in(answer) == ["queue-panel"]


def test_the_last_decision_and_its_undoing_stay_on_the_page(desk):
    application = builders.an_application()

    done = desk.post(page_of(application, "/approve"), headers=PARTS).text
    assert "Everything has been reviewed." in done
    assert f'data-row="row-{application.id}"' in done

    undone = desk.post(page_of(application, "/undo"), headers=PARTS).text
    assert "Noémie Kervella – Decision undone." in undone
    assert "1 request to review." in undone


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_desk_reads_its_own_language(app, language):
    application = builders.an_application()
    member = builders.signed_in(app, language=language)

    for address in (page_of(application), queue(application.event)):
        page = member.get(address).text
        assert f'<html lang="{language}">' in page
        assert {"fr": "Demander un complément", "en": "Ask for information"}[language] in page
