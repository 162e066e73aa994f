from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import Actor, Role
from pressroom.accreditation import duplicates, workflow
from pressroom.accreditation.models import Document, Remark, ReviewerScope, State
from pressroom.database import db, new_id
from pressroom.delivery.models import Message
from pressroom.errors import Refused
from tests import builders

OFFICER = Actor(Role.OFFICER, "Zoé Martin", "officer")
HOLD = timedelta(minutes=5)


def two(**values):
    event = builders.an_event()
    return builders.an_application(event, name="Ada Quill"), builders.an_application(
        event, **{"name": "ada quill", "language": "en", **values}
    )


def found(application, viewer=OFFICER):
    return {other.id: [str(why) for why in reasons] for other, reasons in duplicates.candidates(application, viewer)}  # fmt: skip


def a_document(application, digest):
    builders.stored(
        Document(
            application_id=application.id, name="carte.png", media_type="image/png", size=10, digest=digest,
            file_key=new_id(26), created_at=clock.now(),
        )
    )  # fmt: skip
    db.session.refresh(application)


def merge(kept, other, at=None, version=None):
    duplicates.merge(kept, other, by=OFFICER, at=at or clock.now(), undo=HOLD, version=version)
    db.session.commit()


def test_what_two_requests_may_have_in_common(app):
    event = builders.an_event()
    one = builders.an_application(event, name="Ada Quill", phone="+33 6 12 34 56 78", answers={"press_card_no": "12 345-B"})  # fmt: skip
    name = builders.an_application(event, name="ada QUILL", outlet="LE TÉLÉGRAPHE")
    phone = builders.an_application(event, name="B", outlet="B", phone="06.12.34.56.78")
    card = builders.an_application(event, name="C", outlet="C", answers={"press_card_no": "12345b"})
    document = builders.an_application(event, name="D", outlet="D")
    for application in (one, document):
        a_document(application, "d1")
    builders.an_application(event, name="Ada Quill", outlet="Autre")
    builders.an_application(event, name="Ada Quill-Roux")
    builders.an_application(name="Ada Quill")

    assert found(one) == {
        name.id: ["Same name and outlet"],
        phone.id: ["Same telephone number"],
        card.id: ["Same press card number"],
        document.id: ["Same document"],
    }


def test_nothing_in_common_is_nothing(app):
    event = builders.an_event()
    one = builders.an_application(event, name="Ada", outlet="A")
    builders.an_application(event, name="Béa", outlet="B")
    for application in (one, builders.an_application(event, name="Cléo", outlet="C")):
        a_document(application, "")

    assert found(one) == {}


def test_a_duplicate_out_of_sight_is_none(app):
    one, other = two(category="photo")
    reviewer = builders.a_member_of_staff(role=Role.REVIEWER)
    builders.stored(ReviewerScope(staff_id=reviewer.id, event_id=one.event_id, category="written"))

    assert list(found(one)) == [other.id]
    assert found(one, Actor(Role.REVIEWER, reviewer.name, reviewer.id)) == {}


def test_the_other_request_is_closed_with_its_reason_and_its_mail(app):
    kept, other = two()

    merge(kept, other)

    mail = db.session.scalars(db.select(Message)).one()
    assert (kept.state, other.state, other.reason) == (State.RECEIVED, State.CLOSED, "duplicate")
    assert (other.merged_into_id, kept.merged_into_id) == (kept.id, None)
    assert (mail.notice, mail.language, mail.state) == ("accreditation_closed", "en", "held")
    assert "You sent another request for the same event" in mail.text
    assert (found(kept), duplicates.merged_into(kept, OFFICER)) == ({}, [other])
    assert duplicates.survivor(other, OFFICER) is kept


def test_undoing_the_closing_undoes_it_all(app):
    kept, other = two()
    now = clock.now()
    merge(kept, other, at=now)

    workflow.act(other, "undo", by=OFFICER, at=now + timedelta(minutes=4))
    db.session.commit()

    assert (other.state, other.merged_into_id) == (State.RECEIVED, None)
    assert [message.state for message in db.session.scalars(db.select(Message))] == ["cancelled"]
    merge(other, kept)
    assert kept.merged_into_id == other.id


