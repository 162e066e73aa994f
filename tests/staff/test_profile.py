import pytest

from pressroom import audit
from pressroom.access import STAFF_ROLES
from pressroom.database import db
from pressroom.staff import passwords
from pressroom.staff.models import Staff
from tests import builders

PASSWORD = "une phrase assez longue"
HASH = passwords.hashed(PASSWORD)


@pytest.fixture
def person(app):
    return builders.signed_in(app, name="Zoé Martin", password_hash=HASH)


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_everybody_has_an_account_page(app, role):
    assert builders.signed_in(app, role=role).get("/desk/profile/").status_code == 200


def test_language_of_the_desk_changes_with_the_next_page(person):
    assert "<h1>My account</h1>" in person.get("/desk/profile/").text

    assert person.post("/desk/profile/language", data={"language": "fr"}).status_code == 303

    assert "<h1>Mon compte</h1>" in person.get("/desk/profile/").text
    entry = audit.history(f"staff:{person.staff_id}")[-1]
    assert (entry.action, entry.actor_name) == ("staff.set_language", "Zoé Martin")


def test_unknown_language_is_refused_at_its_field(person):
    page = person.post("/desk/profile/language", data={"language": "tlh"})

    assert page.status_code == 422
    assert 'id="error-summary"' in page.text
    assert db.session.get(Staff, person.staff_id).language == "en"


@pytest.mark.parametrize(
    ("current", "new", "sentence"),
    [
        ("wrong", "une autre phrase longue", "This is not your current password."),
        ("", "une autre phrase longue", "Enter your current password"),
        (PASSWORD, "short", "Use a password of at least 12 characters."),
        (PASSWORD, "", "Choose a password"),
    ],
)
def test_password_is_not_changed_without_the_current_one_or_for_a_weak_one(person, current, new, sentence):
    page = person.post("/desk/profile/password", data={"current": current, "new": new})

    assert page.status_code == 422
    assert sentence in page.text
    assert passwords.matches(db.session.get(Staff, person.staff_id), PASSWORD)


def test_password_changes(person):
    answer = person.post(
        "/desk/profile/password", data={"current": PASSWORD, "new": "une autre phrase longue"}
    )

    assert (answer.status_code, answer.location) == (303, "/desk/profile/")
    assert "Your password is changed; other browsers are signed out." in person.get("/desk/profile/").text
    staff = db.session.get(Staff, person.staff_id)
    assert (passwords.matches(staff, PASSWORD), passwords.matches(staff, "une autre phrase longue")) == (
        False,
        True,
    )
