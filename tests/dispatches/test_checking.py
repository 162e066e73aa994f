"""The page before a dispatch leaves: the sum, the guard, what each will read, a test to oneself, the button."""

from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.contacts.models import contact_listing
from pressroom.database import db
from pressroom.delivery.models import Dispatch, DispatchKind, DispatchState, DispatchText, Message, Reason
from pressroom.delivery.models import State as MessageState
from pressroom.delivery.suppressions import add
from pressroom.dispatches import workflow
from pressroom.releases import workflow as releases
from pressroom.staff.models import Staff
from tests import builders
from tests.counting import statements


@pytest.fixture
def release():
    return builders.a_published_release()


@pytest.fixture
def people():
    """Two journalists, who read French and English."""
    return [
        builders.a_contact("Noémie Kervella", email="noemie@telegraphe.example", language="fr"),
        builders.a_contact("Jonas Weidmann", email="jonas@rundfunk.example", language="en"),
    ]


@pytest.fixture
def draft(release, people):
    audience = [{"who": "list", "list": builders.a_list("Energy press", *people).id}]
    return builders.stored(
        workflow.create(
            DispatchKind.RELEASE, about=f"release:{release.id}", audience=audience, by=SYSTEM, at=clock.now()
        )
    )


def check(desk, draft, **query):
    return desk.get(f"/desk/dispatches/{draft.id}/check", query_string=query)


def words(page):
    """The page's text, its spaces as one."""
    return " ".join(page.split())


def received(draft, person, **values):
    """That somebody got the same from another dispatch."""
    other = builders.stored(
        workflow.create(draft.kind, about=draft.about, audience=draft.audience, by=SYSTEM, at=clock.now())
    )
    known = {
        "about": draft.about,
        "notice": "dispatch_release",
        "dispatch_id": other.id,
        "state": MessageState.ACCEPTED,
    }
    return builders.a_message(recipient=person.email, **{**known, **values})


def test_the_sum_is_an_equation_of_what_was_found(desk, draft, people):
    add(people[1].email, "contacts", Reason.UNSUBSCRIBED, by=SYSTEM, at=clock.now())
    draft.audience = [*draft.audience, *draft.audience]
    db.session.commit()

    page = words(check(desk, draft).text)

    assert "4 addresses found − 2 duplicates − 1 unsubscribed = <b>1 person</b>" in page
    assert "1 person gets it, in French. 3 addresses are left out." in page
    assert "Send to 1 person now" in page


def test_who_has_it_already_is_left_out_or_gets_it_again_knowingly(desk, draft, people):
    received(draft, people[0])

    before = words(check(desk, draft).text)
    desk.post(f"/desk/dispatches/{draft.id}/known", data={"skip": "0"})
    both = words(check(desk, draft).text)
    desk.post(f"/desk/dispatches/{draft.id}/known", data={"skip": "1"})
    after = words(check(desk, draft).text)

    assert "2 addresses found − 1 that has it already = <b>1 person</b>" in before
    assert "Send it to this person again as well" in before
    assert "Send to 2 people now" in both
    assert "Send to the other 1 only" in both
    assert "Send to 1 person now" in after


def test_the_button_that_says_too_many_is_refused_with_both_numbers(desk, draft, people):
    add(people[1].email, "", Reason.UNKNOWN, by=SYSTEM, at=clock.now())
    db.session.commit()

    answer = desk.post(f"/desk/dispatches/{draft.id}/send", data={"count": "2", "version": draft.version})

    page = words(answer.text)
    assert answer.status_code == 409
    assert "The button said 2 people; by now it is 1." in page
    assert "Send to 1 person now" in page
    assert db.session.get(Dispatch, draft.id).state is DispatchState.DRAFT


