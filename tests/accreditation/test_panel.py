import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from pressroom import clock
from pressroom.access import Role
from pressroom.accreditation import decision_forms
from pressroom.accreditation.models import Document, Remark, State, Step
from pressroom.contacts.models import Outlet
from pressroom.database import db, new_id
from pressroom.events.models import OutletQuota
from pressroom.events.questions import QUESTIONS
from tests import builders


def page_of(application, rest=""):
    return f"/desk/accreditation/{application.event_id}/{application.id}{rest}"


def words(html):
    """What one reads, without tags and in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def a_step(application, action="amend", **values):
    defaults = {
        "action": action, "source": application.state, "target": application.state, "actor_role": Role.OFFICER,
        "actor_name": "Zoé Martin", "asked": [], "note": "", "at": clock.now(),
    }  # fmt: skip
    application.history.append(Step(**{**defaults, **values}))
    db.session.commit()


def a_document(application, name="carte.png", **values):
    defaults = {"media_type": "image/png", "size": 1000, "digest": "d", "file_key": new_id(26), "created_at": clock.now()}  # fmt: skip
    return builders.stored(Document(application_id=application.id, name=name, **{**defaults, **values}))


def test_it_says_all_that_was_sent(desk):
    event = builders.an_event()
    application = builders.an_application(
        event, phone="+33 1 99 00 00 09", needs="Une rampe\nUn siège", language="en", country="PL",
        answers={"employment": "freelance", "country": "PL", "press_card_expiry": "2027-01-01", "outlet_url": "https://x.example/",
                 "coverage_plan": "Deux papiers\net un sujet", "editor_email": "red@x.example"},
    )  # fmt: skip
    a_document(application)

    page = words(desk.get(page_of(application)).text)

    for said in (
        "+33 1 99 00 00 09", "Une rampe Un siège", "English", str(QUESTIONS["employment"].choices["freelance"]), "Poland", "1 January 2027", "https://x.example/",
        "Deux papiers et un sujet", "red@x.example", "carte.png (1 kB)", "To be deleted on", "None from this address",
        "Possible duplicate None",
    ):  # fmt: skip
        assert said in page


def test_a_host_name_in_other_letters_is_shown_in_both(desk):
    domain = "télégramme.example".encode("idna").decode()
    page = desk.get(page_of(builders.an_application(email=f"ada@{domain}"))).text
    assert f"ada@{domain}" in page
    assert "(télégramme.example)" in page


def test_the_places_stand_beside_the_decision(desk):
    event = builders.an_event(quota=10)
    builders.an_accredited(event, outlet="Autre")
    application = builders.an_application(event)

    page = words(desk.get(page_of(application)).text)

    assert "The event – 9 places left of 10" in page
    assert "Le Télégraphe – 2 places left of 2" in page
    assert "Accept A" in page


def test_one_more_than_the_quota_takes_an_officer_and_a_reason(app, desk):
    event = builders.an_event(quota=1)
    builders.an_accredited(event, outlet="Autre")
    application = builders.an_application(event)
    reviewer = builders.signed_in(app, role=Role.REVIEWER)

    page, theirs = desk.get(page_of(application)).text, reviewer.get(page_of(application)).text

    assert "Accept (1 over)" in page
    assert 'name="over"' in page
    assert "Only an officer can accept one more than the quota." in theirs
    assert page_of(application, "/approve") not in theirs
    assert desk.post(page_of(application, "/approve"), data={"over": ""}).status_code == 409
    desk.post(page_of(application, "/approve"), data={"over": "Le directeur y tient"})
    db.session.refresh(application)
    assert (application.state, application.history[-1].note) == (State.APPROVED, "Le directeur y tient")


def test_the_number_over_counts_the_fullest_limit(desk):
    event = builders.an_event(quota=1)
    event.outlet_quotas.append(OutletQuota(key="letelegraphe", name="Le Télégraphe", quota=3))
    for number in range(3):
        builders.an_accredited(event, outlet="Autre", name=f"N{number}")
    assert "Accept (3 over)" in desk.get(page_of(builders.an_application(event))).text


@pytest.mark.parametrize("role", [Role.OFFICER, Role.REVIEWER])
@pytest.mark.parametrize("state", list(State))
def test_the_buttons_are_what_the_table_of_steps_allows(app, role, state):
    client = builders.signed_in(app, role=role)
    soon = clock.now() + timedelta(days=2)
    application = builders.an_application(state=state, answer_due=soon, offer_until=soon, decided_at=clock.now() - timedelta(days=1))  # fmt: skip

    page = client.get(page_of(application)).text

    offered = set(re.findall(rf'action="{page_of(application)}/(\w+)" data-step="(\w+)"', page))
    deciders = {
        State.RECEIVED: {"take", "approve", "ask", "waitlist", "decline", "close", "amend", "withdraw"},
        State.IN_REVIEW: {"release", "approve", "ask", "waitlist", "decline", "close", "amend", "withdraw"},
        State.INFO_REQUESTED: {"approve", "waitlist", "decline", "close", "amend", "withdraw"},
        State.WAITLISTED: {"approve", "offer", "decline", "close", "amend", "withdraw"},
        State.OFFERED: {"close", "amend", "withdraw"},
        State.APPROVED: {"amend", "withdraw"},
        State.DECLINED: {"reconsider"},
        State.CLOSED: {"reconsider"},
    }.get(state, set())
    officers = {State.APPROVED: {"revoke"}, State.REVOKED: {"reinstate"}}.get(state, set())
    expected = deciders | (officers if role is Role.OFFICER else set())
    assert offered == {(action, action) for action in expected}


@pytest.mark.parametrize("action", ["take", "release", "offer", "reconsider", "reinstate"])
def test_steps_without_words_work_from_the_panel(desk, action):
    source = {"take": "received", "release": "in_review", "offer": "waitlisted", "reconsider": "closed", "reinstate": "revoked"}  # fmt: skip
    application = builders.an_application(state=source[action])
    page = desk.get(page_of(application)).text
    form = re.search(rf'<form[^>]*data-step="{action}".*?</form>', page, re.DOTALL)[0]
    sent = dict(re.findall(r'name="([^"]+)" (?:type="\w+" )?value="([^"]*)"', form))

    assert desk.post(page_of(application, f"/{action}"), data=sent).status_code == 303
    db.session.refresh(application)
    assert application.history[-1].action == action


def test_details_are_corrected_and_the_difference_is_readable(desk):
    application = builders.an_application(name="Ada Quil")
    form = {"amend-name": "Ada Quill", "amend-outlet": "Le Télégraphe", "amend-category": "photo", "amend-version": application.version}  # fmt: skip

    desk.post(page_of(application, "/amend"), data=form)

    page = desk.get(page_of(application)).text
    assert "<del>Ada Quil</del>" in page
    assert "<ins>Ada Quill</ins>" in page
    assert "<del>Written press</del>" in page
    assert "<ins>Photo</ins>" in page


def test_a_correction_that_lacks_something_comes_back(desk):
    application = builders.an_application()
    page = desk.post(page_of(application, "/amend"), data={"amend-name": "", "amend-outlet": "X", "amend-category": "photo"})  # fmt: skip
    assert page.status_code == 422
    assert '<details class="more" open>' in page.text
    assert "Enter a name" in page.text


def test_withdrawing_for_an_applicant_tells_them(desk):
    application = builders.an_application()
    desk.post(page_of(application, "/withdraw"), data={"withdraw-note": "À votre demande.", "withdraw-version": application.version})  # fmt: skip
    db.session.refresh(application)
    assert (application.state, application.history[-1].actor_name) == (State.WITHDRAWN, "Zoé Martin")


def test_what_came_back_shows_every_answer_that_changed(desk):
    application = builders.an_application()
    before = (
        "coverage_plan: Deux papiers\net un sujet: long\nemployment: staff\npress_card_expiry: 2026-01-01"
    )
    after = "coverage_plan: Deux papiers\net un sujet: court\nemployment: freelance\npress_card_expiry: 2026-01-01\ncountry: PL"  # fmt: skip
    a_step(
        application, "answer", changes={"answers": [before, after], "days": ["", "2026-12-01\n2026-12-02"]}
    )

    page = desk.get(page_of(application)).text

    employment = QUESTIONS["employment"]
    changes = re.findall(r"<dt>([^<]*)</dt><dd>.*?<del>(.*?)</del>.*?<ins>(.*?)</ins>", page)
    assert changes == [
        (str(employment.label), *map(str, (employment.choices["staff"], employment.choices["freelance"]))),
        (str(QUESTIONS["country"].label), "Not provided", "Poland"),
        (
            str(QUESTIONS["coverage_plan"].label),
            "Deux papiers<br>et un sujet: long",
            "Deux papiers<br>et un sujet: court",
        ),
        ("Days", "Not provided", "1 December 2026<br>2 December 2026"),
    ]


def test_earlier_requests_and_the_outlet_s_record(desk):
    past = builders.an_event(now=clock.now() - timedelta(days=200))
    builders.an_accredited(past, email="ada@x.example", came_at=clock.now())
    builders.an_accredited(past, email="ada@x.example")

    page = words(desk.get(page_of(builders.an_application(email="ada@x.example"))).text)

    assert "Accepted, came" in page
    assert "Accepted, did not come" in page
    assert "The outlet: 2 earlier requests, 2 accepted, 0 declined, 1 came." in page


def test_a_form_and_its_page_name_the_same_fields(app):
    application = builders.an_application()
    assert decision_forms.form_of("approve", application).over.name == "over"
    assert decision_forms.form_of("offer", application).over.name == "offer-over"
    assert decision_forms.form_of("decline", application).reason.name == "decline-reason"


def test_a_request_is_erased_after_one_question(desk):
    application = builders.an_application()
    place, reference = page_of(application), application.reference
    assert f'href="{place}/erase"' in desk.get(place).text
    assert "This cannot be undone." in desk.get(f"{place}/erase").text

    response = desk.post(f"{place}/erase")

    assert response.location == f"/desk/accreditation/{application.event_id}"
    assert (
        f"{reference}: the request, its files and its messages are erased."
        in desk.get(response.location).text
    )
    assert desk.get(place).status_code == 404


def test_reviewers_erase_nothing(app):
    reviewer, application = builders.signed_in(app, role=Role.REVIEWER), builders.an_application()
    assert "/erase" not in reviewer.get(page_of(application)).text
    assert reviewer.post(page_of(application, "/erase")).status_code == 403


# Stored words that would run ------------------------------------------------------------------------------

PAYLOADS = [
    "javascript:alert(1)//canary", "<script canary>alert(1)</script>", "<img src=x onerror=alert(1) canary>", '"><svg onload=alert(1) canary>',
    "'><b canary onmouseover=alert(1)>", "</textarea><b canary>", "</title><b canary>", "<!--><b canary>-->",
    '" autofocus onfocus=alert(1) canary="', "{{ 7*7 }}<b canary>",
    "&lt;b canary&gt;<b canary>", "]]><b canary><![CDATA[",
]  # fmt: skip
TOGETHER = [
    " ".join(PAYLOADS[first::3]) for first in range(3)
]  # the address first: it runs where a link begins


class Seen(HTMLParser):
    """Every tag, attribute and address of a page."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            runs = name in ("src", "href", "action", "formaction") and (value or "").lower().startswith(
                "javascript:"
            )
            if "canary" in name or name.startswith("on") or name == "style" or runs:
                self.found.append((tag, name, value))


