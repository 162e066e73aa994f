"""The desk's page of lists."""

from pressroom.contacts.models import Contact, ContactList
from pressroom.database import db
from tests import builders


def names():
    db.session.expire_all()
    return db.session.scalars(db.select(ContactList.name)).all()


def test_without_a_list_the_page_says_what_one_is_for(desk):
    assert "No list yet" in desk.get("/desk/contacts/lists/").text


def test_a_list_is_made_named_and_deleted(desk):
    desk.post("/desk/contacts/lists/", data={"name": " Weekly <press> "})
    listed = db.session.scalars(db.select(ContactList)).one()
    contact = builders.a_contact()
    contact.lists.append(listed)
    db.session.commit()

    page = desk.get("/desk/contacts/lists/").text
    assert "Weekly &lt;press&gt;" in page
    assert '<td class="number" data-label="Contacts">1</td>' in page
    desk.post(f"/desk/contacts/lists/{listed.id}", data={"name": "Energy"})
    assert names() == ["Energy"]
    assert "Its 1 member stays among the contacts." in desk.get(f"/desk/contacts/lists/{listed.id}").text

    gone = desk.post(f"/desk/contacts/lists/{listed.id}/delete")
    assert "Its 1 member is still among the contacts." in desk.get(gone.location).text
    assert (names(), db.session.query(Contact).count()) == ([], 1)


def test_a_name_is_due_and_nobody_else_s(desk):
    builders.a_list("Energy")

    answers = {
        name: desk.post("/desk/contacts/lists/", data={"name": name}) for name in ("", "Energy", "x" * 121)
    }

    assert [answer.status_code for answer in answers.values()] == [422] * 3
    assert "There is already a list of this name." in answers["Energy"].text
    assert names() == ["Energy"]