def test_the_button_that_is_right_schedules_it(desk, draft):
    at = (clock.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    draft.starts_at = at
    db.session.commit()
    page = words(check(desk, draft).text)
    assert "Schedule for" in page
    assert ": 2 people" in page

    data = {"count": "2", "version": draft.version}
    answer = desk.post(f"/desk/dispatches/{draft.id}/send", data=data)

    found = db.session.get(Dispatch, draft.id)
    assert (answer.location, found.state, found.starts_at) == (
        f"/desk/dispatches/{draft.id}",
        DispatchState.SCHEDULED,
        at,
    )
    assert desk.get(f"/desk/dispatches/{draft.id}/check").location == f"/desk/dispatches/{draft.id}"


def test_a_button_whose_hour_has_passed_sends_nothing(desk, draft):
    draft.starts_at = clock.now() - timedelta(minutes=1)
    db.session.commit()

    answer = desk.post(f"/desk/dispatches/{draft.id}/send", data={"count": "2", "version": draft.version})

    assert (answer.status_code, 'name="count"' in answer.text) == (409, False)
    assert "The moment that was chosen has passed" in words(answer.text)
    assert db.session.get(Dispatch, draft.id).state is DispatchState.DRAFT


def test_sent_now_it_can_still_be_taken_back(desk, draft):
    desk.post(f"/desk/dispatches/{draft.id}/send", data={"count": "2", "version": draft.version})
    shown = words(desk.get(f"/desk/dispatches/{draft.id}").text)
    desk.post(f"/desk/dispatches/{draft.id}/unschedule")

    found = db.session.get(Dispatch, draft.id)
    assert "to 2 people as things stand" in shown
    assert (found.state, found.starts_at) == (DispatchState.DRAFT, None)


def test_under_embargo_the_button_names_the_hour(desk, people):
    until = (clock.now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    release = builders.a_published_release(embargo_until=until)
    audience = [{"who": "list", "list": builders.a_list("Press", *people).id}]
    draft = builders.stored(
        workflow.create(
            DispatchKind.RELEASE, about=f"release:{release.id}", audience=audience, by=SYSTEM, at=clock.now()
        )
    )

    page = words(check(desk, draft).text)

    assert "It leaves when the release becomes public" in page
    assert "Schedule for" in page
    assert "Send to" not in page.partition('<h2 id="preview"')[0]


def test_what_stands_in_the_way_hides_the_button(desk, release):
    draft = builders.stored(
        workflow.create(DispatchKind.RELEASE, about=f"release:{release.id}", by=SYSTEM, at=clock.now())
    )

    page = check(desk, draft).text

    assert "It cannot leave yet" in page
    assert "Choose who gets this" in page
    assert 'name="count"' not in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "Les pôles se retrouvent"),
        ({"as": "en"}, "Clusters meet"),
        ({"person": "jonas@rundfunk.example"}, "Clusters meet"),
        ({"look": "text", "as": "en"}, "One day."),
        (
            {"look": "\0", "as": "xx", "person": "é" * 3000, "tested": "nothing"},
            "Les pôles se retrouvent",
        ),
    ],
)
def test_the_preview_is_what_a_real_person_will_read(desk, draft, query, said):
    page = check(desk, draft, **{"person": "noemie@telegraphe.example", **query})

    assert page.status_code == 200
    assert said in page.text


def test_the_frame_shows_the_mail_in_the_scheme_that_was_asked(desk, draft):
    light = desk.get(f"/desk/dispatches/{draft.id}/sample/fr/light")
    dark = desk.get(f"/desk/dispatches/{draft.id}/sample/fr/dark")

    assert light.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "@media not all" in light.text
    assert "@media all" in dark.text
    assert "color-scheme:dark" in dark.text
    assert "color-scheme:light dark" not in dark.text


def test_everybody_can_be_searched(desk, draft):
    here = f"/desk/dispatches/{draft.id}/recipients"

    assert "jonas@rundfunk.example" in desk.get(here).text
    found = desk.get(f"{here}?q=KERVELLA").text
    assert "noemie@telegraphe.example" in found
    assert "jonas@rundfunk.example" not in found
    assert "Nobody among those who get it" in desk.get(f"{here}?q=nothing&page=999").text
    assert desk.get(here, query_string={"q": "é\0" * 10_000}).status_code == 200


