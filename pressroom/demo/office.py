"""The example's press office: its people, whom journalists may call, the events that it holds."""

from datetime import timedelta

from pressroom import markup
from pressroom.access import SYSTEM, Actor, Role
from pressroom.demo import texts
from pressroom.demo.calendar import Calendar
from pressroom.events import workflow as events
from pressroom.events.models import Event, Late, Proof
from pressroom.events.workflow import CategoryFacts
from pressroom.staff import workflow as staff
from pressroom.staff.models import Compliance, PressContact

FOUNDED = timedelta(days=160)  # before the first release


def open_accounts(facts: dict, *, password: str, calendar: Calendar) -> dict[Role, Actor]:
    """The people, one a role, who all sign in with `password`."""
    at, actors = calendar.at - FOUNDED, {}
    staff.name_office(facts["names"], by=SYSTEM, at=at)
    standing = facts["standing"]
    staff.describe_office(
        compliance=Compliance(standing["compliance"]), audited_on=None, auditor="",
        accessibility_email=standing["accessibility_email"], privacy_email=standing["privacy_email"],
        texts={code: standing[code] for code in facts["names"]}, by=SYSTEM, at=at,
    )  # fmt: skip
    for person in facts["staff"]:
        account = staff.add(
            email=person["email"], name=person["name"], role=Role(person["role"]), language=person["language"],
            password=password, by=SYSTEM, at=at,
        )  # fmt: skip
        actors[account.role] = Actor(account.role, account.name, account.id)
    return actors


def list_contacts(facts: dict, *, by: Actor, calendar: Calendar) -> list[PressContact]:
    return [
        staff.add_contact(
            name=contact["name"], email=contact["email"], phone=contact["phone"], languages=contact["languages"],
            texts={code: tuple(contact[code]) for code in facts["names"]}, by=by, at=calendar.at - FOUNDED,
        )
        for contact in facts["contacts"]
    ]  # fmt: skip


def announce_events(
    facts: dict, contacts: list[PressContact], *, by: Actor, calendar: Calendar
) -> dict[str, Event]:
    """The events by name; every text that is read after this one may name their days."""
    return {name: _announce(name, fact, contacts, by, calendar) for name, fact in facts["events"].items()}


def _announce(name: str, fact: dict, contacts: list[PressContact], by: Actor, calendar: Calendar) -> Event:
    day = calendar.day(fact["day"], fact["weekday"])
    last = day + timedelta(days=fact.get("days", 1) - 1)
    opens, answer = (calendar.moment(day + timedelta(days=fact[key])) for key in ("open", "answer"))
    closes = calendar.moment(day + timedelta(days=fact["close"]), fact["ends"])
    calendar.name(name, day)
    calendar.name(f"{name}_close", closes.date())
    event = events.create(
        {
            "starts_at": calendar.moment(day, fact["starts"]), "ends_at": calendar.moment(last, fact["ends"]),
            "timezone": calendar.zone.key, "requests_open_at": opens, "requests_close_at": closes,
            "answer_by": answer, "contact_id": contacts[fact["contact"]].id, **_room(fact),
        },
        {code: _words(name, code, calendar) for code in texts.languages("events", name)},
        by=by, at=opens,
    )  # fmt: skip
    events.act(event, "announce", by=by, at=opens)
    if "postponed" in fact:
        at = calendar.moment(calendar.day(fact["postponed"]))
        events.act(event, "postpone", notes=fact["told"], by=by, at=at)
    return event


def _room(fact: dict) -> dict:
    """Who may come, and how many."""
    return {
        "late": Late(fact.get("late", Late.REFUSED)), "quota": fact.get("quota"),
        "outlet_quotas": fact.get("outlets", {}), "venue_is_private": fact.get("private", False),
        "map_url": fact.get("map_url", ""),
        "categories": [
            CategoryFacts(
                code, own.get("names", {}), own.get("quota"), Proof(own.get("proof", Proof.EITHER)),
                tuple(own.get("asks", ())),
            )
            for code, own in fact["categories"].items()
        ],
    }  # fmt: skip


def _words(name: str, language: str, calendar: Calendar) -> dict[str, str]:
    text = texts.read("events", name, language, calendar)
    return {**text.front, "description": markup.from_markdown(text.body)}
