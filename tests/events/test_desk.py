import html
import re
from datetime import UTC, datetime

import pytest

from pressroom.database import db
from pressroom.events import forms
from pressroom.events.models import Event, State
from tests import builders

FACTS = {
    "timezone": "Europe/Paris",
    "starts_at": "2026-12-18T09:00",
    "ends_at": "2026-12-18T17:00",
    "requests_open_at": "2026-11-20T09:00",
    "requests_close_at": "2026-12-11T18:00",
    "answer_by": "2026-12-14T18:00",
    "categories": ["written", "photo"],
    "contact_id": "",
}
WORDS = {
    "fr-title": "Forum des pôles",
    "fr-summary": "Une journée de rencontres.",
    "fr-place": "Antibes",
    "fr-address": "1 place des Pins",
    "fr-description": "Au programme :\n\n- des cas",
    "fr-conditions": "Sur accréditation.",
    "en-title": "Clusters forum",
    "en-summary": "A day of meetings.",
    "en-place": "Antibes",
    "en-address": "1 place des Pins",
    "en-description": "<p>On the programme</p><script>x</script>",
    "en-conditions": "",
}


def send(desk, path="/desk/events/new", **values):
    return desk.post(
        path, data={**FACTS, **WORDS, **{name.replace("_of_", "-"): v for name, v in values.items()}}
    )


def errors(page):
    """The sentence at each field that has one."""
    found = re.findall(r'id="([\w-]+)-error"><span[^>]*>[^<]*</span> ([^<]*)</p>', page.text)
    return {field: html.unescape(sentence) for field, sentence in found}


def the_event():
    return db.session.scalars(db.select(Event)).one()


def test_an_event_is_written_in_two_languages_with_its_hours_in_its_own_time_zone(desk):
    contact = builders.a_press_contact()

    page = send(desk, timezone="America/New_York", contact_id=contact.id)

    event = the_event()
    assert (page.status_code, page.location) == (303, f"/desk/events/{event.id}")
    assert (event.state, event.timezone, event.contact, event.categories) == (
        State.DRAFT, "America/New_York", contact, ["written", "photo"],
    )  # fmt: skip
    assert (
        event.starts_at,
        event.ends_at,
        event.requests_open_at,
        event.requests_close_at,
        event.answer_by,
    ) == (
        datetime(2026, 12, 18, 14, tzinfo=UTC),
        datetime(2026, 12, 18, 22, tzinfo=UTC),
        datetime(2026, 11, 20, 14, tzinfo=UTC),
        datetime(2026, 12, 11, 23, tzinfo=UTC),
        datetime(2026, 12, 14, 23, tzinfo=UTC),
    )
    columns = (*forms.WORDS, "slug")
    assert {code: {name: getattr(text, name) for name in columns} for code, text in event.texts.items()} == {
        "fr": {
            "title": "Forum des pôles", "summary": "Une journée de rencontres.", "place": "Antibes",
            "address": "1 place des Pins", "conditions": "Sur accréditation.", "slug": "forum-des-poles",
            "description": "<p>Au programme :</p><ul><li>des cas</li></ul>",
        },
        "en": {
            "title": "Clusters forum", "summary": "A day of meetings.", "place": "Antibes",
            "address": "1 place des Pins", "conditions": "", "slug": "clusters-forum",
            "description": "<p>On the programme</p>",
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"starts_at": "2027-03-28T02:30"}, {"starts_at": "This time does not exist on that day: the clocks go forward. Choose another one."}),
        ({"answer_by": "2026-10-25T02:30"}, {"answer_by": "This time happens twice on that day: the clocks go back. Choose which one."}),
        ({"ends_at": "2026-12-18T09:00"}, {"ends_at": "The event must end after it begins"}),
        ({"requests_open_at": "2026-12-12T09:00"}, {"requests_close_at": "Requests must close after they open"}),
        ({"requests_close_at": "2026-12-18T09:00"}, {"requests_close_at": "Requests must close before the event begins", "answer_by": "The answer must come after requests close"}),
        ({"answer_by": "2026-12-18T10:00"}, {"answer_by": "The answer must come before the event begins"}),
        ({"starts_at": ""}, {"starts_at": "Enter the date and time at which the event begins"}),
        ({"ends_at": "tomorrow"}, {"ends_at": "Enter the date and the time like this: 2026-11-24 10:00"}),
        ({"timezone": "Mars/Olympus"}, {"timezone": "Not a valid choice."}),
        ({"categories": []}, {"categories": "Choose at least one"}),
        ({"en_of_title": ""}, {"en-title": "Enter the title"}),
        ({"fr_of_summary": "", "fr_of_place": ""}, {"fr-summary": "Enter the summary", "fr-place": "Enter the town"}),
        ({"fr_of_description": "&" * 60_000}, {"fr-description": "This text is too long: 200000 characters at most."}),
        ({"fr_of_title": "two\u2028lines"}, {"fr-title": "Remove the line breaks and invisible characters."}),
        (dict.fromkeys((name.replace("-", "_of_") for name in WORDS), ""), {"fr-title": "Enter the title in at least one language"}),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept(desk, values, expected):
    page = send(desk, **values)

    assert (page.status_code, errors(page)) == (422, expected)
    assert "<title>Error: New event" in page.text
    typed = {**FACTS, **WORDS, **{name.replace("_of_", "-"): value for name, value in values.items()}}
    assert f'value="{typed["requests_open_at"]}"' in page.text
    assert typed["en-address"] in page.text
    assert db.session.scalars(db.select(Event)).all() == []


