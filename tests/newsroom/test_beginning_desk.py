"""The first steps of a new office: what is done is asked of the rows; the example comes and goes by two buttons."""

import re

from pressroom import audit, clock, example
from pressroom.access import SYSTEM, Role
from pressroom.database import db
from pressroom.delivery.models import Message, State
from pressroom.events.models import State as EventState
from pressroom.newsroom import beginning
from pressroom.staff import workflow as staff
from pressroom.staff.models import Compliance
from tests import builders

HERE = "/desk/settings/first-steps"
SAID = {"about": "", "publisher": "Pins", "address": "", "director": "Zoé", "host": "", "not_accessible": ""}


def done():
    return [step.done for step in beginning.steps(("fr", "en"))]


def test_each_step_is_done_once_its_row_is_there(app, desk):
    assert done() == [False] * 7

    staff.name_office({"fr": "Fondation", "en": "Foundation"}, by=SYSTEM, at=clock.now())
    builders.a_press_contact()
    assert done() == [True, True, False, False, False, False, False]
    staff.describe_office(
        compliance=Compliance.NOT, audited_on=None, auditor="", accessibility_email="", privacy_email="",
        texts={"fr": SAID, "en": SAID}, by=SYSTEM, at=clock.now(),
    )  # fmt: skip
    event = builders.an_event(state=EventState.DRAFT)
    assert done()[4] is False  # nobody can ask to come to a draft
    db.session.delete(event)
    builders.an_event()
    builders.a_member_of_staff()
    assert done() == [True, True, True, False, True, True, False]
    desk.post("/desk/texts/read")
    desk.post(f"{HERE}/mail/test")
    assert done() == [True, True, True, False, True, True, True]
    [message] = db.session.scalars(db.select(Message))
    message.state = State.ACCEPTED
    db.session.commit()
    assert done() == [True] * 7

    assert "First steps" not in re.sub(r"(?s)<footer.*", "", desk.get("/desk/").text)
    assert "7 of 7 done" in desk.get(f"{HERE}/").text


def test_a_new_office_sees_what_to_do_on_its_first_page(desk):
    page = desk.get("/desk/").text

    assert "Name the organisation in every language" in page
    assert "An administrator does this." in page  # the standing pages


def test_the_example_comes_with_a_banner_and_goes_with_a_button(desk):
    assert desk.post(f"{HERE}/example").status_code == 303
    assert "Example data: everything in it is made up." in desk.get("/desk/").text
    did = set(
        db.session.scalars(db.select(audit.Entry.actor_name).where(audit.Entry.action == "release.publish"))
    )
    assert did == {"The example"}  # the journal keeps it, and nobody real did it
    assert desk.get(f"{HERE}/example/remove").status_code == 200
    assert example.is_loaded()  # looking at the page changes nothing

    assert desk.post(f"{HERE}/example/remove").status_code == 303

    assert not example.is_loaded()
    assert "Example data" not in desk.get("/desk/").text


def test_the_example_is_not_loaded_beside_real_things(desk):
    builders.an_event()

    response = desk.post(f"{HERE}/example")

    assert response.status_code == 409
    assert "the example is for an empty office" in response.text


def test_what_a_step_asks_for_is_where_it_leads(desk):
    assert f'href="{HERE}/#event"' in desk.get("/desk/").text
    assert re.search(r'(?s)id="event".*Announce an event.*Load the example', desk.get(f"{HERE}/").text)


def test_how_mail_is_made_to_leave_is_told(app, desk):
    assert "PRESSROOM_MAIL_URL" in desk.get(f"{HERE}/mail").text
    told = desk.post(f"{HERE}/mail/test", follow_redirects=True).text
    assert "The test can be read under Messages: in test mode nothing leaves." in told
    app.config.update(MAIL_URL="smtp://mail.office.example", MAIL_SERVER="mail.office.example")
    assert "Mail leaves through mail.office.example." in desk.get(f"{HERE}/mail").text
    told = desk.post(f"{HERE}/mail/test", follow_redirects=True).text
    assert re.search(r"A test is on its way to [^ ]+@[^ ]+\.", told)


def test_reviewers_have_no_first_steps(app):
    reviewer = builders.signed_in(app, role=Role.REVIEWER)

    assert reviewer.get(f"{HERE}/").status_code == 403
    assert "First steps" not in reviewer.get("/desk/").text
