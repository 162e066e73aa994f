"""What is outside a reviewer's scope does not exist for them: on no page, in no list, number or search."""

import re

import pytest
from werkzeug.routing import AnyConverter

from pressroom import access, audit, clock, storage
from pressroom.access import SYSTEM, Role
from pressroom.accreditation import scopes
from pressroom.accreditation.models import Application, Document, Remark
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.staff.models import Staff
from tests import builders
from tests.builders import NOON
from tests.newsroom import canaries

WORD = "zarquon"  # of nothing else in the world


def limited(app, *chosen):
    """A reviewer's client; what they see is set."""
    client = builders.signed_in(app, role=Role.REVIEWER)
    scopes.set_for(db.session.get(Staff, client.staff_id), chosen, by=SYSTEM, at=NOON)
    db.session.commit()
    return client


def a_hidden(event, twin, **values):
    """An application every word of which is a canary, and which has everything in common with `twin`."""
    hidden = builders.an_application(
        event, **{
            "name": f"{WORD.title()} Name", "outlet": f"{WORD.title()} Outlet", "email": f"{WORD}@{WORD}.example",
            "phone": twin.phone, "samples": [f"https://{WORD}.example/"], "needs": f"{WORD} needs", "country": "PL",
            "answers": {"press_card_no": "777", "coverage_plan": f"{WORD} plan"}, **values,
        },
    )  # fmt: skip
    hidden.remarks.append(
        Remark(
            is_internal=False, author_role=Role.APPLICANT, author_name="", text=f"{WORD} said", at=clock.now()
        )
    )
    for application in (hidden, twin):
        builders.stored(
            Document(
                application_id=application.id, name=f"{application.name}.png", media_type="image/png", size=4,
                digest="same", file_key=storage.put(b"proof"), created_at=clock.now(),
            )
        )  # fmt: skip
    return builders.stored(hidden)


@pytest.fixture
def world(app):
    """One request in sight; in its event one of another category, and an event of which nothing is in sight."""
    event, other = builders.an_event(), builders.an_event()
    for text in other.texts.values():
        text.title = f"{WORD.title()} Event"
    seen = builders.an_application(event, phone="06 12 34 56 78", answers={"press_card_no": "777"})
    hidden = [
        a_hidden(event, seen, category="photo"),
        a_hidden(other, seen),
        a_hidden(other, seen, email=seen.email),
    ]
    return seen, hidden


def open_to_reviewers(app, method):
    roles = access.desk_roles()
    return [
        rule for rule in app.url_map.iter_rules()
        if method in rule.methods and Role.REVIEWER in roles.get(rule.endpoint.partition(".")[0], ())
    ]  # fmt: skip


def test_nothing_of_what_is_out_of_sight_is_on_any_page(app, world):
    seen, hidden = world
    reviewer = limited(app, f"{seen.event_id}:written")
    endpoints = {rule.endpoint for rule in open_to_reviewers(app, "GET")}
    pages = {
        address: canaries.said(reviewer.get(address, buffered=True))
        for endpoint, address in canaries.addresses(app)
        if endpoint in endpoints
    }
    for query in ("", "?tab=all", "?tab=needs", "?tab=accepted", f"?q={WORD}", "?tab=all&category=photo", "?tab=all&country=PL"):  # fmt: skip
        address = f"/desk/accreditation/{seen.event_id}{query}"
        pages[address] = (
            canaries.said(reviewer.get(address)).replace(f'value="{WORD}"', "").replace(f"“{WORD}”", "")
        )
    pages = {address: re.sub(rf"q={WORD}", "", text) for address, text in pages.items()}

    assert len(pages) > 20
    assert any(seen.name.lower() in text for text in pages.values())
    assert canaries.found(pages, WORD, *(one.reference for one in hidden)) == set()
    for address, text in pages.items():
        if any(one.id in address for one in hidden):
            assert (address, text[:3]) == (address, "404")


def test_the_numbers_leave_out_what_is_out_of_sight(app, world):
    seen, _hidden = world
    reviewer = limited(app, f"{seen.event_id}:written")

    home, index = reviewer.get("/desk/").text, reviewer.get("/desk/accreditation/").text
    tabs = re.findall(r'<span class="number">(\d+)</span></a>', reviewer.get(f"/desk/accreditation/{seen.event_id}").text)  # fmt: skip

    assert f"/desk/accreditation/{seen.event_id}" in home
    assert index.count('<th scope="row">') == 1
    assert set(tabs) <= {"0", "1"}


