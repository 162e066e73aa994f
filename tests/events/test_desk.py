import html
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from werkzeug.datastructures import MultiDict

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.events import forms, workflow
from pressroom.events.models import Event, Late, Proof, State
from tests import builders

FACTS = {
    "timezone": "Europe/Paris",
    "starts_at": "2026-12-18T09:00",
    "ends_at": "2026-12-18T17:00",
    "requests_open_at": "2026-11-20T09:00",
    "requests_close_at": "2026-12-11T18:00",
    "answer_by": "2026-12-14T18:00",
    "contact_id": "",
    "venue_is_private": "y",
    "map_url": "https://maps.example/pins",
    "late": "taken",
    "quota": "40",
    "outlet_quota": "2",
    "outlet_quotas": "Agence Azur : 4\nRadio Pins: 0",
    "offer_hours": "12",
    "category-written-use": "y",
    "category-written-position": "2",
    "category-written-quota": "20",
    "category-written-proof": "either",
    "category-written-asks": ["job_title", "country"],
    "category-photo-use": "y",
    "category-photo-position": "1",
    "category-photo-quota": "",
    "category-photo-proof": "file",
    **{
        f"category-{code}-proof": "either"
        for code in ("broadcast", "agency", "online", "technical", "new_one")
    },
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
MOVED_FROM = {
    "starts_at": datetime(2026, 12, 18, 8, tzinfo=UTC),
    "ends_at": datetime(2026, 12, 18, 16, tzinfo=UTC),
    "requests_open_at": datetime(2026, 11, 20, 8, tzinfo=UTC),
    "requests_close_at": datetime(2026, 12, 11, 17, tzinfo=UTC),
    "answer_by": datetime(2026, 12, 14, 17, tzinfo=UTC),
}


def send(desk, path="/desk/events/new", **values):
    return desk.post(path, data=typed(**values))


def typed(**values):
    """What is sent: FACTS and WORDS with these values; `fr_of_title` is the field fr-title; None: not sent."""
    sent = {**FACTS, **WORDS, **{name.replace("_of_", "-"): value for name, value in values.items()}}
    return {name: value for name, value in sent.items() if value is not None}


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
    assert (event.state, event.timezone, event.contact) == (State.DRAFT, "America/New_York", contact)
    assert {name: getattr(event, name) for name in forms.COLUMNS} == {
        "late": Late.TAKEN, "quota": 40, "outlet_quota": 2, "offer_hours": 12, "venue_is_private": True,
        "map_url": "https://maps.example/pins",
    }  # fmt: skip
    assert {own.name: own.quota for own in event.outlet_quotas} == {"Agence Azur": 4, "Radio Pins": 0}
    assert [(one.code, one.names, one.quota, one.proof, one.asks) for one in event.categories] == [
        ("photo", {}, None, Proof.FILE, []),
        ("written", {}, 20, Proof.EITHER, ["job_title", "country"]),
    ]
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
        ({"category_of_written_of_use": None, "category_of_photo_of_use": None}, {"category-written-use": "Choose at least one"}),
        ({"category_of_photo_of_quota": "0"}, {"category-photo-quota": "Enter a whole number from 1 to 10000"}),
        ({"category_of_photo_of_quota": "many"}, {"category-photo-quota": "Enter a whole number"}),
        ({"category_of_photo_of_position": "-1"}, {"category-photo-position": "Enter a whole number from 1 to 10000"}),
        ({"category_of_photo_of_proof": "blood"}, {"category-photo-proof": "Not a valid choice."}),
        ({"quota": "9" * 5000}, {"quota": "Enter a whole number"}),
        ({"offer_hours": ""}, {"offer_hours": "Enter a whole number"}),
        ({"offer_hours": "721"}, {"offer_hours": "Enter a whole number from 1 to 720"}),
        ({"late": "never"}, {"late": "Choose what becomes of late requests"}),
        ({"map_url": "javascript:alert(1)"}, {"map_url": "Enter a full web address, for example https://maps.example/place"}),
        ({"outlet_quotas": "Agence Azur: 4\n\nRadio Pins"}, {"outlet_quotas": "Line 3: write the outlet, a colon and the number of places"}),
        ({"outlet_quotas": "–: 4"}, {"outlet_quotas": "Line 1: write the outlet, a colon and the number of places"}),
        ({"outlet_quotas": "Agence Azur: 4\nAGENCE AZUR: 5"}, {"outlet_quotas": "Name each outlet once"}),
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
    sent = typed(**values)
    assert f'value="{sent["requests_open_at"]}"' in page.text
    assert sent["en-address"] in page.text
    assert db.session.scalars(db.select(Event)).all() == []


def test_an_event_may_be_announced_in_one_language_only(desk):
    send(desk, **{name.replace("-", "_of_"): "" for name in WORDS if name.startswith("en")})

    assert list(the_event().texts) == ["fr"]


class Fields(HTMLParser):
    """What a browser would send back from a page's forms: its fields as they stand."""

    def __init__(self, page):
        super().__init__()
        self.sent, self._name, self._options = MultiDict(), None, []
        self.feed(page.text)

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag == "option":
            self._options.append((known["value"], "selected" in known))
        elif tag in ("select", "textarea"):
            self._name, self._options = known["name"], []
            self.sent.add(self._name, "")
        elif tag == "input" and (known["type"] not in ("checkbox", "radio") or "checked" in known):
            self.sent.add(known["name"], known.get("value", ""))

    def handle_data(self, data):
        if self._name and not self._options and data.strip():
            self.sent[self._name] = data.strip()

    def handle_endtag(self, tag):
        if tag == "select":
            chosen = [value for value, selected in self._options if selected]
            self.sent[self._name] = (chosen or [self._options[0][0]])[0]
        if tag in ("select", "textarea"):
            self._name = None


def shown(page):
    return Fields(page).sent


def test_the_form_of_an_event_shows_what_it_was_saved_with(desk):
    send(desk, timezone="America/New_York")
    event = the_event()
    path = f"/desk/events/{event.id}"
    before = workflow.duplicate(event, by=SYSTEM, at=clock.now())

    again = desk.post(path, data=shown(desk.get(path)))

    event = the_event()
    after = workflow.duplicate(event, by=SYSTEM, at=clock.now())
    assert again.status_code == 303
    assert everything(after) == everything(before)


def everything(event):
    return (
        {name: getattr(event, name) for name in workflow.FACTS},
        [(one.code, one.names, one.quota, one.proof, one.asks) for one in event.categories],
        {own.name: own.quota for own in event.outlet_quotas},
        {code: {name: getattr(text, name) for name in workflow.WORDS} for code, text in event.texts.items()},
    )


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


def offered(desk, event):
    """Where the page of the event leads to, by its last word."""
    main = desk.get(f"/desk/events/{event.id}").text.partition("<main")[2]
    return set(re.findall(rf'(?:action|href)="/desk/events/{event.id}/(\w+)"', main))


def test_an_event_offers_only_what_may_follow(desk):
    event = builders.an_event(state=State.DRAFT)
    path = f"/desk/events/{event.id}"
    assert offered(desk, event) == {"announce", "duplicate"}

    assert desk.post(f"{path}/announce").location == path
    assert (the_event().state, offered(desk, event)) == (
        State.ANNOUNCED,
        {"move", "postpone", "cancel", "duplicate"},
    )
    assert desk.post(f"{path}/announce").status_code == 409

    asked = desk.get(f"{path}/postpone")
    assert desk.post(f"{path}/postpone", data={**shown(asked), "fr-note": "Grève."}).location == path
    assert (the_event().state, offered(desk, event)) == (State.POSTPONED, {"move", "cancel", "duplicate"})
    assert (the_event().last_change.kind, the_event().last_change.notes) == ("postponed", {"fr": "Grève."})
    assert desk.get(f"{path}/postpone").location == path

    assert desk.post(f"{path}/cancel", data=shown(desk.get(f"{path}/cancel"))).location == path
    assert (the_event().state, offered(desk, event)) == (State.CANCELLED, {"duplicate"})
    assert desk.post(f"{path}/move", data={}).location == path


def test_asking_changes_nothing(desk):
    event = builders.an_event()

    pages = [desk.get(f"/desk/events/{event.id}/{action}") for action in ("move", "postpone", "cancel")]

    assert [page.status_code for page in pages] == [200] * 3
    assert (the_event().state, the_event().changes) == (State.ANNOUNCED, [])


def test_an_event_is_moved_to_another_day_and_place(desk):
    event = builders.an_event(languages=("fr",), **MOVED_FROM)
    path = f"/desk/events/{event.id}"
    new = {
        "starts_at": "2027-03-18T10:00", "ends_at": "2027-03-19T17:00", "requests_close_at": "2027-03-11T18:00",
        "answer_by": "2027-03-14T18:00", "fr-place": "Antibes", "fr-address": "Palais", "fr-note": "Travaux.",
    }  # fmt: skip

    moved = desk.post(f"{path}/move", data={**shown(desk.get(f"{path}/move")), **new})

    event = the_event()
    assert (moved.status_code, event.state) == (303, State.ANNOUNCED)
    assert (event.starts_at, event.ends_at) == (
        datetime(2027, 3, 18, 9, tzinfo=UTC),
        datetime(2027, 3, 19, 16, tzinfo=UTC),
    )
    assert (event.texts["fr"].place, event.texts["fr"].address) == ("Antibes", "Palais")
    assert (event.last_change.starts_at, event.last_change.notes) == (
        MOVED_FROM["starts_at"],
        {"fr": "Travaux."},
    )
    assert "Antibes" in desk.get(path).text


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"starts_at": "Nothing has changed: enter the new date or the new place."}),
        ({"starts_at": "2020-03-18T10:00", "requests_open_at": "2020-01-01T10:00", "requests_close_at": "2020-02-01T10:00", "answer_by": "2020-03-01T10:00"}, {"starts_at": "Choose a date in the future"}),
        ({"starts_at": "2027-03-18T10:00"}, {"ends_at": "The event must end after it begins"}),
        ({"fr-place": ""}, {"fr-place": "Enter the town"}),
    ],
)  # fmt: skip
def test_a_move_that_makes_no_sense_is_said_at_its_field(desk, values, expected):
    event = builders.an_event(languages=("fr",), **MOVED_FROM)
    path = f"/desk/events/{event.id}/move"

    page = desk.post(path, data={**shown(desk.get(path)), "fr-note": "Travaux.", **values})

    assert (page.status_code, errors(page)) == (422, expected)
    assert "Travaux." in page.text
    assert the_event().changes == []