def test_a_test_goes_to_whoever_asks_for_it_and_to_nobody_else(desk, draft):
    me = db.session.get(Staff, desk.staff_id).email

    answer = desk.post(f"/desk/dispatches/{draft.id}/test", data={"language": "en"})

    message = db.session.scalars(db.select(Message)).one()
    assert (message.recipient, message.language, message.scope, message.dispatch_id) == (me, "en", None, None)
    assert message.subject.startswith("Test: ")
    assert "Clusters meet" in message.html
    assert f"Test to {me}:" in words(desk.get(answer.location).text)
    assert db.session.get(Dispatch, draft.id).state is DispatchState.DRAFT


def test_a_test_in_an_unknown_language_is_refused(desk, draft):
    assert desk.post(f"/desk/dispatches/{draft.id}/test", data={"language": "xx"}).status_code == 400


def test_what_does_not_exist_is_not_checked(desk):
    assert desk.get("/desk/dispatches/nothing/check").status_code == 404
    assert desk.get("/desk/dispatches/nothing").status_code == 404


def test_a_kit_may_be_sent_before_anybody_is_accredited(desk):
    kit = builders.a_kit()
    draft = builders.stored(workflow.create(DispatchKind.KIT, about=kit.subject, by=SYSTEM, at=clock.now()))

    page = words(check(desk, draft).text)
    answer = desk.post(f"/desk/dispatches/{draft.id}/send", data={"count": "0", "version": draft.version})

    assert "Nobody is accredited yet: whoever is from now on gets it by itself." in page
    assert "Send to whoever is accredited from now on" in page
    assert answer.status_code == 303
    assert db.session.get(Dispatch, draft.id).state is DispatchState.SCHEDULED


@pytest.mark.parametrize(
    "about", ["release:gone1234", "correction:gone12345678", "kit:gone12345678", "empty"]
)
def test_what_has_no_words_has_no_preview(desk, people, about):
    """What it is about was deleted, or nothing of it is written yet."""
    if about == "empty":
        written = releases.create(source_language="fr", by=SYSTEM, at=clock.now())
        about = f"release:{written.id}"
    audience = [{"who": "list", "list": builders.a_list("Press", *people).id}]
    words = {"fr": workflow.Text("", "Bonjour à tous.")}
    draft = Dispatch(
        kind=DispatchKind(about.partition(":")[0]), state=DispatchState.DRAFT, about=about, audience=audience,
        created_at=clock.now(), texts={code: DispatchText(language=code, subject="", words=one.words) for code, one in words.items()},
    )  # fmt: skip
    builders.stored(draft)
    here = f"/desk/dispatches/{draft.id}"

    page = check(desk, draft)

    assert (page.status_code, "It cannot leave yet" in page.text, "mail-preview" in page.text) == (
        200,
        True,
        False,
    )
    assert desk.get(f"{here}/sample/fr/light").status_code == 404
    assert desk.post(f"{here}/test", data={"language": "fr"}).status_code == 404
    for rest in ("/recipients", "/edit"):
        assert desk.get(f"{here}{rest}").status_code == 200


def test_a_release_that_was_killed_meanwhile_cannot_leave(desk, draft, release):
    releases.kill(release, notes={"fr": "Faux.", "en": "Wrong."}, by=SYSTEM, at=clock.now())
    db.session.commit()

    page = check(desk, draft).text
    sent = desk.post(f"/desk/dispatches/{draft.id}/send", data={"count": "2", "version": draft.version})

    assert ("It cannot leave yet" in page, 'name="count"' in page, sent.status_code) == (True, False, 409)
    assert db.session.get(Dispatch, draft.id).state is DispatchState.DRAFT


@pytest.mark.parametrize("page", ["check", "recipients", "edit"])
def test_many_people_take_no_more_statements_than_few(desk, draft, page):
    here = f"/desk/dispatches/{draft.id}/{page}"
    db.session.commit()
    few = statements(desk, here)
    more = [builders.a_contact(f"Reader {n}", language=("fr", "en")[n % 2]) for n in range(30)]
    [segment] = draft.audience
    listed = [{"contact_id": one.id, "list_id": segment["list"]} for one in more]
    db.session.execute(db.insert(contact_listing), listed)
    db.session.commit()

    assert statements(desk, here) == few