def test_nothing_can_be_done_to_what_is_out_of_sight(app, world):
    seen, hidden = world
    reviewer = limited(app, f"{seen.event_id}:written")
    before = {one.id: one.version for one in db.session.scalars(db.select(Application))}
    tried = 0
    for rule in open_to_reviewers(app, "POST"):
        if "application_id" not in rule.arguments:
            continue
        for one in hidden:
            known = {
                "event_id": one.event_id,
                "application_id": one.id,
                "other_id": seen.id,
                "document_id": "1",
            }
            choices = [c.items for c in rule._converters.values() if isinstance(c, AnyConverter)] or [{""}]
            for action in sorted(choices[0]):
                values = {name: known.get(name, action) for name in rule.arguments}
                address = app.url_map.bind("press.example").build(rule.endpoint, values, method="POST")
                assert (address, reviewer.post(address, data={"version": one.version}).status_code) == (
                    address,
                    404,
                )
                tried += 1

    db.session.expire_all()
    assert tried > 40
    assert {one.id: one.version for one in db.session.scalars(db.select(Application))} == before
    assert [entry for one in hidden for entry in audit.history(one.subject)] == []


def test_a_duplicate_out_of_sight_cannot_be_compared_with_one_in_sight(app, world):
    seen, (hidden, *_) = world
    reviewer = limited(app, f"{seen.event_id}:written")
    place = f"/desk/accreditation/{seen.event_id}"

    assert reviewer.get(f"{place}/{seen.id}/duplicates/{hidden.id}").status_code == 404
    assert reviewer.post(f"{place}/{seen.id}/duplicates/{hidden.id}").status_code == 404


def test_a_reviewer_without_a_scope_and_everybody_else_see_all(app, world):
    seen, hidden = world
    for client in (
        limited(app),
        builders.signed_in(app, role=Role.OFFICER),
        builders.signed_in(app, role=Role.ADMIN),
        limited(app, seen.event_id, *(one.event_id for one in hidden)),
    ):
        for one in hidden:
            assert WORD in client.get(f"/desk/accreditation/{one.event_id}/{one.id}").text


def test_the_door_sees_nothing_here(app, world):
    seen, _hidden = world
    door = builders.signed_in(app, role=Role.DOOR)
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("accreditation_"):
            assert Role.DOOR not in access.desk_roles()[rule.endpoint.partition(".")[0]]
    assert door.get(f"/desk/accreditation/{seen.event_id}").status_code == 403
    assert WORD not in door.get("/desk/").text


def test_administrators_set_what_a_reviewer_sees(app, admin, world):
    seen, _hidden = world
    reviewer = builders.a_member_of_staff(role=Role.REVIEWER, name="Maël Le Goff")
    address = f"/desk/staff/{reviewer.id}/scope"
    assert f'href="{address}"' in admin.get("/desk/staff/").text
    assert "What Maël Le Goff reviews" in admin.get(address).text

    response = admin.post(address, data={"seen": [f"{seen.event_id}:photo", f"{seen.event_id}:written"]})
    assert (response.status_code, scopes.of(reviewer)) == (
        303,
        [f"{seen.event_id}:photo", f"{seen.event_id}:written"],
    )
    ticked = re.findall(r"checked[^>]*value=\"([^\"]*)\"", admin.get(address).text)
    assert sorted(ticked) == scopes.of(reviewer)

    admin.post(address, data={"seen": [seen.event_id, f"{seen.event_id}:photo"]})
    assert scopes.of(reviewer) == [seen.event_id]
    admin.post(address, data={"sent": "1"})
    assert scopes.of(reviewer) == []
    assert [entry.action for entry in audit.history(f"staff:{reviewer.id}")] == ["staff.scope"] * 3


def test_what_is_no_event_is_no_scope(app, admin):
    reviewer = builders.a_member_of_staff(role=Role.REVIEWER)
    assert admin.post(f"/desk/staff/{reviewer.id}/scope", data={"seen": "x"}).status_code == 422


def test_only_reviewers_are_limited_and_only_by_administrators(app, admin, desk):
    officer = builders.a_member_of_staff(role=Role.OFFICER)
    assert admin.get(f"/desk/staff/{officer.id}/scope").status_code == 404
    with pytest.raises(Refused):
        scopes.set_for(officer, ["x"], by=SYSTEM, at=NOON)
    assert desk.get(f"/desk/staff/{officer.id}/scope").status_code == 403


def test_an_event_that_is_over_stays_on_the_list_while_it_is_named(app):
    reviewer = builders.a_member_of_staff(role=Role.REVIEWER)
    over = builders.an_event(now=NOON.replace(year=2024))
    assert scopes.events(reviewer, NOON) == []
    scopes.set_for(reviewer, [over.id], by=SYSTEM, at=NOON)
    assert scopes.events(reviewer, NOON) == [over]