def a_hostile(event, payload, **values):
    """An application every stored word of which wants to run."""
    application = builders.an_application(
        event, **{
            "name": payload, "outlet": payload, "phone": payload[:40], "samples": [payload, "javascript:alert(1)"],
            "needs": payload, "country": "FR", "email": "ada@x.example",
            "answers": {"coverage_plan": payload, "outlet_url": "javascript:alert(1)", "employment": payload, "country": payload,
                        "press_card_no": "7", "editor_email": payload},
            **values,
        },
    )  # fmt: skip
    for role in (Role.APPLICANT, Role.OFFICER):
        for internal in (True, False):
            remark = Remark(
                is_internal=internal, author_role=role, author_name=payload, text=payload, at=clock.now()
            )
            application.remarks.append(remark)
    a_document(application, payload)
    changes = {"name": [payload, payload[::-1]], "answers": [f"coverage_plan: {payload}", "coverage_plan: x"], payload: [payload, ""]}  # fmt: skip
    a_step(application, "answer", changes=changes, note=payload, actor_name=payload)
    return application


@pytest.mark.parametrize("payload", TOGETHER)
def test_stored_words_stay_words_on_every_page_of_the_desk(desk, payload):
    event = builders.an_event(quota=1)
    builders.stored(Outlet(name=payload, key="x"))
    one, other = a_hostile(event, payload), a_hostile(event, payload, email="bea@y.example", language="en")
    builders.an_accredited(event)
    place = f"/desk/accreditation/{event.id}"
    pages = [
        desk.get(place + "?tab=all"),
        desk.get(f"{place}?tab=all&q=" + payload.replace("&", "%26").replace("#", "%23")),
        desk.get(page_of(one)),
        desk.get(page_of(one, f"/duplicates/{other.id}")),
        desk.get(page_of(one, "/erase")),
        desk.post(page_of(one, "/message"), data={"message-text": payload * 400}),
        desk.post(page_of(one, "/decline"), data={"decline-note": payload}),
        desk.post(page_of(one, "/decline"), data={"decline-note": payload, "decline-reason": "late", "decline-version": 99}),
        desk.post(page_of(one, "/approve"), data={"back": payload, "version": one.version}),
        desk.post(place + "/bulk", data={"action": "decline", "chosen": [one.id, other.id], "back": payload, "typed": 1,
                                         "decline-reason": "late", "decline-note": payload}),
        desk.post(place + "/bulk/carry-out", data={"action": "waitlist", "chosen": [one.id, other.id], "back": payload}),
        desk.get(page_of(one)),
        desk.post(page_of(other, f"/duplicates/{one.id}"), data={"version": 1}),
    ]  # fmt: skip

    codes = [200, 200, 200, 200, 200, 422, 422, 409, 409, 200, 200, 200, 409]
    assert [page.status_code for page in pages] == codes
    for page in pages:
        assert Seen(page.text).found == []
        assert "script-src 'self';" in page.headers["Content-Security-Policy"]
        assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "canary" in pages[2].text


def test_the_check_for_stored_words_would_see_one():
    assert Seen("<b canary>").found
    assert Seen('<a href="javascript:x">').found
    assert Seen("<img src=x onerror=alert(1)>").found