def test_two_people_do_not_both_change_an_event(desk):
    event = builders.an_event()
    path = f"/desk/events/{event.id}"
    late = shown(desk.get(f"{path}/postpone"))
    desk.post(path, data={**shown(desk.get(path)), "fr-title": "Autrement"})

    page = desk.post(f"{path}/postpone", data=late)

    assert (page.status_code, the_event().state) == (409, State.ANNOUNCED)
    assert "Someone else has just changed this event." in page.text


def test_an_announced_event_is_edited_but_not_moved(desk):
    event = builders.an_event()
    path = f"/desk/events/{event.id}"
    event.texts["en"].address = ""
    builders.stored(event)
    page = desk.get(path)
    names = set(shown(page))

    assert names.isdisjoint({"timezone", "starts_at", "ends_at", "fr-place", "en-place", "fr-address"})
    assert {"en-address", "requests_close_at", "fr-title"} <= names
    sent = {**shown(page), "starts_at": "2030-01-01T10:00", "fr-place": "Lune", "en-address": "1 Pine Square"}
    assert desk.post(path, data=sent).status_code == 303
    now = the_event()
    assert (now.starts_at, now.texts["fr"].place, now.texts["en"].address) == (
        event.starts_at,
        "Sophia Antipolis",
        "1 Pine Square",
    )