def test_an_event_may_be_announced_in_one_language_only(desk):
    send(desk, **{name.replace("-", "_of_"): "" for name in WORDS if name.startswith("en")})

    assert list(the_event().texts) == ["fr"]


def test_the_form_of_an_event_shows_what_it_was_saved_with(desk):
    send(desk, timezone="America/New_York")
    path = f"/desk/events/{the_event().id}"

    page = desk.get(path)
    saved = dict(re.findall(r'name="([\w-]+)"[^>]* value="([^"]*)"', page.text))
    again = desk.post(
        path,
        data={**FACTS, **WORDS, **saved, "categories": FACTS["categories"], "timezone": "America/New_York"},
    )

    assert {name: saved[name] for name in FACTS if name in saved and name != "categories"} == {
        name: FACTS[name]
        for name in ("starts_at", "ends_at", "requests_open_at", "requests_close_at", "answer_by")
    }
    assert again.status_code == 303
    assert the_event().starts_at == datetime(2026, 12, 18, 14, tzinfo=UTC)


def test_what_one_person_types_does_not_silently_replace_what_another_saved(desk):
    send(desk)
    path = f"/desk/events/{the_event().id}"
    send(desk, path, version="1", fr_of_title="Forum, par Zoé")

    late = send(desk, path, version="1", fr_of_title="Forum, par Léa")
    assert late.status_code == 409
    assert "Someone else has just changed this event." in late.text
    assert 'value="Forum, par Léa"' in late.text
    assert the_event().texts["fr"].title == "Forum, par Zoé"

    version = re.search(r'name="version"[^>]* value="(\d+)"', late.text)[1]
    assert send(desk, path, version=version, fr_of_title="Forum, par Léa").status_code == 303
    assert the_event().texts["fr"].title == "Forum, par Léa"


def test_an_event_is_announced_then_cancelled_and_offers_only_what_may_follow(desk):
    event = builders.an_event(state=State.DRAFT)
    path = f"/desk/events/{event.id}"

    def offered():
        return re.findall(rf'action="{path}/(\w+)"', desk.get(path).text)

    assert offered() == ["announce"]
    assert desk.post(f"{path}/announce").location == path
    assert (the_event().state, offered()) == (State.ANNOUNCED, ["cancel"])
    assert desk.post(f"{path}/announce").status_code == 409
    assert desk.post(f"{path}/cancel").location == path
    assert (the_event().state, offered()) == (State.CANCELLED, [])


def test_the_preview_speaks_the_language_of_the_words(desk):
    event = builders.an_event(state=State.DRAFT, languages=("fr",))

    page = desk.get(f"/desk/events/{event.id}/preview/fr")

    assert (page.status_code, desk.get(f"/desk/events/{event.id}/preview/en").status_code) == (200, 404)
    assert '<html lang="en">' in page.text
    assert "Au programme\N{NO-BREAK SPACE}: des <strong>cas</strong>" in page.text
    assert "heure de Paris" in page.text
    assert "/accreditation" not in page.text.partition("<main")[2].replace("/desk/accreditation", "")


def test_the_list_shows_every_event_with_its_state(desk):
    assert "No event yet" in desk.get("/desk/events/").text
    for state in State:
        builders.an_event(state=state)

    page = desk.get("/desk/events/").text

    assert [page.count(f"</svg>{name}</span>") for name in ("Draft", "Announced", "Cancelled")] == [1, 1, 1]


def test_a_reviewer_does_not_edit_events(app):
    reviewer = builders.signed_in(app, role="reviewer")

    assert reviewer.get("/desk/events/").status_code == 403


@pytest.mark.parametrize("hour", [0, 1])
def test_an_hour_that_comes_twice_is_the_one_that_was_chosen_and_stays_it(desk, hour):
    moment = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    chosen = {"requests_open_at": "2026-10-25T02:30", "requests_open_at-reading": moment.isoformat()}

    asked = send(desk, requests_open_at="2026-10-25T02:30")
    send(desk, **chosen)
    event = the_event()
    page = desk.get(f"/desk/events/{event.id}").text

    assert (asked.status_code, asked.text.count("-reading")) == (422, 2)
    assert event.requests_open_at == moment
    assert f'value="{moment.isoformat()}" checked' in page
    assert page.count(" checked") == asked.text.count(" checked") + 1
