"""The desk's pages of outlets."""

from pressroom.contacts.models import Contact, Outlet
from pressroom.database import db
from tests import builders


def outlets():
    db.session.expire_all()
    return db.session.scalars(db.select(Outlet.name).order_by(Outlet.name)).all()


def test_without_an_outlet_the_page_says_where_they_come_from(desk):
    assert "No outlet yet" in desk.get("/desk/contacts/outlets/").text


def test_outlets_are_found_without_accents_with_how_many_people(desk):
    for outlet in ("Le Télégraphe", "le telegraphe", "Gazette"):
        builders.a_contact(outlet=outlet)

    page = desk.get("/desk/contacts/outlets/?q=telegraphe").text

    assert ("Le Télégraphe" in page, "Gazette" in page, '<td class="number">2</td>' in page) == (
        True,
        False,
        True,
    )
    assert "No outlet matches “zzz”." in desk.get("/desk/contacts/outlets/?q=zzz").text
    assert desk.get("/desk/contacts/outlets/?q=%00&page=999").status_code == 200


def test_an_outlet_has_a_page_with_its_people_and_is_renamed_there(desk):
    contact = builders.a_contact("Anna Berg", outlet="Nordic wire")
    address = f"/desk/contacts/outlets/{contact.outlet_id}"
    assert "Anna Berg" in desk.get(address).text

    answers = [desk.post(address, data={"name": name}).status_code for name in ("", "!!", "Nordic Wire")]

    assert (answers, outlets()) == ([422, 422, 303], ["Nordic Wire"])


def test_a_name_that_another_outlet_has_leads_to_merging_the_two(desk):
    one, other = builders.a_contact(outlet="Nordic Wire").outlet, builders.a_contact(outlet="Nordic").outlet

    answer = desk.post(f"/desk/contacts/outlets/{other.id}", data={"name": "NORDIC WIRE"})

    compare = f"/desk/contacts/outlets/{one.id}/merge/{other.id}"
    assert (answer.status_code, compare in answer.text) == (422, True)
    assert "Keep “Nordic Wire”" in desk.get(compare).text
    desk.post(compare)
    assert outlets() == ["Nordic Wire"]
    assert {contact.outlet_id for contact in db.session.scalars(db.select(Contact))} == {one.id}


def test_the_other_outlet_is_looked_for(desk):
    one, other = builders.a_contact(outlet="Nordic Wire").outlet, builders.a_contact(outlet="Nordic").outlet
    address = f"/desk/contacts/outlets/{one.id}/merge"

    assert f"/merge/{other.id}" in desk.get(f"{address}?q=nordic").text
    assert f"/merge/{one.id}" not in desk.get(f"{address}?q=nordic").text
    assert "No outlet matches “zzz”." in desk.get(f"{address}?q=zzz").text
    assert desk.get(f"{address}/{one.id}").status_code == 404
