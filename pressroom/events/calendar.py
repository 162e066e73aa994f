"""An event as an iCalendar object (RFC 5545), for the calendars of those who come."""

from datetime import UTC, datetime

from pressroom.events.models import Event, EventText, State

FOLD = 75  # octets in a line, without its end
STATUS = {State.POSTPONED: "TENTATIVE", State.CANCELLED: "CANCELLED"}


def rendition(
    event: Event, text: EventText, *, url: str, host: str, at: datetime, accredited: bool = False
) -> str:
    """The event in the language of `text`; `host` makes the identifier unique in the world, `at` is now.

    `accredited`: whether it is for somebody who may know an address that is not for everybody. The identifier is
    the same, so that their calendar replaces one entry by the other.
    """
    address = text.address if accredited else text.public_address
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pressroom//Events//EN",
        "BEGIN:VEVENT",
        f"UID:event-{event.id}@{host}",
        f"SEQUENCE:{event.version}",
        f"DTSTAMP:{_moment(at)}",
        f"DTSTART:{_moment(event.starts_at)}",
        f"DTEND:{_moment(event.ends_at)}",
        f"SUMMARY;LANGUAGE={text.language}:{_escaped(text.title)}",
        f"DESCRIPTION;LANGUAGE={text.language}:{_escaped(text.summary)}",
        f"LOCATION;LANGUAGE={text.language}:{_escaped(address or text.place)}",
        f"URL:{url}",
        f"STATUS:{STATUS.get(event.state, 'CONFIRMED')}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(words: str) -> str:
    for character in "\\;,":
        words = words.replace(character, f"\\{character}")
    return words.replace("\n", "\\n")


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets, each after the first behind one space; no character is cut."""
    pieces, piece = [], ""
    for character in line:
        if len(f"{piece}{character}".encode()) > FOLD:
            pieces.append(piece)
            piece = " "
        piece += character
    return "\r\n".join([*pieces, piece])
