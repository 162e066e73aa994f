import re
from datetime import timedelta

import pytest

from pressroom import audit, clock
from pressroom.access import Actor, Role
from pressroom.accreditation import remarks
from pressroom.accreditation.models import Remark, State
from pressroom.database import db
from pressroom.delivery.models import Message
from tests import builders

OFFICER = Actor(Role.OFFICER, "Zoé Martin", "officer")


def page_of(application, rest=""):
    return f"/desk/accreditation/{application.event_id}/{application.id}{rest}"


def mails():
    return db.session.scalars(db.select(Message).order_by(Message.created_at)).all()


def written_by_the_applicant(application, text="Une question"):
    application.remarks.append(
        Remark(is_internal=False, author_role=Role.APPLICANT, author_name="", text=text, at=clock.now())
    )
    db.session.commit()


def actions(application):
    return [entry.action for entry in audit.history(application.subject)]


def test_a_note_stays_within_the_desk(desk):
    application = builders.an_application()

    response = desk.post(page_of(application, "/note"), data={"note-text": "Vu au forum.\nSérieux."})

    assert (response.status_code, response.location) == (303, page_of(application) + "#notes")
    page = desk.get(response.location).text
    assert "Vu au forum.<br>Sérieux." in page
    assert (mails(), actions(application)) == ([], ["accreditation.note"])
    assert application.remarks[0].is_internal
    assert application.remarks[0].author_name == "Zoé Martin"


def test_a_message_is_mailed_in_the_applicant_s_language(desk):
    application = builders.an_application(language="fr")

    response = desk.post(page_of(application, "/message"), data={"message-text": "Venez à 9 h."})

    (mail,) = mails()
    assert response.location == page_of(application) + "#thread"
    assert (mail.notice, mail.language, mail.recipient) == ("accreditation_message", "fr", application.email)
    assert "Venez à 9 h." in mail.text.replace("\u00a0", " ")
    assert "Venez à 9 h." in desk.get(page_of(application)).text
    assert actions(application) == ["accreditation.message"]


def test_the_applicant_s_message_is_open_until_it_is_answered(desk):
    application = builders.an_application()
    written_by_the_applicant(application)
    assert "Not answered yet" in desk.get(page_of(application)).text

    desk.post(page_of(application, "/note"), data={"note-text": "À voir"})
    assert "Not answered yet" in desk.get(page_of(application)).text

    desk.post(page_of(application, "/message"), data={"message-text": "Oui."})
    assert "Not answered yet" not in desk.get(page_of(application)).text


def test_needs_stay_open_until_somebody_answers(desk):
    event = builders.an_event()
    application = builders.an_application(event, needs="Une rampe")
    over = builders.an_application(event, needs="Une chaise", state=State.WITHDRAWN)
    assert "Needs on site: to be answered" not in desk.get(page_of(over)).text
    assert "Needs on site: to be answered" in desk.get(page_of(application)).text

    desk.post(page_of(application, "/needs"), data={"needs-text": "Entrée par la cour."})

    db.session.refresh(application)
    (mail,) = mails()
    page = desk.get(page_of(application)).text
    assert (mail.notice, application.needs_answer) == ("accreditation_needs", "Entrée par la cour.")
    assert "Entrée par la cour." in mail.text
    assert "Needs on site: to be answered" not in page
    assert "Entrée par la cour." in page
    assert desk.post(page_of(application, "/needs"), data={"needs-text": "Encore"}).status_code == 409
    assert len(mails()) == 1


def test_what_is_needed_again_is_open_again(app):
    application = builders.an_application(needs="Une rampe", needs_answered_at=clock.now())
    assert not remarks.needs_are_open(application)


@pytest.mark.parametrize("what", ["note", "message", "needs"])
def test_nothing_said_comes_back(desk, what):
    application = builders.an_application(needs="Une rampe")

    page = desk.post(page_of(application, f"/{what}"), data={f"{what}-text": "  "})

    assert (page.status_code, mails()) == (422, [])
    assert "Write something" in page.text
    assert f'href="#{what}-text"' in page.text


def test_control_characters_are_refused_and_kept(desk):
    application = builders.an_application()
    page = desk.post(page_of(application, "/message"), data={"message-text": "a\u202eb <b>x</b>"})
    assert page.status_code == 422
    assert "&lt;b&gt;x&lt;/b&gt;" in page.text


def test_a_request_is_assigned_to_a_colleague_and_to_nobody(desk):
    application = builders.an_application()
    colleague = builders.a_member_of_staff(name="Maël Le Goff", role=Role.REVIEWER)
    gone = builders.a_member_of_staff(name="Ancien", deactivated_at=clock.now())
    door = builders.a_member_of_staff(name="Porte", role=Role.DOOR)
    page = desk.get(page_of(application)).text
    offered = re.search(r'<select id="assign-staff_id".*?</select>', page, re.DOTALL)[0]
    assert re.findall(r">([^<>]+)</option>", offered) == [
        "Nobody in particular",
        "Maël Le Goff",
        "Zoé Martin",
    ]

    desk.post(page_of(application, "/assign"), data={"assign-staff_id": colleague.id})
    db.session.refresh(application)
    assert application.assignee == colleague
    assert "Looked after by Maël Le Goff." in desk.get(page_of(application)).text

    for other in (gone, door):
        assert (
            desk.post(page_of(application, "/assign"), data={"assign-staff_id": other.id}).status_code == 422
        )
    desk.post(page_of(application, "/assign"), data={"assign-staff_id": ""})
    db.session.refresh(application)
    assert (application.assignee, actions(application)) == (None, ["accreditation.assign"] * 2)


def test_the_way_back_into_the_list_is_kept(desk):
    application = builders.an_application()

    response = desk.post(
        page_of(application, "/note"), data={"note-text": "Vu", "back": "tab=all&q=ada&_external=1"}
    )

    assert response.location == page_of(application) + "?tab=all&q=ada#notes"


def test_talking_to_an_unknown_request_is_404(desk):
    application, other = builders.an_application(), builders.an_event()
    for what in ("note", "message", "needs", "assign"):
        assert desk.post(f"/desk/accreditation/{other.id}/{application.id}/{what}").status_code == 404


def test_messages_of_both_sides_stand_in_order(desk):
    application = builders.an_application()
    at = clock.now()
    for minutes, role, text in (
        (2, Role.OFFICER, "Deux"),
        (1, Role.APPLICANT, "Un"),
        (3, Role.APPLICANT, "Trois"),
    ):
        application.remarks.append(
            Remark(
                is_internal=False,
                author_role=role,
                author_name="",
                text=text,
                at=at + timedelta(minutes=minutes),
            )
        )
    db.session.commit()

    page = desk.get(page_of(application)).text

    assert page.index("<p>Un</p>") < page.index("<p>Deux</p>") < page.index("<p>Trois</p>")
