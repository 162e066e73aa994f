import pytest

from pressroom.accreditation.answers import change_form
from pressroom.events.models import EventCategory, State
from tests import builders


def path(event, language):
    return f"/desk/events/{event.id}/form/{language}"


@pytest.mark.parametrize("state", list(State))
def test_the_press_office_sees_the_form_whatever_became_of_the_event(desk, client, state):
    category = EventCategory(code="photo", names={}, position=1, quota=None, asks=["equipment"], is_open=True)
    event = builders.an_event(state=state, categories=[category])

    page = desk.get(path(event, "fr"))

    assert page.status_code == 200
    assert 'lang="fr"' in page.text.partition("<h1>")[2]
    assert 'name="equipment"' in page.text
    assert 'name="proof_file"' in page.text
    assert page.text.partition("<main")[2].count("<form") == 0
    assert client.get(path(event, "fr")).status_code == 303


def test_the_form_of_a_language_without_words_does_not_exist(desk):
    event = builders.an_event(languages=("fr",))

    assert [desk.get(path(event, code)).status_code for code in ("fr", "en")] == [200, 404]


def test_a_closed_category_is_offered_to_nobody_but_who_has_it(desk, client):
    event = builders.an_event()
    event.category("photo").is_open = False
    event.category("photo").asks = ["equipment"]
    application = builders.an_application(event, category="photo")
    builders.stored(event)
    slug = event.texts["en"].slug

    forms = [desk.get(path(event, "en")), client.get(f"/en/events/{slug}/accreditation")]
    own = change_form(application, None)

    assert [('value="photo"' in page.text, "Equipment" in page.text) for page in forms] == [
        (False, False)
    ] * 2
    assert "photo" in {choice.value for choice in own.category.choices}
    assert "equipment" in own


def test_a_reviewer_does_not_prepare_events(app):
    reviewer = builders.signed_in(app, role="reviewer")

    assert reviewer.get(path(builders.an_event(), "fr")).status_code == 403