@pytest.mark.parametrize(
    ("kept", "other", "sentence"),
    [
        (State.RECEIVED, State.APPROVED, "An accepted request is not closed as a duplicate: keep it, or cancel it first."),
        (State.APPROVED, State.APPROVED, "An accepted request is not closed as a duplicate: keep it, or cancel it first."),
        (State.RECEIVED, State.OFFERED, "A place is offered to the other request: keep that one."),
        (State.DECLINED, State.RECEIVED, "The request to keep is over: keep the other one."),
        (State.WITHDRAWN, State.RECEIVED, "The request to keep is over: keep the other one."),
        (State.RECEIVED, State.DECLINED, "The other request is over already, or its last decision can still be undone."),
        (State.RECEIVED, State.WITHDRAWN, "The other request is over already, or its last decision can still be undone."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(app, kept, other, sentence):
    one, second = two(state=other, offer_until=clock.now() + timedelta(days=1))
    one.state = kept

    with pytest.raises(Refused, match=sentence[:40]):
        merge(one, second)


@pytest.mark.parametrize(
    ("kept", "other"),
    [(State.APPROVED, State.RECEIVED), (State.APPROVED, State.OFFERED), (State.OFFERED, State.WAITLISTED),
     (State.WAITLISTED, State.IN_REVIEW), (State.INFO_REQUESTED, State.RECEIVED)],
)  # fmt: skip
def test_the_one_that_is_further_stays(app, kept, other):
    one, second = two(state=other, offer_until=clock.now() + timedelta(days=1))
    one.state = kept

    merge(one, second)

    assert (one.state, second.state) == (kept, State.CLOSED)


def test_only_two_of_one_event_are_merged_and_only_once(app):
    one, other = two()
    with pytest.raises(Refused):
        merge(one, one)
    with pytest.raises(Refused):
        merge(one, builders.an_application(name="Ada Quill"))
    merge(one, other)
    third = builders.an_application(one.event, name="Ada Quill")
    with pytest.raises(Refused, match="merged already"):
        merge(other, third)
    with pytest.raises(Refused, match="merged already"):
        merge(third, other)


def test_a_request_that_changed_meanwhile_is_not_merged(app):
    kept, other = two()
    with pytest.raises(Refused, match="Someone else"):
        merge(kept, other, version=other.version + 1)


def address(one, other):
    return f"/desk/accreditation/{one.event_id}/{one.id}/duplicates/{other.id}"


def test_the_page_puts_both_side_by_side_and_marks_what_differs(desk):
    one, other = two(email="ada@other.example", phone="+33 1 99 00 00 02")

    page = desk.get(address(one, other)).text

    assert "In common: Same name and outlet" in page
    assert f"<mark>{one.email}</mark>" in page
    assert "<mark>ada@other.example</mark>" in page
    assert "<mark>Le Télégraphe</mark>" not in page
    assert f"Keep {one.reference}, close the other one" in page
    assert f"Keep {other.reference}, close the other one" in page


def test_the_page_says_why_one_cannot_be_closed(desk):
    one, other = two(state=State.APPROVED)

    page = desk.get(address(one, other)).text

    assert "An accepted request is not closed as a duplicate" in page
    assert f"Keep {one.reference}" not in page
    assert f"Keep {other.reference}, close the other one" in page


def test_merging_shows_the_documents_and_offers_to_undo(desk):
    kept, other = two()
    a_document(other, "d1")
    other.remarks.append(Remark(is_internal=False, author_role=Role.APPLICANT, author_name="", text="Un mot de plus", at=clock.now()))  # fmt: skip
    db.session.commit()

    response = desk.post(address(kept, other), data={"version": other.version})
    page = desk.get(response.location).text

    assert response.status_code == 303
    assert "ada quill: closed. The message leaves in 5 minutes." in page
    assert f"/{other.id}/undo" in page
    assert "Merged request" in page
    assert "Un mot de plus" in page
    assert "carte.png" in page
    assert "Closed as a duplicate of:" in desk.get(f"/desk/accreditation/{other.event_id}/{other.id}").text


def test_a_stale_page_merges_nothing(desk):
    kept, other = two()
    assert desk.post(address(kept, other), data={"version": other.version + 1}).status_code == 409
    db.session.refresh(other)
    assert other.state is State.RECEIVED


def test_what_does_not_exist_is_not_compared(desk):
    one, other = two()
    stranger = builders.an_application()
    for address_ in (address(one, one), address(one, stranger), address(stranger, one)):
        assert desk.get(address_).status_code == 404
        assert desk.post(address_).status_code == 404