def test_a_language_of_an_announced_event_is_not_emptied(desk):
    event = builders.an_event()
    path = f"/desk/events/{event.id}"
    empty = {f"en-{name}": "" for name in ("title", "summary", "description", "conditions")}

    page = desk.post(path, data={**shown(desk.get(path)), **empty})

    assert errors(page) == {"en-title": "Enter the title", "en-summary": "Enter the summary"}


def test_a_category_of_one_s_own_is_named_in_a_blank_row_and_another_one_follows(desk):
    names = {"category-new_one-name_fr": "Presse étudiante", "category-new_one-name_en": "Student press"}
    desk.post("/desk/events/new", data={**typed(), **names, "category-new_one-asks": "portfolio"})
    path = f"/desk/events/{the_event().id}"
    own = the_event().categories[2]
    assert (own.code, own.names, own.asks) == (
        "presse-etudiante", {"fr": "Presse étudiante", "en": "Student press"}, ["portfolio"],
    )  # fmt: skip

    sent = shown(desk.get(path))
    assert (sent["category-presse-etudiante-name_en"], sent["category-new_one-name_en"]) == (
        "Student press",
        "",
    )
    nameless = {"category-presse-etudiante-name_fr": "", "category-presse-etudiante-name_en": ""}
    assert errors(desk.post(path, data={**sent, **nameless})) == {
        "category-presse-etudiante-name_fr": "Enter the name of the category"
    }
    sent.pop("category-presse-etudiante-use")
    desk.post(path, data=sent)
    assert [one.code for one in the_event().categories] == ["photo", "written"]


def test_a_category_of_an_announced_event_is_closed_and_opened_again(desk):
    event = builders.an_event()
    path = f"/desk/events/{event.id}"
    sent = shown(desk.get(path))
    sent.pop("category-photo-use")

    desk.post(path, data=sent)
    assert [one.code for one in the_event().categories if not one.is_open] == ["photo"]
    assert "category-photo-use" not in shown(desk.get(path))

    desk.post(path, data={**shown(desk.get(path)), "category-photo-use": "y"})
    assert all(one.is_open for one in the_event().categories)


def test_an_event_is_copied_into_a_draft(desk):
    event = builders.an_event()

    made = desk.post(f"/desk/events/{event.id}/duplicate")

    copy = db.session.scalars(db.select(Event).where(Event.id != event.id)).one()
    assert (made.location, copy.state) == (f"/desk/events/{copy.id}", State.DRAFT)
    assert desk.get(made.location).status_code == 200


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

    names = ("Draft", "Announced", "Postponed", "Cancelled", "Open to requests", "Closed to requests")
    assert [page.count(f"</svg>{name}</span>") for name in names] == [1, 1, 1, 1, 1, 2]


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
