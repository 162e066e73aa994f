from datetime import UTC, datetime

import pytest

from pressroom.events import calendar
from pressroom.events.models import Event, EventText, State
from tests.builders import NOON


def rendition(language="fr", state=State.ANNOUNCED, *, private=False, accredited=False, **words):
    defaults = {
        "title": "Forum",
        "summary": "Une journée.",
        "address": "1 place des Pins",
        "place": "Antibes",
    }
    event = Event(
        id="e1", state=state, version=3, timezone="Europe/Paris", venue_is_private=private,
        starts_at=datetime(2026, 12, 18, 8, tzinfo=UTC), ends_at=datetime(2026, 12, 18, 16, tzinfo=UTC),
    )  # fmt: skip
    text = event.texts[language] = EventText(language=language, **{**defaults, **words})
    return calendar.rendition(
        event, text, url="https://p.example/fr/events/forum", host="p.example", at=NOON, accredited=accredited
    )


def test_an_event_is_a_whole_calendar_object():
    assert rendition(title="Pôles ; été, à l’heure", address="1 place des Pins\n06600 Antibes") == (
        "BEGIN:VCALENDAR\r\n"
        "VERSION:2.0\r\n"
        "PRODID:-//Pressroom//Events//EN\r\n"
        "BEGIN:VEVENT\r\n"
        "UID:event-e1@p.example\r\n"
        "SEQUENCE:3\r\n"
        "DTSTAMP:20261122T120000Z\r\n"
        "DTSTART:20261218T080000Z\r\n"
        "DTEND:20261218T160000Z\r\n"
        "SUMMARY;LANGUAGE=fr:Pôles \\; été\\, à l’heure\r\n"
        "DESCRIPTION;LANGUAGE=fr:Une journée.\r\n"
        "LOCATION;LANGUAGE=fr:1 place des Pins\\n06600 Antibes\r\n"
        "URL:https://p.example/fr/events/forum\r\n"
        "STATUS:CONFIRMED\r\n"
        "END:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


@pytest.mark.parametrize(
    ("state", "status"),
    [(State.ANNOUNCED, "CONFIRMED"), (State.POSTPONED, "TENTATIVE"), (State.CANCELLED, "CANCELLED")],
)
def test_the_status_is_what_became_of_the_event(state, status):
    assert f"STATUS:{status}" in rendition(state=state).split("\r\n")


@pytest.mark.parametrize(
    ("private", "accredited", "place"),
    [
        (False, False, "1 place des Pins"),
        (True, False, "Antibes"),
        (True, True, "1 place des Pins"),
        (False, True, "1 place des Pins"),
    ],
)
def test_a_private_address_is_for_the_accredited(private, accredited, place):
    lines = rendition(private=private, accredited=accredited).split("\r\n")

    assert [line for line in lines if line.startswith("LOCATION")] == [f"LOCATION;LANGUAGE=fr:{place}"]


def test_a_cancelled_event_without_an_address_says_so_and_gives_its_town():
    lines = rendition("en", State.CANCELLED, address="").split("\r\n")

    assert "STATUS:CANCELLED" in lines
    assert "LOCATION;LANGUAGE=en:Antibes" in lines


def test_long_lines_are_folded_at_75_octets_and_no_character_is_cut():
    title = "é\\" * 90

    octets = rendition(title=title).encode()

    assert max(len(line) for line in octets.split(b"\r\n")) == 75
    unfolded = octets.replace(b"\r\n ", b"").decode()
    assert f"SUMMARY;LANGUAGE=fr:{title.replace(chr(92), chr(92) * 2)}\r\n" in unfolded
